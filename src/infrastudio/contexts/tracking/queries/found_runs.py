"""All that clients of another protocol read of runs, a few queries for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, select, type_coerce

from infrastudio.contexts.tracking.queries import runs
from infrastudio.contexts.tracking.schemas.runs import DatasetInput, RunStatus
from infrastudio.contexts.tracking.tables.items import table_of
from infrastudio.contexts.tracking.tables.runs import RunRow
from infrastudio.stores.db import PreparedList, Snapshot

_runs = table_of(RunRow).c
_FOUND: Final = PreparedList(
    select(
        _runs.id,
        _runs.name,
        _runs.experiment_id,
        _runs.user,
        _runs.status,
        type_coerce(_runs.started_at, BigInteger()),
        type_coerce(_runs.ended_at, BigInteger()),
        _runs.lifecycle,
    ),
    _runs.id,
)
_VERSIONS: Final = PreparedList(select(_runs.id, _runs.version, type_coerce(_runs.updated_at, BigInteger())), _runs.id)


class FoundRun(NamedTuple):
    """A run as searches return it; times in microseconds since 1970."""

    id: str
    name: str
    experiment_id: int
    user: str
    status: RunStatus
    started_us: int | None
    ended_us: int | None
    lifecycle: str


class RunVersion(NamedTuple):
    """Tells the states of a run apart, also from those of an earlier run with the same id."""

    version: int
    updated_us: int


class FoundRuns(NamedTuple):
    """Runs in order, and what they carry, by run and key."""

    runs: Sequence[FoundRun]
    params: Sequence[runs.Item]
    tags: Sequence[runs.Item]
    datasets: Mapping[str, Sequence[DatasetInput]]
    model_inputs: Mapping[str, Sequence[str]]
    model_outputs: Mapping[str, Mapping[str, int]]


def versions(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, RunVersion]:
    """Return the versions of runs; rights are the caller's to check."""
    return {id: RunVersion(*version) for id, *version in _VERSIONS.rows(snapshot.connection, ids)}


def found_runs(snapshot: Snapshot, ids: Sequence[str]) -> FoundRuns:
    """Return the runs with these ids, in that order, a few queries for all; rights are the caller's to check."""
    by_id = {row[0]: FoundRun(*row) for row in _FOUND.rows(snapshot.connection, ids)}
    inputs, outputs = runs.models_by_run(snapshot, ids)
    return FoundRuns(
        [by_id[id] for id in ids],
        *runs.items_of(snapshot, ids),
        runs.datasets_by_run(snapshot, runs.with_datasets(snapshot, ids)),
        inputs,
        outputs,
    )
