"""A whole server in a thread, and clients that read its sockets as the browser does."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from conftest import studio_on
from infrastudio.contexts.identity import service as identity
from infrastudio.contexts.identity.permissions import Role
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.identity.schemas import NewToken
from infrastudio.contexts.projects.schemas import Project
from infrastudio.contexts.realtime.service import Hub, Limits
from infrastudio.contexts.timeline.rules.items import describe
from infrastudio.server import wiring
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio

Result = TypeVar("Result")
Message = dict[str, Any]

DEADLINE_S = 20.0


@dataclass
class Served:
    """A running server; `hub` is what its sockets have in common."""

    studio: Studio
    hub: Hub
    server: uvicorn.Server
    address: str
    loop: asyncio.AbstractEventLoop

    def call(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the server's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(DEADLINE_S)

    def run(self, work: Callable[[], Result]) -> Result:
        """Run a function in the server's event loop."""

        async def call() -> Result:
            return work()

        return self.call(call())

    def token(self, project: Project, role: Role = "viewer", *, name: str = "reader") -> NewToken:
        """Make a token for one project."""
        with self.studio.db.begin(SINGLE_USER) as uow:
            return identity.issue_token(
                uow, project_id=project.id, project=project.slug, name=name, kind="personal", role=role
            )

    def socket(self, path: str = "/ws", **options: Any) -> Socket:
        """Open a socket."""
        return Socket(f"ws://{self.address}{path}", **options)


@contextmanager
def serving(
    folder: Path,
    url: str | None = None,
    *,
    limits: Limits | None = None,
    send_buffer: int | None = None,
    **values: object,
) -> Iterator[Served]:
    """Serve a data folder on a free port, as `studio up` does, with the loops of a server.

    Args:
        folder: The data folder.
        url: The database, if it is not SQLite in the folder.
        limits: How the sockets behave.
        send_buffer: Bytes that the system takes for a slow reader.
        values: Further settings.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if send_buffer is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    listener.bind(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    with listener, studio_on(folder, url, **values) as studio:
        hub = Hub(
            studio.db,
            studio.feed,
            studio.telemetry,
            authenticate=studio.authenticator.of_socket,
            describe=describe,
            clock=studio.clock,
            ids=studio.ids,
            limits=limits,
        )
        studio.resources[Hub] = hub
        studio.loops["sockets"] = hub.run
        started: list[asyncio.AbstractEventLoop] = []
        run_feed = studio.feed.run

        async def feed() -> None:
            started.append(asyncio.get_running_loop())
            await run_feed()

        studio.loops["ledger feed"] = feed
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(studio),
                http=wiring.http_protocol(studio),
                ws="websockets-sansio",
                loop="uvloop",
                lifespan="on",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=5,
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server")
        thread.start()
        try:
            eventually(lambda: server.started and bool(started))
            yield Served(studio, hub, server, address, started[0])
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


class Socket:
    """A client's end of a socket: messages one by one, whether they came alone or in a batch."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        subprotocols: tuple[str, ...] = (),
        receive_buffer: int | None = None,
        **options: Any,
    ) -> None:
        lines = dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        sock = None
        if receive_buffer is not None:
            host, _, port = url.removeprefix("ws://").partition("/")[0].partition(":")
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            sock.connect((host, int(port)))
        opening = connect(
            url,
            sock=sock,
            additional_headers=lines,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            proxy=None,
            open_timeout=DEADLINE_S,
            close_timeout=1,
            max_size=None,
            **options,
        )
        self.connection: ClientConnection = opening.__enter__()
        self.frames: list[str] = []
        self.waiting: list[Message] = []

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def say(self, op: str, **message: Any) -> None:
        """Send a message to the server."""
        self.connection.send(json.dumps({"op": op, **message}))

    def subscribe(self, topic: str, **message: Any) -> Message:
        """Subscribe, and return the heartbeat that tells where the subscription begins."""
        self.say("subscribe", topic=topic, **message)
        return self.next("heartbeat", where=lambda found: topic in found["upto"])

    def message(self, timeout: float = DEADLINE_S) -> Message:
        """Return the next message.

        Raises:
            TimeoutError: None came in time.
            ConnectionClosed: The socket has ended.
        """
        if not self.waiting:
            frame = self.connection.recv(timeout)
            assert isinstance(frame, str)
            self.frames.append(frame)
            found = json.loads(frame)
            self.waiting = found if isinstance(found, list) else [found]
        return self.waiting.pop(0)

    def next(
        self, *types: str, where: Callable[[Message], bool] = lambda _: True, timeout: float = DEADLINE_S
    ) -> Message:
        """Return the next message of some types; others are passed over, but an error is not."""
        until = time.monotonic() + timeout
        while True:
            message = self.message(max(0.0, until - time.monotonic()))
            if message["type"] in types and where(message):
                return message
            assert message["type"] != "error", message

    def events(self, count: int, *types: str) -> list[Message]:
        """Return the next events."""
        return [self.next(*(types or ("event",))) for _ in range(count)]

    def cut(self) -> None:
        """Lose the connection without a word, unless the server did so already."""
        with suppress(OSError):
            self.connection.socket.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def close_code(self) -> int:
        """Read until the connection ends, and return why; 1006: without a word."""
        until = time.monotonic() + DEADLINE_S
        with suppress(ConnectionClosed):
            while True:
                assert time.monotonic() < until, "the server never closed"
                self.message()
        return self.connection.close_code or 1006


