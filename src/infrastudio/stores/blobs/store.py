"""Blobs: bytes without a name, found by their sha256. What every implementation does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from infrastudio.kernel.errors import NotFound, Problem, StudioError, TooLarge, ValidationFailed

CHUNK_BYTES: Final = 1 << 20
"""What is read, hashed and written at a time."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

Chunks = bytes | Iterable[bytes] | AsyncIterable[bytes]


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored blob: its digest (64 lowercase hex digits) and size."""

    sha256: str
    size_bytes: int


class BlobNotFound(NotFound):
    """No blob has this digest."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"There is no blob {sha256}.", sha256=sha256)


class BlobCorrupt(StudioError):
    """What is stored under a digest is something else."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"The blob {sha256} is damaged: its content has another digest.", sha256=sha256)


class BlobStore(Protocol):
    """Keeps blobs. Any call may be repeated; equal content is stored once.

    The methods that are not async block; they are for small blobs and belong in worker threads.
    """

    async def put(self, chunks: Chunks, *, limit_bytes: int, expected_sha256: str | None = None) -> Blob:
        """Store what the chunks come to; it is there, whole and on the disk, when this returns, and never in part.

        Args:
            chunks: The bytes, all at once or in parts of any size.
            limit_bytes: The most that is taken.
            expected_sha256: What the digest has to be.

        Raises:
            TooLarge: There are more bytes than the limit; nothing is kept.
            ValidationFailed: The digest is not the expected one; nothing is kept.
        """
        ...

    def put_bytes(self, data: bytes) -> Blob:
        """Store a small blob; blocks."""
        ...

    def read(self, sha256: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `end` (excluded; None: the end) in chunks.

        Raises:
            BlobNotFound: There is no such blob; raised at the first chunk.
        """
        ...

    def read_bytes(self, sha256: str) -> bytes:
        """Return a small blob whole; blocks.

        Raises:
            BlobNotFound: There is no such blob.
            BlobCorrupt: Its content has another digest.
        """
        ...

    async def find(self, sha256: str) -> Blob | None:
        """Return what is known of a blob, None if it is not there."""
        ...

    async def verify(self, sha256: str) -> None:
        """Read a blob and compare its digest.

        Raises:
            BlobNotFound: There is no such blob.
            BlobCorrupt: Its content has another digest.
        """
        ...

    async def delete(self, sha256: str) -> bool:
        """Remove a blob; was it there? Readers that have begun may go on."""
        ...

    def local_path(self, sha256: str) -> Path | None:
        """Return the file that holds a blob, to be read only; None where it lies in no file or is not there."""
        ...


def require_digest(sha256: str) -> str:
    """Return a digest as it is, or refuse text that is none: it becomes part of a path."""
    if _DIGEST.fullmatch(sha256) is None:
        raise ValidationFailed.of("sha256", "must be 64 lowercase hex digits")
    return sha256


def require_expected(found: str, expected: str | None) -> None:
    """Refuse content whose digest is not the one that was announced."""
    if expected is not None and found != expected:
        raise ValidationFailed.of("sha256", f"the content has the digest {found}, not {expected}")


def too_large(limit_bytes: int) -> TooLarge:
    """Return the failure that names the limit."""
    return TooLarge(Problem("body", f"must be at most {limit_bytes} bytes"))


async def in_chunks(chunks: Chunks, *, limit_bytes: int) -> AsyncIterator[bytes]:
    """Yield the bytes in parts of about a megabyte.

    Raises:
        TooLarge: There are more than `limit_bytes`.
    """
    total = 0
    held = bytearray()
    async for chunk in _each(chunks):
        total += len(chunk)
        if total > limit_bytes:
            raise too_large(limit_bytes)
        held += chunk
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)


async def _each(chunks: Chunks) -> AsyncIterator[bytes]:
    if isinstance(chunks, bytes):
        yield chunks
    elif isinstance(chunks, AsyncIterable):
        async for chunk in chunks:
            yield chunk
    else:
        for chunk in chunks:
            yield chunk
