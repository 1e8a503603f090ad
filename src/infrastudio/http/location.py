"""Where what was made is found, also under a sub-path."""

from __future__ import annotations

from fastapi import Request, Response


def set_location(request: Request, response: Response, path: str) -> None:
    """Put the path of what a request made on the answer; `path` begins with `/api`, as routes know it."""
    response.headers["Location"] = request.scope.get("root_path", "") + path
