"""The routes of the registry."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import StringConstraints

from infrastudio.contexts.registry.queries import models, versions
from infrastudio.contexts.registry.queries.lineage import version_lineage
from infrastudio.contexts.registry.schemas import (
    Alias,
    AliasIn,
    Model,
    ModelIn,
    ModelPage,
    ModelUpdate,
    ModelVersion,
    ModelVersionPage,
    TransitionIn,
    VersionIn,
)
from infrastudio.contexts.registry.service import files
from infrastudio.contexts.registry.service import models as model_service
from infrastudio.contexts.registry.service import versions as version_service
from infrastudio.contexts.timeline.queries.lineage import MAX_DEPTH, Direction
from infrastudio.contexts.timeline.schemas import Lineage
from infrastudio.contexts.tracking.schemas.artifacts import location_of
from infrastudio.http import (
    Access,
    AsOf,
    IfMatch,
    IfNoneMatch,
    PageParameters,
    ProjectParameter,
    WriteAccess,
    reads,
    resource,
    set_etag,
    set_location,
    unless_known,
    writes,
)
from infrastudio.kernel.text import MAX_INTEGER, Text
from infrastudio.stores.blobs import BlobStore

router = APIRouter(prefix="/api/registry", tags=["registry"])

Reader = Annotated[Access, Depends(reads("registry.read"))]
Writer = Annotated[WriteAccess, Depends(writes("registry.write"))]
ModelKey = Annotated[Text, StringConstraints(max_length=256), Path(description="The id of a model, or its name.")]
Number = Annotated[int, Path(ge=1, le=MAX_INTEGER)]
Blobs = Annotated[BlobStore, Depends(resource(BlobStore))]


@router.post("/models", status_code=201)
async def create_model(
    body: ModelIn, request: Request, response: Response, writer: Writer, project: ProjectParameter = None
) -> Model:
    """Register a model."""
    model = await writer.write(model_service.create, body, project=project)
    set_location(request, response, f"/api/registry/models/{model.id}")
    set_etag(response, model.version)
    return model


@router.get("/models")
async def list_models(reader: Reader, page: PageParameters, at: AsOf, project: ProjectParameter = None) -> ModelPage:
    """Return a page of models, the newest first."""
    return await reader.read(models.page, page, project=project, at=at)


@router.get("/models/{model}", response_model=Model)
async def get_model(
    model: ModelKey, response: Response, reader: Reader, at: AsOf, known: IfNoneMatch, project: ProjectParameter = None
) -> Model | Response:
    """Return one model."""
    return unless_known(response, known, await reader.read(models.model, model, project=project, at=at))


@router.patch("/models/{model}")
async def update_model(
    model: ModelKey,
    body: ModelUpdate,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    project: ProjectParameter = None,
) -> Model:
    """Change any subset of a model's fields."""
    found = await writer.write(model_service.update, model, body, expected=seen, project=project)
    set_etag(response, found.version)
    return found


@router.delete("/models/{model}", status_code=204)
async def delete_model(model: ModelKey, writer: Writer, seen: IfMatch, project: ProjectParameter = None) -> None:
    """Remove a model with all its versions."""
    await writer.write(model_service.delete, model, expected=seen, project=project)


@router.put("/models/{model}/aliases/{alias}")
async def set_alias(
    model: ModelKey,
    alias: Alias,
    body: AliasIn,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    project: ProjectParameter = None,
) -> Model:
    """Let an alias mean a version; it moves from where it was."""
    found = await writer.write(model_service.set_alias, model, alias, body.version, expected=seen, project=project)
    set_etag(response, found.version)
    return found


@router.delete("/models/{model}/aliases/{alias}", status_code=204)
async def delete_alias(
    model: ModelKey, alias: Alias, writer: Writer, seen: IfMatch, project: ProjectParameter = None
) -> None:
    """Remove an alias."""
    await writer.write(model_service.delete_alias, model, alias, expected=seen, project=project)


@router.post("/models/{model}/versions", status_code=201)
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
    origin = await writer.read(version_service.resolve_origin, body, project=project)
    root = location_of(origin.location)
    folder = await files.read_model_folder(writer.db, blobs, writer.actor, root) if root is not None else None
    found = await writer.write(version_service.create, model, body, origin=origin, folder=folder, project=project)
    set_location(request, response, f"/api/registry/models/{found.model_id}/versions/{found.number}")
    set_etag(response, found.version)
    return found


@router.get("/models/{model}/versions")
async def list_versions(
    model: ModelKey, reader: Reader, page: PageParameters, at: AsOf, project: ProjectParameter = None
) -> ModelVersionPage:
    """Return a page of the versions of a model, the newest first."""
    return await reader.read(versions.page, model, page, project=project, at=at)


@router.get("/models/{model}/versions/{number}")
async def get_version(
    model: ModelKey, number: Number, response: Response, reader: Reader, at: AsOf, project: ProjectParameter = None
) -> ModelVersion:
    """Return one version of a model."""
    found = await reader.read(versions.version, model, number, project=project, at=at)
    set_etag(response, found.version)
    return found


@router.post("/models/{model}/versions/{number}/transition")
async def transition_version(
    model: ModelKey,
    number: Number,
    body: TransitionIn,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    project: ProjectParameter = None,
) -> ModelVersion:
    """Move a version to another stage."""
    found = await writer.write(
        version_service.transition,
        model,
        number,
        body.stage,
        archive_existing=body.archive_existing,
        expected=seen,
        project=project,
    )
    set_etag(response, found.version)
    return found


@router.get("/models/{model}/versions/{number}/lineage")
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
