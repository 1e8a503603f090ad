"""Connections of the gateway to replicas: a pool per Unix socket, last used first, and the parser of their answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

import httptools
from typing_extensions import override

from infrastudio.kernel.circuit_breaker import CircuitBreaker
from infrastudio.kernel.retry import CircuitBreakerPolicy

Headers = list[tuple[bytes, bytes]]

MAX_IDLE: Final = 64
"""Idle connections that are kept to one replica."""

DEFAULT_BREAKER: Final = CircuitBreakerPolicy(failure_threshold=5, recovery_timeout_s=1.0, monitoring_period_s=10.0)


class ResponseSink(Protocol):
    """Takes one answer of a replica. `lost` or `response_done` is the last call."""

    def response_head(self, status: int, headers: Headers) -> None:
        """The head arrived; names are in lowercase."""

    def response_body(self, data: bytes) -> None:
        """A part of the body arrived, without framing."""

    def response_done(self) -> None:
        """The answer is complete."""

    def received(self) -> None:
        """All that one read brought was handed over."""

    def lost(self, *, may_retry: bool) -> None:
        """The connection ended before the answer did.

        Args:
            may_retry: It had been idle and not one byte came: most likely it was closed before the request arrived.
        """


class UpstreamConnection(asyncio.Protocol):
    """One keep-alive connection to a replica; carries one request at a time."""

    def __init__(self, pool: UpstreamPool) -> None:
        self._pool = pool
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._sink: ResponseSink | None = None
        self._headers: Headers = []
        self._status = 0
        self._was_idle = False
        self._has_received = False
        self._ends_with_connection = False

    def send(self, request: bytes, sink: ResponseSink) -> None:
        """Send a whole request; its answer goes to `sink`."""
        self._sink = sink
        self._has_received = False
        if self._transport is None or self._transport.is_closing():
            self._was_idle = True  # it closed between being made and being used: nothing was sent
            self._lose()
        else:
            self._transport.write(request)

    def pause(self) -> None:
        """Read no more until `resume`: the client does not keep up."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def abandon(self) -> None:
        """Close the connection at once: nobody wants the answer any more."""
        sink, self._sink = self._sink, None
        if sink is not None:
            self._pool.in_flight -= 1
            self._pool.gave_up()
        if self._transport is not None:
            self._transport.abort()

    def close_idle(self) -> None:
        """Close a connection that carries no request."""
        if self._transport is not None:
            self._transport.close()

    @property
    def is_open(self) -> bool:
        """Can a request be sent?"""
        return self._transport is not None and not self._transport.is_closing()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream gives a Transport

    @override
    def data_received(self, data: bytes) -> None:
        if self._sink is None:
            self.close_idle()  # nobody asked for this
            return
        self._has_received = True
        sink = self._sink
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._lose()
            return
        sink.received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._pool.forget(self)
        if self._sink is not None and self._ends_with_connection and exc is None:
            sink = self._sink
            self._complete()
            sink.received()
        else:
            self._lose()

    def on_message_begin(self) -> None:
        """An answer begins."""
        self._headers = []
        self._ends_with_connection = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header arrived; trailers of chunked bodies end here and are dropped."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is complete; interim answers (1xx) are dropped."""
        self._status = self._parser.get_status_code()
        if self._status >= 200 and self._sink is not None:
            names = {name for name, _ in self._headers}
            has_body = self._status not in (204, 304)
            self._ends_with_connection = has_body and not names & {b"content-length", b"transfer-encoding"}
            self._sink.response_head(self._status, self._headers)

    def on_body(self, data: bytes) -> None:
        """A part of the body arrived."""
        if self._sink is not None:
            self._sink.response_body(data)

    def on_message_complete(self) -> None:
        """The answer is complete."""
        if self._status >= 200:
            self._complete()

    def _complete(self) -> None:
        sink, self._sink = self._sink, None
        if sink is None:
            return
        self._pool.in_flight -= 1
        self._pool.breaker.succeeded()
        if self._parser.should_keep_alive() and self.is_open and not self._ends_with_connection:
            self._was_idle = True
            self._pool.give_back(self)
        else:
            self.close_idle()
        sink.response_done()

    def _lose(self) -> None:
        sink, self._sink = self._sink, None
        if self._transport is not None:
            self._transport.abort()
        if sink is None:
            return
        self._pool.in_flight -= 1
        may_retry = self._was_idle and not self._has_received
        if may_retry:
            self._pool.gave_up()
        else:
            self._pool.failed()
        sink.lost(may_retry=may_retry)


class UpstreamPool:
    """The connections to one replica."""

    def __init__(
        self, address: str, loop: asyncio.AbstractEventLoop, policy: CircuitBreakerPolicy = DEFAULT_BREAKER
    ) -> None:
        self.address = address
        self.in_flight = 0
        """Requests that were sent, or wait for a connection, and are not answered."""
        self.breaker = CircuitBreaker(policy)
        self._loop = loop
        self._idle: deque[UpstreamConnection] = deque()
        self._connecting: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def allows(self) -> bool:
        """Does the circuit breaker let a request through now? The caller must then send one."""
        return self.breaker.allows(self._loop.time())

    def failed(self) -> None:
        """Tell the circuit breaker that the replica failed."""
        self.breaker.failed(self._loop.time())

    def gave_up(self) -> None:
        """Tell the circuit breaker that the outcome of a request will never be known."""
        if self.breaker.state(self._loop.time()) == "half_open":
            self.failed()  # else its one probe would stay open for ever

    def lease(
        self, on_ready: Callable[[UpstreamConnection], None], on_failure: Callable[[OSError], None]
    ) -> asyncio.Task[None] | None:
        """Hand a connection to `on_ready`: at once if one is idle, else after connecting.

        Returns:
            The task that connects; cancelling it takes the wish back. None: `on_ready` was called.
        """
        self.in_flight += 1
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                on_ready(connection)
                return None
        task = self._loop.create_task(self._connect(on_ready, on_failure))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return task

    def give_back(self, connection: UpstreamConnection) -> None:
        """Keep a connection for the next request."""
        if self._is_closed or len(self._idle) >= MAX_IDLE:
            connection.close_idle()
        else:
            self._idle.append(connection)

    def forget(self, connection: UpstreamConnection) -> None:
        """Drop a connection that closed while it was idle."""
        if connection in self._idle:
            self._idle.remove(connection)

    def close(self) -> None:
        """Close the idle connections; those in use end with their requests."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close_idle()

    async def _connect(
        self, on_ready: Callable[[UpstreamConnection], None], on_failure: Callable[[OSError], None]
    ) -> None:
        try:
            _, connection = await self._loop.create_unix_connection(lambda: UpstreamConnection(self), self.address)
        except OSError as error:
            self.in_flight -= 1
            self.failed()
            on_failure(error)
        except asyncio.CancelledError:
            self.in_flight -= 1
            self.gave_up()
            raise
        else:
            on_ready(connection)
