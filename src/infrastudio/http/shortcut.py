"""Small writes that come thousands of times a second, answered between the socket and the store, without ASGI.

A request takes the shortcut when it is plain: its address is one of few, memory knows who asks, and its handler can
begin at once. Every other one, also to the same address, goes the long way through the application, which knows what
to say. It leans on uvicorn's non-public `HttpToolsProtocol`: `tests/server/test_shortcut.py` pins what is used of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final, cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from infrastudio.http.middleware import access_logger, common_headers, request_id_of
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import StudioError
from infrastudio.kernel.ids import IdSource

logger = logging.getLogger(__name__)

Headers = list[tuple[bytes, bytes]]
"""Names in lowercase."""

Handler = Callable[[Actor, bytes], "asyncio.Future[Any] | None"]
"""Begins what a body asks for; the future is done when that is durable. None: it needs a closer look."""

LONG_WAY: Final = frozenset({b"origin", b"expect", b"transfer-encoding", b"upgrade"})
"""Headers that ask for more than an answer."""


@dataclass(frozen=True)
class Shortcut:
    """What may be answered at once, and how.

    Attributes:
        handlers: By address, as it stands in the request.
        answer: The body of every success, as JSON.
        failure: From a failure to status, body and content type.
        actor_of: Returns who asks, from memory; None: that takes a closer look.
        ids: Makes the ids of requests.
        version: Of the server, for the answers.
        body_limit_bytes: The largest body.
    """

    handlers: Mapping[bytes, Handler]
    answer: bytes
    failure: Callable[[Exception], tuple[int, bytes, str]]
    actor_of: Callable[[Headers], Actor | None]
    ids: IdSource
    version: str
    body_limit_bytes: int

    def actor(self, headers: Headers) -> Actor | None:
        """Return who asks, if the request is plain."""
        length = kind = b""
        for name, value in headers:
            if name in LONG_WAY:
                return None
            if name == b"content-length":
                length = value
            elif name == b"content-type":
                kind = value
        is_small = length.isdigit() and int(length) <= self.body_limit_bytes
        return self.actor_of(headers) if is_small and kind.lower().startswith(b"application/json") else None


class _NoEvent:
    """Stands where uvicorn wakes an application that waits for the body."""

    def set(self) -> None:
        """Do nothing."""


class ShortRequest:
    """A request on the shortcut. Its public names are what uvicorn asks of a request cycle."""

    message_event: Final = _NoEvent()

    def __init__(self, handler: Handler, actor: Actor, before: RequestResponseCycle | None) -> None:
        self.response_complete = False
        self.disconnected = False
        self.more_body = True
        self.keep_alive = True
        self._handler = handler
        self._actor = actor
        self._parts: list[bytes] = []
        self.before = before
        """The cycle of the request before it."""

    def add(self, part: bytes) -> None:
        """Take a part of the body."""
        self._parts.append(part)

    def body(self) -> bytes:
        """Return the whole body."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def begin(self, body: bytes) -> asyncio.Future[Any] | None:
        """Do what is asked for; None where the application should look at it, also for what it refuses."""
        self.more_body = False
        try:
            return self._handler(self._actor, body)
        except StudioError:
            return None
        except Exception:  # told in the log; the application meets it again and answers
            logger.exception("the shortcut failed; the application is asked")
            return None


class ShortcutProtocol(HttpToolsProtocol):
    """One client connection. Requests are answered in order, short ones and others alike."""

    shortcut: ClassVar[Shortcut]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading: ShortRequest | None = None
        """The short request whose body is being read."""

    @override
    def on_headers_complete(self) -> None:
        request = self._short_request()
        if request is None:
            super().on_headers_complete()
            return
        self._reading = request
        self.cycle = cast("RequestResponseCycle", request)  # it has all that uvicorn asks of a cycle

    @override
    def on_body(self, body: bytes) -> None:
        if self._reading is None:
            super().on_body(body)
        else:
            self._reading.add(body)

    @override
    def on_message_complete(self) -> None:
        request, self._reading = self._reading, None
        if request is None:
            super().on_message_complete()
            return
        body = request.body()
        stored = request.begin(body)
        if stored is None:
            self._go_the_long_way(request, body)
        else:
            stored.add_done_callback(partial(self._answer, request, self.url, self.headers))

    def _short_request(self) -> ShortRequest | None:
        handler = self.shortcut.handlers.get(self.url)
        if handler is None or self.parser.get_method() != b"POST" or self.parser.get_http_version() != "1.1":
            return None
        before: RequestResponseCycle | None = self.cycle
        is_busy = before is not None and not before.response_complete
        if is_busy or self.flow.write_paused or not self.parser.should_keep_alive():
            return None
        actor = self.shortcut.actor(self.headers)
        return None if actor is None else ShortRequest(handler, actor, before)

    def _go_the_long_way(self, request: ShortRequest, body: bytes) -> None:
        self.cycle = cast("RequestResponseCycle", request.before)
        super().on_headers_complete()
        super().on_body(body)
        super().on_message_complete()

    def _answer(self, request: ShortRequest, url: bytes, headers: Headers, stored: asyncio.Future[Any]) -> None:
        status, body, kind = 200, self.shortcut.answer, "application/json"
        error = stored.exception()
        if error is not None:
            if not isinstance(error, StudioError):
                logger.error("%s failed", url.decode("latin-1"), exc_info=error)
            status, body, kind = self.shortcut.failure(cast("Exception", error))
        request.response_complete = True
        request_id = request_id_of(headers, self.shortcut.ids)
        access_logger.debug("POST %s %s %s", url, status, request_id)
        if self.transport.is_closing():
            return
        lines = [*self.server_state.default_headers, *common_headers(request_id, self.shortcut.version)]
        if not request.keep_alive:
            lines.append((b"connection", b"close"))
        head = b"".join([b"%b: %b\r\n" % line for line in lines])
        entity = b"content-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind.encode(), len(body), body)
        self.transport.write(b"%b%b%b" % (STATUS_LINE[status], head, entity))
        if not request.keep_alive:
            self.transport.close()
        self.on_response_complete()
