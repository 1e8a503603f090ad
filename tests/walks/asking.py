"""Asks an ASGI application byte by byte: paths, headers and bodies that no tidy client would send."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import httpx
from starlette.types import ASGIApp, Message

Asker = Callable[["Question"], Awaitable["Answer"]]
"""Sends a request somewhere and returns the answer."""

JSON_BODY = {"content-type": "application/json"}


@dataclass(frozen=True)
class Question:
    """A request. The path is percent-encoded; a body may come in parts, and without a word about its length."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""

    @property
    def name(self) -> str:
        """How a failure calls it, cut where it is long."""
        asked = f"?{self.query}" if self.query else ""
        body = f" {self.body[:80]!r}" if isinstance(self.body, bytes) and self.body else ""
        return f"{self.method} {self.path}{asked}"[:200] + body

    @property
    def text(self) -> str:
        """All that the asker said, as far as it is text."""
        body = self.body.decode("utf-8", "replace") if isinstance(self.body, bytes) else ""
        path = unquote_to_bytes(f"{self.path}?{self.query}").decode("utf-8", "replace")
        return " ".join([path, *self.headers.values(), body])


@dataclass(frozen=True)
class Answer:
    """What came back; `consumed` is how much of the body the application took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    consumed: int

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def text(self) -> str:
        """Headers and body."""
        return " ".join([*self.headers.values(), self.body.decode("utf-8", "replace")])


async def ask(app: ASGIApp, question: Question) -> Answer:
    """Send a request and return the whole answer."""
    parts = iter([question.body] if isinstance(question.body, bytes) else question.body)
    consumed, status, body = 0, 0, b""
    headers: dict[str, str] = {}

    async def receive() -> Message:
        nonlocal consumed
        part = next(parts, None)
        consumed += len(part or b"")
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(message: Message) -> None:
        nonlocal status, body
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.update((name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"])
        else:
            body += message.get("body", b"")

    await app(_scope(question), receive, send)
    return Answer(status, headers, body, consumed)


def in_process(app: ASGIApp) -> Asker:
    """Return the way to an application in this process."""
    return functools.partial(ask, app)


async def ask_server(http: httpx.AsyncClient, question: Question) -> Answer:
    """Send a request over a real connection and return the whole answer."""
    url = f"{question.path}?{question.query}" if question.query else question.path
    content = question.body if isinstance(question.body, bytes) else b"".join(question.body)
    answer = await http.request(question.method, url, headers=question.headers, content=content or None)
    return Answer(answer.status_code, dict(answer.headers), answer.content, len(content))


def _scope(question: Question) -> dict[str, Any]:
    lines = {"host": "127.0.0.1", **question.headers}
    if isinstance(question.body, bytes) and question.body:
        lines.setdefault("content-length", str(len(question.body)))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": question.method,
        "scheme": "http",
        "path": unquote(question.path),
        "raw_path": question.path.encode("latin-1"),
        "query_string": question.query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines.items()],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 50_000),
    }
