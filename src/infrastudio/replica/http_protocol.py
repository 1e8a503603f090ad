"""HTTP/1.1 of a replica: a bare asyncio protocol, for a web framework would cost more than the model."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import httptools
from typing_extensions import override

Reply = tuple[int, bytes]
"""Status and JSON body."""

Respond = Callable[[int, bytes], None]
Handler = Callable[["Request", Respond], "Reply | None"]
"""Answers at once with a reply, or returns None and calls `respond` later, once."""

REASONS: Final = {
    200: b"OK",
    400: b"Bad Request",
    404: b"Not Found",
    405: b"Method Not Allowed",
    411: b"Length Required",
    413: b"Content Too Large",
    422: b"Unprocessable Content",
    500: b"Internal Server Error",
    501: b"Not Implemented",
    503: b"Service Unavailable",
}

HIGH_WATER_REQUESTS: Final = 256
"""Unanswered requests of one connection from which on no more is read from it."""


@dataclass(slots=True)
class Request:
    """One request, complete."""

    method: bytes
    path: bytes
    headers: dict[bytes, bytes]
    body: bytes


@dataclass(slots=True, eq=False)
class _Slot:
    """The place of one answer in the order of the connection's requests."""

    is_head: bool
    keep_alive: bool
    response: bytes | None = None


@dataclass(slots=True)
class Connections:
    """What all connections of one replica share; `is_draining` makes every answer the last of its connection."""

    handler: Handler
    body_limit_bytes: int
    is_draining: bool = False
    open: set[HttpConnection] = field(default_factory=set)
    none_open: asyncio.Event = field(default_factory=asyncio.Event)

    def close_idle(self) -> None:
        """Close the connections on which nothing is under way."""
        for connection in list(self.open):
            if connection.is_idle:
                connection.close()


class HttpConnection(asyncio.Protocol):
    """One connection. Answers leave in the order of the requests, whichever is ready first."""

    def __init__(self, shared: Connections) -> None:
        self._shared = shared
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._slots: deque[_Slot] = deque()
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._body = bytearray()
        self._refused: Reply | None = None
        self._is_receiving = False
        self._is_reading = True

    @property
    def is_idle(self) -> bool:
        """Is no request being received or waiting for its answer?"""
        return not self._slots and not self._is_receiving

    def close(self) -> None:
        """Close the connection after what was written has left."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream gives a Transport
        self._shared.open.add(self)
        self._shared.none_open.clear()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._slots.clear()
        self._shared.open.discard(self)
        if not self._shared.open:
            self._shared.none_open.set()

    @override
    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._reject(400, b'{"error":"upgrades are not served"}')
        except httptools.HttpParserError:
            self._reject(400, b'{"error":"this is no HTTP request"}')

    @override
    def pause_writing(self) -> None:
        self._set_reading(False)

    @override
    def resume_writing(self) -> None:
        self._set_reading(True)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self._headers = {}
        self._body.clear()
        self._refused = None
        self._is_receiving = True

    def on_url(self, url: bytes) -> None:
        """A part of the address arrived."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header arrived."""
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """All headers are there: refuse a body that is too large before it is sent."""
        if int(self._headers.get(b"content-length", b"0")) > self._shared.body_limit_bytes:
            self._refuse_size()
        elif self._headers.get(b"expect", b"").lower() == b"100-continue" and self._transport and not self._slots:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """A part of the body arrived."""
        if self._refused is None:
            self._body += body
            if len(self._body) > self._shared.body_limit_bytes:
                self._refuse_size()

    def on_message_complete(self) -> None:
        """The request is complete: hand it to the handler."""
        self._is_receiving = False
        method = self._parser.get_method()
        slot = _Slot(method == b"HEAD", self._parser.should_keep_alive())
        self._slots.append(slot)
        if self._refused is not None:
            self._answer(slot, *self._refused)
            return
        path = self._url.partition(b"?")[0]
        request = Request(b"GET" if slot.is_head else method, path, self._headers, bytes(self._body))
        reply = self._shared.handler(request, lambda status, body: self._answer(slot, status, body))
        if reply is not None:
            self._answer(slot, *reply)
        elif len(self._slots) >= HIGH_WATER_REQUESTS:
            self._set_reading(False)

    def _refuse_size(self) -> None:
        limit = self._shared.body_limit_bytes
        self._body.clear()
        self._refused = (413, b'{"error":"the body is larger than %d bytes"}' % limit)

    def _answer(self, slot: _Slot, status: int, body: bytes) -> None:
        if self._transport is None:
            return
        keep_alive = slot.keep_alive = slot.keep_alive and status != 413 and not self._shared.is_draining
        slot.response = b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%b%b\r\n%b" % (
            status,
            REASONS[status],
            len(body),
            b"" if keep_alive else b"connection: close\r\n",
            b"retry-after: 1\r\n" if status == 503 else b"",
            b"" if slot.is_head else body,
        )
        slots = self._slots
        while slots and slots[0].response is not None and self._transport is not None:
            done = slots.popleft()
            self._transport.write(done.response or b"")
            if not done.keep_alive:
                slots.clear()
                self._transport.close()
                return
        if not self._is_reading and len(slots) < HIGH_WATER_REQUESTS // 2:
            self._set_reading(True)

    def _reject(self, status: int, body: bytes) -> None:
        """Answer what cannot be parsed, after all that came before it, and close."""
        if self._transport is None:
            return
        slot = _Slot(is_head=False, keep_alive=False)
        self._slots.append(slot)
        self._set_reading(False)
        self._answer(slot, status, body)

    def _set_reading(self, wanted: bool) -> None:
        if self._transport is None or self._transport.is_closing() or wanted == self._is_reading:
            return
        self._is_reading = wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()
