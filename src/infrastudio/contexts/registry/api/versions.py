"""The routes of versions: registering, changing, moving from stage to stage, lineage."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from infrastudio.contexts.approvals.schemas import Approval
from infrastudio.contexts.registry.api.parameters import PREFIX, Blobs, Force, ModelKey, Number, Reader, Writer
from infrastudio.contexts.registry.queries import artifacts, versions
from infrastudio.contexts.registry.queries.lineage import version_lineage
from infrastudio.contexts.registry.schemas import (
    ModelVersion,
    ModelVersionPage,
    TransitionIn,
    TransitionRequestIn,
    VersionDetail,
    VersionIn,
    VersionUpdate,
)
from infrastudio.contexts.registry.service import files, origins, transitions
from infrastudio.contexts.registry.service import versions as service
from infrastudio.contexts.timeline.queries.lineage import MAX_DEPTH, Direction
from infrastudio.contexts.timeline.schemas import Lineage
from infrastudio.contexts.tracking.schemas.artifacts import location_of
from infrastudio.http import AsOf, IfMatch, PageParameters, ProjectParameter, set_etag, set_location

router = APIRouter(prefix=PREFIX, tags=["registry"])


@router.post("/{model}/versions", status_code=201)
async def create_version(
    model: ModelKey,
    body: VersionIn,
    request: Request,
    response: Response,
    writer: Writer,
    blobs: Blobs,
    project: ProjectParameter = None,
) -> ModelVersion:
    """Register a version of a model."""
    origin = origins.stated_origin(body)
    if origin is None:
        origin = await writer.read(origins.resolve_origin, body, project=project)
    root = location_of(origin.location)
    folder = await files.read_model_folder(writer.db, blobs, writer.actor, root) if root is not None else None
    found = await writer.write(service.create, model, body, origin=origin, folder=folder, project=project)
    set_location(request, response, f"{PREFIX}/{found.model_id}/versions/{found.number}")
    set_etag(response, found.version)
    return found


@router.get("/{model}/versions")
async def list_versions(
    model: ModelKey, reader: Reader, page: PageParameters, at: AsOf, project: ProjectParameter = None
) -> ModelVersionPage:
    """Return a page of the versions of a model, the newest first."""
    return await reader.read(versions.page, model, page, project=project, at=at)


@router.get("/{model}/versions/{number}")
async def get_version(
    model: ModelKey, number: Number, response: Response, reader: Reader, at: AsOf, project: ProjectParameter = None
) -> VersionDetail:
    """Return one version of a model with its files."""
    found = await reader.read(artifacts.detail, model, number, project=project, at=at)
    set_etag(response, found.version)
    return found


@router.patch("/{model}/versions/{number}")
async def update_version(
    model: ModelKey,
    number: Number,
    body: VersionUpdate,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    project: ProjectParameter = None,
) -> ModelVersion:
    """Change any subset of a version's notes, link, tags and evaluation."""
    found = await writer.write(service.revise, model, number, body, expected=seen, project=project)
    set_etag(response, found.version)
    return found


@router.delete("/{model}/versions/{number}", status_code=204)
async def delete_version(
    model: ModelKey,
    number: Number,
    writer: Writer,
    seen: IfMatch,
    force: Force = False,
    project: ProjectParameter = None,
) -> None:
    """Remove a version, whose number never comes back; what is served only by `force`."""
    await writer.write(service.delete, model, number, expected=seen, project=project, force=force)


@router.post("/{model}/versions/{number}/transition")
async def transition_version(
    model: ModelKey,
    number: Number,
    body: TransitionIn,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    project: ProjectParameter = None,
) -> ModelVersion:
    """Move a version to another stage; where the model protects one of the two, it has to be requested."""
    found = await writer.write(
        transitions.transition,
        model,
        number,
        body.stage,
        archive_existing=body.archive_existing,
        expected=seen,
        project=project,
    )
    set_etag(response, found.version)
    return found


@router.post("/{model}/versions/{number}/transition-requests", status_code=201)
async def request_transition(
    model: ModelKey,
    number: Number,
    body: TransitionRequestIn,
    request: Request,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    project: ProjectParameter = None,
) -> Approval:
    """Ask for a transition that another person shall approve at `/api/approvals/{id}/approve`."""
    found = await writer.write(transitions.request_transition, model, number, body, expected=seen, project=project)
    set_location(request, response, f"/api/approvals/{found.id}")
    set_etag(response, found.version)
    return found


@router.get("/{model}/versions/{number}/lineage")
async def get_lineage(
    model: ModelKey,
    number: Number,
    reader: Reader,
    at: AsOf,
    direction: Direction = "both",
    depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = MAX_DEPTH,
    project: ProjectParameter = None,
) -> Lineage:
    """Return what a version came from and what came from it; what nobody recorded is shown as unknown."""
    return await reader.read(version_lineage, model, number, direction=direction, depth=depth, project=project, at=at)
