"""From the cells of a row to an instance that may be: every problem of a row at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from infrastudio.contexts.instances.schemas import RESET_BY_NULL, Instance, InstanceIn
from infrastudio.kernel.clock import parse_time
from infrastudio.kernel.errors import Problem
from infrastudio.kernel.tables import TableRow
from infrastudio.kernel.text import is_storable

FIELDS: Final = frozenset(InstanceIn.model_fields)
KNOWN: Final = frozenset(Instance.model_fields) | {"can"}
"""Columns that mean something, or that our own exports have."""
INTEGERS: Final = frozenset({"replicas", "pp", "cp", "tp"})
MAX_KEPT_ID: Final = 2_000_000_000
"""Greater ids of a source are mapped: browsers and many clients count exactly to 2^53 only."""
MOST_SHOWN_CHARACTERS: Final = 255

_WHOLE_NUMBER: Final = re.compile(r"[+-]?\d{1,19}(\.0*)?", re.ASCII)


class Candidate(NamedTuple):
    """A row of a table as an instance that may be.

    Attributes:
        row: Its number in the file.
        name: What the row calls it, as far as it can be shown.
        body: The instance, defaults filled in; None where the row has problems.
        given: The fields that the row itself tells; only these change an instance that exists.
        id: The id at the source.
        created_at, updated_at: When it was made and last changed, at the source.
    """

    row: int
    name: str | None
    body: InstanceIn | None
    given: frozenset[str]
    id: int | None
    created_at: datetime | None
    updated_at: datetime | None
    problems: tuple[Problem, ...] = ()


def candidate(row: TableRow, *, is_typed: bool, now: datetime) -> Candidate:
    """Return what a row means.

    Args:
        row: As it was read. Null says nothing, but resets the fields that it resets everywhere. Of a format without
            types an empty cell says nothing, but for `description`; numbers may be text, and texts numbers.
        is_typed: Does the format tell numbers from text?
        now: No moment of the source may lie behind it.
    """
    values = dict(row.values) if is_typed else {name: _loose(name, cell) for name, cell in row.values.items()}
    told = RESET_BY_NULL.keys() if is_typed else {"description"}
    given = {field: values[field] for field in FIELDS & values.keys() if values[field] is not None or field in told}
    problems = [Problem("row", row.problem)] if row.problem else []
    created = _moment(values, "created_at", now, problems)
    updated = _moment(values, "updated_at", now, problems)
    body = None
    try:
        body = InstanceIn.model_validate(given)
    except ValidationError as error:
        problems += [_problem(item) for item in error.errors(include_url=False)]
    return Candidate(
        row.number,
        _shown(values.get("name")),
        None if problems else body,
        frozenset(given),
        _id(values.get("id")),
        created,
        max(created, updated) if created and updated else updated or created,
        tuple(problems),
    )


def unknown_columns(names: Mapping[str, Any]) -> set[str]:
    """Return the names of columns that mean nothing here, as far as they can be shown."""
    return {shown for name in names if name not in KNOWN and (shown := _shown(name)) is not None}


def _loose(name: str, cell: Any) -> Any:
    """Return a cell of a format without types as the type of its field; None for an empty one."""
    if cell is None or cell == "":
        return "" if name == "description" else None
    if name in INTEGERS or name == "id":
        text = cell.strip() if isinstance(cell, str) else ""
        return int(text.partition(".")[0]) if _WHOLE_NUMBER.fullmatch(text) else cell
    if name in FIELDS and not isinstance(cell, str):
        if isinstance(cell, bool):
            return "true" if cell else "false"
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    return cell


def _moment(values: Mapping[str, Any], field: str, now: datetime, problems: list[Problem]) -> datetime | None:
    cell = values.get(field)
    if cell is None or cell == "":
        return None
    try:
        moment = cell if isinstance(cell, datetime) else parse_time(cell) if isinstance(cell, str) else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        problems.append(Problem(field, "is no moment; write it as 2026-01-31T12:00:00Z"))
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if moment > now:
        problems.append(Problem(field, "lies in the future; a time without a zone is UTC"))
    return moment


def _id(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_id = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_KEPT_ID
    return value if is_id else None


def _shown(value: Any) -> str | None:
    return value[:MOST_SHOWN_CHARACTERS] if isinstance(value, str) and is_storable(value) else None


def _problem(item: Any) -> Problem:
    path = ".".join(str(part) for part in item["loc"]) or "row"
    if item["type"] == "missing":
        return Problem(path, "is required")
    text: str = item["msg"]
    text = text.removeprefix("Value error, ").replace("Input should be", "must be").replace("String should", "must")
    value = item.get("input")
    is_short = isinstance(value, int | float | None) or (_shown(value) == value)
    return Problem(path, text, value=value, has_value=is_short and value == value)
