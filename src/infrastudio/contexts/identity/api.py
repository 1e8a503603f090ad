"""What must be known before anybody signs in, and what those are called who did something."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from infrastudio.contexts.identity import queries
from infrastudio.contexts.identity.permissions import EVENTS_READ
from infrastudio.contexts.identity.schemas import ActorNames, AuthenticationMethods
from infrastudio.http import Access, reads, resource
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import Text

MOST_ACTORS = 100

actors = APIRouter(prefix="/api/actors", tags=["actors"])
router = APIRouter(prefix="/api/auth", tags=["auth"])

Methods = Annotated[AuthenticationMethods, Depends(resource(AuthenticationMethods))]


@router.get("/methods")
async def get_methods(methods: Methods) -> AuthenticationMethods:
    """Return how one may sign in here, and what the UI must say about it."""
    return methods


@actors.get("")
async def list_actor_names(
    reader: Annotated[Access, Depends(reads(EVENTS_READ))],
    ids: Annotated[
        Text, Query(min_length=1, max_length=8000, description="References such as `token:tok_…`, with commas between.")
    ],
) -> ActorNames:
    """Return the names of up to 100 actors; those who have none, or none that the caller may read, are left out."""
    refs = [ref.strip() for ref in ids.split(",")]
    if len(refs) > MOST_ACTORS:
        raise ValidationFailed.of("ids", f"are more than {MOST_ACTORS}; ask several times")
    return ActorNames(items=await reader.read(queries.actor_names, refs))
