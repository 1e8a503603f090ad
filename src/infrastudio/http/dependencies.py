"""Who asks, with which right, for which project; and the objects that the composition root made."""

from __future__ import annotations

from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request
from starlette.requests import HTTPConnection

from infrastudio.http.query_names import ignore_unknown_parameters, refuse_unknown_parameters
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import NotAuthenticated, PermissionDenied
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

    Whether the actor has it in the entity's own project is decided by the service function or query. Query parameters
    that the route does not know are refused, or named in `X-Ignored-Fields` where `ignores_unknown`.
    """

    def __init__(self, right: str, *, ignores_unknown: bool = False) -> None:
        self.right = right
        self._check_parameters = ignore_unknown_parameters if ignores_unknown else refuse_unknown_parameters

    async def __call__(self, request: Request) -> Actor:
        actor = caller(request)
        if not actor.may_anywhere(self.right):
            raise PermissionDenied(f"This needs the right {self.right!r}.", right=self.right)
        self._check_parameters(request)
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
