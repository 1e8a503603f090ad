"""Runs that a client of another protocol searches for: filtered, ordered and cut, with all that it reads of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import BigInteger, ColumnElement, Select, func, select, type_coerce

from infrastudio.contexts.tracking.queries import runs
from infrastudio.contexts.tracking.queries.columns import run_columns, select_runs
from infrastudio.contexts.tracking.queries.fields import RUN_FIELDS
from infrastudio.contexts.tracking.queries.run_search import RunScope, scope_conditions
from infrastudio.contexts.tracking.schemas.runs import DatasetInput, RunStatus
from infrastudio.contexts.tracking.tables.items import table_of
from infrastudio.contexts.tracking.tables.runs import RunRow
from infrastudio.kernel.filters import Expression, FilterFields, Identifier, Ordering
from infrastudio.stores.db import PreparedList, Snapshot, unindexed
from infrastudio.stores.db.filter_compiler import compile_filter, order_statement
from infrastudio.stores.telemetry import Ranking, TelemetryReader

LATEST_FIRST: Final = (Ordering(Identifier(None, "started_at"), descending=True),)
FEW: Final = 2
MANY: Final = 20
"""How many times as many runs as are wanted are looked at, at first and at most, before all of the scope are."""

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


class RunSearch(NamedTuple):
    """What a client asks for."""

    scope: RunScope
    expression: Expression | None = None
    orderings: Sequence[Ordering] = ()
    fields: FilterFields = RUN_FIELDS
    limit: int = 1000
    offset: int = 0


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


class FoundRuns(NamedTuple):
    """Runs in order, and what they carry, by run and key."""

    runs: Sequence[FoundRun]
    params: Sequence[runs.Item]
    tags: Sequence[runs.Item]
    datasets: Mapping[str, Sequence[DatasetInput]]
    model_inputs: Mapping[str, Sequence[str]]
    model_outputs: Mapping[str, Mapping[str, int]]


def search(snapshot: Snapshot, telemetry: TelemetryReader, wanted: RunSearch) -> list[str]:
    """Return the ids of runs; behind the asked-for order, the latest start first, then by id."""
    found = _among_the_best(snapshot, telemetry, wanted)
    if found is None:
        scope = scope_conditions(snapshot, wanted.scope, None)
        return _ids(snapshot, _ordered(snapshot, wanted, scope).offset(wanted.offset).limit(wanted.limit))
    return found


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


def _among_the_best(snapshot: Snapshot, telemetry: TelemetryReader, wanted: RunSearch) -> list[str] | None:
    """Look only at runs with the best values of the metric that is ordered by; None where that does not settle it.

    A search that finds as many as it wants among them has found what it would among all.
    """
    ranking = _ranking(telemetry, wanted)
    end = wanted.offset + wanted.limit
    count = FEW * end
    while ranking is not None and count <= min(MANY * end, len(ranking.ids)):
        ids = ranking.first(count, descending=wanted.orderings[0].descending)
        found = _ids(
            snapshot, _ordered(snapshot, wanted, _are_among(snapshot, wanted.scope, ids), of_few=True).limit(end)
        )
        if len(found) == end:
            return found[wanted.offset :]
        count = max(2 * count, round(1.5 * count * end / max(len(found), 1)))
    return None


def _ranking(telemetry: TelemetryReader, wanted: RunSearch) -> Ranking | None:
    """Return the order of all runs by the metric that is ordered by first, where memory knows it."""
    if not wanted.orderings:
        return None
    target = wanted.fields.ordering(wanted.orderings[0], "order_by")
    if target.collection is None or target.collection.name != "metric":
        return None
    return telemetry.ranking("run", target.key)


def _are_among(snapshot: Snapshot, scope: RunScope, ids: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return the conditions that runs are among some, with which SQLite shall begin, and in the scope."""
    listed = select(func.json_each(orjson.dumps(ids).decode()).table_valued("value"))
    in_scope = [unindexed(condition) for condition in scope_conditions(snapshot, scope, None)]
    return [RunRow.id.in_(listed), *in_scope]


def _ordered(
    snapshot: Snapshot, wanted: RunSearch, conditions: Sequence[ColumnElement[bool]], *, of_few: bool = False
) -> Select[Any]:
    """Return the statement of the ids of runs that meet some conditions and the filter."""
    columns = run_columns(snapshot.dialect, of_few=of_few)
    statement = select_runs(snapshot.dialect).where(*conditions)
    statement = order_statement(statement, wanted.orderings, wanted.fields, columns)
    statement = order_statement(statement, LATEST_FIRST, RUN_FIELDS, columns).order_by(RunRow.id)
    statement = statement.where(compile_filter(wanted.expression, wanted.fields, columns))
    return statement.with_only_columns(_runs.id)


def _ids(snapshot: Snapshot, statement: Select[Any]) -> list[str]:
    return list(snapshot.execute(statement).scalars())
