"""The routes of a version's files: lists, previews, provenance, and the files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from infrastudio.contexts.registry.api.parameters import PREFIX, Blobs, FilePath, ModelKey, Number, Reader
from infrastudio.contexts.registry.queries import artifacts
from infrastudio.contexts.registry.schemas import ArtifactProvenance, VersionArtifactPage
from infrastudio.contexts.registry.service import files
from infrastudio.contexts.tracking.schemas.artifacts import MAX_LOCATION
from infrastudio.contexts.tracking.schemas.previews import ArtifactPreview
from infrastudio.contexts.tracking.service.previews import preview
from infrastudio.http import AsOf, ProjectParameter, resource
from infrastudio.http.downloads import Download, Downloads, Headers
from infrastudio.http.files import FileAnswer, Shown, stored_file
from infrastudio.kernel.pages import MAX_LIMIT, MAX_OFFSET
from infrastudio.kernel.tables import TableFormats
from infrastudio.kernel.text import Text

router = APIRouter(prefix=f"{PREFIX}/{{model}}/versions/{{number}}", tags=["registry"])


@router.get("/artifacts")
async def list_version_artifacts(
    model: ModelKey,
    number: Number,
    reader: Reader,
    at: AsOf,
    path: Annotated[Text, Query(max_length=MAX_LOCATION, description="A directory; left out: the root.")] = "",
    recursive: Annotated[bool, Query(description="All files below it, and no directories.")] = False,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = MAX_LIMIT,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    project: ProjectParameter = None,
) -> VersionArtifactPage:
    """Return what lies directly in a directory of a version, or all files below it."""
    return await reader.read(
        artifacts.page,
        model,
        number,
        path=path,
        recursive=recursive,
        limit=limit,
        offset=offset,
        project=project,
        at=at,
    )


@router.get("/artifact-preview")
async def preview_version_artifact(
    model: ModelKey,
    number: Number,
    reader: Reader,
    blobs: Blobs,
    tables: Annotated[TableFormats, Depends(resource(TableFormats))],
    at: AsOf,
    path: FilePath,
    project: ProjectParameter = None,
) -> ArtifactPreview:
    """Return the beginning of a file as text, laid-out JSON or rows, as far as it can be shown."""
    found = await reader.read(artifacts.file, model, number, path, project=project, at=at)
    return await preview(blobs, tables, found, path)


@router.get("/artifact-provenance")
async def get_version_artifact_provenance(
    model: ModelKey, number: Number, reader: Reader, at: AsOf, path: FilePath, project: ProjectParameter = None
) -> ArtifactProvenance:
    """Return which run and step made a file, who wrote it, and which versions and deployments use it."""
    return await reader.read(artifacts.provenance, model, number, path, project=project, at=at)


@router.get("/download", status_code=200, response_class=Download)
async def download_version(
    model: ModelKey,
    number: Number,
    reader: Reader,
    blobs: Blobs,
    downloads: Annotated[Downloads, Depends(resource(Downloads))],
    at: AsOf,
    project: ProjectParameter = None,
) -> Download:
    """Send all files of a version as one ZIP archive, not compressed."""
    version, found = await reader.read(artifacts.files, model, number, project=project, at=at)

    def produce(_headers: Headers) -> Iterator[bytes]:
        return files.zipped(blobs, found)

    return Download(downloads, produce, name=f"{version.model}-v{version.number}.zip", media_type="application/zip")


@router.get("/artifacts/{path:path}", status_code=200, response_class=FileAnswer)
async def get_version_artifact(
    model: ModelKey,
    number: Number,
    path: Annotated[Text, Path(max_length=MAX_LOCATION)],
    reader: Reader,
    blobs: Blobs,
    at: AsOf,
    show: Shown = False,
    project: ProjectParameter = None,
) -> FileAnswer:
    """Send a file of a version, or the part of it that `Range` asks for."""
    found = await reader.read(artifacts.file, model, number, path, project=project, at=at)
    return FileAnswer(stored_file(blobs, found.location, found.size_bytes, found.sha256), is_shown=show)
