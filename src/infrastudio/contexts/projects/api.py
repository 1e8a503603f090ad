"""The routes of projects."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from infrastudio.contexts.projects import queries
from infrastudio.contexts.projects.schemas import Project, ProjectPage
from infrastudio.http import Access, AsOf, IfNoneMatch, PageParameters, reads, unless_known
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/projects", tags=["projects"])

Reader = Annotated[Access, Depends(reads(queries.READ))]


@router.get("")
async def list_projects(reader: Reader, page: PageParameters, at: AsOf) -> ProjectPage:
    """Return a page of the projects that the caller may read, by default the newest first."""
    return await reader.read(queries.page, page, at=at)


@router.get("/{slug}", response_model=Project)
async def get_project(
    slug: Annotated[Text, Path(max_length=63)], response: Response, reader: Reader, at: AsOf, known: IfNoneMatch
) -> Project | Response:
    """Return one project."""
    return unless_known(response, known, await reader.read(queries.project, slug, at=at))
