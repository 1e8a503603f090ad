"""Blobs as files of a folder: `ab/cd/abcd…`, each written beside its place, synced, and then renamed into it."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

from typing_extensions import override

from infrastudio.kernel.ids import IdSource
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

_UNFINISHED: Final = "unfinished"
"""The folder of files that are being written."""
_READ_ONLY: Final = 0o444


class FolderBlobStore(BlobStore):
    """Blobs under a folder, which several processes may share. Files are read and written in worker threads."""

    def __init__(self, folder: Path, *, ids: IdSource) -> None:
        """Use `folder`, made where it is missing; `ids` names files that are being written."""
        self._folder = folder
        self._ids = ids
        (folder / _UNFINISHED).mkdir(parents=True, exist_ok=True)

    @override
    async def put(self, chunks: Chunks, *, limit_bytes: int, expected_sha256: str | None = None) -> Blob:
        unfinished = _Unfinished(self._new_path())
        try:
            async for chunk in in_chunks(chunks, limit_bytes=limit_bytes):
                await asyncio.to_thread(unfinished.write, chunk)
            require_expected(unfinished.sha256, expected_sha256)
            return await asyncio.to_thread(self._keep, unfinished)
        finally:
            unfinished.discard()

    @override
    def put_bytes(self, data: bytes) -> Blob:
        unfinished = _Unfinished(self._new_path())
        try:
            unfinished.write(data)
            return self._keep(unfinished)
        finally:
            unfinished.discard()

    @override
    async def read(self, sha256: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        file = await asyncio.to_thread(self._open, sha256)
        try:
            place = await asyncio.to_thread(file.seek, max(start, 0))
            while end is None or place < end:
                wanted = CHUNK_BYTES if end is None else min(CHUNK_BYTES, end - place)
                chunk = await asyncio.to_thread(file.read, wanted)
                if not chunk:
                    return
                place += len(chunk)
                yield chunk
        finally:
            file.close()

    @override
    def read_bytes(self, sha256: str) -> bytes:
        with self._open(sha256) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BlobCorrupt(sha256)
        return data

    @override
    async def find(self, sha256: str) -> Blob | None:
        return await asyncio.to_thread(self._find, sha256)

    @override
    async def verify(self, sha256: str) -> None:
        await asyncio.to_thread(self._verify, sha256)

    @override
    async def delete(self, sha256: str) -> bool:
        return await asyncio.to_thread(self._delete, sha256)

    @override
    def local_path(self, sha256: str) -> Path | None:
        path = self._path(sha256)
        return path if path.is_file() else None

    def remove_abandoned(self, *, before: datetime) -> int:
        """Remove what killed processes left unfinished; a file that was written to since `before` stays. Blocks."""
        removed = 0
        for path in (self._folder / _UNFINISHED).iterdir():
            try:
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
            except FileNotFoundError:  # finished, or removed by another process, in between
                continue
        return removed

    def _path(self, sha256: str) -> Path:
        require_digest(sha256)
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def _new_path(self) -> Path:
        return self._folder / _UNFINISHED / self._ids.hex32()

    def _keep(self, unfinished: _Unfinished) -> Blob:
        """Move a written file to its place; what is there already and whole stays."""
        sha256, size_bytes = unfinished.sha256, unfinished.size_bytes
        path = self._path(sha256)
        if self._is_whole(path, size_bytes, sha256):
            return Blob(sha256, size_bytes)
        unfinished.sync()
        self._make_folders(path.parent)
        unfinished.path.replace(path)
        _sync_folder(path.parent)
        return Blob(sha256, size_bytes)

    def _is_whole(self, path: Path, size_bytes: int, sha256: str) -> bool:
        """Is the blob there already? Its content is compared, so that storing again mends a damaged one."""
        try:
            with path.open("rb") as file:
                same_size = os.fstat(file.fileno()).st_size == size_bytes
                return same_size and hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def _make_folders(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)
            _sync_folder(self._folder)

    def _open(self, sha256: str) -> BufferedReader:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise BlobNotFound(sha256) from error

    def _find(self, sha256: str) -> Blob | None:
        try:
            return Blob(sha256, self._path(sha256).stat().st_size)
        except FileNotFoundError:
            return None

    def _verify(self, sha256: str) -> None:
        with self._open(sha256) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise BlobCorrupt(sha256)

    def _delete(self, sha256: str) -> bool:
        path = self._path(sha256)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True


class _Unfinished:
    """A file that is being written, hashed on the way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size_bytes = 0
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None

    @property
    def sha256(self) -> str:
        """The digest of what was written."""
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Add bytes at the end."""
        self._opened().write(chunk)
        self._digest.update(chunk)
        self.size_bytes += len(chunk)

    def sync(self) -> None:
        """Bring it to the disk, as a file that nobody writes to any more."""
        file = self._opened()
        file.flush()
        os.fchmod(file.fileno(), _READ_ONLY)
        os.fsync(file.fileno())

    def discard(self) -> None:
        """Close it, and remove it unless it was moved to its place."""
        if self._file is not None:
            self._file.close()
        self.path.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = self.path.open("xb")
        return self._file


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
