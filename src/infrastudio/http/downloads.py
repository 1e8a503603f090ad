"""Files that are made while they are sent, and never held in memory."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from infrastudio.http.asgi import is_head
from infrastudio.http.files import content_disposition
from infrastudio.kernel.errors import RateLimited

logger = logging.getLogger(__name__)

CHUNK_BYTES: Final = 65_536
MOST_AT_ONCE: Final = 4

Headers = dict[str, str]
Producer = Callable[[Headers], Iterator[bytes]]
"""Yields the bytes of a file, in a thread of its own; may add headers before it yields for the first time."""


class Downloads:
    """Makes files in threads, some at a time; close it at the end."""

    def __init__(self, *, most_at_once: int = MOST_AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(most_at_once, thread_name_prefix="download")
        self._free = most_at_once
        self._lock = threading.Lock()

    def close(self) -> None:
        """Wait for what is being made."""
        self._threads.shutdown()

    def start(self, produce: Producer, headers: Headers) -> Spool:
        """Begin to make a file.

        Raises:
            RateLimited: Too many are being made.
        """
        with self._lock:
            if self._free == 0:
                raise RateLimited("Too many files are being made; try again when one is done.", retry_after_s=5)
            self._free -= 1
        spool = Spool(asyncio.get_running_loop())
        self._threads.submit(self._make, spool, produce, headers)
        return spool

    def _make(self, spool: Spool, produce: Producer, headers: Headers) -> None:
        try:
            spool.fill(produce(headers))
        finally:
            with self._lock:
                self._free += 1


class Spool:
    """A temporary file between a thread that writes as fast as it can and a client that reads as fast as it can.

    So a slow client never keeps a snapshot of the database open, and memory holds a few chunks only.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by whoever of the two ends last
        self._loop = loop
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._written = 0
        self._failure: BaseException | None = None
        self._is_done = self._is_abandoned = False

    def fill(self, chunks: Iterator[bytes]) -> None:
        """Write everything down, in the thread; a failure is kept for the reader."""
        try:
            for chunk in chunks:
                if self._is_abandoned:
                    break
                if chunk:
                    self._file.write(chunk)
                    self._file.flush()
                    self._written += len(chunk)
                    self._tell()
        except BaseException as error:  # is raised where the file is read
            self._failure = error
        finally:
            if close := getattr(chunks, "close", None):
                close()
            self._end()
            self._tell()

    async def read(self, offset: int) -> bytes:
        """Return the bytes from `offset` on, at most 64 kB, once there are some; none at the end.

        Raises:
            Exception: What went wrong in the thread, behind all that was written before.
        """
        while True:
            self._news.clear()
            if self._written > offset:
                return await asyncio.to_thread(os.pread, self._file.fileno(), CHUNK_BYTES, offset)
            if self._is_done:
                if self._failure is not None:
                    raise self._failure
                return b""
            await self._news.wait()

    def abandon(self) -> None:
        """Nobody reads any more."""
        with self._lock:
            self._is_abandoned = True
            if self._is_done:
                self._file.close()

    def _end(self) -> None:
        with self._lock:
            self._is_done = True
            if self._is_abandoned:
                self._file.close()

    def _tell(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)


class Download(Response):
    """A file that is made while it is sent. What fails before its first bytes is answered in words, as any failure."""

    def __init__(self, downloads: Downloads, produce: Producer, *, name: str, media_type: str) -> None:
        super().__init__()
        self._downloads = downloads
        self._produce = produce
        self._lines: Headers = {"content-type": media_type, "content-disposition": content_disposition(name)}

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_head(scope):
            await self._start(send)
            await send({"type": "http.response.body", "body": b""})
            return
        spool = self._downloads.start(self._produce, self._lines)
        leaving = asyncio.create_task(_until_left(receive))
        try:
            offset = 0
            chunk = await spool.read(offset)
            await self._start(send)
            while chunk and not leaving.done():
                offset += len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = await spool.read(offset)
            await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            spool.abandon()

    async def _start(self, send: Send) -> None:
        lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self._lines.items()]
        await send({"type": "http.response.start", "status": 200, "headers": lines})


async def _until_left(receive: Receive) -> None:
    """Return when the client has left. What it still sends of a body that nobody reads comes first."""
    while (message := await receive())["type"] != "http.disconnect":
        if not message.get("more_body", False):
            message = await receive()
            if message["type"] != "http.disconnect":
                await asyncio.Event().wait()
            return
