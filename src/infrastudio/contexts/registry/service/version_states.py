"""Changing one version: finding it, storing what it became, showing it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import update as sql_update

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries import versions
from infrastudio.contexts.registry.queries.models import WRITE, models_of
from infrastudio.contexts.registry.schemas import ModelState, ModelVersion, VersionState
from infrastudio.contexts.registry.service.changes import changed_columns, changes_of
from infrastudio.contexts.registry.service.items import write_items
from infrastudio.contexts.registry.tables import ModelVersionRow, ModelVersionTagRow
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedUpdate, UnitOfWork
from infrastudio.stores.ledger import Event

COMMUTING = ("tags",)
"""What others may change meanwhile without being in anybody's way."""


def writable(uow: UnitOfWork, model: str, number: int, project: str | None) -> tuple[ModelState, VersionState]:
    """Return a model and one of its versions that the actor may change."""
    owner, row = versions.version_row(uow, model, number, right=WRITE, project=project)
    return models_of(uow, [owner])[0], versions.states_of(uow, [row])[0]


def store(
    uow: UnitOfWork,
    before: VersionState,
    changed: Mapping[str, Any],
    event: type[Event],
    *,
    cause: str | None = None,
) -> VersionState:
    """Write new values of fields and tell of them in an event; return what the version is now."""
    after = before.model_copy(update={**changed, "updated_at": uow.now, "version": before.version + 1})
    columns = changed_columns(before, after)
    _update(tuple(columns)).run(uow.connection, {**columns, "changed": after.id})
    write_items(uow, ModelVersionTagRow, "version_id", after.id, before.tags, after.tags)
    project_id = projects.id_of(uow, after.project) or ""
    ledger.append(uow, event(after=after, changes=changes_of(before, after)), project_id=project_id, cause=cause)
    return after


def shown(uow: UnitOfWork, owner: ModelState, state: VersionState) -> ModelVersion:
    """Return a version as clients see it; the aliases of its model are those of `owner`."""
    return versions.with_aliases(uow, [state], owner)[0]


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> PreparedUpdate:
    """Return the statement that changes these columns of one version."""
    return PreparedUpdate(sql_update(ModelVersionRow).where(ModelVersionRow.id == bindparam("changed")), columns)
