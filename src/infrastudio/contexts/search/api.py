"""The route of the one search box."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from infrastudio.contexts.search import queries
from infrastudio.contexts.search.schemas import SearchAnswer
from infrastudio.http import Db, ProjectParameter, requires
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/search", tags=["search"])

Reader = Annotated[Actor, Depends(requires("search.read"))]


@router.get("")
async def search(
    reader: Reader,
    db: Db,
    project: ProjectParameter,
    q: Annotated[Text, Query(min_length=1, max_length=200, description="Parts of a name, or the beginning of an id.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    as_of: Annotated[Text | None, Query(max_length=64, include_in_schema=False)] = None,
) -> SearchAnswer:
    """Return entities of all kinds by part of their name or the first characters (4 or more) of their id."""
    if as_of is not None:
        raise ValidationFailed.of("as_of", "cannot be used here: a search finds what exists now; leave it out")
    return await db.read(reader, queries.find, q, project=project, limit=limit)
