"""Small writes past the application: which requests take the shortcut, and that nobody can tell from the answer."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from infrastudio.http.asgi import respond
from infrastudio.http.shortcut import Shortcut, ShortcutProtocol, ShortRequest
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import RateLimited
from infrastudio.kernel.ids import SeededIds
from infrastudio.protocols.mlflow.exchange import read_body

ACTOR = Actor("user:somebody")
OVERRIDES = {
    "on_headers_complete": "(self) -> 'None'",
    "on_body": "(self, body: 'bytes') -> 'None'",
    "on_message_complete": "(self) -> 'None'",
}
LIMIT = 1 << 20


class World:
    """A server whose application answers `app:` and the body, and whose shortcut says `short` when it is told to."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.stored: asyncio.Future[None] | None = None
        """What the handler returns; by default a future that is done in the next turn of the loop."""
        self.handled = asyncio.Event()
        self.port = 0

    def handle(self, actor: Actor, body: bytes) -> asyncio.Future[None] | None:
        assert actor is ACTOR
        if body.startswith(b"look"):
            return None
        if body.startswith(b"full"):
            raise RateLimited("Too many wait.", retry_after_s=1)
        self.taken.append(body)
        self.handled.set()
        if self.stored is not None:
            return self.stored
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, None)
        return future

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        await respond(send, 200, b"app:" + scope["method"].encode() + b":" + body)

    async def ask(self, *requests: bytes, answers: int = 1) -> list[bytes]:
        """Send bytes piece by piece and return the bodies of the answers."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with closing(writer):
            for piece in requests:
                writer.write(piece)
                await writer.drain()
            return [await _answer(reader) for _ in range(answers)]


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    length = re.search(rb"content-length: (\d+)", head)
    assert length is not None
    return await reader.readexactly(int(length[1]))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    shortcut = Shortcut(
        handlers={b"/write": world.handle},
        answer=b"short",
        failure=lambda error: (503, str(error).encode(), "text/plain"),
        actor_of=lambda headers: None if (b"authorization", b"who?") in headers else ACTOR,
        ids=SeededIds(1),
        version="1.2.3",
        body_limit_bytes=LIMIT,
    )
    async with _serving(world.app, shortcut) as port:
        world.port = port
        yield world


@asynccontextmanager
async def _serving(app: Callable[[Scope, Receive, Send], Awaitable[None]], shortcut: Shortcut) -> AsyncIterator[int]:
    config = uvicorn.Config(app, interface="asgi3", lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    kind: Any = type("Bound", (ShortcutProtocol,), {"shortcut": shortcut})
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: kind(config=config, server_state=state, app_state={}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for connection in list(state.connections):
            connection.transport.abort()


def a_request(
    body: bytes = b"x", *headers: str, method: str = "POST", path: str = "/write", version: str = "1.1"
) -> bytes:
    """A plain request; a header in `headers` stands in place of the usual one."""
    usual = {"host": "a", "content-type": "application/json", "content-length": str(len(body))}
    more = dict(header.split(": ") for header in headers)
    if "transfer-encoding" in more:
        del usual["content-length"]
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in (usual | more).items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def test_a_plain_write_is_answered_without_the_application(world: World) -> None:
    assert await world.ask(a_request(b"points")) == [b"short"]
    assert world.taken == [b"points"]


@pytest.mark.parametrize(
    "request_bytes",
    [
        a_request(b"x", "Origin: http://a"),
        a_request(b"x", "content-type: text/plain"),
        a_request(b"x", "authorization: who?"),
        a_request(b"x", "connection: close"),
        a_request(b"x", version="1.0"),
        a_request(b"x", method="PUT"),
        a_request(b"x", path="/write?x=1"),
        a_request(b"x", path="/other"),
        a_request(b"1\r\nx\r\n0\r\n\r\n", "transfer-encoding: chunked"),
    ],
    ids=["origin", "content-type", "unknown", "close", "http-1.0", "method", "query", "path", "chunked"],
)  # fmt: skip
async def test_all_else_is_the_applications(world: World, request_bytes: bytes) -> None:
    (answer,) = await world.ask(request_bytes)
    assert answer.startswith(b"app:")
    assert answer.endswith(b":x")
    assert not world.taken


@pytest.mark.parametrize("body", [b"look", b"full", b"look" + b"x" * 300_000])
async def test_what_needs_a_closer_look_reaches_the_application_whole(world: World, body: bytes) -> None:
    request = a_request(body)
    assert await world.ask(request[:40], request[40:90], request[90:]) == [b"app:POST:" + body]


async def test_a_large_body_never_takes_it(world: World) -> None:
    body = b"x" * (LIMIT + 1)
    assert await world.ask(a_request(body)) == [b"app:POST:" + body]


async def test_requests_of_one_connection_are_answered_in_order(world: World) -> None:
    """Sent together, short ones and others."""
    bodies = [b"1", b"look 2", b"3", b"4", b"look 5", b"6"]
    answers = await world.ask(b"".join(a_request(body) for body in bodies), answers=len(bodies))
    assert [b"look" in answer for answer in answers] == [b"look" in body for body in bodies]
    assert [answer for answer in answers if b"look" in answer] == [b"app:POST:look 2", b"app:POST:look 5"]


async def test_a_write_that_fails_is_told(world: World) -> None:
    world.stored = asyncio.get_running_loop().create_future()
    world.stored.set_exception(RateLimited("The disk is gone.", retry_after_s=1))
    assert await world.ask(a_request()) == [b"The disk is gone."]


async def test_nothing_is_answered_before_it_is_stored(world: World) -> None:
    world.stored = asyncio.get_running_loop().create_future()
    asked = asyncio.create_task(world.ask(a_request()))
    await world.handled.wait()
    done, _ = await asyncio.wait([asked], timeout=0.05)
    assert not done
    world.stored.set_result(None)
    assert await asked == [b"short"]


async def test_who_hangs_up_is_not_waited_for(world: World) -> None:
    world.stored = asyncio.get_running_loop().create_future()
    _, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(a_request())
    await world.handled.wait()
    writer.transport.abort()
    world.stored.set_result(None)
    world.stored = None
    assert await world.ask(a_request()) == [b"short"]


def test_the_methods_that_are_overridden_are_those_of_uvicorn() -> None:
    """A new release that changes what is not public fails here, by name."""
    for name, signature in OVERRIDES.items():
        assert str(inspect.signature(getattr(HttpToolsProtocol, name))) == signature
    own = {name for name, part in vars(ShortcutProtocol).items() if callable(part) and not name.startswith("__")}
    assert own & set(dir(HttpToolsProtocol)) == set(OVERRIDES)


def test_uvicorn_asks_nothing_of_a_cycle_that_a_short_request_lacks() -> None:
    """`body` is used in `on_body` only, which never reaches one."""
    used = set(re.findall(r"\bcycle\.(\w+)", inspect.getsource(HttpToolsProtocol))) - {"run_asgi", "body"}
    for name in used:
        assert f"self.{name}" in inspect.getsource(RequestResponseCycle)
        assert hasattr(ShortRequest, name) or f"self.{name} =" in inspect.getsource(ShortRequest)
