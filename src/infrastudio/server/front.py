"""Answers from the first moment: the port is served while the application behind it is still being made."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEALTH: Final = "/health"


@dataclass(frozen=True)
class Application:
    """What a server consists of once it was made."""

    asgi: ASGIApp
    http_protocol: type[asyncio.Protocol]
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]


class FrontApplication:
    """An ASGI application that makes the real one in a thread; requests wait for it, the liveness check does not.

    Importing and wiring all contexts takes a second or two, in which a client that just started the server would get
    refused connections.
    """

    def __init__(
        self,
        make: Callable[[], Application],
        *,
        version: str,
        on_ready: Callable[[], None],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._make = make
        self._version = version
        self._on_ready = on_ready
        self._on_failure = on_failure
        self._application: Application | None = None
        self._making: asyncio.Task[None] | None = None

    def http_protocol(self, *args: object, **kwargs: object) -> asyncio.Protocol:
        """Return the protocol of a new connection: the application's own once there is one."""
        kind = HttpToolsProtocol if self._application is None else self._application.http_protocol
        return kind(*args, **kwargs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if self._application is None:
            if scope["type"] == "http" and scope["path"] == scope.get("root_path", "") + HEALTH:
                await _answer(send, 200, f'{{"status":"ok","version":"{self._version}"}}'.encode())
                return
            await self._wait()
        if self._application is None:
            if scope["type"] == "http":
                await _answer(send, 503, b"")
            return
        await self._application.asgi(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._making = asyncio.create_task(self._bring_up())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._wait()
        if self._application is not None:
            await self._application.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _bring_up(self) -> None:
        # What is made until then stays: the garbage collector need not look through it again and again.
        gc.disable()
        try:
            application = await asyncio.to_thread(self._make)
            await application.start()
        except BaseException as error:
            self._on_failure(error)
            return
        finally:
            gc.collect()
            gc.freeze()
            gc.enable()
        self._application = application
        await asyncio.to_thread(self._on_ready)

    async def _wait(self) -> None:
        if self._making is not None:
            await asyncio.wait([self._making])


async def _answer(send: Send, status: int, body: bytes) -> None:
    """Answer and close the connection, so that the next one gets the application's own protocol."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": body})
