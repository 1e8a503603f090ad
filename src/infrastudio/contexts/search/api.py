"""The route of the one search box."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from infrastudio.contexts.search import queries
from infrastudio.contexts.search.schemas import SearchAnswer
from infrastudio.http import Access, ProjectParameter, reads
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/search", tags=["search"])

Reader = Annotated[Access, Depends(reads("search.read"))]


@router.get("")
async def search(
    reader: Reader,
    q: Annotated[Text, Query(min_length=1, max_length=200, description="Parts of a name, or the beginning of an id.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    project: ProjectParameter = None,
) -> SearchAnswer:
    """Return entities of all kinds by part of their name or the first characters (4 or more) of their id."""
    return await reader.read(queries.find, q, project=project, limit=limit)
