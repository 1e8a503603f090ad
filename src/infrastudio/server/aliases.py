"""Addresses that existing clients use without `/api`: the one rewriting table."""

from __future__ import annotations

import re
from typing import Final

from starlette.types import Scope

from infrastudio.http.asgi import header

READS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"/dashboard",
        r"/experiments(/[^/]+(/runs)?)?",
        r"/runs/[^/]+(/(logs|metrics))?",
        r"/registry/models(/[^/]+/versions)?",
        r"/deployments",
        r"/traces/[^/]+",
    )
)
WRITES: Final = tuple(
    re.compile(pattern) for pattern in (r"/runs", r"/deployments/[^/]+/(simulate-incident|advance|rollback)")
)


def api_twin(scope: Scope, path: str) -> str | None:
    """Return the address under `/api` that an older one means; None when it is not one, or a page is asked for."""
    if scope["method"] == "POST":
        return f"/api{path}" if any(pattern.fullmatch(path) for pattern in WRITES) else None
    if scope["method"] not in ("GET", "HEAD") or "text/html" in (header(scope, b"accept") or ""):
        return None
    return f"/api{path}" if any(pattern.fullmatch(path) for pattern in READS) else None
