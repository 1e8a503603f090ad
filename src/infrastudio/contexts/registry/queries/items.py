"""Tags, params and aliases of many owners at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from infrastudio.contexts.registry.tables import (
    LoggedModelParamRow,
    LoggedModelTagRow,
    ModelAliasRow,
    ModelTagRow,
    ModelVersionTagRow,
)
from infrastudio.kernel.batches import batches
from infrastudio.stores.db import Snapshot

"""Ids in one statement; databases limit its parameters."""


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
    table = ModelAliasRow.__table__.c
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for part in batches(model_ids):
        rows = snapshot.execute(
            select(table.model_id, table.alias, table.number).where(table.model_id.in_(part)).order_by(table.alias)
        )
        for row in rows:
            found[row.model_id][row.alias] = row.number
    return found


def _items(snapshot: Snapshot, row: Any, owner: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
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
