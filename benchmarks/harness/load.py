"""A closed-loop load client: keep-alive connections on uvloop, each sends ready-made bytes and waits for the answer."""

from __future__ import annotations

import asyncio
import functools
import re
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import uvloop
from typing_extensions import override

Address = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""

NextRequest = Callable[[int, bytes], bytes]
"""From the number of a connection and the last answer on it (empty before the first) to its next request."""

STALL_S: Final = 30.0
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)


class RequestFailed(Exception):
    """The answer was not 2xx or 304, or the connection was closed: figures of a failing server mean nothing."""


@dataclass(frozen=True)
class Measured:
    """What one round of load brought."""

    seconds: float
    latencies_s: Sequence[float]
    """Ascending."""
    cpu_s: float = 0.0
    """Processor time of the server during the round."""

    @property
    def requests(self) -> int:
        """How many were answered."""
        return len(self.latencies_s)

    @property
    def per_s(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor time of the server per request, in milliseconds."""
        return self.cpu_s * 1000 / self.requests

    def percentile_ms(self, percent: float) -> float:
        """Return the latency that `percent` of the requests did not exceed, in milliseconds."""
        at = min(self.requests - 1, round(percent / 100 * self.requests))
        return self.latencies_s[at] * 1000


def request_bytes(method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    """Return a request as it goes over the wire; a body is JSON."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", *headers]
    if body or method not in ("GET", "DELETE"):
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def body_of(answer: bytes) -> bytes:
    """Return the body of a whole answer."""
    return answer.partition(b"\r\n\r\n")[2]


def put_load(
    address: Address,
    next_request: NextRequest,
    *,
    connections: int,
    seconds: float,
    warm_up_s: float = 0.0,
    cpu_s: Callable[[], float] = lambda: 0.0,
) -> Measured:
    """Keep `connections` busy for `seconds` and return what was measured; the warm-up before does not count.

    Raises:
        RequestFailed: An answer was not 2xx, or there was none.
    """

    async def both() -> Measured:
        load = _Load(next_request)
        await load.connect(address, connections)
        try:
            if warm_up_s:
                await load.run_for(warm_up_s)
                load.latencies = array("d")
            before, started = cpu_s(), time.perf_counter()
            await load.run_for(seconds)
            elapsed, used = time.perf_counter() - started, cpu_s() - before
        finally:
            load.close()
        return Measured(elapsed, sorted(load.latencies), used)

    measured: Measured = uvloop.run(both())
    return measured


class _Load:
    """All connections of one round."""

    def __init__(self, next_request: NextRequest) -> None:
        self.next_request = next_request
        self.latencies = array("d")
        self.deadline = 0.0
        self.busy = 0
        self.failure: Exception | None = None
        self.at_rest = asyncio.Event()
        self._connections: list[_Connection] = []

    async def connect(self, address: Address, count: int) -> None:
        loop = asyncio.get_running_loop()
        for number in range(count):
            make = functools.partial(_Connection, self, number)
            if isinstance(address, str):
                _, made = await loop.create_unix_connection(make, address)
            else:
                _, made = await loop.create_connection(make, *address)
            self._connections.append(made)

    async def run_for(self, seconds: float) -> None:
        """Send until the time is up, and wait for the last answers."""
        self.at_rest.clear()
        self.deadline = time.perf_counter() + seconds
        for connection in self._connections:
            connection.send()
        async with asyncio.timeout(seconds + STALL_S):
            await self.at_rest.wait()
        if self.failure is not None:
            raise self.failure

    def fail(self, failure: Exception) -> None:
        self.failure = self.failure or failure
        self.deadline = 0.0
        self.at_rest.set()

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


class _Connection(asyncio.Protocol):
    """One client: sends its next request when the answer to the last one is whole."""

    def __init__(self, load: _Load, number: int) -> None:
        self._load = load
        self._number = number
        self._buffer = b""
        self._answer = b""
        self._sent_at = 0.0
        self._is_closing = False
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def send(self) -> None:
        assert self._transport is not None
        request = self._load.next_request(self._number, self._answer)
        self._load.busy += 1
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not _is_whole(self._buffer):
            return
        load, self._buffer, self._answer = self._load, b"", self._buffer
        now = time.perf_counter()
        load.latencies.append(now - self._sent_at)
        load.busy -= 1
        if self._answer[9:10] != b"2" and self._answer[9:12] != b"304":
            load.fail(RequestFailed(self._answer[:2000].decode(errors="replace")))
        elif now < load.deadline:
            self.send()
        elif not load.busy:
            load.at_rest.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self._is_closing:
            self._load.fail(RequestFailed(f"the server closed connection {self._number}: {exc or 'no error'}"))

    def close(self) -> None:
        self._is_closing = True
        if self._transport is not None:
            self._transport.close()


def _is_whole(answer: bytes) -> bool:
    """Is this one whole answer?"""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    length = _LENGTH.search(answer, 0, end)
    if length is not None:
        return len(answer) >= end + 4 + int(length[1])
    return answer.endswith(b"0\r\n\r\n") if _CHUNKED.search(answer, 0, end) else True
