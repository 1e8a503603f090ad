"""Run by a later release of the package: are the answers of the earlier one still given, with the new field in them?

python -m contexts.instances.newer_release DATABASE_URL ANSWERED_FILE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from conftest import open_database
from contexts.instances.playing import Answered, Question, asked_again
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import InstanceFilter, InstanceIn, InstanceUpdate
from infrastudio.stores import ledger
from infrastudio.stores.db import Database

STANDARD = {"tier": "standard"}


def main() -> None:
    """Open and migrate the database, and ask everything again."""
    url, file = sys.argv[1:]
    told = json.loads(Path(file).read_text())
    answered = [
        Answered(**each | {"question": Question(**each["question"]), "ids": tuple(each["ids"])}) for each in told
    ]
    with open_database(url) as db:
        for moment in answered:
            check(db, moment)
        use_the_field(db, answered[-1].project)
        for moment in answered:
            check(db, moment)
        with db.snapshot(SINGLE_USER) as snapshot:
            assert ledger.verify_tables(snapshot) == []
    sys.stdout.write(f"{len(answered)} moments\n")


def check(db: Database, moment: Answered) -> None:
    """Compare an answer with the earlier one, and a filter by the default with no filter."""
    now = asked_again(db, moment)
    assert now == with_tier(moment.answers), (now, moment.answers)
    for tier, total in (("standard", moment.answers["page"][1]), ("gold", 0)):
        assert total_of(db, moment, moment.question.wanted | {"tier": tier}) == total


def total_of(db: Database, moment: Answered, wanted: dict[str, Any]) -> int:
    """Return how many instances a list had at a moment."""
    at = ledger.resolve_as_of(db, SINGLE_USER, f"seq:{moment.seq}")
    with db.snapshot(SINGLE_USER) as snapshot:
        return queries.instances(snapshot, InstanceFilter(**wanted), project=moment.project, at=at).total


def with_tier(value: Any) -> Any:
    """Return an earlier answer with the default of the new field wherever an instance stands."""
    if isinstance(value, dict):
        more = STANDARD if {"id", "image_tag"} <= value.keys() else {}
        return {name: part if name == "changes" else with_tier(part) for name, part in value.items()} | more
    return [with_tier(part) for part in value] if isinstance(value, list) else value


def use_the_field(db: Database, project: str) -> None:
    """Change the new field of a new instance, and see it change in the past too."""
    body = InstanceIn(name="newer", model_name="m", cluster_name="c", image_tag="i")
    with db.begin(SINGLE_USER) as uow:
        made = service.create(uow, body, project=project)
    with db.snapshot(SINGLE_USER) as snapshot:
        before = ledger.head(snapshot)
    with db.begin(SINGLE_USER) as uow:
        service.update(uow, made.id, InstanceUpdate(tier="gold"))  # type: ignore[call-arg]  # of the later release
    gold = InstanceFilter(tier="gold")  # type: ignore[call-arg]
    with db.snapshot(SINGLE_USER) as snapshot:
        assert queries.instances(snapshot, gold, project=project).total == 1
        for seq, total in ((before, 0), (before + 1, 1)):
            at = ledger.Moment(seq, made.updated_at)
            assert queries.instances(snapshot, gold, project=project, at=at).total == total


if __name__ == "__main__":
    main()
