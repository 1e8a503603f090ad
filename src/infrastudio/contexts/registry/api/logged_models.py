"""The routes of logged models, and what the registry knows of a run: models that it logged, who uses its files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import StringConstraints

from infrastudio.contexts.registry.api.parameters import Blobs, FilePath, Reader
from infrastudio.contexts.registry.queries import logged_models, run_models
from infrastudio.contexts.registry.schemas import ArtifactProvenance, LoggedModel, RunModels
from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.schemas.artifacts import MAX_LOCATION, Artifact, ArtifactPage
from infrastudio.contexts.tracking.schemas.previews import ArtifactPreview
from infrastudio.contexts.tracking.service.previews import preview
from infrastudio.http import AsOf, resource
from infrastudio.http.files import FileAnswer, Shown, stored_file
from infrastudio.kernel.pages import MAX_LIMIT, MAX_OFFSET
from infrastudio.kernel.tables import TableFormats
from infrastudio.kernel.text import Text
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment

router = APIRouter(prefix="/api/logged-models/{id}", tags=["registry"])
runs_router = APIRouter(prefix="/api/runs/{id}", tags=["runs"])

Id = Annotated[Text, StringConstraints(max_length=64), Path(description="The id of a logged model.")]
RunId = Annotated[Text, Path(max_length=64)]


@router.get("")
async def get_logged_model(id: Id, reader: Reader, at: AsOf) -> LoggedModel:
    """Return one logged model."""
    return await reader.read(logged_models.logged_model, id, at=at)


@router.get("/artifacts")
async def list_logged_model_artifacts(
    id: Id,
    reader: Reader,
    at: AsOf,
    path: Annotated[Text, Query(max_length=MAX_LOCATION, description="A directory; left out: the root.")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = MAX_LIMIT,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> ArtifactPage:
    """Return what lies directly in a directory of a logged model, by name; nothing for what is not there."""

    def page(snapshot: Snapshot, *, at: Moment | None) -> ArtifactPage:
        folder = logged_models.folder(snapshot, id, at=at)
        return artifacts.page_of(snapshot, folder, path, limit=limit, offset=offset, at=at)

    return await reader.read(page, at=at)


@router.get("/artifact-preview")
async def preview_logged_model_artifact(
    id: Id,
    reader: Reader,
    blobs: Blobs,
    tables: Annotated[TableFormats, Depends(resource(TableFormats))],
    at: AsOf,
    path: FilePath,
) -> ArtifactPreview:
    """Return the beginning of a file as text, laid-out JSON or rows, as far as it can be shown."""
    return await preview(blobs, tables, await reader.read(_file, id, path, at=at), path)


@router.get("/artifact-provenance")
async def get_logged_model_artifact_provenance(id: Id, reader: Reader, at: AsOf, path: FilePath) -> ArtifactProvenance:
    """Return which run and step made a file, who wrote it, and which versions and deployments use it."""
    return await reader.read(run_models.provenance_of_model_file, id, path, at=at)


@router.get("/artifacts/{path:path}", status_code=200, response_class=FileAnswer)
async def get_logged_model_artifact(
    id: Id,
    path: Annotated[Text, Path(max_length=MAX_LOCATION)],
    reader: Reader,
    blobs: Blobs,
    at: AsOf,
    show: Shown = False,
) -> FileAnswer:
    """Send a file of a logged model, or the part of it that `Range` asks for."""
    found = await reader.read(_file, id, path, at=at)
    return FileAnswer(stored_file(blobs, found.location, found.size_bytes, found.sha256), is_shown=show)


@runs_router.get("/models")
async def list_run_models(id: RunId, reader: Reader, at: AsOf) -> RunModels:
    """Return the models that a run has logged and the versions that were registered from it."""
    return await reader.read(run_models.models_of_run, id, at=at)


@runs_router.get("/artifact-provenance")
async def get_artifact_provenance(id: RunId, reader: Reader, at: AsOf, path: FilePath) -> ArtifactProvenance:
    """Return who wrote a file of a run, and which versions and deployments use it."""
    return await reader.read(run_models.provenance_of_run_file, id, path, at=at)


def _file(snapshot: Snapshot, id: str, path: str, *, at: Moment | None) -> Artifact:
    return artifacts.file_of(snapshot, logged_models.folder(snapshot, id, at=at), path, at=at)
