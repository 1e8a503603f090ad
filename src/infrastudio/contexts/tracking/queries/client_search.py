"""Runs that a client of another protocol searches for: filtered, ordered and cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, func, select, type_coerce

from infrastudio.contexts.tracking.queries.columns import run_columns, select_runs
from infrastudio.contexts.tracking.queries.fields import RUN_FIELDS
from infrastudio.contexts.tracking.queries.ranked_runs import RankedRuns, ranked_runs
from infrastudio.contexts.tracking.queries.run_search import RunScope, scope_conditions
from infrastudio.contexts.tracking.tables.runs import RunRow
from infrastudio.kernel.filters import Expression, FilterFields, Identifier, Ordering
from infrastudio.stores.db import Snapshot, unindexed
from infrastudio.stores.db.filter_compiler import compile_filter, order_statement
from infrastudio.stores.telemetry import TelemetryReader

LATEST_FIRST: Final = (Ordering(Identifier(None, "started_at"), descending=True),)
FEW: Final = 2
MANY: Final = 20
"""How many times as many runs as are wanted are looked at, at first and at most, before all of the scope are."""

Scope = Sequence[ColumnElement[bool]]
"""Conditions on the rows of runs."""

_start: Final = type_coerce(RunRow.started_at, BigInteger())
_LISTED: Final = select(func.json_each(bindparam("listed")).table_valued("value"))
"""Runs by their ids, with which SQLite shall begin."""


class RunSearch(NamedTuple):
    """What a client asks for."""

    scope: RunScope
    expression: Expression | None = None
    orderings: Sequence[Ordering] = ()
    fields: FilterFields = RUN_FIELDS
    limit: int = 1000
    offset: int = 0

    @property
    def end(self) -> int:
        """How many runs must be found before the last one that is asked for."""
        return self.offset + self.limit


def search(snapshot: Snapshot, telemetry: TelemetryReader, wanted: RunSearch) -> list[str]:
    """Return the ids of runs; behind the asked-for order, the latest start first, then by id."""
    found = _among_the_first(snapshot, telemetry, wanted, scope_conditions(snapshot, wanted.scope, None))
    return search_all(snapshot, wanted) if found is None else found[wanted.offset :]


def search_all(snapshot: Snapshot, wanted: RunSearch) -> list[str]:
    """Return the same by looking at all runs of the scope."""
    scope = scope_conditions(snapshot, wanted.scope, None)
    return _ids(snapshot, _ordered(snapshot, wanted, scope).offset(wanted.offset).limit(wanted.limit))


def _among_the_first(
    snapshot: Snapshot, telemetry: TelemetryReader, wanted: RunSearch, scope: Scope
) -> list[str] | None:
    """Look only at the first runs in the order of a search; None where that does not settle it.

    A search that finds as many as it wants among them has found what it would among all.
    """
    if not wanted.orderings:
        return None if wanted.expression is None else _among_the_newest(snapshot, wanted, scope)
    ranked = ranked_runs(telemetry, wanted.expression, wanted.orderings[0], wanted.fields)
    return None if ranked is None else _among_the_best(snapshot, ranked, wanted, scope)


def _among_the_best(snapshot: Snapshot, ranked: RankedRuns, wanted: RunSearch, scope: Scope) -> list[str] | None:
    of_few = [RunRow.id.in_(_LISTED), *map(unindexed, scope)]
    statement = _ordered(snapshot, wanted._replace(expression=ranked.rest), of_few, of_few=True).limit(wanted.end)
    count = FEW * wanted.end
    while count <= MANY * wanted.end:
        first = ranked.first(count)
        found = _ids(snapshot, statement, listed=orjson.dumps(first.ids).decode())
        if len(found) == wanted.end or (first.is_all and ranked.is_whole):
            return found
        if first.is_all:
            return None
        count = max(2 * count, round(1.5 * count * wanted.end / max(len(found), 1)))
    return None


def _among_the_newest(snapshot: Snapshot, wanted: RunSearch, scope: Scope) -> list[str] | None:
    """Walk along the index of starts, and test each run; to find all that pass a test first is dear for common ones."""
    last = select(_start).where(*scope).order_by(_start.desc()).limit(1).offset(MANY * wanted.end).scalar_subquery()
    walked = [*scope, _start >= func.coalesce(last, 0)]
    found = _ids(snapshot, _ordered(snapshot, wanted, walked, of_few=True).limit(wanted.end))
    return found if len(found) == wanted.end else None


def _ordered(snapshot: Snapshot, wanted: RunSearch, conditions: Scope, *, of_few: bool = False) -> Select[Any]:
    """Return the statement of the ids of runs that meet some conditions and the filter."""
    columns = run_columns(snapshot.dialect, of_few=of_few)
    statement = select_runs(snapshot.dialect).where(*conditions)
    statement = order_statement(statement, wanted.orderings, wanted.fields, columns)
    statement = order_statement(statement, LATEST_FIRST, RUN_FIELDS, columns).order_by(RunRow.id)
    statement = statement.where(compile_filter(wanted.expression, wanted.fields, columns))
    return statement.with_only_columns(RunRow.id)


def _ids(snapshot: Snapshot, statement: Select[Any], **values: str) -> list[str]:
    return list(snapshot.execute(statement, values).scalars())
