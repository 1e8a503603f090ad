"""The ASGI application of OTLP: `POST /v1/traces`, with the experiment in a header as MLflow's clients send it."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from starlette.types import Receive, Scope, Send

from infrastudio.contexts.tracing.schemas import SpanIn
from infrastudio.http.asgi import header, respond, routed_path
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import NotAuthenticated, RateLimited, StudioError, TooLarge
from infrastudio.protocols.mlflow.exchange import read_body
from infrastudio.protocols.mlflow.experiments import DEFAULT_ID
from infrastudio.protocols.mlflow.services import Services
from infrastudio.protocols.mlflow.span_files import kept_span
from infrastudio.protocols.mlflow.traces import record_spans
from infrastudio.protocols.mlflow.translation import translate
from infrastudio.protocols.otlp.wire import (
    JSON,
    PROTOBUF,
    accepted,
    decoded,
    spans_of,
    status_message,
    stored,
    unpacked,
)

logger = logging.getLogger(__name__)

PATH: Final = "/v1/traces"
EXPERIMENT_HEADER: Final = b"x-mlflow-experiment-id"
"""Without it, spans belong to the default experiment of the caller's project."""
RUN_HEADER: Final = b"x-mlflow-run-id"
BIG_BYTES: Final = 64 * 1024
"""Of a body that is decoded beside the event loop."""
CODES: Final = {401: 16, 403: 7, 404: 5, 409: 10, 429: 8, 500: 13, 501: 12, 503: 14}
"""gRPC's status codes by those of HTTP; any other one is 3, an invalid argument."""
INVALID_ARGUMENT: Final = 3


class WrongEncoding(StudioError):
    """The body is of a kind that OTLP does not know."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"Invalid Content-Type: {kind or 'none'}. Expected: {PROTOBUF} or {JSON}")


STATUSES: Final[dict[type[StudioError], int]] = {WrongEncoding: 400, TooLarge: 413}


def takes(path: str) -> bool:
    """Does the path belong to the protocol?"""
    return path == PATH


def failure(error: Exception, status: int) -> tuple[int, bytes, str]:
    """Return status, body and content type of a failure that was met outside the application."""
    return status, status_message(CODES.get(status, INVALID_ARGUMENT), translate(error).message, JSON), JSON


class OtlpApp:
    """Keeps the spans that exporters send."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await respond(send, 405, b"", content_type="text/plain", headers={"Allow": "POST"})
            return
        kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
        answered = JSON if kind == JSON else PROTOBUF
        try:
            body = await self._export(scope, receive, kind)
        except StudioError as error:
            await _answer_failure(scope, send, error, answered)
            return
        await respond(send, 200, body, content_type=answered)

    async def _export(self, scope: Scope, receive: Receive, kind: str) -> bytes:
        """Keep what can be kept; return the answer."""
        actor: Actor | None = scope.get("studio.actor")
        if actor is None:
            raise NotAuthenticated("Credentials are needed: send them in the header Authorization.")
        experiment = header(scope, EXPERIMENT_HEADER) or DEFAULT_ID
        if kind not in (PROTOBUF, JSON):
            raise WrongEncoding(kind)
        encoding = (header(scope, b"content-encoding") or "").strip().lower()
        body = await read_body(receive)
        if len(body) > BIG_BYTES:
            spans, problems = await asyncio.to_thread(_spans, body, encoding, kind)
        else:
            spans, problems = _spans(body, encoding, kind)
        if spans:
            run_id = header(scope, RUN_HEADER) or None
            await record_spans(self._services, actor, experiment, spans, run_id=run_id)
        return accepted(len(problems), problems[0] if problems else "", kind)


def _spans(body: bytes, encoding: str, kind: str) -> tuple[list[SpanIn], list[str]]:
    """Return the spans of a request, and what is wrong with those that are none."""
    spans: list[SpanIn] = []
    problems: list[str] = []
    for span in spans_of(decoded(unpacked(body, encoding), kind)):
        try:
            spans.append(kept_span(stored(span), in_file=False))
        except ValueError as error:
            problems.append(f"Span {span.name!r} is not kept: {error}")
    return spans, problems


async def _answer_failure(scope: Scope, send: Send, error: StudioError, kind: str) -> None:
    found = translate(error)
    status = STATUSES.get(type(error), found.status)
    if found.code == "INTERNAL_ERROR":
        logger.error("request %s %s failed", scope.get("studio.request_id"), routed_path(scope), exc_info=error)
    headers = {"Retry-After": str(max(1, round(error.retry_after_s)))} if isinstance(error, RateLimited) else {}
    body = status_message(CODES.get(status, INVALID_ARGUMENT), error.message, kind)
    await respond(send, status, body, content_type=kind, headers=headers)
