"""What a list is asked for: a filter, an order and a part, in the words of some set of fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select

from infrastudio.kernel.filters import Expression, FilterFields, Identifier, Ordering
from infrastudio.stores.db import Snapshot
from infrastudio.stores.db.filter_compiler import FilterColumns, compile_filter, order_statement

Item = TypeVar("Item")

NEWEST_FIRST: Final = (Ordering(Identifier(None, "created_at"), descending=True),)


@dataclass(frozen=True)
class Search:
    """What is wanted of a list.

    Attributes:
        fields: The words that `where` and `order` use.
        where: The filter; None: everything.
        order: The order; what it leaves open follows the list's own.
        limit: How many at most.
        offset: How many are passed over.
        is_counted: Must `Found.total` be right? Where nobody asks, the statement that counts is spared.
    """

    fields: FilterFields
    where: Expression | None = None
    order: tuple[Ordering, ...] = ()
    limit: int = 50
    offset: int = 0
    is_counted: bool = True


@dataclass(frozen=True)
class Found(Generic[Item]):
    """A part of a list, and how many there are in all; of a search that is not counted, how many came."""

    items: list[Item]
    total: int


def run_search(
    snapshot: Snapshot,
    base: Select[Any],
    search: Search,
    columns: FilterColumns,
    *,
    tie_break: tuple[ColumnElement[Any], ...],
    read: Callable[[list[Any]], list[Item]],
) -> Found[Item]:
    """Return the part of `base` that a search asks for.

    Args:
        snapshot: The snapshot to read.
        base: The statement, narrowed to what the actor may read.
        search: What is asked for.
        columns: Where the fields stand in `base`.
        tie_break: What makes the order total.
        read: Makes the items of the rows.
    """
    matching = base.where(compile_filter(search.where, search.fields, columns))
    ordered = order_statement(matching, search.order, search.fields, columns).order_by(*tie_break)
    rows = snapshot.execute(ordered.offset(search.offset).limit(search.limit)).all()
    if not search.is_counted:
        return Found(read(list(rows)), len(rows))
    total = snapshot.execute(select(func.count()).select_from(matching.order_by(None).subquery())).scalar_one()
    return Found(read(list(rows)), total)
