"""One request sent to a replica: chosen, connected, repeated where that is safe, timed, its answer passed on."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from typing_extensions import override

from infrastudio.contexts.gateway.schemas import DeploymentRoute, Refusal
from infrastudio.protocols.inference.answer import (
    HOP_BY_HOP,
    AnswerWriter,
    Headers,
    Identity,
    passed_back,
    with_connection_options,
)
from infrastudio.protocols.inference.gateway import Choice, InferenceGateway
from infrastudio.protocols.inference.measures import RouteMeasures
from infrastudio.protocols.inference.paths import Target
from infrastudio.protocols.inference.upstream import ResponseSink, UpstreamConnection

_NOT_SENT: Final = HOP_BY_HOP | {
    b"authorization",
    b"content-length",
    b"cookie",
    b"expect",
    b"host",
    b"origin",
    b"studio-model-versions",
    b"traceparent",
    b"x-api-key",
    b"x-request-id",
}
"""Headers of the client that no replica sees: its credentials, and those that are made anew."""


class ForwardOwner(Protocol):
    """Hears the end of a forwarded request; exactly one call."""

    def forward_done(self) -> None:
        """The answer was written whole."""

    def forward_failed(self, refusal: Refusal) -> None:
        """There is no answer; nothing was written."""

    def forward_cut(self) -> None:
        """The answer broke off in its middle; the connection to the client was closed."""


class Forward(ResponseSink):
    """Sends one request on, at most twice, and passes the answer back as it comes."""

    def __init__(
        self, gateway: InferenceGateway, route: DeploymentRoute, target: Target, draw: int, writer: AnswerWriter
    ) -> None:
        """Args:
        draw: 64 random bits that choose version and replica.
        """
        self._gateway = gateway
        self._route = route
        self._target = target
        self._draw = draw
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._owner: ForwardOwner | None = None
        self._request = b""
        self._choice: Choice | None = None
        self._connection: UpstreamConnection | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._timeout: asyncio.TimerHandle | None = None
        self._tried: list[str] = []
        self._has_repeated = False

    @property
    def version(self) -> int | None:
        """The version that was chosen last."""
        return None if self._choice is None else self._choice.version.version

    def start(self, request: bytes, owner: ForwardOwner) -> None:
        """Send `request`, the bytes of `request_bytes`; `owner` hears how it ends, perhaps before this returns."""
        self._request = request
        self._owner = owner
        self._timeout = self._loop.call_later(self._route.timeout_s, self._timed_out)
        self._send()

    def cancel(self) -> None:
        """Stop: nobody wants the answer any more. The owner is not told."""
        if self._owner is not None:
            self._measures().client_gone += 1
        self._release()

    def pause(self) -> None:
        """Read no more from the replica: the client does not keep up."""
        if self._connection is not None:
            self._connection.pause()

    def resume(self) -> None:
        """Read again."""
        if self._connection is not None:
            self._connection.resume()

    @override
    def response_head(self, status: int, headers: Headers) -> None:
        self._writer.head(status, passed_back(headers), self.version)

    @override
    def response_body(self, data: bytes) -> None:
        self._writer.body(data)

    @override
    def received(self) -> None:
        self._writer.flush()

    @override
    def response_done(self) -> None:
        self._connection = None
        self._writer.end()
        owner = self._release()
        if owner is not None:
            owner.forward_done()

    @override
    def lost(self, *, may_retry: bool) -> None:
        self._connection = None
        if self._writer.status:
            self._cut()
        elif may_retry and not self._has_repeated:
            self._has_repeated = True
            self._measures().retries += 1
            self._send()
        else:
            self._fail(Refusal(502, "the replica ended before it answered; try again"))

    def _send(self) -> None:
        """Choose a replica that was not tried yet; send as soon as there is a connection."""
        self._choice = self._gateway.choose(self._route, self._target.version, self._draw, self._tried)
        if self._choice is None:
            self._fail(not_ready(self._route))
        else:
            self._connecting = self._choice.pool.lease(self._connected, self._not_connected)

    def _connected(self, connection: UpstreamConnection) -> None:
        self._connecting = None
        self._connection = connection
        connection.send(self._request, self)

    def _not_connected(self, error: OSError) -> None:
        """Nothing was sent, so any other replica may take the request."""
        self._connecting = None
        if self._choice is not None:
            self._tried.append(self._choice.pool.address)
        self._send()

    def _timed_out(self) -> None:
        self._timeout = None
        if self._choice is not None:
            self._choice.pool.failed()
        if self._writer.status:
            self._cut()
        else:
            self._fail(Refusal(504, f"no answer within {self._route.timeout_s:g} s"))

    def _fail(self, refusal: Refusal) -> None:
        owner = self._release()
        if owner is not None:
            owner.forward_failed(refusal)

    def _cut(self) -> None:
        owner = self._release()
        self._writer.cut()
        if owner is not None:
            owner.forward_cut()

    def _release(self) -> ForwardOwner | None:
        """Let go of timer and connection; return the owner, the first time."""
        owner, self._owner = self._owner, None
        timeout, self._timeout = self._timeout, None
        connecting, self._connecting = self._connecting, None
        connection, self._connection = self._connection, None
        if timeout is not None:
            timeout.cancel()
        if connecting is not None:
            connecting.cancel()
        if connection is not None:
            connection.abandon()
        return owner

    def _measures(self) -> RouteMeasures:
        return self._gateway.measures.of(self._route.deployment_id, self.version)


def not_ready(route: DeploymentRoute) -> Refusal:
    """Return the refusal of a deployment that has no ready replica."""
    return Refusal(503, f"no replica of {route.name!r} is ready; try again", retry_after_s=1)


def request_bytes(
    target: Target, route: DeploymentRoute, method: bytes, headers: Headers, body: list[bytes], identity: Identity
) -> bytes:
    """Return the request as a replica gets it: no credentials, nothing that concerns the client's connection only."""
    dropped = with_connection_options(_NOT_SENT, headers)
    asked = b"GET" if method == b"HEAD" else method  # a parser of answers can't know what an answer to HEAD leaves out
    parts = [b"%b %b HTTP/1.1\r\nhost: replica\r\n" % (asked, target.upstream_path)]
    parts += [b"%b: %b\r\n" % header for header in headers if header[0] not in dropped]
    if target.operation == "metadata":
        versions = ",".join(str(version.version) for version in route.versions)
        parts.append(b"studio-model-versions: %b\r\n" % versions.encode())
    length = sum(map(len, body))
    parts.append(
        b"traceparent: %b\r\nx-request-id: %b\r\ncontent-length: %d\r\n\r\n"
        % (identity.traceparent, identity.request_id, length)
    )
    return b"".join(parts + body)
