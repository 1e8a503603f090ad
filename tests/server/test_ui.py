"""The files of the browser side: what pages may load, what is kept how long, what travels compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message

from infrastudio.kernel.errors import MethodNotAllowed, NotFound, Unavailable
from infrastudio.server.ui import WebFiles, content_security_policy

INDEX = '<base href="/" /><meta name="studio-root" content="/" /><meta name="studio-api" content="" />'
SCRIPT = b"export const studio = 1;" * 100


class Answer:
    """What an ASGI application answered."""

    def __init__(self, messages: list[Message]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body: bytes = messages[1]["body"]


async def ask(app: ASGIApp, path: str, *, method: str = "GET", root_path: str = "", **headers: str) -> Answer:
    """Send a request to an application that stands alone."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("files are served without reading a body")

    scope = {"type": "http", "method": method, "path": path, "root_path": root_path, "headers": raw}
    await app(scope, receive, send)
    return Answer(sent)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "theme.js").write_text("// theme")
    (tmp_path / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "app-1a2b.js.br").write_bytes(b"brotli of it")
    return tmp_path


def web(folder: Path, *, root_path: str = "", api_base_url: str | None = None) -> WebFiles:
    return WebFiles(root_path=root_path, api_base_url=api_base_url, folder=folder)


@pytest.mark.parametrize("path", ["/", "/experiments", "/runs/8f3a/logs", "/index.html"])
async def test_every_page_is_the_index(folder: Path, path: str) -> None:
    answer = await ask(web(folder), path, accept="text/html,*/*")
    assert answer.status == 200
    assert answer.body.decode() == INDEX
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/studio/experiments", "/experiments"])
async def test_a_sub_path_is_told_to_the_page_whether_the_proxy_strips_it_or_not(folder: Path, path: str) -> None:
    answer = await ask(web(folder, root_path="/studio"), path, root_path="/studio", accept="text/html")
    assert '<base href="/studio/"' in answer.body.decode()
    assert '<meta name="studio-root" content="/studio/"' in answer.body.decode()


async def test_another_address_of_the_api_is_told_to_the_page_and_allowed(folder: Path) -> None:
    answer = await ask(web(folder, api_base_url='https://api.example/x"y'), "/", accept="text/html")
    assert '<meta name="studio-api" content="https://api.example/x&quot;y"' in answer.body.decode()
    assert "connect-src 'self' https://api.example wss://api.example;" in answer.headers["content-security-policy"]


def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline() -> None:
    policy = content_security_policy()
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.0", None),
        ("", None),
        ("identity", None),
    ],
)
async def test_the_best_encoding_that_the_client_takes_is_sent(
    folder: Path, accepted: str, encoding: str | None
) -> None:
    answer = await ask(web(folder), "/assets/app-1a2b.js", accept_encoding=accepted)
    bodies = {"br": b"brotli of it", None: SCRIPT}
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"].endswith("javascript")
    assert (gzip.decompress(answer.body) if encoding == "gzip" else answer.body) == bodies.get(encoding, SCRIPT)


async def test_hashed_files_are_kept_for_ever_and_others_asked_for_again(folder: Path) -> None:
    kept = await ask(web(folder), "/assets/app-1a2b.js")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    first = await ask(web(folder), "/theme.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await ask(web(folder), "/theme.js", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    (folder / "theme.js").write_text("// another theme")
    assert (await ask(web(folder), "/theme.js", if_none_match=first.headers["etag"])).status == 200


@pytest.mark.parametrize("path", ["/assets/gone.js", "/assets/app-1a2b.js.gz", "/../secret", "/assets/../../secret"])
async def test_what_is_no_file_of_the_build_is_not_found(folder: Path, path: str) -> None:
    (folder.parent / "secret").write_text("secret")
    with pytest.raises(NotFound):
        await ask(web(folder), path, accept="application/json")


async def test_files_are_only_read(folder: Path) -> None:
    with pytest.raises(MethodNotAllowed):
        await ask(web(folder), "/assets/gone.js", method="POST")


async def test_a_missing_build_is_named_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="make setup"):
        await ask(web(tmp_path), "/", accept="text/html")
