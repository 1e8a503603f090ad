"""Small tools for plain ASGI code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.types import Scope, Send


def header(scope: Scope, name: bytes) -> str | None:
    """Return a request header, or None; names are lowercase bytes."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def declared_header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """Return what OpenAPI says of an optional request header.

    For dependencies that read theirs by hand and have this in `openapi`: what FastAPI does for a header that it reads
    is a twentieth of a whole write.
    """
    told = {"name": name, "in": "header", "required": False, "description": description}
    return {**told, "schema": {"type": "string", **schema}}


def is_head(scope: Scope) -> bool:
    """Is only the head of the answer wanted? Routes see such a request as GET."""
    return scope["method"] == "HEAD" or "studio.is_head" in scope


def routed_path(scope: Scope) -> str:
    """Return the path below the root path, as routes know it."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] or "/" if root and path.startswith(root) else path


async def respond(
    send: Send,
    status: int,
    body: bytes,
    *,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send a whole answer."""
    lines = {"content-type": content_type, "content-length": str(len(body)), **(headers or {})}
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
