"""Who asks, for which project; and the objects that the composition root made."""

from __future__ import annotations

from typing import Annotated, TypeVar

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import NotAuthenticated
from infrastudio.kernel.text import Text
from infrastudio.stores.db import Database

Resource = TypeVar("Resource")


class resource:  # noqa: N801  used as a function in Depends
    """Return what the composition root registered under a class: `Depends(resource(BlobStore))`."""

    def __init__(self, kind: type[Resource]) -> None:
        self.kind = kind

    async def __call__(self, request: HTTPConnection) -> object:
        return request.app.state.resources[self.kind]


def database(request: HTTPConnection) -> Database:
    """Return the database, for what stands between the routes and it."""
    db: Database = request.app.state.resources[Database]
    return db


def caller(request: HTTPConnection) -> Actor:
    """Return the actor that the authentication middleware recognised.

    Raises:
        NotAuthenticated: Nobody was recognised.
    """
    actor: Actor | None = request.scope.get("studio.actor")
    if actor is None:
        raise NotAuthenticated("Credentials are needed: send `Authorization: Bearer <token>`.")
    return actor


Caller = Annotated[Actor, Depends(caller)]
ProjectParameter = Annotated[
    Text | None, Query(max_length=63, description="Slug of the project; `*` in lists means every readable one.")
]
"""The project that a request names; None, the default: the actor's own."""
