"""Files over HTTP: names, media types, ranges, and an answer that is streamed."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple
from urllib.parse import quote

from fastapi import Query
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from infrastudio.http.asgi import header, is_head
from infrastudio.http.etag import is_known
from infrastudio.stores.blobs import BlobStore

TEXT_SUFFIXES: Final = frozenset(
    {
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml",
        "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "ipynb",
    }
)  # fmt: skip
TEXT_NAMES: Final = frozenset({"MLmodel", "MLproject", "mlproject"})
BINARY: Final = "application/octet-stream"

SANDBOX: Final = "; ".join(
    [
        "sandbox allow-scripts",
        "default-src 'none'",
        "script-src 'unsafe-inline'",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "font-src data:",
        "media-src data: blob:",
        "form-action 'none'",
    ]
)
"""The policy of a page that somebody logged: it has an origin of its own, so that it can read nothing of ours, and no
network to tell anybody."""

_RANGE: Final = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)


class ByteRange(NamedTuple):
    """The bytes from `start` up to `end`, which is excluded."""

    start: int
    end: int


@dataclass(frozen=True)
class File:
    """A file to be sent.

    Attributes:
        name: As the client shall call it.
        size_bytes: How long it is.
        digest: Changes with its content; becomes the ETag.
        read: Yields the bytes of a range.
    """

    name: str
    size_bytes: int
    digest: str
    read: Callable[[ByteRange], AsyncIterator[bytes]]


def media_type(name: str) -> str:
    """Return the type of a file by its name; what people read as code is plain text."""
    suffix = name.rpartition(".")[2] if "." in name else ""
    if suffix in TEXT_SUFFIXES or name in TEXT_NAMES:
        return "text/plain"
    return mimetypes.guess_type(name)[0] or BINARY


def content_disposition(name: str) -> str:
    """Return the header that makes browsers save a file under `name` and never show it as a page of ours."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\\x00-\x1f\x7f]', "_", plain) or "download"
    if plain == name:
        return f'attachment; filename="{plain}"' if re.search(r"[^\w.-]", plain) else f"attachment; filename={plain}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def parse_range(text: str | None, size_bytes: int) -> ByteRange | None:
    """Return the one range that a header asks for; None means the whole file, also for what cannot be read.

    An empty range means that nothing of what is asked for exists.
    """
    match = _RANGE.fullmatch(text.strip()) if text else None
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match[1], match[2]
    if not first:
        return ByteRange(max(size_bytes - int(last), 0), size_bytes) if int(last) else ByteRange(0, 0)
    start, end = int(first), min(int(last) + 1, size_bytes) if last else size_bytes
    if last and int(last) < start:
        return None
    return ByteRange(start, end) if start < size_bytes else ByteRange(0, 0)


async def respond_file(scope: Scope, send: Send, file: File, *, headers: dict[str, str] | None = None) -> None:
    """Send a file, or the part of it that the request asks for; HEAD gets the headers only."""
    tag = f'"{file.digest}"'
    lines = {
        "content-type": media_type(file.name),
        "content-disposition": content_disposition(file.name),
        "accept-ranges": "bytes",
        "etag": tag,
        **(headers or {}),
    }
    if is_known(header(scope, b"if-none-match"), tag):
        await _respond(send, 304, lines)
        return
    condition = header(scope, b"if-range")
    asked = parse_range(header(scope, b"range"), file.size_bytes) if condition in (None, tag) else None
    if asked is not None and asked.start >= asked.end:
        lines |= {"content-range": f"bytes */{file.size_bytes}", "content-length": "0"}
        await _respond(send, 416, lines)
        return
    part = asked or ByteRange(0, file.size_bytes)
    lines["content-length"] = str(part.end - part.start)
    if asked is not None:
        lines["content-range"] = f"bytes {part.start}-{part.end - 1}/{file.size_bytes}"
    chunks = None if is_head(scope) else file.read(part)
    # read before the head is sent: what cannot be read is a failure in words then, not half an answer
    chunk = b"" if chunks is None else await anext(chunks, b"")
    await send({"type": "http.response.start", "status": 206 if asked is not None else 200, "headers": _raw(lines)})
    while chunks is not None and chunk:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        chunk = await anext(chunks, b"")
    await send({"type": "http.response.body", "body": b""})


def stored_file(blobs: BlobStore, location: str, size_bytes: int, sha256: str) -> File:
    """Return a file whose content is a blob; it is called like the end of its location."""

    def read(part: ByteRange) -> AsyncIterator[bytes]:
        return blobs.read(sha256, start=part.start, end=part.end)

    return File(location.rpartition("/")[2], size_bytes, sha256, read)


Shown = Annotated[
    bool,
    Query(
        alias="show",
        description="Shown by the browser instead of saved. A page is closed in: its scripts run as nobody, and it "
        "reaches no network.",
    ),
]


class FileAnswer(Response):
    """A file as the answer of a route: to be saved, or to be shown where it can harm nobody."""

    media_type = BINARY

    def __init__(self, file: File, *, is_shown: bool = False) -> None:
        super().__init__()
        del self.headers["content-length"], self.headers["content-type"]
        if is_shown:
            self.headers["content-disposition"] = "inline"
            self.headers["content-security-policy"] = SANDBOX
        self._file = file

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await respond_file(scope, send, self._file, headers=dict(self.headers))


async def _respond(send: Send, status: int, lines: dict[str, str]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _raw(lines)})
    await send({"type": "http.response.body", "body": b""})


def _raw(lines: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in lines.items()]
