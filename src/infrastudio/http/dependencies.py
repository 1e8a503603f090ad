"""Who asks, with which right, for which project; and the objects that the composition root made."""

from __future__ import annotations

from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection

from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import NotAuthenticated, PermissionDenied, ValidationFailed
from infrastudio.kernel.text import Text
from infrastudio.stores.db import Database

Resource = TypeVar("Resource")


class resource:  # noqa: N801  used as a function in Depends
    """Return what the composition root registered under a class: `Depends(resource(BlobStore))`."""

    def __init__(self, kind: type[Resource]) -> None:
        self.kind = kind

    async def __call__(self, request: HTTPConnection) -> object:
        return request.app.state.resources[self.kind]


class requires:  # noqa: N801  used as a function in Depends
    """Return the actor of a request, if it has `right` in at least one project; stands in OpenAPI as `x-right`.

    Whether the actor has it in the entity's own project is decided by the service function or query.
    """

    def __init__(self, right: str) -> None:
        self.right = right

    async def __call__(self, request: Request) -> Actor:
        actor = caller(request)
        if not actor.may_anywhere(self.right):
            raise PermissionDenied(f"This needs the right {self.right!r}.", right=self.right)
        _refuse_as_of(request)
        return actor


def caller(request: HTTPConnection) -> Actor:
    """Return the actor that the authentication middleware recognised.

    Raises:
        NotAuthenticated: Nobody was recognised.
    """
    actor: Actor | None = request.scope.get("studio.actor")
    if actor is None:
        raise NotAuthenticated("Credentials are needed: send `Authorization: Bearer <token>`.")
    return actor


def _refuse_as_of(request: Request) -> None:
    """Refuse `as_of` where a route does not take it: it must never be passed over."""
    if "as_of" not in request.query_params:
        return
    if request.method not in ("GET", "HEAD"):
        raise ValidationFailed.of("as_of", "the past cannot be written to; leave it out")
    if not _takes(request.scope["route"].dependant, "as_of"):
        raise ValidationFailed.of("as_of", "cannot be used here: only what is now is known; leave it out")


def _takes(dependant: Dependant, name: str) -> bool:
    """Does a route, or what it depends on, declare this query parameter?"""
    own = any(parameter.alias == name for parameter in dependant.query_params)
    return own or any(_takes(part, name) for part in dependant.dependencies)


async def _project(
    project: Annotated[
        Text | None, Query(max_length=63, description="Slug of the project; `*` in lists means every readable one.")
    ] = None,
) -> str | None:
    return project


Db = Annotated[Database, Depends(resource(Database))]
Caller = Annotated[Actor, Depends(caller)]
ProjectParameter = Annotated[str | None, Depends(_project)]
"""The project that a request names; None: the actor's own."""
