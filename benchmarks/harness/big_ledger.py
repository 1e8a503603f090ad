"""A ledger of a million events, made once for each kind of database and kept under `.cache`.

The fleet is made by the service's verbs, all that happened to it afterwards by `ledger.append` alone: what reads see is
the same, and it takes minutes in place of hours. At the end the rows are brought to the states that the ledger tells.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.harness import fleet
from benchmarks.harness.databases import Kind, may_enter, running_database
from benchmarks.harness.processes import REPOSITORY
from benchmarks.harness.report import console
from sqlalchemy import bindparam, update

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.events import InstanceUpdated
from infrastudio.contexts.instances.schemas import Instance, InstanceFilter
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.search.controller import SearchFollower
from infrastudio.contexts.search.tables import SearchCheckpointRow
from infrastudio.contexts.timeline.controller import TimelineFollower
from infrastudio.contexts.timeline.tables import TimelineCheckpointRow
from infrastudio.kernel.clock import Clock, ManualClock, format_time
from infrastudio.kernel.diff import Change
from infrastudio.kernel.text import folded_together
from infrastudio.server import wiring
from infrastudio.server.settings import load_settings
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot, UnitOfWork

KEPT: Final = REPOSITORY / ".cache" / "benchmarks"
FORMAT: Final = 1
"""Another one when `fill` makes something else."""

UNIT: Final = 5000
"""Events in one unit of work."""
SPAN: Final = timedelta(days=90)
SEED: Final = 7

DEEP_ID: Final = 1
"""The instance with `DEEP_VERSIONS` versions, or a quarter of all events where these are few."""
DEEP_VERSIONS: Final = 10_000
SHALLOW_ID: Final = 2
SHALLOW_VERSIONS: Final = 10


def kept(*, instances: int, events: int) -> Path:
    """Return a folder whose `data` is a data folder with such a ledger on SQLite; it is made where it is not there."""
    folder = KEPT / f"ledger-{instances}-{events}"
    _clear_unless_whole(folder)
    _make_once(folder, instances=instances, events=events, db_synchronous="OFF")
    return folder


@contextmanager
def kept_on_server(kind: Kind, *, instances: int, events: int) -> Iterator[tuple[Path, str]]:
    """Run a database server with such a ledger; yield a folder whose `data` goes with it, and the database's URL.

    It lies beside the others, or in a temporary folder where the server's user may not enter the checkout.
    """
    with _place_of_server(kind, KEPT / f"ledger-{instances}-{events}-{kind}") as folder:
        _clear_unless_whole(folder)
        with running_database(kind, folder / "server") as url:
            _make_once(folder, instances=instances, events=events, database_url=url)
            yield folder, url


@contextmanager
def _place_of_server(kind: Kind, wanted: Path) -> Iterator[Path]:
    if may_enter(kind, wanted):
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / kind


def _clear_unless_whole(folder: Path) -> None:
    """Remove a ledger that was cut off, or that another release of this module made."""
    if not _mark(folder).exists():
        shutil.rmtree(folder, ignore_errors=True)


def _make_once(folder: Path, *, instances: int, events: int, **settings: str) -> None:
    """Make a ledger where there is none; its folder is marked when it is whole."""
    if not _mark(folder).exists():
        make(folder, instances=instances, events=events, **settings)
        _mark(folder).touch()
        return
    with _opened(
        folder / "data", clock=None, **settings
    ) as db:  # of an earlier release it lacks what a server makes meanwhile
        asyncio.run(_make_keyframes(db))


def _mark(folder: Path) -> Path:
    return folder / f"made-{FORMAT}"


def make(folder: Path, *, instances: int, events: int, **settings: str) -> None:
    """Make such a ledger in `folder/data`, or in the empty database that the `settings` of a server name."""
    data = folder / "data"
    data.mkdir(parents=True)
    clock = ManualClock(datetime.now(UTC) - SPAN - timedelta(days=1))
    with _opened(data, clock=clock, **settings) as db:
        fill(db, clock, instances=instances, events=events)


@contextmanager
def _opened(data: Path, *, clock: Clock | None = None, **settings: str) -> Iterator[Database]:
    given = {"data": data, **settings}
    db = wiring.open_database(load_settings(given, environment={}, working_directory=data).settings, clock=clock)
    try:
        yield db
    finally:
        db.close()


def fill(db: Database, clock: ManualClock, *, instances: int, events: int) -> None:
    """Fill an empty database until it has so many events, and print how long it took; `clock` is the database's."""
    started = time.monotonic()
    fleet.fill(db, instances)
    asyncio.run(_catch_up(db))
    with db.snapshot(SINGLE_USER) as snapshot:
        states = _fleet(snapshot)
        project_id = projects.id_of(snapshot, "default") or ""
        missing = events - ledger.head(snapshot)
    made = time.monotonic()
    order = _order(list(states), missing)
    for start in range(0, missing, UNIT):
        clock.advance(SPAN.total_seconds() * UNIT / missing)
        with db.begin(SINGLE_USER.because("a benchmark")) as uow:
            for number, id in enumerate(order[start : start + UNIT], start):
                states[id] = _append_change(uow, states[id], number, project_id)
    with db.begin(SINGLE_USER) as uow:
        _write_rows(uow, states.values())
        # what is found by name and by links stays as the fleet was made, and no server goes through it all at its start
        for table in (SearchCheckpointRow, TimelineCheckpointRow):
            uow.change(update(table).values(seq=events))
    asyncio.run(_make_keyframes(db))
    console.print(
        f"[dim]{db.dialect}: {instances:,} instances made in {made - started:.0f} s, {missing:,} events appended in "
        f"{time.monotonic() - made:.0f} s.[/]"
    )


