"""One socket: who it speaks for, its heartbeats, its subscriptions, its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

import orjson
from fastapi import WebSocket, WebSocketDisconnect

from infrastudio.contexts.realtime.api.pump import Pace, Pump
from infrastudio.contexts.realtime.service import Hub, Source
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.errors import NotAuthenticated, NotFound, PermissionDenied, StudioError

logger = logging.getLogger(__name__)

UNAUTHENTICATED: Final = 4401
FORBIDDEN: Final = 4403
NOT_FOUND: Final = 4404
TOO_SLOW: Final = 4408
MALFORMED: Final = 1008
FAILED: Final = 1011

CLOSE_TIMEOUT_S: Final = 2.0
PROTOCOL: Final = "studio"
"""The subprotocol that is answered where a client offers it beside `studio.bearer.<token>`."""


class Session:
    """A socket from its opening to its end."""

    actor: Actor

    def __init__(self, socket: WebSocket, hub: Hub) -> None:
        self.socket = socket
        self.hub = hub
        self.pumps: dict[str, Pump] = {}
        self._pump_tasks: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._doubted = asyncio.Event()

    async def admit(self) -> None:
        """Check that the actor may have this socket; also later, when rights have changed.

        Raises:
            StudioError: They may not.
        """

    async def begin(self) -> None:
        """Start what is sent without being asked for."""

    async def receive(self, text: str) -> None:
        """Do what the client says."""

    async def end(self) -> None:
        """Give back what the session held."""

    async def run(self) -> None:
        """Serve the socket until one side ends it."""
        try:
            self.actor = await self.hub.authenticate(self.socket.scope)
            await self.admit()
        except StudioError as error:
            await self._refuse(error)
            return
        unsubscribe = self.hub.credentials.subscribe(self._doubted.set)
        code: int | None = None
        try:
            await self.socket.accept(subprotocol=self._subprotocol())
            self._spawn(self._serve())
            code = await self._ended
        except WebSocketDisconnect:
            pass
        finally:
            unsubscribe()
            await self._stop(self._tasks)
            await self.end()
        if code is not None:
            await self._close(code)

    async def send(self, text: str) -> None:
        """Send a frame; returns when the socket takes another one. A reader that takes none is cut off."""
        try:
            async with asyncio.timeout(self.hub.limits.send_timeout_s):
                await self.socket.send_text(text)
        except TimeoutError:
            self.close(TOO_SLOW)
            await asyncio.Event().wait()  # until the session has ended and cancels this

    def close(self, code: int | None) -> None:
        """End the session; None: the other side is gone."""
        if not self._ended.done():
            self._ended.set_result(code)

    async def send_error(self, error: StudioError, **details: Any) -> None:
        """Tell the client what was wrong with what it said."""
        told = {"type": error.type, "message": error.message, "details": {**error.details, **details}}
        await self.send(orjson.dumps({"type": "error", "error": told}, default=str).decode())

    async def start_pump(self, topic: str, source: Source, since: int | None, pace: Pace) -> None:
        """Begin a subscription, in place of one of the same topic; a heartbeat tells where it begins."""
        await self.stop_pump(topic)
        pump = Pump(topic, source, since, send=self.send, heartbeat=self.heartbeat, pace=pace)
        self.pumps[topic] = pump
        await self.send(self.heartbeat().decode())
        self._pump_tasks[topic] = self._spawn(pump.run())

    async def stop_pump(self, topic: str) -> None:
        """End a subscription."""
        self.pumps.pop(topic, None)
        task = self._pump_tasks.pop(topic, None)
        if task is not None:
            await self._stop({task})

    def heartbeat(self) -> bytes:
        """Return the message that tells how far every subscription is: all before that number was sent."""
        upto = {topic: pump.upto for topic, pump in self.pumps.items()}
        return orjson.dumps({"type": "heartbeat", "server_time": format_time(self.hub.clock.now()), "upto": upto})

    def _hello(self) -> str:
        hello = {
            "type": "hello",
            "server_time": format_time(self.hub.clock.now()),
            "head": self.hub.ledger.head,
            "heartbeat_s": self.hub.limits.heartbeat_s,
        }
        return orjson.dumps(hello).decode()

    async def _serve(self) -> None:
        await self.send(self._hello())
        await self.begin()
        for work in (self._read(), self._beat(), *self._chaos()):
            self._spawn(work)

    async def _read(self) -> None:
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                self.close(None)
                return
            text = message.get("text")
            await self.receive(
                text if isinstance(text, str) else (message.get("bytes") or b"").decode(errors="replace")
            )

    async def _beat(self) -> None:
        """Send heartbeats, and ask at each who the socket speaks for; at once when a credential changed."""
        clock = asyncio.get_running_loop().time
        next_at = clock() + self.hub.limits.heartbeat_s
        while True:
            try:
                async with asyncio.timeout_at(next_at):
                    await self._doubted.wait()
            except TimeoutError:
                await self.send(self.heartbeat().decode())
                next_at = clock() + self.hub.limits.heartbeat_s
            self._doubted.clear()
            await self._admit_again()

    async def _admit_again(self) -> None:
        try:
            self.actor = await self.hub.authenticate(self.socket.scope)
            await self.admit()
        except StudioError as error:
            self.close(_code_of(error))

    def _chaos(self) -> tuple[Coroutine[Any, Any, None], ...]:
        bounds = self.hub.limits.cut_after_s
        if bounds is None:
            return ()
        share = int.from_bytes(self.hub.ids.token_bytes(4), "big") / 2**32

        async def cut() -> None:
            await asyncio.sleep(bounds[0] + share * (bounds[1] - bounds[0]))  # a rehearsal: time is all that is awaited
            self.close(None)

        return (cut(),)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except WebSocketDisconnect:
            self.close(None)
        except Exception:
            logger.exception("a socket failed")
            self.close(FAILED)

    async def _stop(self, tasks: set[asyncio.Task[None]]) -> None:
        waited = [task for task in tasks if task is not asyncio.current_task()]
        for task in waited:
            task.cancel()
        await asyncio.gather(*waited, return_exceptions=True)

    async def _refuse(self, error: StudioError) -> None:
        """Open the socket only to say why it is closed: before that no code reaches a browser."""
        try:
            await self.socket.accept(subprotocol=self._subprotocol())
            await self.send_error(error)
            await self._close(_code_of(error))
        except WebSocketDisconnect:
            return

    async def _close(self, code: int) -> None:
        """Say goodbye to a reader that listens; one that does not is dropped."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self.socket.close(code)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            logger.debug("the socket was gone before it could be closed with %s", code)

    def _subprotocol(self) -> str | None:
        offered: list[str] = self.socket.scope.get("subprotocols") or []
        if PROTOCOL in offered:
            return PROTOCOL
        return next((name for name in offered if name.startswith(f"{PROTOCOL}.bearer.")), None)


def _code_of(error: StudioError) -> int:
    if isinstance(error, NotAuthenticated):
        return UNAUTHENTICATED
    if isinstance(error, PermissionDenied):
        return FORBIDDEN
    return NOT_FOUND if isinstance(error, NotFound) else MALFORMED
