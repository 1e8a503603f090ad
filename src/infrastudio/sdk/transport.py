"""Requests over HTTP: what is sent, when it is sent again, what is raised."""

from __future__ import annotations

import asyncio
import random
import ssl  # noqa: F401  as certifi and httpcore below
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, TypeVar, overload
from urllib.parse import quote

import certifi  # noqa: F401  httpx imports these three when a client is made, which may be in a thread while the
import httpcore  # noqa: F401  program forks: the child would wait for ever for the lock of a module that the thread
import httpx  #                had begun to import
import msgspec

from infrastudio.kernel.retry import RetryPolicy
from infrastudio.sdk.errors import AnswerNotUnderstood, ServerFailure, ServerUnreachable, failure
from infrastudio.sdk.model import decode, encode

Answer = TypeVar("Answer")
TIMEOUT_S: Final = 30.0
UPLOAD_TIMEOUT_S: Final = 300.0
RETRIES: Final = RetryPolicy(max_attempts=4, base_delay_s=0.2, max_delay_s=10.0)
NO_RETRIES: Final = RetryPolicy(max_attempts=1)
TRANSIENT: Final = frozenset({429, 502, 503, 504})


def new_key() -> str:
    """Return an Idempotency-Key."""
    return uuid.uuid4().hex


def quoted(part: object) -> str:
    """Return a value as it stands in a path."""
    return quote(str(part), safe="")


class Request:
    """One request, ready to be sent, and sent again."""

    def __init__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | BinaryIO | None = None,
        media_type: str = "application/json",
        if_match: int | None = None,
        key: str | None = None,
        is_repeatable: bool = False,
    ) -> None:
        self.is_repeatable = is_repeatable
        self.arguments: dict[str, Any] = {"method": method, "url": path, "params": list(_pairs(query or {}))}
        headers: dict[str, str] = {}
        if content is None and body is not None:
            content = encode(body)
        if content is not None:
            self.arguments["content"] = content
            headers["Content-Type"] = media_type
        if media_type != "application/json":
            self.arguments["timeout"] = UPLOAD_TIMEOUT_S
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        self.arguments["headers"] = headers


class Transport:
    """Sends requests and waits for the answers."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        project: str | None = None,
        retries: RetryPolicy = RETRIES,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.url = url.rstrip("/")
        self._retries = retries
        self._http = httpx.Client(base_url=self.url, headers=_headers(token, project), timeout=timeout_s)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    @overload
    def ask(self, kind: None, method: str, path: str, **parts: Any) -> None: ...

    @overload
    def ask(self, kind: type[Answer], method: str, path: str, **parts: Any) -> Answer: ...

    def ask(self, kind: Any, method: str, path: str, **parts: Any) -> Any:
        """Send a request and return its answer as a value of a type; `parts` as of `Request`.

        Raises:
            ServerFailure: The server refused it.
            ServerUnreachable: No answer came.
            AnswerNotUnderstood: The answer is not of that type.
        """
        request = Request(method, path, **parts)
        attempt = 0
        while True:
            attempt += 1
            try:
                return read(kind, self._send(request))
            except (ServerFailure, ServerUnreachable) as error:
                if not may_repeat(self._retries, request, error, attempt):
                    raise
                time.sleep(pause_s(self._retries, error, attempt))  # between two attempts at a server that is away

    def save(self, into: BinaryIO, method: str, path: str, **parts: Any) -> int:
        """Write a file that the server sends, as it comes, and return how many bytes it has.

        Raises:
            ServerFailure: The server refused it.
            ServerUnreachable: No answer came, or it ended in the middle of the file.
        """
        parts.pop("is_repeatable", None)
        try:
            with self._http.stream(**Request(method, path, **parts).arguments) as answer:
                if answer.is_error:
                    answer.read()
                    raise refusal(answer)
                return sum(into.write(chunk) for chunk in answer.iter_bytes())
        except httpx.RemoteProtocolError as error:
            raise ServerUnreachable(self.url, "it ended in the middle of the file") from error
        except httpx.TransportError as error:
            raise ServerUnreachable(self.url) from error

    def _send(self, request: Request) -> httpx.Response:
        try:
            return self._http.request(**request.arguments)
        except httpx.TransportError as error:
            raise ServerUnreachable(self.url) from error


class AsyncTransport:
    """As `Transport`, to be awaited."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        project: str | None = None,
        retries: RetryPolicy = RETRIES,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.url = url.rstrip("/")
        self._retries = retries
        self._http = httpx.AsyncClient(base_url=self.url, headers=_headers(token, project), timeout=timeout_s)

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    @overload
    async def ask(self, kind: None, method: str, path: str, **parts: Any) -> None: ...

    @overload
    async def ask(self, kind: type[Answer], method: str, path: str, **parts: Any) -> Answer: ...

    async def ask(self, kind: Any, method: str, path: str, **parts: Any) -> Any:
        """As `Transport.ask`."""
        request = Request(method, path, **parts)
        attempt = 0
        while True:
            attempt += 1
            try:
                return read(kind, await self._send(request))
            except (ServerFailure, ServerUnreachable) as error:
                if not may_repeat(self._retries, request, error, attempt):
                    raise
                await asyncio.sleep(pause_s(self._retries, error, attempt))

    async def save(self, into: BinaryIO, method: str, path: str, **parts: Any) -> int:
        """As `Transport.save`."""
        parts.pop("is_repeatable", None)
        try:
            async with self._http.stream(**Request(method, path, **parts).arguments) as answer:
                if answer.is_error:
                    await answer.aread()
                    raise refusal(answer)
                return sum([into.write(chunk) async for chunk in answer.aiter_bytes()])
        except httpx.RemoteProtocolError as error:
            raise ServerUnreachable(self.url, "it ended in the middle of the file") from error
        except httpx.TransportError as error:
            raise ServerUnreachable(self.url) from error

    async def _send(self, request: Request) -> httpx.Response:
        try:
            return await self._http.request(**request.arguments)
        except httpx.TransportError as error:
            raise ServerUnreachable(self.url) from error


