"""What all lists have in common: orders, cursors that pin the ledger, what can be asked of the past."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists

from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.filters import (
    Comparison,
    Expression,
    FilterFields,
    Identifier,
    Not,
    Ordering,
    parse_filter,
    parse_order_by,
)
from infrastudio.kernel.filters.errors import closest
from infrastudio.kernel.pages import MAX_OFFSET, PageRequest, decode_cursor, encode_cursor
from infrastudio.kernel.versioned import Value
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger.as_of import Moment
from infrastudio.stores.ledger.entries import head as ledger_head
from infrastudio.stores.ledger.tables import EventRow


@dataclass(frozen=True)
class ListQuestion:
    """A list as it was asked for, understood.

    Attributes:
        expression: The filter.
        orderings: The order, before the tie-break.
        seq: The ledger position whose state is listed; None: the live rows.
        pinned: The ledger position that later entities are left out behind, when the live rows are listed.
        offset: How many matching entities come before.
        head: The end of the ledger when the first page was read.
    """

    expression: Expression | None
    orderings: tuple[Ordering, ...]
    seq: int | None
    pinned: int | None
    offset: int
    limit: int
    head: int
    digest: str

    def next_cursor(self, returned: int, total: int) -> str | None:
        """Return where the next page begins; None behind the last one, or where pages end."""
        offset = self.offset + returned
        if not returned or offset >= total or offset > MAX_OFFSET:
            return None
        return encode_cursor({"s": self.head, "o": offset, "q": self.digest})


def understand(
    snapshot: Snapshot, request: PageRequest, fields: FilterFields, *, at: Moment | None, live_only: frozenset[str]
) -> ListQuestion:
    """Return what a list request means.

    A cursor pins the ledger position of its first page: the pages behind it list the state at that position, so that
    none is skipped or repeated while others write. Where filter or order need what recorded states leave out
    (`live_only` attributes, and collections such as metrics), they list the live rows less what was made since.

    Raises:
        InvalidFilter: The filter or the order is not understood.
        ValidationFailed: The cursor belongs to another list.
    """
    expression = parse_filter(request.filter or "")
    orderings = tuple(_ordering(text, request.descending) for text in request.sort)
    for ordering in orderings:
        fields.ordering(ordering, "sort")
    head = at.seq if at is not None else ledger_head(snapshot)
    digest = _digest(request, at)
    if request.cursor is None:
        seq = None if at is None else at.seq
        return ListQuestion(expression, orderings, seq, None, request.offset, request.limit, head, digest)
    pinned, offset = _read_cursor(request.cursor, digest)
    needs_live = any(
        name.entity not in (None, *fields.attribute_entities) or name.key in live_only
        for name in (*_names(expression), *(ordering.identifier for ordering in orderings))
    )
    if at is None and needs_live:
        return ListQuestion(expression, orderings, None, pinned, offset, request.limit, pinned, digest)
    return ListQuestion(expression, orderings, pinned, None, offset, request.limit, pinned, digest)


def require_columns(request: PageRequest, item: type[Value]) -> None:
    """Refuse columns that the items of a list do not have.

    Raises:
        ValidationFailed: There are such columns.
    """
    unknown = [name for name in dict.fromkeys(request.columns or ()) if name not in item.model_fields]
    if unknown:
        known = item.model_fields
        raise ValidationFailed(
            [Problem("columns", f"{name!r} is no column", suggestion=closest(name, known)) for name in unknown]
        )


def existed_at(entity: str, id_text: ColumnElement[str], seq: int) -> ColumnElement[bool]:
    """Return the condition that an entity was there at `seq`."""
    return exists().where(
        EventRow.entity == entity, EventRow.version == 1, EventRow.entity_id == id_text, EventRow.seq <= seq
    )


def _ordering(text: str, descending: bool | None) -> Ordering:
    ordering = parse_order_by(text, parameter="sort")
    return ordering if descending is None else Ordering(ordering.identifier, descending)


def _digest(request: PageRequest, at: Moment | None) -> str:
    parts = (request.filter, request.sort, request.descending, request.q, None if at is None else at.seq)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _read_cursor(cursor: str, digest: str) -> tuple[int, int]:
    values = decode_cursor(cursor)
    seq, offset = values.get("s"), values.get("o")
    if not isinstance(seq, int) or not isinstance(offset, int) or not 0 <= offset <= MAX_OFFSET or seq < 0:
        raise ValidationFailed.of("cursor", "is not a cursor of this list; leave it out to start from the first page")
    if values.get("q") != digest:
        raise ValidationFailed.of(
            "cursor", "belongs to a list with another filter or order; leave it out to start from the first page"
        )
    return seq, offset


def _names(expression: Expression | None) -> Iterator[Identifier]:
    if expression is None:
        return
    if isinstance(expression, Comparison):
        yield expression.identifier
        return
    for part in (expression.part,) if isinstance(expression, Not) else expression.parts:
        yield from _names(part)
