"""Tags, params and aliases of many owners at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select

from infrastudio.contexts.registry.tables import (
    LoggedModelParamRow,
    LoggedModelTagRow,
    ModelAliasRow,
    ModelTagRow,
    ModelVersionTagRow,
)
from infrastudio.kernel.batches import batches
from infrastudio.stores.db import PreparedSelect, Snapshot


def _of_one(row: Any, owner: str) -> PreparedSelect:
    table = row.__table__.c
    return PreparedSelect(select(table.key, table.value).where(table[owner] == bindparam("owner")).order_by(table.key))


_ONE: Final = {
    row: _of_one(row, owner)
    for row, owner in (
        (ModelTagRow, "model_id"),
        (ModelVersionTagRow, "version_id"),
        (LoggedModelTagRow, "logged_model_id"),
        (LoggedModelParamRow, "logged_model_id"),
    )
}
"""The statements that read the items of one owner."""

_alias: Final = ModelAliasRow.__table__.c
_ALIASES_OF_ONE: Final = PreparedSelect(
    select(_alias.alias, _alias.number).where(_alias.model_id == bindparam("model")).order_by(_alias.alias)
)


def model_tags(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the tags of models by id."""
    return _items(snapshot, ModelTagRow, "model_id", ids)


def version_tags(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the tags of versions by id."""
    return _items(snapshot, ModelVersionTagRow, "version_id", ids)


def logged_model_tags(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the tags of logged models by id."""
    return _items(snapshot, LoggedModelTagRow, "logged_model_id", ids)


def logged_model_params(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the params of logged models by id."""
    return _items(snapshot, LoggedModelParamRow, "logged_model_id", ids)


def aliases(snapshot: Snapshot, model_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the aliases of models by id."""
    if len(model_ids) == 1:
        return {model_ids[0]: dict(_ALIASES_OF_ONE.rows(snapshot.connection, {"model": model_ids[0]}))}
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for part in batches(model_ids):
        rows = snapshot.execute(
            select(_alias.model_id, _alias.alias, _alias.number).where(_alias.model_id.in_(part)).order_by(_alias.alias)
        )
        for row in rows:
            found[row.model_id][row.alias] = row.number
    return found


def _items(snapshot: Snapshot, row: Any, owner: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    if len(ids) == 1:
        return {ids[0]: dict(_ONE[row].rows(snapshot.connection, {"owner": ids[0]}))}
    table = row.__table__.c
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for part in batches(ids):
        rows = snapshot.execute(
            select(table[owner].label("owner"), table.key, table.value)
            .where(table[owner].in_(part))
            .order_by(table.key)
        )
        for item in rows:
            found[item.owner][item.key] = item.value
    return found
