"""Optimistic concurrency: `ETag: "<version>"`, `If-Match`, `If-None-Match`."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Response

from infrastudio.kernel.errors import Malformed, Problem

_ETAG: Final = re.compile(r'(?:W/)?"(\d{1,18})"')


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def set_etag(response: Response, version: int) -> None:
    """Put the ETag of a version on an answer."""
    response.headers["ETag"] = etag(version)


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise Malformed(Problem("If-Match", "is not an ETag of this server", suggestion='"<version>"'))
    return int(match[1])


IfMatch = Annotated[int | None, Depends(_if_match)]
"""The version that the client has seen; None: it does not care."""