def _fleet(snapshot: Snapshot) -> dict[int, Instance]:
    found: dict[int, Instance] = {}
    while page := queries.instances(snapshot, InstanceFilter(), skip=len(found), limit=1000).items:
        found |= {instance.id: instance for instance in page}
    return found


def _order(ids: list[int], events: int) -> list[int]:
    """Return which instance each event is about."""
    chance = random.Random(SEED)
    order = [DEEP_ID] * min(DEEP_VERSIONS - 1, events // 4) + [SHALLOW_ID] * (SHALLOW_VERSIONS - 1)
    others = [id for id in ids if id not in (DEEP_ID, SHALLOW_ID)]
    order += chance.choices(others, k=events - len(order))
    chance.shuffle(order)
    return order


def _append_change(uow: UnitOfWork, before: Instance, number: int, project_id: str) -> Instance:
    asked: dict[str, Any] = {"replicas": 1 + number % 90, "description": f"Changed for the {number}th time"}
    after = before.model_copy(update=asked | {"version": before.version + 1, "updated_at": uow.now})
    changes = {field: Change(getattr(before, field), value) for field, value in asked.items()}
    changes["updated_at"] = Change(format_time(before.updated_at), format_time(uow.now))
    ledger.append(uow, InstanceUpdated(after=after, changes=changes), project_id=project_id)
    return after


def _write_rows(uow: UnitOfWork, states: Iterable[Instance]) -> None:
    fields = ("replicas", "description", "version", "updated_at", "search_folded")
    statement = update(InstanceRow.__table__).where(InstanceRow.id == bindparam("of"))  # type: ignore[arg-type]
    values = [
        {"of": state.id, "search_folded": folded_together(getattr(state, name) for name in Instance.searched)}
        | {field: getattr(state, field) for field in fields[:-1]}
        for state in states
    ]
    uow.change(statement.values({field: bindparam(field) for field in fields}), values)


async def _catch_up(db: Database) -> None:
    """Let the followers of a server do now what they would do at its start."""
    await TimelineFollower(db).catch_up()
    await SearchFollower(db).catch_up()


async def _make_keyframes(db: Database) -> None:
    for kind in wiring.REMEMBERED_KINDS:
        await ledger.KeyframeFollower(db, kind).catch_up()
