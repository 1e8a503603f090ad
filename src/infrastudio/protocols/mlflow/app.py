"""The ASGI application of the protocol: from a request to its row and back."""

from __future__ import annotations

import json
import logging
from asyncio import Future
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from infrastudio.http.asgi import header, respond, routed_path
from infrastudio.http.unchanged import say_from_ledger
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import NotAuthenticated, RateLimited, StudioError
from infrastudio.protocols.mlflow.errors import MlflowError, invalid_parameter
from infrastudio.protocols.mlflow.exchange import Exchange, read_body
from infrastudio.protocols.mlflow.fields import TEXT, ListOf, decode_fields
from infrastudio.protocols.mlflow.services import Services
from infrastudio.protocols.mlflow.table import RouteTable, Row
from infrastudio.protocols.mlflow.translation import translate

logger = logging.getLogger(__name__)

MAX_QUERY_FIELDS: Final = 10_000
ROOTS: Final = ("/api/2.0/", "/api/3.0/", "/ajax-api/")
"""The beginnings of addresses that are the protocol's, known or not."""
SINGLE_PATHS: Final = frozenset({"/get-artifact", "/model-versions/get-artifact"})


def takes(path: str) -> bool:
    """Does the path belong to the protocol?"""
    return path.startswith(ROOTS) or path in SINGLE_PATHS or path == "/ajax-api"


def is_upload(path: str) -> bool:
    """May a request to this path carry a file of any size?"""
    return "/2.0/mlflow-artifacts/artifacts/" in path


def failure(error: Exception, _status: int) -> tuple[int, bytes, str]:
    """Return status, body and content type of a failure that was met outside the application."""
    found = translate(error)
    return found.status, found.body, "application/json"


def short_handlers(services: Services, rows: Iterable[Row]) -> dict[str, Callable[[Actor, bytes], Future[Any] | None]]:
    """Return by path what may be answered without the application, each time with `EMPTY`."""
    return {path: partial(row.at_once, services) for row in rows if row.at_once is not None for path in row.paths()}


class MlflowApp:
    """Answers requests by the rows of the table."""

    def __init__(self, services: Services, rows: Iterable[Row]) -> None:
        self._services = services
        self._routes = RouteTable(rows)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = self._routes.find(routed_path(scope))
        if match is None:
            await respond(send, 404, b"Not found: no such address in this protocol.", content_type="text/plain")
            return
        methods = ", ".join(sorted({*match.rows, "OPTIONS", *(["HEAD"] if "GET" in match.rows else [])}))
        row = match.rows.get(scope["method"])
        if row is None and scope["method"] == "OPTIONS":
            await respond(send, 200, b"", content_type="text/plain", headers=_preflight(scope, methods))
            return
        if row is None:
            headers = {"Allow": methods}
            await respond(
                send, 405, b"This address does not take that method.", content_type="text/plain", headers=headers
            )
            return
        exchange = Exchange(scope, receive, send, _actor(scope))
        if row.from_ledger:
            say_from_ledger(scope)
        try:
            body = await self._call(row, exchange, match.parameters)
        except (StudioError, ValidationError) as error:
            if exchange.started:
                raise
            await _answer_failure(exchange, error)
            return
        if body is not None:
            await respond(send, 200, body, headers=_shared(scope))

    async def _call(self, row: Row, exchange: Exchange, parameters: Mapping[str, str]) -> bytes | None:
        """Return the JSON answer of a row; None when the row has answered by itself."""
        for name, value in parameters.items():
            TEXT.decode(value, name)
        if row.is_stream:
            arguments = decode_fields(row.fields, _query(exchange.scope, row))
            await row.handler(self._services, exchange, **{**arguments, **parameters})
            return None
        body = b""
        if exchange.scope["method"] == "GET":
            raw = _query(exchange.scope, row)
        else:
            if exchange.scope["method"] == "POST":
                require_json(exchange.scope)
            body = await read_body(exchange.receive) if row.fields else b""
            if row.fast is not None and (answer := await row.fast(self._services, exchange.actor, body)) is not None:
                return answer
            raw = as_object(body)
        arguments = decode_fields(row.fields, raw)
        answer = await row.handler(self._services, exchange.actor, **{**arguments, **parameters})
        return answer if isinstance(answer, bytes) else orjson.dumps(answer)


def _actor(scope: Scope) -> Actor:
    actor: Actor | None = scope.get("studio.actor")
    if actor is None:
        raise NotAuthenticated("Credentials are needed: set MLFLOW_TRACKING_TOKEN.")
    return actor


async def _answer_failure(exchange: Exchange, error: Exception) -> None:
    found = translate(error)
    if found.code == "INTERNAL_ERROR":
        logger.error("request %s failed", exchange.scope.get("studio.request_id"), exc_info=error)
    headers = _shared(exchange.scope)
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    await respond(exchange.send, found.status, found.body, headers=headers)


def require_json(scope: Scope) -> None:
    """Refuse a request that does not say that it is JSON.

    Raises:
        MlflowError: The Content-Type is missing or another.
    """
    kind = header(scope, b"content-type")
    if not kind:
        raise _bad_content_type("header is missing.")
    if not kind.lower().startswith("application/json"):
        raise _bad_content_type("must be one of ['application/json'].")


def as_object(body: bytes) -> Mapping[str, Any]:
    """Return the object that a body holds; empty when it holds none."""
    value = _loads(body)
    if isinstance(value, str):
        value = _loads(value.encode("utf-8", "surrogatepass"))
    return value if isinstance(value, dict) else {}


def _loads(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text)  # takes NaN and Infinity without quotes, as Python clients may write them
    except (ValueError, RecursionError):
        return None


def _query(scope: Scope, row: Row) -> Mapping[str, Any]:
    try:
        pairs = parse_qsl(
            scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS
        )
    except ValueError as error:
        raise invalid_parameter(f"The query has more than {MAX_QUERY_FIELDS} fields.") from error
    lists = {field.name for field in row.fields if isinstance(field.type, ListOf)}
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in lists:
            found.setdefault(name, []).append(value)
        else:
            found.setdefault(name, value)
    return found


def _bad_content_type(what: str) -> MlflowError:
    return invalid_parameter(f"Bad Request. Content-Type {what}")


def _shared(scope: Scope) -> dict[str, str]:
    """Return the headers by which a page of an admitted origin may read the answer."""
    origin = header(scope, b"origin")
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else {}


def _preflight(scope: Scope, methods: str) -> dict[str, str]:
    asked = header(scope, b"access-control-request-headers")
    allowed = {"Access-Control-Allow-Methods": methods, "Access-Control-Allow-Headers": asked or "*"}
    return {"Allow": methods, **(_shared(scope) and allowed), **_shared(scope)}
