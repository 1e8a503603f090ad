"""A gateway in a real uvicorn on uvloop with a tiny app behind it, replicas that follow a script, raw clients."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from infrastudio.contexts.gateway.ports import Headers
from infrastudio.contexts.gateway.schemas import Caller, DeploymentRoute, Refusal, RoutingTable, VersionRoute
from infrastudio.kernel.ids import SeededIds
from infrastudio.protocols.inference.gateway import InferenceGateway
from infrastudio.protocols.inference.http_protocol import gateway_protocol

TIMEOUT_S = 15.0
INFER = "/v2/models/iris/infer"

Script = Callable[[socket.socket, bytes], None]
"""Answers one request on a connection; to close the connection it raises `Hangup`."""


class Hangup(Exception):
    """The script closes the connection."""


def wait_until(condition: Callable[[], object], timeout_s: float = TIMEOUT_S) -> None:
    """Return as soon as `condition()` is true."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def response(status: int = 200, body: bytes = b"{}", headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n%b\r\n%b" % (status, len(body), headers, body)


class ScriptedReplica:
    """Listens on a Unix socket and answers each request as its script says; remembers what it was sent."""

    def __init__(self, path: Path, script: Script | None = None) -> None:
        self.address = str(path)
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed_by_peer = 0
        self.script = script or (lambda connection, _: connection.sendall(response()))
        self._open: set[socket.socket] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.address)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """End as a killed process does: listener and connections close at once."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            buffer = b""
            try:
                while True:
                    while not (request := _whole_request(buffer)):
                        data = connection.recv(65536)
                        if not data:
                            self.closed_by_peer += 1
                            return
                        buffer += data
                    buffer = buffer[len(request) :]
                    self.requests.append(request)
                    self.script(connection, request)
            except (Hangup, OSError):
                return
            finally:
                self._open.discard(connection)


def _whole_request(buffer: bytes) -> bytes:
    head, separator, rest = buffer.partition(b"\r\n\r\n")
    if not separator:
        return b""
    length = next((int(h[15:]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")), 0)
    return head + separator + rest[:length] if len(rest) >= length else b""


class Answer:
    """One answer as a raw client read it."""

    def __init__(self, head: bytes, body: bytes) -> None:
        lines = head.split(b"\r\n")
        self.status = int(lines[0].split(b" ")[1])
        pairs = [line.split(b": ", 1) for line in lines[1:]]
        self.headers = {name.decode().lower(): value.decode() for name, value in pairs}
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """A keep-alive connection, byte by byte."""

    def __init__(self, port: int, *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT_S)
        self.socket.connect(("127.0.0.1", port))
        self._buffer = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, method: str, path: str, body: bytes = b"", *headers: str, version: str = "1.1") -> None:
        self.socket.sendall(request(method, path, body, *headers, version=version))

    def ask(self, method: str, path: str, body: bytes = b"", *headers: str) -> Answer:
        self.send(method, path, body, *headers)
        return self.read(is_head=method == "HEAD")

    def read(self, *, is_head: bool = False) -> Answer:
        """Read one answer with a length or in chunks, or to the end of the connection."""
        head = self.read_until(b"\r\n\r\n")[:-4]
        answer = Answer(head, b"")
        if is_head or answer.status in (100, 204, 304):
            return answer
        if "content-length" in answer.headers:
            answer.body = self.read_exactly(int(answer.headers["content-length"]))
        elif answer.headers.get("transfer-encoding") == "chunked":
            while size := int(self.read_until(b"\r\n"), 16):
                answer.body += self.read_exactly(size + 2)[:-2]
            self.read_exactly(2)
        else:
            answer.body = self.read_to_end()
        return answer

    def read_until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._receive()
        found, mark, self._buffer = self._buffer.partition(mark)
        return found + mark

    def read_exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._receive()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def read_to_end(self) -> bytes:
        with contextlib.suppress(ConnectionError):
            while True:
                self._receive()
        data, self._buffer = self._buffer, b""
        return data

    def _receive(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError("the server closed the connection")
        self._buffer += data


def request(method: str, path: str, body: bytes = b"", *headers: str, version: str = "1.1") -> bytes:
    lines = [f"{method} {path} HTTP/{version}", "host: studio", *headers]
    if body or method == "POST":
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def authenticate(headers: Headers, project: str | None, deployment: str | None) -> Caller | Refusal:
    """Everybody is welcome but who brings the key `wrong`."""
    if (b"authorization", b"Bearer wrong") in headers:
        return Refusal(401, "the token is not valid")
    own = next((value.decode() for name, value in headers if name == b"x-studio-project"), "default")
    return Caller("user:usr_1", project or own)


def check_host(headers: Headers) -> Refusal | None:
    """Only the host `evil` is not ours."""
    return Refusal(403, "this host name is not ours") if (b"host", b"evil") in headers else None


async def tiny_app(scope: Any, receive: Any, send: Any) -> None:
    """Answers the path and the body that it was asked with; starts only at a `http` scope."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message.get("body", b""), message.get("more_body", False)
    text = json.dumps({"app": scope["path"], "body": body.decode()}).encode()
    headers = [(b"content-length", b"%d" % len(text)), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else text})


def a_table(*versions: VersionRoute, **changes: Any) -> RoutingTable:
    """Return a table with the deployment `iris` of project `default`."""
    values = {"deployment_id": "dep_1", "project": "default", "name": "iris", "versions": versions}
    return RoutingTable(routes=(DeploymentRoute(**(values | changes)),))


class RunningGateway:
    """A gateway that answers at `port`."""

    def __init__(self, gateway: InferenceGateway, server: uvicorn.Server, port: int) -> None:
        self.gateway = gateway
        self.server = server
        self.port = port
        self.loop: asyncio.AbstractEventLoop | None = None

    def serve(self, table: RoutingTable) -> None:
        """Swap the routing table, as a follower of the ledger does."""
        assert self.loop is not None
        done = threading.Event()

        def swap() -> None:
            self.gateway.table = table
            done.set()

        self.loop.call_soon_threadsafe(swap)
        assert done.wait(TIMEOUT_S)

    def client(self, **options: Any) -> Client:
        return Client(self.port, **options)


@contextmanager
def running_gateway(table: RoutingTable | None = None, **options: Any) -> Iterator[RunningGateway]:
    """Run a gateway in a thread of its own until the block ends."""
    gateway = InferenceGateway(
        authenticate=authenticate, check_host=check_host, ids=SeededIds(1), server_version="0.1", table=table, **options
    )
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        tiny_app, http=gateway_protocol(gateway), lifespan="off", log_level="critical", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    running = RunningGateway(gateway, server, listener.getsockname()[1])

    async def serve() -> None:
        running.loop = asyncio.get_running_loop()
        await server.serve(sockets=[listener])
        gateway.close()

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield running
    finally:
        server.should_exit = True
        thread.join(TIMEOUT_S)
        assert not thread.is_alive()


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for the names of sockets."""
    with tempfile.TemporaryDirectory(prefix="gw-") as folder:
        yield Path(folder)
