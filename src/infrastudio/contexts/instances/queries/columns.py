"""Where the fields of instances stand: in the columns of live rows, or in the states that the ledger recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, func, literal
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from infrastudio.contexts.instances.schemas import InstanceFilter
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.diff import State
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import UtcDateTime, contains
from infrastudio.stores.ledger import EVENT_AT, PastStates, RememberedKind

Columns = Callable[[str], ColumnElement[Any]]

COLUMNS: Final = tuple(column for column in InstanceRow.__table__.columns if not column.name.endswith("_folded"))
"""All that an instance consists of; what only searches need stays in the database."""

PARTIAL: Final = {"name": "name_folded", "q": "search_folded"}
"""The filters that ask for a part of a text in any case, and where that stands."""


def live(field: str) -> ColumnElement[Any]:
    """Return the column of a field in the live rows."""
    column: ColumnElement[Any] = InstanceRow.__table__.c[field]
    return column


def past(field: str) -> ColumnElement[Any]:
    """Return the value of a field in the states of `select_states`."""
    return recorded(EVENT_AT.after, field)


def recorded(state: Any, field: str) -> ColumnElement[Any]:
    """Return the value of a field in a column of recorded states; events that are older than the field lack it."""
    column = InstanceRow.__table__.c[field]
    if isinstance(column.type, UtcDateTime):
        return ledger.json_value(state, f"{field}_us", int)
    value = ledger.json_value(state, field, column.type.python_type)
    if field == "search_folded":
        return func.coalesce(value, ledger.json_value(state, "name_folded"))
    if isinstance(column.default, ScalarElementColumnDefault):
        return func.coalesce(value, literal(column.default.arg, column.type))
    return value


def values_of(wanted: InstanceFilter) -> dict[str, Any]:
    """Return what a filter asks for by field, folded where a part in any case is asked for."""
    values = wanted.model_dump(exclude_none=True)
    return {
        field: casefold(value) if field in PARTIAL else value
        for field, value in values.items()
        if value or field not in PARTIAL
    }


def conditions(values: Mapping[str, Any], columns: Columns) -> list[ColumnElement[bool]]:
    """Return what the states must meet that a filter with such `values_of` lets through."""
    return [
        contains(columns(PARTIAL[field]), value) if field in PARTIAL else columns(field) == value
        for field, value in values.items()
    ]


def written(values: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return what states must meet, as texts, that a filter with such `values_of` lets through.

    To look for a text costs a fraction of what it costs to read JSON, and leaves few states to `conditions`, which
    alone tell which ones match: the same text may stand elsewhere in a state. Recorded JSON is canonical.
    """
    return [
        contains(EVENT_AT.after, f'"{field}":{canonical_json(value)}')
        for field, value in values.items()
        if field not in PARTIAL and _RECORDED[_PLACE[field]][1] != value  # a default need not be written
    ]


def _recorded_as(column: Any) -> tuple[str, Any]:
    """Return under which key a field stands in recorded states, and what it is in those that lack it."""
    is_time = isinstance(column.type, UtcDateTime)
    default = column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None
    return f"{column.name}_us" if is_time else column.name, default


_REMEMBERED: Final = [
    column for column in InstanceRow.__table__.columns if column.name not in ("id", "project_id", "search_folded")
]
_RECORDED: Final = tuple(map(_recorded_as, _REMEMBERED))
_READ_ALL: Final = itemgetter(*(key for key, _ in _RECORDED), "search_folded")
_PLACE: Final = {
    field: place for place, field in enumerate([*(column.name for column in _REMEMBERED), "search_folded"])
}


def values_in(state: State) -> Sequence[Any]:
    """Return what filters and orders need of a recorded state, as `recorded` finds it in the database."""
    try:
        found = _READ_ALL(state)
    except KeyError:
        return _values_of_old(state)
    return _values_of_old(state) if None in found else found


def _values_of_old(state: State) -> Sequence[Any]:
    """Return the values of a state that may be older than some fields."""
    read = state.get
    values = [default if (value := read(key)) is None else value for key, default in _RECORDED]
    searched = read("search_folded")
    return [*values, read("name_folded") if searched is None else searched]


REMEMBERED: Final = RememberedKind("instance", tuple(map(repr, (*_RECORDED, "search_folded"))), values_in)
"""What is kept of past states; the names tell the defaults too."""


def chosen(
    known: PastStates,
    wanted: InstanceFilter,
    allowed: frozenset[str] | None,
    *,
    sort: str,
    descending: bool,
) -> list[int]:
    """Return the events that tell a list of known states, by id: `conditions` and order as in the database.

    Args:
        known: What `values_in` took of each state.
        wanted: The filter.
        allowed: The projects that the list may show; None: all.
        sort: The field to sort by.
        descending: The other way round.
    """
    found: Sequence[int] = range(len(known))
    if allowed is not None and not allowed.issuperset(project_ids := known.project_ids):
        found = [row for row in found if project_ids[row] in allowed]
    for field, value in values_of(wanted).items():  # one after the other: much cheaper than all tests for each state
        column = known.values(_PLACE[PARTIAL.get(field, field)])
        if field in PARTIAL:
            found = [row for row in found if value in column[row]]
        else:
            found = [row for row in found if column[row] == value]
    ids, seqs, by = known.ids, known.seqs, _PLACE.get(sort)
    if by is None:
        keyed: list[tuple[Any, int]] = [(int(ids[row]), seqs[row]) for row in found]
    else:
        column = known.values(by)
        keyed = [((column[row], int(ids[row])), seqs[row]) for row in found]
    return [seq for _, seq in sorted(keyed, reverse=descending)]
