"""One inference request at the gateway: its body collected, checked, answered here or forwarded to a replica.

To uvicorn an exchange looks like its own request cycle, so that keep-alive, pipelining and shutdown stay uvicorn's.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final, NamedTuple, Protocol

from infrastudio.contexts.gateway.schemas import Caller, DeploymentRoute, Refusal
from infrastudio.protocols.inference import codec
from infrastudio.protocols.inference.answer import AnswerWriter, Headers, Identity
from infrastudio.protocols.inference.forward import Forward, not_ready, request_bytes
from infrastudio.protocols.inference.gateway import InferenceGateway
from infrastudio.protocols.inference.paths import METHODS, Target

DISCARD_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""How much of a body that is too large is read and dropped, so that the client sees the answer."""

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TRACEPARENT: Final = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class RequestHead(NamedTuple):
    """What is known of a request when its headers are complete; names of headers are in lowercase."""

    method: bytes
    target: Target
    headers: Headers
    http_version: str
    keep_alive: bool
    expects_continue: bool


class ClientConnection(Protocol):
    """The client's side of an exchange."""

    transport: asyncio.Transport

    @property
    def default_headers(self) -> Headers:
        """Headers of every answer of this server."""

    def exchange_done(self) -> None:
        """The answer was written whole; the next request may begin."""


class _NoEvent:
    """Stands where uvicorn wakes an application that waits for the body; an exchange never waits."""

    def set(self) -> None:
        """Do nothing."""


