"""The built browser side: hashed files that never change, and `index.html` for every page."""

from __future__ import annotations

import html
import mimetypes
import re
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from infrastudio.http.asgi import header, respond, routed_path
from infrastudio.http.etag import is_known
from infrastudio.kernel.errors import MethodNotAllowed, NotFound, Unavailable

FOLDER: Final = Path(__file__).with_name("ui")

ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}
"""Files that the build has compressed lie beside the plain one; the better encoding comes first."""

_ROOT_TAG: Final = re.compile(r'<meta name="studio-root" content="[^"]*"')
_API_TAG: Final = re.compile(r'<meta name="studio-api" content="[^"]*"')


class WebFiles:
    """Serves the files of the UI; what is not a file is a page, if the client asks for HTML."""

    def __init__(self, *, root_path: str, api_base_url: str | None = None, folder: Path = FOLDER) -> None:
        self._folder = folder.resolve()
        self._root_path = root_path
        self._api_base_url = api_base_url
        self._policy = content_security_policy(api_base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = routed_path(scope)
        file = self._file(path)
        if file is not None:
            await self._send_file(scope, send, path, file)
            return
        if scope["method"] not in ("GET", "HEAD"):
            if path.startswith("/assets/"):
                raise MethodNotAllowed("This address does not take that method.")
            raise NotFound(f"Nothing is at {path}.")
        if path.startswith("/assets/") or "text/html" not in (header(scope, b"accept") or ""):
            raise NotFound(f"Nothing is at {path}.")
        await self._send_page(send)

    async def _send_file(self, scope: Scope, send: Send, path: str, file: Path) -> None:
        """Send a file: one of the build's for ever, any other with a tag that tells when it is another."""
        headers = {"Vary": "Accept-Encoding"}
        if path.startswith("/assets/"):
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            headers |= {"Cache-Control": "no-cache", "ETag": _tag(file)}
            if is_known(header(scope, b"if-none-match"), headers["ETag"]):
                await respond(send, 304, b"", headers=headers)
                return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        encoding, sent = _smallest(file, header(scope, b"accept-encoding") or "")
        if encoding is not None:
            headers["Content-Encoding"] = encoding
        await respond(send, 200, sent.read_bytes(), content_type=kind, headers=headers)

    async def _send_page(self, send: Send) -> None:
        headers = {
            "Cache-Control": "no-cache",
            "Vary": "Accept",
            "Content-Security-Policy": self._policy,
            "Referrer-Policy": "same-origin",
        }
        await respond(send, 200, self._index(), content_type="text/html; charset=utf-8", headers=headers)

    def _file(self, path: str) -> Path | None:
        if path in ("/", "/index.html") or "\0" in path or path.endswith(tuple(ENCODINGS.values())):
            return None
        file = (self._folder / path.lstrip("/")).resolve()
        return file if file.is_relative_to(self._folder) and file.is_file() else None

    def _index(self) -> bytes:
        index = self._folder / "index.html"
        if not index.is_file():
            raise Unavailable("The browser side is not built. Run `make setup`, or use the API.")
        return _rewritten(index.read_text(), self._root_path, self._api_base_url or "")


def content_security_policy(api_base_url: str | None = None) -> str:
    """Return what pages may load: only what this server serves, and the API where it has another address."""
    files = sources = ["'self'"]
    if api_base_url:
        parts = urlsplit(api_base_url)
        files = [*files, f"{parts.scheme}://{parts.netloc}"]
        sources = [*files, f"{parts.scheme.replace('http', 'ws', 1)}://{parts.netloc}"]
    return "; ".join(
        [
            "default-src 'self'",
            f"connect-src {' '.join(sources)}",
            f"img-src {' '.join(files)} data:",
            f"frame-src {' '.join(files)}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _tag(file: Path) -> str:
    state = file.stat()
    return f'"{state.st_mtime_ns:x}-{state.st_size:x}"'


def _smallest(file: Path, accepted: str) -> tuple[str | None, Path]:
    """Return the best encoding that the client takes and the build has made, with its file."""
    refused = re.compile(r";\s*q=0(\.0*)?\s*$")
    taken = {part.partition(";")[0].strip().lower() for part in accepted.split(",") if not refused.search(part)}
    for encoding, suffix in ENCODINGS.items():
        compressed = file.with_name(file.name + suffix)
        if encoding in taken and compressed.is_file():
            return encoding, compressed
    return None, file


@lru_cache(maxsize=4)
def _rewritten(text: str, root_path: str, api_base_url: str) -> bytes:
    """Tell the page under which sub-path it is served, and where the API is."""
    root, api = html.escape(root_path + "/", quote=True), html.escape(api_base_url, quote=True)
    text = _ROOT_TAG.sub(lambda _: f'<meta name="studio-root" content="{root}"', text)
    text = _API_TAG.sub(lambda _: f'<meta name="studio-api" content="{api}"', text)
    return text.replace('<base href="/"', f'<base href="{root}"').encode()
