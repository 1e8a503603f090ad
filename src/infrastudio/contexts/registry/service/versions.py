"""What can be done with versions of models; their stages have a file of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from sqlalchemy import Table, select
from sqlalchemy import delete as sql_delete

from infrastudio.contexts.approvals import service as approvals
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry import rules
from infrastudio.contexts.registry.events import (
    ModelVersionCreated,
    ModelVersionDeleted,
    ModelVersionTagged,
    ModelVersionUpdated,
)
from infrastudio.contexts.registry.queries.models import WRITE, model_row, models_of
from infrastudio.contexts.registry.queries.versions import version_id
from infrastudio.contexts.registry.schemas import ModelFolder, ModelVersion, VersionIn, VersionState, VersionUpdate
from infrastudio.contexts.registry.service import logged_models as logged_model_service
from infrastudio.contexts.registry.service import removals
from infrastudio.contexts.registry.service.items import write_items
from infrastudio.contexts.registry.service.models import GONE, record_version
from infrastudio.contexts.registry.service.origins import Origin, resolve_origin
from infrastudio.contexts.registry.service.version_states import COMMUTING, shown, store, writable
from infrastudio.contexts.registry.tables import ModelVersionRow, ModelVersionTagRow
from infrastudio.contexts.tracking.service.versions import require_version
from infrastudio.kernel.diff import diff
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedInsert, UnitOfWork
from infrastudio.stores.ledger import Link

_table: Final = cast("Table", ModelVersionRow.__table__)
_INSERT: Final = PreparedInsert(_table)


def create(
    uow: UnitOfWork,
    model: str,
    body: VersionIn,
    *,
    origin: Origin | None = None,
    folder: ModelFolder | None = None,
    project: str | None = None,
) -> ModelVersion:
    """Register a version; its number is one more than any that the model ever had.

    Args:
        uow: The transaction.
        model: Id or name of the model.
        body: What is asked for.
        origin: Where the files lie; None: found from `body`.
        folder: What the MLmodel file there says.
        project: The project of the model, if it is named.
    """
    row = model_row(uow, model, right=WRITE, project=project, only_adds=True)
    owner = models_of(uow, [row])[0]
    origin = origin or resolve_origin(uow, body, project=project)
    folder = folder or ModelFolder()
    number = owner.last_number + 1
    state = VersionState(
        id=version_id(owner.id, number),
        project=owner.project,
        model_id=owner.id,
        number=number,
        description=body.notes,
        stage="draft",
        status="ready",
        status_message=None,
        source=origin.source,
        location=origin.location,
        run_id=origin.run_id,
        logged_model_id=origin.logged_model_id,
        run_link=body.run_link,
        flavors=folder.flavors,
        signature=folder.signature,
        evaluation=body.evaluation,
        created_at=uow.now,
        updated_at=uow.now,
        revised_at=uow.now,
        tags=body.tags,
        version=1,
    )
    stored = state.model_dump(exclude={"project", *VersionState.collections})
    derived = {"project_id": row.project_id, "source_folded": casefold(state.source)}
    _INSERT.run(uow.connection, [stored | derived])
    write_items(uow, ModelVersionTagRow, "version_id", state.id, {}, state.tags)
    event = ModelVersionCreated(after=state, changes=diff(None, state), links=_links(state))
    ledger.append(uow, event, project_id=row.project_id)
    framework = owner.framework or rules.framework_of(folder.flavors)
    record_version(uow, owner, latest_version=number, last_number=number, framework=framework)
    if state.logged_model_id is not None:
        logged_model_service.note_version(uow, state.logged_model_id, owner.name, number)
    return shown(uow, owner, state)


def update(
    uow: UnitOfWork,
    model: str,
    number: int,
    fields: Mapping[str, Any],
    *,
    expected: int | None = None,
    project: str | None = None,
) -> ModelVersion:
    """Set fields of a version, such as its description or evaluation.

    Raises:
        StaleVersion: It changed since `expected`.
    """
    owner, before = writable(uow, model, number, project)
    require_version(uow, "model_version", before.id, before, expected, commuting=COMMUTING)
    after = store(uow, before, {**fields, "revised_at": uow.now}, ModelVersionUpdated)
    record_version(uow, owner)
    return shown(uow, owner, after)


def revise(
    uow: UnitOfWork,
    model: str,
    number: int,
    body: VersionUpdate,
    *,
    expected: int | None = None,
    project: str | None = None,
) -> ModelVersion:
    """Change the given fields of a version; tags and evaluation are replaced as a whole, and null clears a text.

    Raises:
        StaleVersion: It changed since `expected`.
    """
    owner, before = writable(uow, model, number, project)
    require_version(uow, "model_version", before.id, before, expected, commuting=COMMUTING)
    asked = body.model_dump(exclude_unset=True)
    if "notes" in asked:
        asked["description"] = asked.pop("notes")
    changed = {field: value for field, value in asked.items() if getattr(before, field) != value}
    if not changed:
        return shown(uow, owner, before)
    if set(changed) == {"tags"}:
        return shown(uow, owner, store(uow, before, changed, ModelVersionTagged))
    after = store(uow, before, {**changed, "revised_at": uow.now}, ModelVersionUpdated)
    record_version(uow, owner)
    return shown(uow, owner, after)


def set_tags(
    uow: UnitOfWork, model: str, number: int, tags: Mapping[str, str | None], *, project: str | None = None
) -> ModelVersion:
    """Set tags of a version; None removes one, whether it is there or not."""
    owner, before = writable(uow, model, number, project)
    merged = {**before.tags, **tags}
    after = {key: value for key, value in merged.items() if value is not None}
    if after == before.tags:
        return shown(uow, owner, before)
    return shown(uow, owner, store(uow, before, {"tags": after}, ModelVersionTagged))


def delete(
    uow: UnitOfWork,
    model: str,
    number: int,
    *,
    expected: int | None = None,
    project: str | None = None,
    force: bool = False,
) -> None:
    """Remove a version and its aliases; its number never comes back.

    Raises:
        StaleVersion: It changed since `expected`.
        InProtectedStage, InUse: It is protected, or served and not to be removed by `force`.
    """
    owner, before = writable(uow, model, number, project)
    require_version(uow, "model_version", before.id, before, expected, commuting=COMMUTING)
    removals.require_removable(uow, owner, [before], force=force)
    uow.change(sql_delete(ModelVersionTagRow).where(ModelVersionTagRow.version_id == before.id))
    uow.change(sql_delete(ModelVersionRow).where(ModelVersionRow.id == before.id))
    event = ModelVersionDeleted(after=None, changes=diff(before, None), entity_id=before.id, version=before.version + 1)
    project_id = projects.id_of(uow, owner.project) or ""
    cause = ledger.append(uow, event, project_id=project_id)
    approvals.close(uow, "model_version", [before.id], reason=GONE, cause=cause)
    numbers = uow.execute(select(_table.c.number).where(_table.c.model_id == owner.id)).scalars().all()
    aliases = {alias: target for alias, target in owner.aliases.items() if target != number}
    record_version(uow, owner, latest_version=max(numbers, default=None), aliases=aliases)


def _links(state: VersionState) -> tuple[Link, ...]:
    links = []
    if state.run_id:
        links.append(Link(relation="trained_from", to=f"run:{state.run_id}"))
    if state.logged_model_id:
        links.append(Link(relation="trained_from", to=f"logged_model:{state.logged_model_id}"))
    return tuple(links)
