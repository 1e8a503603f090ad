"""The routes of saved views."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from infrastudio.contexts.views import queries, service
from infrastudio.contexts.views.schemas import SavedView, SavedViewIn, SavedViewPage, SavedViewUpdate, ViewPage
from infrastudio.http import (
    Access,
    AsOf,
    IfMatch,
    IfNoneMatch,
    PageParameters,
    ProjectParameter,
    WriteAccess,
    reads,
    set_etag,
    set_location,
    unless_known,
    writes,
)
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/saved-views", tags=["views"])

Reader = Annotated[Access, Depends(reads(queries.READ))]
Writer = Annotated[WriteAccess, Depends(writes(service.WRITE))]
ViewId = Annotated[Text, Path(max_length=20)]


@router.get("")
async def list_saved_views(
    reader: Reader,
    page: PageParameters,
    at: AsOf,
    of: Annotated[ViewPage | None, Query(description="Only views of this page of the UI.")] = None,
    about: Annotated[
        Text | None, Query(max_length=64, description="Only views for this entity's page, and for every one.")
    ] = None,
    project: ProjectParameter = None,
) -> SavedViewPage:
    """Return a page of the views that are shared or the caller's own, by default the newest first."""
    return await reader.read(queries.views, page, project=project, page=of, about=about, at=at)


@router.post("", status_code=201)
async def create_saved_view(
    body: SavedViewIn, request: Request, response: Response, writer: Writer, project: ProjectParameter = None
) -> SavedView:
    """Save the search parameters of a page under a name."""
    view = await writer.write(service.create, body, project=project)
    set_location(request, response, f"/api/saved-views/{view.id}")
    set_etag(response, view.version)
    return view


@router.get("/{id}", response_model=SavedView)
async def get_saved_view(
    id: ViewId, response: Response, reader: Reader, at: AsOf, known: IfNoneMatch
) -> SavedView | Response:
    """Return one view."""
    return unless_known(response, known, await reader.read(queries.view, id, at=at))


@router.patch("/{id}")
async def update_saved_view(
    id: ViewId, body: SavedViewUpdate, response: Response, writer: Writer, seen: IfMatch
) -> SavedView:
    """Rename a view, change its parameters, share it or keep it for oneself."""
    view = await writer.write(service.update, id, body, expected=seen)
    set_etag(response, view.version)
    return view


@router.delete("/{id}", status_code=204)
async def delete_saved_view(id: ViewId, writer: Writer, seen: IfMatch) -> None:
    """Remove a view; its name is free again."""
    await writer.write(service.delete, id, expected=seen)
