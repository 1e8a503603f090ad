"""The gateway in front of ASGI: inference paths are passed on as bytes on the same port, all else goes to the app.

It leans on uvicorn's non-public `HttpToolsProtocol`: `tests/protocols/inference` pins what is used of it.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, cast

import httptools
from typing_extensions import override
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from infrastudio.protocols.inference.exchange import Exchange, RequestHead
from infrastudio.protocols.inference.gateway import InferenceGateway
from infrastudio.protocols.inference.paths import PREFIXES, Target, parse_path


class GatewayProtocol(HttpToolsProtocol):
    """One client connection. Requests are answered in order, those of the gateway and those of the app alike."""

    gateway: ClassVar[InferenceGateway]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._receiving: Exchange | None = None
        """The exchange whose request is being read."""
        self._active: Exchange | None = None
        """The exchange whose answer is under way."""

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """Headers of every answer of this server."""
        return self.server_state.default_headers

    @override
    def on_headers_complete(self) -> None:
        target = self._parse_target()
        if target is None or (self.parser.should_upgrade() and self._should_upgrade()):
            super().on_headers_complete()
            return
        exchange = Exchange(self, self.gateway, self._request_head(target))
        self._receiving = exchange
        before: RequestResponseCycle | None = self.cycle
        self.cycle = cast("RequestResponseCycle", exchange)  # it has all that uvicorn asks of a cycle
        if before is None or before.response_complete:
            self._begin(exchange)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    @override
    def on_body(self, body: bytes) -> None:
        if self._receiving is None:
            super().on_body(body)
        elif not self._receiving.response_complete:
            self._receiving.body_received(body)

    @override
    def on_message_complete(self) -> None:
        if self._receiving is None:
            super().on_message_complete()
            return
        exchange, self._receiving = self._receiving, None
        exchange.body_complete()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()  # or a client that sends faster than it is answered fills the memory

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if isinstance(cycle, Exchange):  # its turn in the pipeline; a call from here would nest with every request
            self.loop.call_soon(self._begin, cycle)
        else:
            super()._start_asgi_task(cycle, app)

    @override
    def send_400_response(self, msg: str) -> None:
        if self._active is None:
            super().send_400_response(msg)
        else:  # the answer that is under way goes first, and is the last one
            self._active.keep_alive = False
            self.flow.pause_reading()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._active is not None:
            self._active.cancel()
            self._active = None
        for cycle, _ in self.pipeline:
            cycle.disconnected = True

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        if self._active is not None:
            self._active.pause()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        if self._active is not None:
            self._active.resume()

    def exchange_done(self) -> None:
        """The active exchange is answered."""
        exchange, self._active = self._active, None
        if exchange is not None and not exchange.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _begin(self, exchange: Exchange) -> None:
        if not exchange.disconnected and not self.transport.is_closing():
            self._active = exchange
            exchange.start()

    def _parse_target(self) -> Target | None:
        url = self.url
        if not url.startswith(b"/"):
            parsed = httptools.parse_url(url)
            url = parsed.path or b"/"
        root = self.gateway.root_path
        if root and url.startswith(root):
            url = url[len(root) :]
        if not url.startswith(PREFIXES) or self.parser.get_method() == b"OPTIONS":
            return None  # questions of browsers about other origins are the app's
        return parse_path(url.partition(b"?")[0])

    def _request_head(self, target: Target) -> RequestHead:
        http_version = self.parser.get_http_version()
        return RequestHead(
            method=self.parser.get_method(),
            target=target,
            headers=list(self.headers),  # trailers are appended to uvicorn's list
            http_version=http_version,
            keep_alive=http_version != "1.0" and self.parser.should_keep_alive(),
            expects_continue=self.expect_100_continue,
        )


def gateway_protocol(gateway: InferenceGateway) -> type[asyncio.Protocol]:
    """Return the protocol class for `uvicorn.Config(http=…)` that serves `gateway` in front of the app."""
    return type("BoundGatewayProtocol", (GatewayProtocol,), {"gateway": gateway})
