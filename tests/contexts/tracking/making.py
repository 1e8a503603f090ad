"""Experiments, runs and telemetry to test with; one unit of work each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.queries import runs
from infrastudio.contexts.tracking.schemas import Experiment, ExperimentIn, Run, RunCreate
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot, UnitOfWork
from infrastudio.stores.ledger import Entry, Moment
from infrastudio.stores.telemetry import Point, PointBatch, StreamOwner, TelemetryStore

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_numbers = itertools.count(1)


def write(
    db: Database,
    verb: Callable[Concatenate[UnitOfWork, Parameters], Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Run a service function in a unit of work of its own."""
    with db.begin(SINGLE_USER) as uow:
        return verb(uow, *args, **kwargs)


def read(
    db: Database,
    query: Callable[Concatenate[Snapshot, Parameters], Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Run a query in a snapshot of its own."""
    with db.snapshot(SINGLE_USER) as snapshot:
        return query(snapshot, *args, **kwargs)


def an_experiment(db: Database, **fields: Any) -> Experiment:
    """A new experiment, with a new name each time."""
    values = {"name": f"experiment {next(_numbers)}"} | fields
    return write(db, service.create_experiment, ExperimentIn.model_validate(values))


def a_run(db: Database, experiment: Experiment | None = None, **fields: Any) -> Run:
    """A new run, in a new experiment unless one is given."""
    experiment_id = (experiment or an_experiment(db)).id
    return write(db, service.create_run, RunCreate.model_validate({"experiment_id": experiment_id} | fields))


def history_of(db: Database, entity: str, id: str) -> list[Entry]:
    """The events of an entity, oldest first."""
    return read(db, ledger.history, entity, id)


def moment_of(entry: Entry) -> Moment:
    """The moment right after an event."""
    return Moment(entry.seq, entry.at)


def now(db: Database) -> Moment:
    """The closed moment that is the present."""
    return ledger.resolve_as_of(db, SINGLE_USER, "now")


def run_now(db: Database, id: str) -> Run:
    """A run as its rows say."""
    return read(db, runs.run, id)


async def log_metrics(telemetry: TelemetryStore, db: Database, run: Run, points: Sequence[Point]) -> None:
    """Store points of a run."""
    project_id = read(db, projects.id_of, run.project)
    assert project_id is not None
    await telemetry.append_points(StreamOwner(project_id, "run", run.id), PointBatch.of(points))
