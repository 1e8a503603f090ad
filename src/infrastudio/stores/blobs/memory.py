"""Blobs in memory, for tests and for what is not to outlive the process."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

from typing_extensions import override

from infrastudio.stores.blobs.store import (
    CHUNK_BYTES,
    Blob,
    BlobCorrupt,
    BlobNotFound,
    BlobStore,
    Chunks,
    in_chunks,
    require_digest,
    require_expected,
)


class MemoryBlobStore(BlobStore):
    """A dictionary of blobs."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    @override
    async def put(self, chunks: Chunks, *, limit_bytes: int, expected_sha256: str | None = None) -> Blob:
        data = b"".join([chunk async for chunk in in_chunks(chunks, limit_bytes=limit_bytes)])
        require_expected(hashlib.sha256(data).hexdigest(), expected_sha256)
        return self.put_bytes(data)

    @override
    def put_bytes(self, data: bytes) -> Blob:
        sha256 = hashlib.sha256(data).hexdigest()
        self.blobs[sha256] = data
        return Blob(sha256, len(data))

    @override
    async def read(self, sha256: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        data = self._get(sha256)[max(start, 0) : None if end is None else max(end, 0)]
        for place in range(0, len(data), CHUNK_BYTES):
            yield data[place : place + CHUNK_BYTES]

    @override
    def read_bytes(self, sha256: str) -> bytes:
        data = self._get(sha256)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BlobCorrupt(sha256)
        return data

    @override
    async def find(self, sha256: str) -> Blob | None:
        data = self.blobs.get(require_digest(sha256))
        return None if data is None else Blob(sha256, len(data))

    @override
    async def verify(self, sha256: str) -> None:
        self.read_bytes(sha256)

    @override
    async def delete(self, sha256: str) -> bool:
        return self.blobs.pop(require_digest(sha256), None) is not None

    @override
    def local_path(self, sha256: str) -> Path | None:
        require_digest(sha256)
        return None

    def _get(self, sha256: str) -> bytes:
        data = self.blobs.get(require_digest(sha256))
        if data is None:
            raise BlobNotFound(sha256)
        return data
