"""Writing one answer to a client: the head with what every answer carries, the body in a framing that it takes."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final, NamedTuple

Headers = list[tuple[bytes, bytes]]

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Headers that concern one connection only. Source: RFC 9110, section 7.6.1."""

_NOT_PASSED_BACK: Final = HOP_BY_HOP | {b"date", b"server", b"traceparent", b"x-model-version", b"x-request-id"}
_REASONS: Final = {status.value: status.phrase.encode() for status in HTTPStatus}


class Identity(NamedTuple):
    """What a request is known by in logs and traces, and the 64 random bits that route it."""

    request_id: bytes
    traceparent: bytes
    draw: int


class AnswerWriter:
    """One answer. Parts are collected until `flush`, so that what came in one piece leaves in one piece.

    Attributes:
        keep_alive: May the connection carry another request afterwards?
        status: The status that was written; 0 before.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        identity: Identity,
        default_headers: Headers,
        *,
        is_head: bool,
        http_version: str,
        keep_alive: bool,
    ) -> None:
        """Args:
        default_headers: Headers of every answer of this server: date and the like.
        is_head: The method is HEAD: the head tells of a body that is not sent.
        """
        self.keep_alive = keep_alive
        self.status = 0
        self._transport = transport
        self._identity = identity
        self._default_headers = default_headers
        self._is_head = is_head
        self._http_version = http_version
        self._is_chunked = False
        self._out: list[bytes] = []

    def head(self, status: int, headers: Headers, version: int | None = None) -> None:
        """Write status and headers, and what every answer carries.

        Args:
            headers: Complete but for the framing: without `content-length` the body is chunked, or ends the connection.
            version: The version of the model that answered.
        """
        self.status = status
        out = self._out
        out.append(b"HTTP/1.1 %d %b\r\n" % (status, _REASONS.get(status, b"")))
        out += [b"%b: %b\r\n" % header for header in (*self._default_headers, *headers)]
        if status not in (204, 304) and all(name != b"content-length" for name, _ in headers):
            if self._http_version == "1.0":
                self.keep_alive = False  # its end is the end of the connection
            else:
                self._is_chunked = True
                out.append(b"transfer-encoding: chunked\r\n")
        if version is not None:
            out.append(b"x-model-version: %d\r\n" % version)
        out.append(b"x-request-id: %b\r\n" % self._identity.request_id)
        out.append(b"traceparent: %b\r\n" % self._identity.traceparent)
        out.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")

    def body(self, data: bytes) -> None:
        """Write a part of the body."""
        if self._is_head:
            return
        if self._is_chunked:
            self._out += (b"%x\r\n" % len(data), data, b"\r\n")
        else:
            self._out.append(data)

    def end(self) -> None:
        """Write the end of the body and flush."""
        if self._is_chunked and not self._is_head:
            self._out.append(b"0\r\n\r\n")
        self.flush()

    def flush(self) -> None:
        """Hand all that was collected to the transport."""
        if self._out:
            out, self._out = self._out, []
            self._transport.write(b"".join(out))

    def interim_continue(self) -> None:
        """Ask for the body: `100 Continue`."""
        self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def cut(self) -> None:
        """Break the connection: the head said success and can't be taken back, and the client must see the loss."""
        self._out.clear()
        self._transport.abort()


def passed_back(headers: Headers) -> Headers:
    """Return the headers of a replica's answer that the client gets."""
    dropped = with_connection_options(_NOT_PASSED_BACK, headers)
    return [header for header in headers if header[0] not in dropped]


def with_connection_options(names: frozenset[bytes], headers: Headers) -> frozenset[bytes]:
    """Return `names` and the further names that `Connection` declares as concerning one connection only."""
    for name, value in headers:
        if name == b"connection":
            return names.union(option.strip().lower() for option in value.split(b","))
    return names