def read(kind: Any, answer: httpx.Response) -> Any:
    """Return an answer as a value of a type; None: nothing is expected; Any: JSON, or nothing.

    Raises:
        ServerFailure: It is a refusal.
        AnswerNotUnderstood: It is not of that type.
    """
    if answer.is_error:
        raise refusal(answer)
    if kind is None or (kind is Any and not answer.content):
        return None
    try:
        return decode(kind, answer.content)
    except msgspec.DecodeError as error:
        raise AnswerNotUnderstood(
            f"The answer of {answer.request.method} {answer.request.url.path} is not understood: {error}. "
            "Server and client are of different releases."
        ) from error


def refusal(answer: httpx.Response) -> ServerFailure:
    """Return the exception that tells of an answer with an error status."""
    try:
        body = answer.json()
    except ValueError:
        body = f"The server answered {answer.status_code}: {answer.text[:200]}"
    error = body.get("error", body) if isinstance(body, dict) else body
    told = error if isinstance(error, dict) else {"message": str(error)}
    return failure(answer.status_code, told, answer.headers)


def may_repeat(retries: RetryPolicy, request: Request, error: ServerFailure | ServerUnreachable, attempt: int) -> bool:
    """May a request that failed be sent once more?"""
    is_transient = not isinstance(error, ServerFailure) or error.status in TRANSIENT
    return request.is_repeatable and is_transient and retries.allows(attempt)


def pause_s(retries: RetryPolicy, error: ServerFailure | ServerUnreachable, attempt: int) -> float:
    """Return the seconds to wait before it is sent again: at least those that the server asks for."""
    asked = (error.retry_after_s if isinstance(error, ServerFailure) else None) or 0.0
    return max(asked, retries.delay_s(attempt, jitter=random.random()))  # noqa: S311  spreads clients, no secret


def _pairs(query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a query; None is left out, a list stands for several."""
    for name, value in query.items():
        if value is None:
            continue
        for each in value if isinstance(value, list | tuple) else (value,):
            yield name, str(each).lower() if isinstance(each, bool) else str(each)


def _headers(token: str | None, project: str | None) -> dict[str, str]:
    headers = {"User-Agent": "infrastudio-sdk"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if project:
        headers["X-Studio-Project"] = project
    return headers
