"""The routes of a run's artifacts: directories, previews and files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.schemas.artifacts import MAX_LOCATION, ArtifactPage
from infrastudio.contexts.tracking.schemas.previews import ArtifactPreview
from infrastudio.contexts.tracking.service.previews import preview
from infrastudio.http import Access, AsOf, reads, resource
from infrastudio.http.files import FileAnswer, Shown, stored_file
from infrastudio.kernel.pages import MAX_LIMIT, MAX_OFFSET
from infrastudio.kernel.tables import TableFormats
from infrastudio.kernel.text import Text
from infrastudio.stores.blobs import BlobStore

router = APIRouter(prefix="/api/runs/{id}", tags=["runs"])

Reader = Annotated[Access, Depends(reads("runs.read"))]
Blobs = Annotated[BlobStore, Depends(resource(BlobStore))]
RunId = Annotated[Text, Path(max_length=64)]


@router.get("/artifacts")
async def list_artifacts(
    id: RunId,
    reader: Reader,
    at: AsOf,
    path: Annotated[Text, Query(max_length=MAX_LOCATION, description="A directory; left out: the root.")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = MAX_LIMIT,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> ArtifactPage:
    """Return what lies directly in a directory of a run, by name; nothing for what is not there."""
    return await reader.read(artifacts.page_of_run, id, path, limit=limit, offset=offset, at=at)


@router.get("/artifact-preview")
async def preview_artifact(
    id: RunId,
    reader: Reader,
    blobs: Blobs,
    tables: Annotated[TableFormats, Depends(resource(TableFormats))],
    at: AsOf,
    path: Annotated[Text, Query(max_length=MAX_LOCATION, description="A file, relative to the root of the run.")],
) -> ArtifactPreview:
    """Return the beginning of a file as text, laid-out JSON or rows, as far as it can be shown."""
    return await preview(blobs, tables, await reader.read(artifacts.file_of_run, id, path, at=at), path)


@router.get("/artifacts/{path:path}", status_code=200, response_class=FileAnswer)
async def get_artifact(
    id: RunId,
    path: Annotated[Text, Path(max_length=MAX_LOCATION)],
    reader: Reader,
    blobs: Blobs,
    at: AsOf,
    show: Shown = False,
) -> FileAnswer:
    """Send a file of a run, or the part of it that `Range` asks for."""
    found = await reader.read(artifacts.file_of_run, id, path, at=at)
    return FileAnswer(stored_file(blobs, found.location, found.size_bytes, found.sha256), is_shown=show)
