"""Answers that are asked for again and again: from memory, or as 304, while nothing was committed since."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from fastapi import Depends, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infrastudio.http.asgi import header
from infrastudio.http.etag import is_known
from infrastudio.kernel.actor import Actor

Headers = list[tuple[bytes, bytes]]
Revision = Callable[[], Awaitable[Hashable]]
"""Returns another value after each commit of any process."""

MAX_ANSWER_BYTES: Final = 1024 * 1024
MAX_BYTES: Final = 32 * 1024 * 1024
"""What all remembered answers take together."""
MAX_PATHS: Final = 4096

_ASKED_BY: Final = (b"accept", b"host", b"prefer", b"x-forwarded-host", b"x-forwarded-proto")
"""Request headers that answers may depend on, apart from the caller's credentials."""


@dataclass(frozen=True, slots=True)
class _Answer:
    revision: Hashable
    headers: Headers
    body: bytes
    tag: str
    more_headers: dict[str, str]


@dataclass(slots=True)
class _Wish:
    """Set by the route: its answer depends on nothing but ledgered tables, the caller and the request."""

    is_derived: bool = False


@dataclass
class _Memory:
    """The remembered answers, the least recently used first."""

    answers: OrderedDict[Hashable, _Answer] = field(default_factory=OrderedDict)
    size: int = 0

    def put(self, key: Hashable, answer: _Answer) -> None:
        before = self.answers.pop(key, None)
        self.answers[key] = answer
        self.size += len(answer.body) - (0 if before is None else len(before.body))
        while self.size > MAX_BYTES:
            _, dropped = self.answers.popitem(last=False)
            self.size -= len(dropped.body)


class UnchangedAnswers:
    """Remembers the answers of routes that declare `from_ledger`, each with the revision that it was made at.

    An answer is used again for the same caller and the same request while the revision is the same, so nobody reads
    what is older than a commit that was acknowledged before the request. It carries a tag of its bytes: a client that
    sends it back as `If-None-Match` gets 304.
    """

    def __init__(self, app: ASGIApp, *, revision: Revision) -> None:
        self._app = app
        self._revision = revision
        self._memory = _Memory()
        self._paths: set[str] = set()
        """Paths whose routes declared it: only for these the revision is worth asking for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or b"as_of" in scope["query_string"]:
            await self._app(scope, receive, send)
            return
        revision = await self._revision() if scope["path"] in self._paths else None
        key = _key(scope)
        known = self._memory.answers.get(key)
        if known is not None and known.revision == revision:
            self._memory.answers.move_to_end(key)
            scope["studio.answer_headers"].update(known.more_headers)
            await _send(scope, send, known)
        else:
            await self._ask(key, revision, scope, receive, send)

    async def _ask(self, key: Hashable, revision: Hashable, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer, and remember what it says if it declares that one may."""
        scope["studio.unchanged"] = wish = _Wish()
        start: Message | None = None
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and wish.is_derived and message["status"] == 200:
                start = message
                return
            if start is None:
                await send(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body", False):
                return
            answer = _answer(revision, start["headers"], b"".join(parts), dict(scope["studio.answer_headers"]))
            if revision is not None and len(answer.body) <= MAX_ANSWER_BYTES:
                self._memory.put(key, answer)
            self._note(scope["path"])
            await _send(scope, send, answer)

        await self._app(scope, receive, collect)

    def _note(self, path: str) -> None:
        if len(self._paths) >= MAX_PATHS:
            self._paths.clear()
        self._paths.add(path)


def say_from_ledger(scope: Scope) -> None:
    """Say of a request that its answer depends on nothing but ledgered tables, the caller and the request."""
    wish = scope.get("studio.unchanged")
    if wish is not None:
        wish.is_derived = True


async def declare_from_ledger(request: Request) -> None:
    """Say the same as a dependency of a route."""
    say_from_ledger(request.scope)


from_ledger: Final = Depends(declare_from_ledger)
"""Stands among a route's `dependencies`: its answer depends on nothing but ledgered tables, the caller and the request,
not on telemetry or time."""


def _key(scope: Scope) -> Hashable:
    actor: Actor = scope["studio.actor"]
    asked = tuple(value for name, value in scope["headers"] if name in _ASKED_BY)
    return actor.ref, actor.project, actor.scope, scope["path"], scope["query_string"], asked


def _answer(revision: Hashable, headers: Headers, body: bytes, more_headers: dict[str, str]) -> _Answer:
    tag = next((value.decode("latin-1") for name, value in headers if name == b"etag"), None)
    if tag is None:
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers = [*headers, (b"etag", tag.encode())]
    return _Answer(revision, headers, body, tag, more_headers)


async def _send(scope: Scope, send: Send, answer: _Answer) -> None:
    if is_known(header(scope, b"if-none-match"), answer.tag):
        kept = [(name, value) for name, value in answer.headers if name not in (b"content-length", b"content-type")]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})
