"""Whole lists and histories, row by row, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infrastudio.contexts.instances.queries import history as records
from infrastudio.contexts.instances.queries import instances as fleet
from infrastudio.contexts.instances.schemas import HistoryFilter, HistoryItem, Instance, InstanceFilter
from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.filters.errors import closest
from infrastudio.kernel.tables import Column, Kind, Row
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment

_INTEGERS: Final = frozenset({"id", "version", "replicas", "pp", "cp", "tp", "history_id", "original_id"})
_TIMES: Final = frozenset({"created_at", "updated_at", "operation_timestamp"})
_JSON: Final = frozenset({"changes", "labels"})
_FIRST: Final = ("history_id", "operation_type", "operation_timestamp", "original_id")


def _column(name: str) -> Column:
    kind: Kind = "integer" if name in _INTEGERS else "time" if name in _TIMES else "json" if name in _JSON else "text"
    return Column(name, kind)


def _last(names: list[str], *behind: str) -> list[str]:
    return [*(name for name in names if name not in behind), *behind]


LIST_COLUMNS: Final = tuple(map(_column, _last(list(Instance.model_fields), "project", "version")))
"""Of an export of the list: the fields of the contract in its order, then what we added."""

HISTORY_COLUMNS: Final = tuple(
    map(_column, [*_FIRST, *(name for name in _last(list(HistoryItem.model_fields), "version") if name not in _FIRST)])
)
"""Of an export of a history: what happened, then the fields of the instance, then the rest."""


def choose(columns: tuple[Column, ...], wanted: str | None) -> tuple[Column, ...]:
    """Return the columns that a comma-separated list names, in its order; None means all.

    Raises:
        ValidationFailed: One of them is not there, or named twice.
    """
    if wanted is None:
        return columns
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    by_name = {column.name: column for column in columns}
    problems = [
        Problem("columns", f"{name[:100]!r} is not a column; known are {', '.join(by_name)}",
                suggestion=closest(name, by_name))
        for name in names if name not in by_name
    ]  # fmt: skip
    if problems:
        raise ValidationFailed(problems)
    if not names or len(set(names)) < len(names):
        raise ValidationFailed.of("columns", "must name each column once, and at least one")
    return tuple(by_name[name] for name in names)


def list_rows(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    *,
    project: str | None,
    sort: str,
    descending: bool,
    at: Moment | None,
) -> Iterator[Row]:
    """Yield all instances that match, in the order of the list."""
    found = fleet.stream(snapshot, wanted, project=project, sort=sort, descending=descending, at=at)
    return (instance.__dict__ for instance in found)


def history_rows(
    snapshot: Snapshot,
    id: int | None,
    wanted: HistoryFilter,
    *,
    project: str | None = None,
    descending: bool = True,
    at: Moment | None = None,
) -> Iterator[Row]:
    """Yield all records that match, of one instance or (`id` None) of the whole fleet.

    Raises:
        UnknownInstance: There never was such an instance, or the actor may not read it.
    """
    found = records.stream(snapshot, id, wanted, project=project, descending=descending, at=at)
    return (_record(item) for item in found)


def _record(item: HistoryItem) -> Row:
    changes = {field: {"old": change.old, "new": change.new} for field, change in item.changes.items()}
    return {**item.__dict__, "changes": changes}
