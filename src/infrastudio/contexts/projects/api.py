"""The routes of projects."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from infrastudio.contexts.projects import queries, service
from infrastudio.contexts.projects.schemas import Project, ProjectPage, ProjectUpdate
from infrastudio.http import (
    Access,
    AsOf,
    IfMatch,
    IfNoneMatch,
    PageParameters,
    WriteAccess,
    reads,
    set_etag,
    unless_known,
    writes,
)
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/projects", tags=["projects"])

Reader = Annotated[Access, Depends(reads(queries.READ))]
Writer = Annotated[WriteAccess, Depends(writes(service.WRITE))]
ProjectSlug = Annotated[Text, Path(max_length=63)]


@router.get("")
async def list_projects(reader: Reader, page: PageParameters, at: AsOf) -> ProjectPage:
    """Return a page of the projects that the caller may read, by default the newest first."""
    return await reader.read(queries.page, page, at=at)


@router.get("/{slug}", response_model=Project)
async def get_project(
    slug: ProjectSlug, response: Response, reader: Reader, at: AsOf, known: IfNoneMatch
) -> Project | Response:
    """Return one project."""
    return unless_known(response, known, await reader.read(queries.project, slug, at=at))


@router.patch("/{slug}")
async def update_project(
    slug: ProjectSlug, body: ProjectUpdate, response: Response, writer: Writer, seen: IfMatch
) -> Project:
    """Change some fields of a project: its name, its description, and for how many days its telemetry is kept."""
    project = await writer.write(service.update, slug, body, expected=seen)
    set_etag(response, project.version)
    return project
