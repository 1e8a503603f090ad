"""What can be done with versions of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import delete as sql_delete
from sqlalchemy import insert, select
from sqlalchemy import update as sql_update

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry import rules
from infrastudio.contexts.registry.events import (
    ModelVersionCreated,
    ModelVersionDeleted,
    ModelVersionTagged,
    ModelVersionTransitioned,
    ModelVersionUpdated,
)
from infrastudio.contexts.registry.queries import logged_models, versions
from infrastudio.contexts.registry.queries.models import WRITE, model_row, models_of
from infrastudio.contexts.registry.queries.versions import version_id
from infrastudio.contexts.registry.schemas import Model, ModelFolder, ModelVersion, Stage, VersionIn, VersionState
from infrastudio.contexts.registry.service import logged_models as logged_model_service
from infrastudio.contexts.registry.service.changes import changed_columns, changes_of
from infrastudio.contexts.registry.service.items import write_items
from infrastudio.contexts.registry.service.models import record_version
from infrastudio.contexts.registry.tables import ModelVersionRow, ModelVersionTagRow
from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.queries.runs import UnknownRun
from infrastudio.contexts.tracking.schemas.artifacts import location_of
from infrastudio.contexts.tracking.service.versions import require_version
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, UnitOfWork
from infrastudio.stores.ledger import Event, Link

COMMUTING: Final = ("tags",)

_table: Final = ModelVersionRow.__table__


class Origin(NamedTuple):
    """Where the files of a new version lie, and what made them."""

    source: str
    location: str
    run_id: str | None
    logged_model_id: str | None


class ForeignSource(ValidationFailed):
    """The source lies in something else than the run or logged model that the request names."""


def resolve_origin(snapshot: Snapshot, body: VersionIn, *, project: str | None = None) -> Origin:
    """Return where the files of a new version lie.

    A source inside a run or a logged model must come with that run or logged model, so that nobody registers what
    they may not read.

    Raises:
        ForeignSource: It does not.
        ValidationFailed: The source leads to a place that cannot be used.
        UnknownModel, UnknownVersion, UnknownAlias, UnknownLoggedModel: It refers to something that is not there.
    """
    source = body.source or (f"models:/{body.logged_model_id}" if body.logged_model_id else "")
    if not source:
        raise ValidationFailed.of("source", "is required, unless a logged model is named", "runs:/<run_id>/model")
    found = rules.parse_source(source)
    match found.kind:
        case "version":
            version = versions.version(snapshot, found.id, found.number, project=project)
            return _copied(source, version, body)
        case "alias":
            version = versions.by_alias(snapshot, found.id, found.alias, project=project)
            return _copied(f"models:/{version.model}/{version.number}", version, body)
        case "logged_model":
            if body.logged_model_id != found.id:
                raise _foreign(source, "logged_model_id")
            return _of_logged_model(snapshot, source, found.id, body)
        case "run" | "artifacts" if body.logged_model_id is not None:
            return _inside_logged_model(snapshot, source, found, body)
        case "run":
            if body.run_id != found.id:
                raise _foreign(source, "run_id")
            return _of_run(snapshot, source, found)
        case "artifacts":
            return _inside_run(snapshot, source, body)
        case "local":
            raise ValidationFailed.of("source", "is a path of one machine; log the model to the server first")
        case _:
            return Origin(source, source, body.run_id, body.logged_model_id)


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
        description=body.description,
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
    uow.change(insert(ModelVersionRow).values(stored | derived))
    write_items(uow, ModelVersionTagRow, "version_id", state.id, {}, state.tags)
    event = ModelVersionCreated(after=state, changes=diff(None, state), links=_links(state))
    ledger.append(uow, event, project_id=row.project_id)
    framework = owner.framework or rules.framework_of(folder.flavors)
    record_version(uow, owner, latest_version=number, last_number=number, framework=framework)
    if state.logged_model_id is not None:
        logged_model_service.note_version(uow, state.logged_model_id, owner.name, number)
    return _shown(uow, owner, state)


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
    owner, before = _writable(uow, model, number, project)
    require_version(uow, "model_version", before.id, before, expected, commuting=COMMUTING)
    after = _store(uow, before, {**fields, "revised_at": uow.now}, ModelVersionUpdated)
    record_version(uow, owner)
    return _shown(uow, owner, after)


def set_tags(
    uow: UnitOfWork, model: str, number: int, tags: Mapping[str, str | None], *, project: str | None = None
) -> ModelVersion:
    """Set tags of a version; None removes one, whether it is there or not."""
    owner, before = _writable(uow, model, number, project)
    merged = {**before.tags, **tags}
    after = {key: value for key, value in merged.items() if value is not None}
    if after == before.tags:
        return _shown(uow, owner, before)
    return _shown(uow, owner, _store(uow, before, {"tags": after}, ModelVersionTagged))


def transition(
    uow: UnitOfWork,
    model: str,
    number: int,
    stage: Stage,
    *,
    archive_existing: bool = False,
    expected: int | None = None,
    project: str | None = None,
) -> ModelVersion:
    """Move a version to a stage, and if asked for those that are there to the archive.

    Raises:
        StaleVersion: It changed since `expected`.
    """
    owner, before = _writable(uow, model, number, project)
    require_version(uow, "model_version", before.id, before, expected, commuting=COMMUTING)
    if archive_existing and stage in ("staging", "production"):
        rows = uow.execute(
            select(_table)
            .where(_table.c.model_id == owner.id, _table.c.stage == stage, _table.c.number != number)
            .order_by(_table.c.number)
        ).all()
        for other in versions.states_of(uow, rows):
            _store(uow, other, {"stage": "archived", "revised_at": uow.now}, ModelVersionTransitioned)
    after = _store(uow, before, {"stage": stage, "revised_at": uow.now}, ModelVersionTransitioned)
    record_version(uow, owner)
    return _shown(uow, owner, after)


def delete(
    uow: UnitOfWork, model: str, number: int, *, expected: int | None = None, project: str | None = None
) -> None:
    """Remove a version and its aliases; its number never comes back.

    Raises:
        StaleVersion: It changed since `expected`.
    """
    owner, before = _writable(uow, model, number, project)
    require_version(uow, "model_version", before.id, before, expected, commuting=COMMUTING)
    uow.change(sql_delete(ModelVersionTagRow).where(ModelVersionTagRow.version_id == before.id))
    uow.change(sql_delete(ModelVersionRow).where(ModelVersionRow.id == before.id))
    event = ModelVersionDeleted(after=None, changes=diff(before, None), entity_id=before.id, version=before.version + 1)
    project_id = projects.id_of(uow, owner.project) or ""
    ledger.append(uow, event, project_id=project_id)
    numbers = uow.execute(select(_table.c.number).where(_table.c.model_id == owner.id)).scalars().all()
    aliases = {alias: target for alias, target in owner.aliases.items() if target != number}
    record_version(uow, owner, latest_version=max(numbers, default=None), aliases=aliases)


def _writable(uow: UnitOfWork, model: str, number: int, project: str | None) -> tuple[Model, VersionState]:
    owner, row = versions.version_row(uow, model, number, right=WRITE, project=project)
    return models_of(uow, [owner])[0], versions.states_of(uow, [row])[0]


def _store(uow: UnitOfWork, before: VersionState, changed: Mapping[str, Any], event: type[Event]) -> VersionState:
    after = before.model_copy(update={**changed, "updated_at": uow.now, "version": before.version + 1})
    uow.change(
        sql_update(ModelVersionRow).where(ModelVersionRow.id == after.id).values(dict(changed_columns(before, after)))
    )
    write_items(uow, ModelVersionTagRow, "version_id", after.id, before.tags, after.tags)
    project_id = projects.id_of(uow, after.project) or ""
    ledger.append(uow, event(after=after, changes=changes_of(before, after)), project_id=project_id)
    return after


def _shown(uow: UnitOfWork, owner: Model, state: VersionState) -> ModelVersion:
    return versions.shown(uow, [state], {owner.id: owner.name})[0]


def _links(state: VersionState) -> tuple[Link, ...]:
    links = []
    if state.run_id:
        links.append(Link(relation="trained_from", to=f"run:{state.run_id}"))
    if state.logged_model_id:
        links.append(Link(relation="trained_from", to=f"logged_model:{state.logged_model_id}"))
    return tuple(links)


def _copied(source: str, version: ModelVersion, body: VersionIn) -> Origin:
    """Return the origin of a copy: that of the version it is copied from, which the request must not deny."""
    for given, known, name in (
        (body.run_id, version.run_id, "run_id"),
        (body.logged_model_id, version.logged_model_id, "logged_model_id"),
    ):
        if given is not None and given != known:
            raise _foreign(source, name)
    return Origin(source, version.location, version.run_id, version.logged_model_id)


def _of_logged_model(snapshot: Snapshot, source: str, id: str, body: VersionIn) -> Origin:
    found = logged_models.logged_model(snapshot, id)
    return Origin(source, found.location, body.run_id or found.source_run_id or None, id)


def _inside_logged_model(snapshot: Snapshot, source: str, found: rules.Source, body: VersionIn) -> Origin:
    """Return the origin of files that lie below those of the logged model that the request names."""
    id = body.logged_model_id or ""
    try:
        owner = logged_models.logged_model(snapshot, id)
    except logged_models.UnknownLoggedModel as error:
        raise _foreign(source, "logged_model_id") from error
    if found.kind != "artifacts" or not _is_inside(source, owner.location):
        raise _foreign(source, "logged_model_id")
    return Origin(source, source, body.run_id or owner.source_run_id or None, id)


def _of_run(snapshot: Snapshot, source: str, found: rules.Source) -> Origin:
    """Return the origin of files that a run has logged: among its artifacts, else as a logged model of that name.

    A run that nobody knows here is kept as it is said.
    """
    try:
        root = artifacts.run_root(snapshot, found.id)
    except UnknownRun:
        return Origin(source, source, found.id, None)
    location = f"{root.uri}/{found.path}"
    name, _, rest = found.path.partition("/")
    if not artifacts.has_files(snapshot, location_of(location), project=root.project):
        logged = logged_models.newest_of_run(snapshot, found.id, name)
        if logged is not None:
            return Origin(source, f"{logged.location}/{rest}".rstrip("/"), found.id, logged.id)
    return Origin(source, location, found.id, None)


def _inside_run(snapshot: Snapshot, source: str, body: VersionIn) -> Origin:
    if body.run_id is None or not _is_inside(source, _run_uri(snapshot, source, body.run_id)):
        raise _foreign(source, "run_id")
    return Origin(source, source, body.run_id, None)


def _run_uri(snapshot: Snapshot, source: str, run_id: str) -> str:
    try:
        return artifacts.run_root(snapshot, run_id).uri
    except UnknownRun as error:
        raise _foreign(source, "run_id") from error


def _is_inside(source: str, root: str) -> bool:
    here, there = location_of(source), location_of(root)
    return here is not None and bool(there) and (here == there or here.startswith(f"{there}/"))


def _foreign(source: str, name: str) -> ValidationFailed:
    wire = {"logged_model_id": "model_id"}.get(name, name)
    return ForeignSource.of(
        "source",
        f"Invalid model version source: '{source}'. The {wire} request parameter must identify the resource that "
        "contains the source.",
    )
