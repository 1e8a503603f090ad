"""Lists of the past are the same whether the database, the process's memory or a keyframe narrows and sorts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.events import InstanceUpdated
from infrastudio.contexts.instances.schemas import InstanceFilter, InstanceUpdate
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.kernel.clock import format_time, parse_time
from infrastudio.kernel.diff import Change
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import Moment
from make import an_instance

NAMES = ("b", "B", "é", "z 10", "z 2", "ﬀ", "😀", "Straße", "STRASSE", "a_b", "a%b")
FILTERS: tuple[dict[str, Any], ...] = (
    {}, {"name": "B"}, {"name": "strasse"}, {"q": "%"}, {"cluster_name": "eu-1"}, {"status": "error"},
    {"cluster_name": "eu-1", "priority": "high", "q": "Z"}, {"model_name": "nobody's"},
)  # fmt: skip


@pytest.fixture(scope="module")
def moments(db: Database) -> list[Moment]:
    """Moments of two projects with instances whose fields differ, some of them gone at the later ones."""
    made: list[int] = []
    found: list[Moment] = []
    for project in ("one", "other"):
        with db.begin(SINGLE_USER) as uow:
            projects.create(uow, ProjectIn(slug=project, name=project))
        with db.begin(SINGLE_USER) as uow:
            for number, name in enumerate(NAMES):
                fields: dict[str, Any] = {"cluster_name": f"eu-{number % 3}", "replicas": 1 + number % 4}
                fields |= {"priority": ("low", "high")[number % 2], "status": ("active", "error")[number % 2]}
                made.append(service.create(uow, an_instance(name=name, **fields), project=project).id)
        found.append(ledger.resolve_as_of(db, SINGLE_USER, "now"))
    for number, id in enumerate(made):
        with db.begin(SINGLE_USER) as uow:
            if number % 5:
                service.update(
                    uow, id, InstanceUpdate(replicas=1 + number % 7, description=f"Changed {number % 3} times")
                )
            else:
                service.delete(uow, id)
    with db.begin(SINGLE_USER) as uow:
        # as texts they would stand the other way round
        for number, time in enumerate(("2024-01-01T00:00:05.1Z", "2024-01-01T00:00:05Z")):
            before = queries.instance(uow, made[number + 1])
            after = before.model_copy(update={"version": before.version + 1, "updated_at": parse_time(time)})
            change = {"updated_at": Change(format_time(before.updated_at), time)}
            project_id = queries.row(uow, before.id, right=queries.READ).project_id
            ledger.append(uow, InstanceUpdated(after=after, changes=change), project_id=project_id)
    return [*found, ledger.resolve_as_of(db, SINGLE_USER, "now")]


def page(snapshot: Snapshot, at: Moment, wanted: InstanceFilter, **more: Any) -> queries.JsonPage:
    return queries.page(snapshot, wanted, at=at, limit=5, **more)


@pytest.fixture(scope="module")
def told(db: Database, moments: list[Moment]) -> list[queries.JsonPage]:
    """What the database answers to all questions: in a unit of work nothing is remembered."""
    with db.begin(SINGLE_USER) as uow:
        return [page(uow, at, wanted, **asked) for at in moments for wanted, asked in questions()]


def questions() -> Iterator[tuple[InstanceFilter, dict[str, Any]]]:
    for project in ("one", "*"):
        for skip, wanted in enumerate(InstanceFilter(**values) for values in FILTERS):
            for sort in queries.SORTABLE:
                yield wanted, {"project": project, "sort": sort, "skip": skip, "descending": len(sort) % 2 == 1}


def test_memory_answers_as_the_database_does(db: Database, moments: list[Moment], told: list[queries.JsonPage]) -> None:
    with db.snapshot(SINGLE_USER) as shared:
        remembering = Snapshot(shared.connection, SINGLE_USER, {})
        ledger.remembered_states(remembering, queries.REMEMBERED, moments[0].seq)
        assert told == [page(remembering, at, wanted, **asked) for at in moments for wanted, asked in questions()]
        known = ledger.remembered_states(remembering, queries.REMEMBERED, moments[-1].seq)
        assert known is not None
        assert len(known) > len(NAMES)


async def test_keyframes_answer_as_the_database_does(
    db: Database, moments: list[Moment], told: list[queries.JsonPage]
) -> None:
    await ledger.KeyframeFollower(db, queries.REMEMBERED, limits=ledger.KeyframeLimits(min_spacing=4)).catch_up()
    with db.snapshot(SINGLE_USER) as snapshot:
        for number, at in enumerate(moments):
            fresh = Snapshot(snapshot.connection, SINGLE_USER, {})
            known = ledger.remembered_states(fresh, queries.REMEMBERED, at.seq)
            assert known is not None
            answers = [page(fresh, at, wanted, **asked) for wanted, asked in questions()]
            assert answers == told[number * len(answers) :][: len(answers)]
