"""What must be known before anybody signs in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from infrastudio.contexts.identity.schemas import AuthenticationMethods
from infrastudio.http import resource

router = APIRouter(prefix="/api/auth", tags=["auth"])

Methods = Annotated[AuthenticationMethods, Depends(resource(AuthenticationMethods))]


@router.get("/methods")
async def get_methods(methods: Methods) -> AuthenticationMethods:
    """Return how one may sign in here, and what the UI must say about it."""
    return methods
