"""`Prefer: envelope`: the same body inside `{"data": …, "message": "Success"}`, for clients that expect it so."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from typing_extensions import override

PREFERENCE: Final = "envelope"
OPENAPI: Final[dict[str, Any]] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`envelope`: the body comes inside `{data, message}`.",
    "schema": {"type": "string"},
}


class EnvelopeRoute(APIRoute):
    """A route whose JSON answers come in an envelope where the client prefers it; failures have their own."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_as_preferred(request: Request) -> Response:
            response = await answer(request)
            return enveloped(response) if _prefers_envelope(request) else response

        return answer_as_preferred


def enveloped(response: Response) -> Response:
    """Put the body of a JSON answer into the envelope."""
    if response.status_code >= 300 or response.headers.get("content-type") != "application/json":
        return response
    response.body = b'{"data":%b,"message":"Success"}' % bytes(response.body)
    response.headers["Content-Length"] = str(len(response.body))
    response.headers["Preference-Applied"] = PREFERENCE
    return response


def _prefers_envelope(request: Request) -> bool:
    """Is the envelope among the preferences? Parameters and other preferences may stand beside it."""
    lines = request.headers.getlist("prefer")
    asked = (part.partition(";")[0].strip().lower() for line in lines for part in line.split(","))
    return PREFERENCE in asked
