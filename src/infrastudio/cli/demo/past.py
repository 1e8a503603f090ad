"""Records the past of the demo's fleet: through the services, with a moved clock, into an empty ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, get_args

from infrastudio.cli.demo.fleet_plan import Author, Step, first_day, plan
from infrastudio.contexts.identity import queries as identity
from infrastudio.contexts.identity import service as tokens
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import Instance, InstanceIn, InstanceUpdate
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import ManualClock
from infrastudio.kernel.errors import Unavailable
from infrastudio.kernel.ids import SeededIds
from infrastudio.server import wiring
from infrastudio.server.data_folder import DataFolder
from infrastudio.server.settings import load_settings
from infrastudio.stores import ledger
from infrastudio.stores.db import Database

SEED: Final = 7
LABELS: Final = {"demo": True}
PROJECT: Final = "default"


def record_past(folder: Path, *, until: datetime | None = None, seed: int = SEED) -> int:
    """Fill the database of a data folder with the fleet's past and return the number of steps.

    Equal seeds and ends give equal hash chains. A ledger in which something happened before is left as it is.

    Args:
        folder: The data folder; no server may run on it.
        until: When the past ends; by default with the last midnight UTC.
        seed: Of all ids and of the plan.

    Raises:
        FolderInUse: A server runs on the folder.
    """
    end = until or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    # the past can be made again: a power cut may take its end, never more
    settings = load_settings({"data": folder, "db_synchronous": "NORMAL"}).settings
    held = DataFolder(folder)
    try:
        clock = ManualClock(first_day(end))
        db = wiring.open_database(settings, clock=clock, ids=SeededIds(seed))
        try:
            return _Recorder(db, clock, end).record(plan(seed, end)) if _is_new(db, clock.now()) else 0
        finally:
            db.close()
    finally:
        held.release()


class _Recorder:
    """Plays steps, each in a unit of work of its own at its own moment."""

    def __init__(self, db: Database, clock: ManualClock, end: datetime) -> None:
        self._db = db
        self._clock = clock
        self._end = end
        self._instances: dict[str, Instance] = {}

    def record(self, steps: list[Step]) -> int:
        actors = self._make_actors()
        for step in steps:
            self._clock.set(step.at)
            self._play(step, actors[step.author].because(step.reason))
        return len(steps)

    def _make_actors(self) -> Mapping[Author, Actor]:
        """Return the person at the machine, and programs whose tokens end with the past: a seed makes no secrets."""
        actors: dict[Author, Actor] = {"local": replace(identity.SINGLE_USER, labels=LABELS)}
        self._clock.advance(timedelta(hours=8).total_seconds())
        with self._db.begin(actors["local"].because("Programs that change the fleet")) as uow:
            for name in get_args(Author):
                if name not in actors:
                    made = tokens.issue_token(
                        uow,
                        project_id=projects.id_of(uow, PROJECT) or "",
                        project=PROJECT,
                        name=name,
                        kind="personal",
                        role="operator",
                        expires_at=self._end,
                    )
                    if (credential := identity.credential_of(uow, made.secret)) is None:
                        raise Unavailable(f"The token {name!r} was made and is not known.")
                    actors[name] = replace(credential.actor, labels=LABELS)
        return actors

    def _play(self, step: Step, actor: Actor) -> None:
        with self._db.begin(actor) as uow:
            if step.verb == "create":
                self._instances[step.name] = service.create(uow, InstanceIn(**step.fields))
                return
            known = self._instances[step.name]
            if step.verb == "update":
                self._instances[step.name] = service.update(uow, known.id, InstanceUpdate(**step.fields))
            elif step.verb == "delete":
                service.delete(uow, known.id)
            else:
                deletion = queries.last_entry(uow, known.id).seq
                self._instances[step.name] = service.restore(uow, known.id, deletion)


def _is_new(db: Database, began: datetime) -> bool:
    """Did nothing happen yet but what opening the database recorded at `began`?"""
    with db.snapshot(identity.SINGLE_USER) as snapshot:
        last = ledger.since(snapshot, ledger.head(snapshot) - 1)
    return [entry.at for entry in last] == [began]
