"""What can be done with models and their aliases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update

from infrastudio.contexts.approvals import service as approvals
from infrastudio.contexts.approvals.service import DECIDE
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry import rules
from infrastudio.contexts.registry.events import (
    ModelAliased,
    ModelCreated,
    ModelDeleted,
    ModelTagged,
    ModelUpdated,
    ModelVersionDeleted,
)
from infrastudio.contexts.registry.queries import models as queries
from infrastudio.contexts.registry.queries import versions as version_queries
from infrastudio.contexts.registry.queries.models import READ, WRITE
from infrastudio.contexts.registry.schemas import ModelIn, ModelState, ModelUpdate
from infrastudio.contexts.registry.service import removals
from infrastudio.contexts.registry.service.changes import changed_columns, changes_of
from infrastudio.contexts.registry.service.items import write_aliases, write_items
from infrastudio.contexts.registry.tables import (
    ModelAliasRow,
    ModelRow,
    ModelTagRow,
    ModelVersionRow,
    ModelVersionTagRow,
)
from infrastudio.contexts.tracking.service.versions import require_version
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import Conflict
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedInsert, PreparedSelect, PreparedUpdate, UnitOfWork
from infrastudio.stores.ledger import Event

_models: Final = cast("Table", ModelRow.__table__)
_INSERT: Final = PreparedInsert(_models)
_NAMED: Final = PreparedSelect(
    select(_models.c.id).where(_models.c.project_id == bindparam("project"), _models.c.name == bindparam("name"))
)

GONE: Final = "The version was removed."
COMMUTING: Final = ("tags",)
"""What others may change meanwhile without being in anybody's way."""


