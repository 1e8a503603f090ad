"""Deleting and restoring runs: one by one, and all of an experiment at once."""

from __future__ import annotations

from sqlalchemy import select, update

from infrastudio.contexts.tracking.events.runs import RunDeleted, RunRestored
from infrastudio.contexts.tracking.queries import runs as queries
from infrastudio.contexts.tracking.queries.active_runs import touch_runs
from infrastudio.contexts.tracking.schemas.experiments import Lifecycle
from infrastudio.contexts.tracking.schemas.runs import Run
from infrastudio.contexts.tracking.service.run_writes import WRITE, write_run
from infrastudio.contexts.tracking.service.versions import require_version
from infrastudio.contexts.tracking.tables.runs import RunRow
from infrastudio.kernel.diff import diff
from infrastudio.stores import ledger
from infrastudio.stores.db import Record, UnitOfWork
from infrastudio.stores.ledger import Event, Link


def delete_run(uow: UnitOfWork, id: str, *, expected: int | None = None) -> Run:
    """Put a run aside: it is read-only from now on. To do it again changes nothing.

    Raises:
        StaleVersion: It changed since `expected`, other than by its params and tags.
    """
    row = queries.row(uow, id, right=WRITE)
    before = queries.run_of(uow, row)
    require_version(uow, "run", id, before, expected, commuting=Run.collections)
    return _move(uow, row, before, "deleted", RunDeleted)


def restore_run(uow: UnitOfWork, id: str, *, expected: int | None = None) -> Run:
    """Bring a deleted run back. To do it again changes nothing.

    Raises:
        StaleVersion: It changed since `expected`.
    """
    row = queries.row(uow, id, right=WRITE)
    before = queries.run_of(uow, row)
    require_version(uow, "run", id, before, expected, commuting=Run.collections)
    return _move(uow, row, before, "active", RunRestored)


def delete_runs_of(uow: UnitOfWork, experiment: int, *, cause: str) -> None:
    """Put the active runs of an experiment aside, because it was; one event each, caused by the event `cause`."""
    _move_all(uow, experiment, "active", "deleted", RunDeleted, cause)


def restore_runs_of(uow: UnitOfWork, experiment: int, *, cause: str) -> None:
    """Bring all deleted runs of an experiment back, because it was; one event each, caused by the event `cause`."""
    _move_all(uow, experiment, "deleted", "active", RunRestored, cause)


def _move(uow: UnitOfWork, row: Record, before: Run, to: Lifecycle, event: type[Event]) -> Run:
    if before.lifecycle == to:
        return queries.with_collections(uow, [before])[0]
    touch_runs(uow, [before.id])
    after = write_run(uow, row, before, {"lifecycle": to}, event)
    return queries.with_collections(uow, [after])[0]


def _move_all(
    uow: UnitOfWork, experiment: int, from_: Lifecycle, to: Lifecycle, event: type[Event], cause: str
) -> None:
    mine = (RunRow.experiment_id == experiment) & (RunRow.lifecycle == from_)
    rows = uow.execute(select(RunRow.__table__).where(mine).order_by(RunRow.created_at, RunRow.id)).all()
    if not rows:
        return
    touch_runs(uow, (row.id for row in rows))
    uow.change(update(RunRow).where(mine).values(lifecycle=to, updated_at=uow.now, version=RunRow.version + 1))
    befores = [queries.run_of(uow, row) for row in rows]
    afters = [
        before.model_copy(update={"lifecycle": to, "updated_at": uow.now, "version": before.version + 1})
        for before in befores
    ]
    whole = {
        run.id: run
        for run in queries.with_collections(uow, [run for run in afters if ledger.is_full_version(run.version)])
    }
    links = (Link(relation="caused_by", to=f"experiment:{experiment}"),)
    for row, before, after in zip(rows, befores, afters, strict=True):
        told = event(after=whole.get(after.id, after), changes=diff(before, after), links=links)
        ledger.append(uow, told, project_id=row.project_id, cause=cause)
