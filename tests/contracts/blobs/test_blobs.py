"""Blobs come back as they were put, under the digest of their content, in a folder and in memory."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infrastudio.kernel.errors import TooLarge, ValidationFailed
from infrastudio.kernel.ids import RandomIds
from infrastudio.stores.blobs import BlobCorrupt, BlobNotFound, BlobStore, FolderBlobStore, MemoryBlobStore
from infrastudio.stores.blobs.store import CHUNK_BYTES

LIMIT = 10 * CHUNK_BYTES
UNKNOWN = "0" * 64
LARGE = bytes(range(256)) * (CHUNK_BYTES // 100)
"""About 2.5 chunks, so that ranges cross their edges."""


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """An empty store of each kind."""
    return FolderBlobStore(tmp_path / "blobs", ids=RandomIds()) if request.param == "folder" else MemoryBlobStore()


@pytest.fixture
def folder(tmp_path: Path) -> FolderBlobStore:
    """An empty store in a folder."""
    return FolderBlobStore(tmp_path / "blobs", ids=RandomIds())


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def whole(blobs: BlobStore, sha256: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(sha256, start=start, end=end)])


async def in_parts(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(0)
        yield part


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("data", [b"", b"\0", b"text", LARGE], ids=["empty", "zero", "text", "large"])
async def test_a_blob_comes_back_as_it_was_put(blobs: BlobStore, data: bytes) -> None:
    blob = await blobs.put(data, limit_bytes=LIMIT)
    assert (blob.sha256, blob.size_bytes) == (digest(data), len(data))
    assert await whole(blobs, blob.sha256) == data
    assert blobs.read_bytes(blob.sha256) == data
    assert await blobs.find(blob.sha256) == blob
    await blobs.verify(blob.sha256)


async def test_chunks_of_any_size_make_one_blob(blobs: BlobStore) -> None:
    parts = [b"", b"a" * 3, b"b" * (2 * CHUNK_BYTES), b"c"]
    blob = await blobs.put(in_parts(*parts), limit_bytes=LIMIT)
    assert blob == await blobs.put(parts, limit_bytes=LIMIT) == blobs.put_bytes(b"".join(parts))
    assert await whole(blobs, blob.sha256) == b"".join(parts)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, 0),
        (0, 1),
        (5, 5),
        (7, 3),
        (CHUNK_BYTES - 1, CHUNK_BYTES + 1),
        (len(LARGE) - 1, None),
        (len(LARGE), None),
        (0, len(LARGE) + 9),
    ],
)
async def test_a_range_is_what_a_slice_is(blobs: BlobStore, start: int, end: int | None) -> None:
    blob = await blobs.put(LARGE, limit_bytes=LIMIT)
    assert await whole(blobs, blob.sha256, start, end) == LARGE[start:end]


async def test_a_blob_over_the_limit_is_refused_and_nothing_stays(blobs: BlobStore, tmp_path: Path) -> None:
    data = b"x" * 100
    with pytest.raises(TooLarge, match="99 bytes"):
        await blobs.put(in_parts(data[:60], data[60:]), limit_bytes=99)
    assert await blobs.find(digest(data)) is None
    assert files(tmp_path) == []
    assert (await blobs.put(data, limit_bytes=100)).size_bytes == 100


async def test_content_that_is_not_what_was_announced_is_refused(blobs: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(ValidationFailed, match="digest"):
        await blobs.put(b"other", limit_bytes=LIMIT, expected_sha256=UNKNOWN)
    assert await blobs.find(digest(b"other")) is None
    assert files(tmp_path) == []
    await blobs.put(b"other", limit_bytes=LIMIT, expected_sha256=digest(b"other"))


async def test_a_sender_that_breaks_off_leaves_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * (2 * CHUNK_BYTES)
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await blobs.put(broken(), limit_bytes=LIMIT)
    assert files(tmp_path) == []


async def test_a_deleted_blob_is_gone_and_can_be_put_again(blobs: BlobStore) -> None:
    blob = await blobs.put(b"text", limit_bytes=LIMIT)
    assert await blobs.delete(blob.sha256)
    assert not await blobs.delete(blob.sha256)
    assert await blobs.find(blob.sha256) is None
    assert blobs.local_path(blob.sha256) is None
    assert await blobs.put(b"text", limit_bytes=LIMIT) == blob


async def test_what_is_not_there_is_not_found(blobs: BlobStore) -> None:
    with pytest.raises(BlobNotFound):
        await whole(blobs, UNKNOWN)
    with pytest.raises(BlobNotFound):
        blobs.read_bytes(UNKNOWN)
    with pytest.raises(BlobNotFound):
        await blobs.verify(UNKNOWN)


@pytest.mark.parametrize("wrong", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
async def test_text_that_is_no_digest_never_becomes_a_path(blobs: BlobStore, wrong: str) -> None:
    for call in (blobs.local_path, blobs.read_bytes):
        with pytest.raises(ValidationFailed, match="sha256"):
            call(wrong)
    for coroutine in (blobs.find(wrong), blobs.delete(wrong), blobs.verify(wrong), whole(blobs, wrong)):
        with pytest.raises(ValidationFailed, match="sha256"):
            await coroutine


async def test_many_at_once_store_equal_content_once(blobs: BlobStore, tmp_path: Path) -> None:
    stored = await asyncio.gather(*(blobs.put(LARGE, limit_bytes=LIMIT) for _ in range(8)))
    assert len(set(stored)) == 1
    assert await whole(blobs, stored[0].sha256) == LARGE
    assert len(files(tmp_path)) <= 1


async def test_a_file_lies_under_its_digest_and_is_read_only(folder: FolderBlobStore, tmp_path: Path) -> None:
    blob = await folder.put(b"text", limit_bytes=LIMIT)
    path = folder.local_path(blob.sha256)
    assert path == tmp_path / "blobs" / blob.sha256[:2] / blob.sha256[2:4] / blob.sha256
    assert path.read_bytes() == b"text"
    assert path.stat().st_mode & 0o222 == 0


async def test_damage_is_told_and_mended_by_storing_again(folder: FolderBlobStore) -> None:
    blob = await folder.put(b"text", limit_bytes=LIMIT)
    path = folder.local_path(blob.sha256)
    assert path is not None
    path.chmod(0o644)
    path.write_bytes(b"tXxt")
    with pytest.raises(BlobCorrupt):
        await folder.verify(blob.sha256)
    with pytest.raises(BlobCorrupt):
        folder.read_bytes(blob.sha256)
    await folder.put(b"text", limit_bytes=LIMIT)
    await folder.verify(blob.sha256)


async def test_a_reader_that_has_begun_goes_on_after_a_deletion(blobs: BlobStore) -> None:
    blob = await blobs.put(LARGE, limit_bytes=LIMIT)
    reading = blobs.read(blob.sha256)
    begun = await anext(reading)
    await blobs.delete(blob.sha256)
    assert begun + b"".join([chunk async for chunk in reading]) == LARGE


async def test_what_a_killed_process_left_is_removed_once_it_is_old(folder: FolderBlobStore, tmp_path: Path) -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for name, age_s in (("old", 7200), ("new", 10)):
        path = tmp_path / "blobs" / "unfinished" / name
        path.write_bytes(b"half")
        os.utime(path, (now.timestamp() - age_s,) * 2)
    assert folder.remove_abandoned(before=now - timedelta(hours=1)) == 1
    assert files(tmp_path) == ["blobs/unfinished/new"]
