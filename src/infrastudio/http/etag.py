"""Optimistic concurrency: `ETag: "<version>"`, `If-Match`, `If-None-Match`."""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Request, Response

from infrastudio.http.asgi import declared_header, header
from infrastudio.kernel.errors import Malformed, Problem
from infrastudio.kernel.versioned import Versioned

Entity = TypeVar("Entity", bound=Versioned)

_OPAQUE: Final = re.compile(r'"[^"]*"')
_ETAG: Final = re.compile(r'(?:W/)?"(\d{1,18})"')


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def set_etag(response: Response, version: int) -> None:
    """Put the ETag of a version on an answer."""
    response.headers["ETag"] = etag(version)


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Does a client that sends this `If-None-Match` have the answer with this ETag already?"""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _OPAQUE.findall(if_none_match)


def unless_known(response: Response, if_none_match: str | None, entity: Entity) -> Entity | Response:
    """Return an entity under its ETag, or 304 to a client that has it.

    Only for answers that say nothing but the entity's own state: its version tells nothing of what is derived.
    """
    tag = etag(entity.version)
    if is_known(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    set_etag(response, entity.version)
    return entity


class _IfNoneMatch:
    openapi: Final = {"parameters": [declared_header("if-none-match", "The ETags that the client has.")]}

    async def __call__(self, request: Request) -> str | None:
        return header(request.scope, b"if-none-match")


class _IfMatch:
    openapi: Final = {"parameters": [declared_header("if-match", "The ETag that the client has seen.")]}

    async def __call__(self, request: Request) -> int | None:
        if_match = header(request.scope, b"if-match")
        if if_match is None or if_match.strip() == "*":
            return None
        match = _ETAG.fullmatch(if_match.strip())
        if match is None:
            raise Malformed(Problem("If-Match", "is not an ETag of this server", suggestion='"<version>"'))
        return int(match[1])


IfMatch = Annotated[int | None, Depends(_IfMatch())]
"""The version that the client has seen; None: it does not care."""

IfNoneMatch = Annotated[str | None, Depends(_IfNoneMatch())]
"""The ETags of what the client has already, for `unless_known`."""
