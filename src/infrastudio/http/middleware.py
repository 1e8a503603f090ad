"""What happens to every request before and after its route, as plain ASGI."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infrastudio.http.asgi import header, routed_path
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import Problem, TooLarge, UnsupportedMediaType
from infrastudio.kernel.ids import IdSource

access_logger = logging.getLogger("infrastudio.access")

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

FailureResponder = Callable[[Scope, Send, Exception], Awaitable[None]]
"""Answers a failure in the words of the protocol that the path belongs to."""


def request_id_of(headers: Iterable[tuple[bytes, bytes]], ids: IdSource) -> str:
    """Return the id that a request brings, if it is a short plain word, or a new one."""
    for name, value in headers:
        if name == b"x-request-id":
            return value.decode() if _REQUEST_ID.fullmatch(value) else ids.hex32()
    return ids.hex32()


def common_headers(request_id: str, version: str) -> list[tuple[bytes, bytes]]:
    """Return the headers that every answer carries."""
    return [
        (b"x-request-id", request_id.encode()),
        (b"x-studio-version", version.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]


class RequestContext:
    """Gives every request an id, every answer the id and our version, and every failure its envelope.

    Headers that a dependency puts into `scope["studio.answer_headers"]` stand in the answer, whoever makes it.
    """

    def __init__(self, app: ASGIApp, *, ids: IdSource, version: str, fail: FailureResponder) -> None:
        self._app = app
        self._ids = ids
        self._fail = fail
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["studio.request_id"] = request_id = request_id_of(scope["headers"], self._ids)
        scope["studio.answer_headers"] = answer_headers = dict[str, str]()
        started, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                extra = common_headers(request_id, self._version)
                extra.extend((name.encode(), value.encode()) for name, value in answer_headers.items())
                repeat = scope.get("studio.repeat")
                if repeat is not None and repeat.replayed:
                    extra.append((b"idempotency-replayed", b"true"))
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if status:
                raise
            await self._fail(scope, send_with_headers, error)
        finally:
            access_logger.debug(
                "%s %s %s %.1f ms %s",
                scope["method"], scope["path"], status, (time.perf_counter() - started) * 1000, request_id,
            )  # fmt: skip


class RootPath:
    """Puts everything under a sub-path, whether a proxy before the server takes it off or not."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._root or scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        has_root = path == self._root or path.startswith(f"{self._root}/")
        inside = {"root_path": self._root, "path": path if has_root else self._root + path}
        await self._app({**scope, **inside}, receive, send)


class BodyLimit:
    """Refuses bodies beyond a limit, also those that do not say their length; `limit_of` knows the limit of a path."""

    def __init__(self, app: ASGIApp, *, limit_of: Callable[[str], int | None], fail: FailureResponder) -> None:
        self._app = app
        self._limit_of = limit_of
        self._fail = fail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_of(routed_path(scope)) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        length = header(scope, b"content-length") or ""
        if length.isdecimal() and int(length) > limit:
            await self._fail(scope, send, _too_large(limit))
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
            return message

        try:
            await self._app(scope, counted, send)
        except Exception as error:
            if received > limit and not isinstance(error, TooLarge):
                raise _too_large(limit) from error  # whoever read the body took the failure for one of its content
            raise


def _too_large(limit: int) -> TooLarge:
    return TooLarge(Problem("body", f"is larger than the {limit} bytes that this address takes"))


class JsonBodies:
    """Refuses bodies of the native API that do not say that they are JSON."""

    METHODS: Final = ("POST", "PUT", "PATCH")

    def __init__(self, app: ASGIApp, *, applies_to: Callable[[str], bool], fail: FailureResponder) -> None:
        self._app = app
        self._applies_to = applies_to
        self._fail = fail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in self.METHODS and self._applies_to(routed_path(scope)):
            has_body = header(scope, b"content-length") not in (None, "0") or header(scope, b"transfer-encoding")
            kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
            if has_body and kind != "application/json" and not kind.endswith("+json"):
                problem = Problem("Content-Type", "must be application/json")
                await self._fail(scope, send, UnsupportedMediaType(problem))
                return
        await self._app(scope, receive, send)


class Authentication:
    """Puts the actor of a request into its scope, or refuses it; public paths pass without credentials."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        authenticate: Callable[[Scope], Awaitable[Actor | None]],
        fail: FailureResponder,
    ) -> None:
        self._app = app
        self._authenticate = authenticate
        self._fail = fail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                scope["studio.actor"] = await self._authenticate(scope)
            except Exception as error:
                await self._fail(scope, send, error)
                return
        await self._app(scope, receive, send)


class PathRules:
    """A trailing slash means the same path; HEAD is answered as GET without the body; older addresses are aliases."""

    def __init__(
        self, app: ASGIApp, *, rewrite: Callable[[Scope, str], str | None], keeps_slash: Callable[[str], bool]
    ) -> None:
        self._app = app
        self._rewrite = rewrite
        self._keeps_slash = keeps_slash

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        root = scope.get("root_path", "")
        path = routed_path(scope)
        if path != "/" and path.endswith("/") and not self._keeps_slash(path):
            path = path.rstrip("/") or "/"
        twin = self._rewrite(scope, path)
        changed: dict[str, Any] = {"path": root + (twin or path)}
        if changed["path"] != scope["path"]:
            changed["raw_path"] = changed["path"].encode("utf-8", "surrogateescape")
        if scope["method"] != "HEAD":
            await self._app({**scope, **changed} if twin or changed["path"] != scope["path"] else scope, receive, send)
            return
        as_get = {**scope, **changed, "method": "GET", "studio.is_head": True}
        await self._app(as_get, receive, _without_body(send))


def _without_body(send: Send) -> Send:
    ended = False

    async def send_head(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            await send(message)
        elif not ended and not message.get("more_body", False):
            ended = True
            await send({"type": "http.response.body", "body": b""})

    return send_head
