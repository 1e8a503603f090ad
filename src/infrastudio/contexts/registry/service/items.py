"""Writing rows of tags, params and aliases so that they equal a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert

from infrastudio.contexts.registry.tables import ModelAliasRow
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.db.item_rows import item_rows


def write_items(
    uow: UnitOfWork, row: Any, owner: str, id: str, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    """Make the rows of one owner equal `after`, where they are `before`.

    Args:
        uow: The transaction.
        row: The table class of the items.
        owner: The column of what they belong to.
        id: What they belong to.
        before: The items as they are.
        after: The items as they shall be.
    """
    table = row.__table__.c
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    stale = [key for key in before if key not in after or key in changed]
    if stale:
        uow.change(delete(row).where(table[owner] == id, table.key.in_(stale)))
    if changed:
        uow.change(insert(row), item_rows(owner, id, changed))


def write_aliases(uow: UnitOfWork, model_id: str, before: Mapping[str, int], after: Mapping[str, int]) -> None:
    """Make the rows of a model's aliases equal `after`, where they are `before`."""
    changed = {alias: number for alias, number in after.items() if before.get(alias) != number}
    stale = [alias for alias in before if alias not in after or alias in changed]
    if stale:
        uow.change(delete(ModelAliasRow).where(ModelAliasRow.model_id == model_id, ModelAliasRow.alias.in_(stale)))
    if changed:
        rows = [{"model_id": model_id, "alias": alias, "number": number} for alias, number in changed.items()]
        uow.change(insert(ModelAliasRow), rows)