@dataclass
class Cursor:
    """How far a reader has come, by the rules of the protocol."""

    applied: int
    seen: int

    def accept(self, message: Message) -> bool:
        """Is the message new? One that does not follow the last is a hole."""
        if message["seq"] <= self.applied:
            return False
        assert message["prev"] == self.applied, f"a hole before {message}"
        self.applied = message["seq"]
        self.seen = max(self.seen, self.applied)
        return True


@dataclass
class Reader:
    """Reads streams over sockets that are cut, and goes on where it was. `since` has a number for each stream."""

    open: Callable[[dict[str, Cursor]], Socket]
    stream_of: Callable[[Message], str | None]
    since: Mapping[str, int]
    seen: dict[str, list[Message]] = field(default_factory=dict)
    socket: Socket | None = None

    def __post_init__(self) -> None:
        self.cursors = {stream: Cursor(number, number) for stream, number in self.since.items()}
        self.seen = {stream: [] for stream in self.since}

    def read(self, count: int, timeout: float = DEADLINE_S) -> None:
        """Take the next `count` messages of any kind, or those that come within `timeout`."""
        if self.socket is None:
            for cursor in self.cursors.values():
                cursor.applied = cursor.seen
            self.socket = self.open(self.cursors)
        for _ in range(count):
            try:
                self._take(self.socket.message(timeout))
            except TimeoutError:
                return

    def read_until(self, heads: Mapping[str, int]) -> None:
        """Take messages until every stream is known up to its head."""
        until = time.monotonic() + DEADLINE_S
        while any(self.cursors[stream].seen < head for stream, head in heads.items()):
            assert time.monotonic() < until, f"{self.cursors} never reach {heads}"
            self.read(1, timeout=1)

    def cut(self) -> None:
        """Lose the connection, if there is one."""
        if self.socket is not None:
            self.socket.cut()
            self.socket = None

    def _take(self, message: Message) -> None:
        assert message["type"] not in ("error", "reset"), message
        if message["type"] == "heartbeat":
            for stream, upto in message["upto"].items():
                self.cursors[stream].seen = max(self.cursors[stream].seen, upto)
        stream = self.stream_of(message)
        if stream is not None and self.cursors[stream].accept(message):
            self.seen[stream].append(message)


def eventually(condition: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.005)
