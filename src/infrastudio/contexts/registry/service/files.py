"""The files of a version: what its MLmodel file says, and a copy of them all in a folder. Outside of transactions."""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import orjson
import yaml
from typing_extensions import override

from infrastudio.contexts.registry.queries.artifacts import VersionFile
from infrastudio.contexts.registry.queries.serving import Servable
from infrastudio.contexts.registry.schemas import ModelFolder
from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.schemas.artifacts import Artifact, join
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.canonical_json import NotCanonical, canonical_json
from infrastudio.kernel.errors import NotFound
from infrastudio.stores.blobs import BlobStore
from infrastudio.stores.db import Database

MLMODEL: Final = "MLmodel"
MAX_MLMODEL_BYTES: Final = 4 * 1024 * 1024
CHUNK_BYTES: Final = 1 << 20
_FIRST_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
MAX_KEPT: Final = 32_000
"""Characters of flavors and of a signature that the ledger keeps; larger ones stand in the file only."""


class NoFiles(NotFound):
    """Nothing lies where a version says that its files are."""

    def __init__(self, root: str) -> None:
        super().__init__(f"There are no files at {root!r}.", location=root)


async def read_model_folder(db: Database, blobs: BlobStore, actor: Actor, root: str) -> ModelFolder:
    """Return what the MLmodel file below an artifact location says; nothing where there is none that can be read."""
    try:
        file = await db.read(actor, artifacts.find, join(root, MLMODEL))
    except artifacts.UnknownArtifact:
        return ModelFolder()
    if file.size_bytes > MAX_MLMODEL_BYTES:
        return ModelFolder()
    return await asyncio.to_thread(_parse, blobs, file)


async def materialise(db: Database, blobs: BlobStore, actor: Actor, servable: Servable, folder: Path) -> list[Path]:
    """Write all files of a version below `folder`, made where it is missing, and return their paths.

    What is there already with the right size stays, so that a copy that was cut short can be finished; each file is
    written beside its place and moved into it.

    Raises:
        NoFiles: The version has no files.
    """
    files = await db.read(actor, artifacts.files_below, servable.root, project=servable.project)
    if not files:
        raise NoFiles(servable.root)
    return [await _write(blobs, file, folder / file.location[len(servable.root) :].lstrip("/")) for file in files]


def zipped(blobs: BlobStore, files: Sequence[VersionFile]) -> Iterator[bytes]:
    """Yield a ZIP archive of some files, as they are read; models do not compress, so nothing is compressed. Blocks."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_STORED) as archive:
        for path, file in files:
            entry = ZipInfo(path, date_time=max(file.updated_at.timetuple()[:6], _FIRST_ZIP_DATE))
            with archive.open(entry, "w", force_zip64=True) as target, _opened(blobs, file.sha256) as source:
                while chunk := source.read(CHUNK_BYTES):
                    target.write(chunk)
                    yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Where an archive is written to: it keeps what nobody has taken yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


def _opened(blobs: BlobStore, sha256: str) -> BinaryIO:
    """Return a blob to be read part by part; one that lies in no file is held in memory."""
    path = blobs.local_path(sha256)
    return io.BytesIO(blobs.read_bytes(sha256)) if path is None else path.open("rb")


async def _write(blobs: BlobStore, file: Artifact, path: Path) -> Path:
    if await asyncio.to_thread(_has_size, path, file.size_bytes):
        return path
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{file.sha256[:16]}.part")
    with await asyncio.to_thread(unfinished.open, "wb") as target:
        async for chunk in blobs.read(file.sha256):
            await asyncio.to_thread(target.write, chunk)
    await asyncio.to_thread(unfinished.replace, path)
    return path


def _has_size(path: Path, size_bytes: int) -> bool:
    return path.is_file() and path.stat().st_size == size_bytes


def _parse(blobs: BlobStore, file: Artifact) -> ModelFolder:
    try:
        found = yaml.safe_load(blobs.read_bytes(file.sha256))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return ModelFolder()
    if not isinstance(found, dict):
        return ModelFolder()
    flavors, signature = _kept(found.get("flavors")), _signature(found.get("signature"))
    return ModelFolder(flavors=flavors if isinstance(flavors, dict) else {}, signature=signature)


def _signature(value: Any) -> dict[str, Any] | None:
    """Return a signature with its parts, which the file has as JSON in text, as values."""
    if not isinstance(value, dict):
        return None
    parts = {}
    for name, part in value.items():
        try:
            parts[str(name)] = orjson.loads(part) if isinstance(part, str) else part
        except orjson.JSONDecodeError:
            parts[str(name)] = part
    kept = _kept(parts)
    return kept if isinstance(kept, dict) else None


def _kept(value: Any) -> Any:
    """Return a value as JSON, without what the ledger cannot hold; None when it is too large."""
    plain = _plain(value)
    try:
        return plain if len(canonical_json(plain)) <= MAX_KEPT else None
    except (NotCanonical, RecursionError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)