class Exchange:
    """One request and its answer. `message_event`, `response_complete`, `disconnected`, `more_body` and `keep_alive`
    are what uvicorn asks of a request cycle.
    """

    message_event: Final = _NoEvent()

    def __init__(self, client: ClientConnection, gateway: InferenceGateway, head: RequestHead) -> None:
        self.response_complete = False
        self.disconnected = False
        self.more_body = True
        self._client = client
        self._gateway = gateway
        self._head = head
        self._identity = _identify(head.headers, gateway)
        self._writer = AnswerWriter(
            client.transport,
            self._identity,
            client.default_headers,
            is_head=head.method == b"HEAD",
            http_version=head.http_version,
            keep_alive=head.keep_alive,
        )
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._is_started = False
        self._began_s = 0.0
        self._route: DeploymentRoute | None = None
        self._forward: Forward | None = None

    @property
    def keep_alive(self) -> bool:
        """May the connection carry another request afterwards?"""
        return self._writer.keep_alive

    @keep_alive.setter
    def keep_alive(self, value: bool) -> None:
        self._writer.keep_alive = value

    def start(self) -> None:
        """Begin: all requests before this one on the connection are answered."""
        self._is_started = True
        if not self.more_body:
            self._decide()
        elif self._head.expects_continue:
            self._answer_expectation()

    def body_received(self, data: bytes) -> None:
        """Take a part of the body."""
        self._body_bytes += len(data)
        if self._body_bytes <= self._gateway.body_limit_bytes:
            self._body.append(data)
        else:
            self._body.clear()
            if self._body_bytes > DISCARD_LIMIT_BYTES + self._gateway.body_limit_bytes:
                self._client.transport.abort()

    def body_complete(self) -> None:
        """The request is complete."""
        self.more_body = False
        if self._is_started:
            self._decide()

    def cancel(self) -> None:
        """The client is gone: stop what is under way."""
        self.disconnected = True
        self.response_complete = True
        if self._forward is not None:
            self._forward.cancel()

    def pause(self) -> None:
        """The client does not keep up."""
        if self._forward is not None:
            self._forward.pause()

    def resume(self) -> None:
        """The client keeps up again."""
        if self._forward is not None:
            self._forward.resume()

    def forward_done(self) -> None:
        """The replica's answer was written whole."""
        self._count(self._writer.status)
        self._finish()

    def forward_failed(self, refusal: Refusal) -> None:
        """No replica answered."""
        self._count(refusal.status)
        self._refuse(refusal)

    def forward_cut(self) -> None:
        """The replica's answer broke off, and the connection to the client with it."""
        self.response_complete = True
        if self._route is not None and self._forward is not None:
            self._gateway.measures.of(self._route.deployment_id, self._forward.version).cut += 1
        self._count(502)

    def _answer_expectation(self) -> None:
        """Answer `Expect: 100-continue`: what would be refused anyway is refused before the body is sent."""
        refusal = self._check()
        declared = next((int(value) for name, value in self._head.headers if name == b"content-length"), 0)
        refusal = refusal or self._check_size(declared)
        if refusal is None:
            self._writer.interim_continue()
        else:
            self.keep_alive = False  # whether the body follows cannot be known
            self._refuse(refusal)

    def _decide(self) -> None:
        """The request is complete and its turn has come."""
        if self.response_complete:
            return
        self._began_s = asyncio.get_running_loop().time()
        refusal = self._check() or self._check_size(self._body_bytes)
        head, target = self._head, self._head.target
        if refusal is not None:
            self._refuse(refusal)
        elif self._route is None:
            self._answer_for_server()
        elif target.operation in ("live", "ready", "model_ready"):
            self._answer_readiness(self._route)
        else:
            request = request_bytes(target, self._route, head.method, head.headers, self._body, self._identity)
            self._forward = Forward(self._gateway, self._route, target, self._identity.draw, self._writer)
            self._forward.start(request, self)

    def _check(self) -> Refusal | None:
        """Return why the request is refused; sets the route of one that concerns a deployment."""
        target, headers = self._head.target, self._head.headers
        refusal = self._gateway.check_host(headers)
        if refusal is not None:
            return refusal
        wanted = METHODS.get(target.operation)
        if wanted is None:
            return Refusal(404, "no such path; GET /v2 is the Open Inference Protocol")
        if self._head.method != wanted and (wanted, self._head.method) != (b"GET", b"HEAD"):
            return Refusal(405, f"use {wanted.decode()}")
        if not self._gateway.is_loaded and (target.deployment is not None or target.operation != "live"):
            return Refusal(503, "the server is starting; try again", retry_after_s=1)
        if target.project is None and target.operation in ("live", "ready"):
            return None  # open to everybody
        caller = self._gateway.authenticate(headers, target.project, target.deployment)
        if isinstance(caller, Refusal):
            return caller
        return None if target.deployment is None else self._find_route(caller, target.deployment)

    def _check_size(self, size: int) -> Refusal | None:
        limit = self._gateway.body_limit_bytes
        if self._route is not None:
            limit = min(limit, self._route.body_limit_bytes)
        return Refusal(413, f"the body is larger than {limit} bytes") if size > limit else None

    def _find_route(self, caller: Caller, deployment: str) -> Refusal | None:
        route = self._gateway.table.by_name.get((caller.project, deployment))
        if route is None:
            return Refusal(404, f"no deployment {deployment!r} in project {caller.project!r}")
        version = self._head.target.version
        if version is not None and all(known.version != version for known in route.versions):
            return Refusal(404, f"{deployment!r} does not serve version {version}")
        self._route = route
        return None

    def _answer_for_server(self) -> None:
        if self._head.target.operation == "server_metadata":
            self._reply(200, codec.server_metadata("infrastudio", self._gateway.server_version))
        else:
            self._reply(200, b"{}")

    def _answer_readiness(self, route: DeploymentRoute) -> None:
        target = self._head.target
        if target.operation == "live" or self._gateway.is_ready(route, target.version):
            self._reply(200, b"{}")
        else:
            self._refuse(not_ready(route))

    def _refuse(self, refusal: Refusal) -> None:
        extra: Headers = []
        if refusal.retry_after_s is not None:
            extra.append((b"retry-after", b"%d" % refusal.retry_after_s))
        if refusal.status == 401:
            extra.append((b"www-authenticate", b"Bearer"))
        if refusal.status == 405:
            extra.append((b"allow", METHODS[self._head.target.operation]))
        self._reply(refusal.status, codec.encode_error(refusal.message), extra)

    def _reply(self, status: int, body: bytes, extra: Headers | None = None) -> None:
        """Answer from here."""
        content = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        version = None if self._forward is None else self._forward.version
        self._writer.head(status, content + (extra or []), version)
        self._writer.body(body)
        self._writer.end()
        self._finish()

    def _finish(self) -> None:
        self.response_complete = True
        self._client.exchange_done()

    def _count(self, status: int) -> None:
        if self._route is not None and self._forward is not None and self._head.target.operation != "metadata":
            duration_s = asyncio.get_running_loop().time() - self._began_s
            self._gateway.measures.of(self._route.deployment_id, self._forward.version).answered(status, duration_s)


def _identify(headers: Headers, gateway: InferenceGateway) -> Identity:
    """Take the client's request id and trace context if they are well formed, else make them."""
    request_id = traceparent = b""
    for name, value in headers:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request_id = value
        elif name == b"traceparent" and _TRACEPARENT.fullmatch(value):
            traceparent = value
    token = gateway.ids.token_bytes(32)
    trace = token[8:].hex().encode()
    traceparent = traceparent or b"00-%b-%b-01" % (trace[:32], trace[32:])
    return Identity(request_id or trace[:32], traceparent, int.from_bytes(token[:8], "big"))