class NameTaken(Conflict):
    """Another model of the project has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A model named {name!r} already exists.", field="name", value=name)
        self.name = name


def create(uow: UnitOfWork, body: ModelIn, *, project: str | None = None) -> ModelState:
    """Register a model.

    Raises:
        NameTaken: The project has one of this name.
        ValidationFailed: The name cannot be part of a URI.
    """
    rules.check_model_name(body.name)
    project_id = projects.require(uow, project, WRITE)
    _require_free(uow, project_id, body.name)
    model = ModelState(
        id=uow.ids.prefixed("mdl"),
        project=projects.slug_of(uow, project_id),
        name=body.name,
        description=body.description,
        framework=body.framework,
        metadata=body.metadata,
        protected_stages=body.protected_stages,
        latest_version=None,
        last_number=0,
        created_at=uow.now,
        updated_at=uow.now,
        revised_at=uow.now,
        tags=body.tags,
        version=1,
    )
    stored = model.model_dump(exclude={"project", *ModelState.collections})
    _INSERT.run(uow.connection, [stored | {"project_id": project_id, "name_folded": casefold(model.name)}])
    write_items(uow, ModelTagRow, "model_id", model.id, {}, model.tags)
    ledger.append(uow, ModelCreated(after=model, changes=diff(None, model)), project_id=project_id)
    return model


def update(
    uow: UnitOfWork, model: str, body: ModelUpdate, *, expected: int | None = None, project: str | None = None
) -> ModelState:
    """Change the given fields of a model; tags are replaced as a whole.

    Raises:
        StaleVersion: It changed since `expected`.
        NameTaken: Another model has the new name.
        PermissionDenied: Only who may approve transitions says which stages are protected.
    """
    before = _writable(uow, model, project)
    require_version(uow, "model", before.id, before, expected, commuting=COMMUTING)
    asked = body.model_dump(exclude_unset=True)
    if "name" in asked:
        rules.check_model_name(body.name)
    changed = {field: value for field, value in asked.items() if getattr(before, field) != value}
    if not changed:
        return before
    if "protected_stages" in changed:
        # whoever may approve may say what needs it: else a requester would lift it first
        unknown = queries.UnknownModel(before.name)
        projects.require_right(uow, projects.id_of(uow, before.project) or "", DECIDE, unknown=unknown, read_right=READ)
    if "name" in changed:
        _require_free(uow, projects.require(uow, before.project, WRITE), body.name)
    if set(changed) - {"tags"}:
        changed["revised_at"] = uow.now
    return _store(uow, before, changed, ModelTagged if set(changed) == {"tags"} else ModelUpdated)


def touch(uow: UnitOfWork, model: str, *, project: str | None = None, **fields: Any) -> ModelState:
    """Change fields, even to what they were, and count it as a revision; for clients that expect that."""
    before = _writable(uow, model, project)
    if "name" in fields and fields["name"] != before.name:
        rules.check_model_name(fields["name"])
        _require_free(uow, projects.require(uow, before.project, WRITE), fields["name"])
    return _store(uow, before, fields | {"revised_at": uow.now}, ModelUpdated)


def set_tags(uow: UnitOfWork, model: str, tags: Mapping[str, str | None], *, project: str | None = None) -> ModelState:
    """Set tags; None removes one, whether it is there or not."""
    before = _writable(uow, model, project)
    merged = {**before.tags, **tags}
    after = {key: value for key, value in merged.items() if value is not None}
    return before if after == before.tags else _store(uow, before, {"tags": after}, ModelTagged)


def set_alias(
    uow: UnitOfWork,
    model: str,
    alias: str,
    number: int,
    *,
    expected: int | None = None,
    project: str | None = None,
) -> ModelState:
    """Let an alias mean a version; it moves from where it was.

    Raises:
        UnknownVersion: There is no such version.
        StaleVersion: The model changed since `expected`.
    """
    rules.check_alias(alias)
    row = queries.model_row(uow, model, right=WRITE, project=project, only_adds=True)
    before = queries.models_of(uow, [row])[0]
    require_version(uow, "model", before.id, before, expected, commuting=COMMUTING)
    version_queries.version_row(uow, before.id, number)
    if before.aliases.get(alias) == number:
        return before
    return _store(uow, before, {"aliases": {**before.aliases, alias: number}}, ModelAliased)


def delete_alias(
    uow: UnitOfWork, model: str, alias: str, *, expected: int | None = None, project: str | None = None
) -> ModelState:
    """Remove an alias, whether it is there or not."""
    before = _writable(uow, model, project)
    require_version(uow, "model", before.id, before, expected, commuting=COMMUTING)
    left = {name: number for name, number in before.aliases.items() if name != alias}
    return before if left == before.aliases else _store(uow, before, {"aliases": left}, ModelAliased)


def delete(
    uow: UnitOfWork, model: str, *, expected: int | None = None, project: str | None = None, force: bool = False
) -> None:
    """Remove a model with all its versions; its name is free again, its history stays.

    Raises:
        StaleVersion: It changed since `expected`.
        InProtectedStage, InUse: A version is protected, or served and not to be removed by `force`.
    """
    row = queries.model_row(uow, model, right=WRITE, project=project)
    projects.require_unlimited(uow)
    before = queries.models_of(uow, [row])[0]
    require_version(uow, "model", before.id, before, expected, commuting=COMMUTING)
    table = ModelVersionRow.__table__
    rows = uow.execute(select(table).where(table.c.model_id == before.id).order_by(table.c.number)).all()
    removed = version_queries.states_of(uow, rows)
    removals.require_removable(uow, before, removed, force=force)
    gone = ModelDeleted(after=None, changes=diff(before, None), entity_id=before.id, version=before.version + 1)
    cause = ledger.append(uow, gone, project_id=row.project_id)
    approvals.close(uow, "model_version", [version.id for version in removed], reason=GONE, cause=cause)
    for version in removed:
        changes = diff(version, None)
        event = ModelVersionDeleted(after=None, changes=changes, entity_id=version.id, version=version.version + 1)
        ledger.append(uow, event, project_id=row.project_id, cause=cause)
    own = select(table.c.id).where(table.c.model_id == before.id)
    uow.change(sql_delete(ModelVersionTagRow).where(ModelVersionTagRow.version_id.in_(own)))
    for owned in (ModelVersionRow, ModelTagRow, ModelAliasRow):
        uow.change(sql_delete(owned).where(owned.model_id == before.id))
    uow.change(sql_delete(ModelRow).where(ModelRow.id == before.id))


def record_version(uow: UnitOfWork, before: ModelState, **fields: Any) -> ModelState:
    """Note on a model that its versions changed; part of the verbs on versions."""
    return _store(uow, before, fields | {"revised_at": uow.now}, ModelUpdated)


def _writable(uow: UnitOfWork, model: str, project: str | None) -> ModelState:
    row = queries.model_row(uow, model, right=WRITE, project=project)
    return queries.models_of(uow, [row])[0]


def _require_free(uow: UnitOfWork, project_id: str, name: str) -> None:
    """Refuse a name that is in use; under the turn nobody else can take it in between."""
    if _NAMED.rows(uow.connection, {"project": project_id, "name": name}):
        raise NameTaken(name)


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> PreparedUpdate:
    """Return the statement that changes these columns of one model."""
    return PreparedUpdate(sql_update(_models).where(_models.c.id == bindparam("changed")), columns)


def _store(uow: UnitOfWork, before: ModelState, changed: Mapping[str, Any], event: type[Event]) -> ModelState:
    after = before.model_copy(update={**changed, "updated_at": uow.now, "version": before.version + 1})
    columns = {**changed_columns(before, after), "name_folded": casefold(after.name)}
    _update(tuple(columns)).run(uow.connection, {**columns, "changed": after.id})
    write_items(uow, ModelTagRow, "model_id", after.id, before.tags, after.tags)
    write_aliases(uow, after.id, before.aliases, after.aliases)
    project_id = projects.id_of(uow, after.project) or ""
    ledger.append(uow, event(after=after, changes=changes_of(before, after)), project_id=project_id)
    return after
