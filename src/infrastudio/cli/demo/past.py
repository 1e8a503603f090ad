"""Records the past of the demo: through the services, with a moved clock, into an empty ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, get_args

from infrastudio.cli.demo.fleet_plan import Author, Step, first_day, plan
from infrastudio.cli.demo.registry_past import Deed, RegistryPast
from infrastudio.contexts.identity import queries as identity
from infrastudio.contexts.identity import service as tokens
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import Instance, InstanceIn, InstanceUpdate
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import ManualClock
from infrastudio.kernel.errors import Unavailable
from infrastudio.kernel.ids import RandomIds, SeededIds
from infrastudio.server import wiring
from infrastudio.server.data_folder import DataFolder
from infrastudio.server.settings import load_settings
from infrastudio.stores import ledger
from infrastudio.stores.blobs import FolderBlobStore
from infrastudio.stores.db import Database

SEED: Final = 7
LABELS: Final = {"demo": True}
PROJECT: Final = "default"


def record_past(folder: Path, *, until: datetime | None = None, seed: int = SEED) -> int:
    """Fill the database of a data folder with the past of a fleet and a model, and return the number of steps.

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
        clock, ids = ManualClock(first_day(end)), SeededIds(seed)
        with closing(wiring.open_database(settings, clock=clock, ids=ids)) as db:
            if not _is_new(db, clock.now()):
                return 0
            with closing(wiring.open_telemetry(settings, clock)) as telemetry, asyncio.Runner() as runner:
                blobs = FolderBlobStore(settings.folder / "blobs", ids=RandomIds())
                registry = RegistryPast(db, blobs, telemetry, clock, runner, seed)
                return _Recorder(db, clock, end).record(plan(seed, end), registry.deeds(end))
    finally:
        held.release()


class _Recorder:
    """Plays steps, each in a unit of work of its own at its own moment."""

    def __init__(self, db: Database, clock: ManualClock, end: datetime) -> None:
        self._db = db
        self._clock = clock
        self._end = end
        self._instances: dict[str, Instance] = {}

    def record(self, steps: list[Step], deeds: list[Deed]) -> int:
        """Play the steps of the fleet and the deeds of the registry, in the order of their moments."""
        actors = self._make_actors()
        fleet = [Deed(step.at, step.author, step.reason, partial(self._play, step)) for step in steps]
        everything = sorted([*fleet, *deeds], key=lambda deed: deed.at)
        for deed in everything:
            self._clock.set(deed.at)
            deed.do(actors[deed.author].because(deed.reason))
        return len(everything)

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
