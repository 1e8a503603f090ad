"""The beginning of a file, as a reader can show it. Outside of transactions; memory is bounded, whatever the file."""

from __future__ import annotations

import asyncio
import csv
import io
import mimetypes
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any, Final

import orjson

from infrastudio.contexts.tracking.schemas.artifacts import Artifact
from infrastudio.contexts.tracking.schemas.previews import ArtifactPreview, PreviewKind
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.tables import FormatNotInstalled, ReadOptions, TableFormats, UnreadableTable
from infrastudio.stores.blobs import BlobStore

MAX_TEXT_BYTES: Final = 512 * 1024
"""Bytes of a file that are read in order to show text."""
MAX_ROWS: Final = 200
MAX_COLUMNS: Final = 100
MAX_CELL: Final = 500
"""Characters of a cell that are shown."""
BINARY: Final = "application/octet-stream"

_IMAGES: Final = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "bmp"})
_HTML: Final = frozenset({"html", "htm"})
_TABLES: Final = {"csv": ",", "tsv": "\t"}
_BINARY: Final = frozenset(
    {"pkl", "pickle", "joblib", "pt", "pth", "bin", "safetensors", "onnx", "h5", "npy", "npz", "zip", "gz", "tar"}
)


async def preview(blobs: BlobStore, tables: TableFormats, file: Artifact, path: str) -> ArtifactPreview:
    """Return what can be shown of a file that is called `path`.

    What cannot be read as what its name says is shown as text, and what is no text as binary.
    """
    suffix = path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    if suffix in _IMAGES:
        return _told(file, path, "image")
    if suffix == "parquet":
        return await asyncio.to_thread(_of_parquet, blobs, tables, file, path)
    if suffix in _BINARY:
        return _told(file, path, "binary")
    head = b"".join([part async for part in blobs.read(file.sha256, end=MAX_TEXT_BYTES)])
    return await asyncio.to_thread(_of_text, file, path, suffix, head)


def _of_text(file: Artifact, path: str, suffix: str, head: bytes) -> ArtifactPreview:
    is_cut = file.size_bytes > len(head)
    text = _decoded(head, is_cut=is_cut)
    if text is None:
        return _told(file, path, "binary")
    if suffix in _TABLES:
        return _of_csv(file, path, text, _TABLES[suffix], is_cut=is_cut)
    if suffix in _HTML:
        return _told(file, path, "html", text=text, truncated=is_cut)
    if suffix == "json" and not is_cut and (laid_out := _laid_out(head)) is not None:
        return _told(file, path, "json", text=laid_out)
    return _told(file, path, "text", text=text, truncated=is_cut)


def _decoded(head: bytes, *, is_cut: bool) -> str | None:
    """Return the text that bytes are; None where they are none. A character that the cut went through is left out."""
    if b"\0" in head:
        return None
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if is_cut and error.start >= len(head) - 3:
            return head[: error.start].decode("utf-8-sig")
        return None


def _laid_out(head: bytes) -> str | None:
    try:
        return orjson.dumps(orjson.loads(head), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return None


def _of_csv(file: Artifact, path: str, text: str, delimiter: str, *, is_cut: bool) -> ArtifactPreview:
    """Return the table that text holds; a row that the cut went through is left out."""
    try:
        found = list(islice(csv.reader(io.StringIO(text), delimiter=delimiter), MAX_ROWS + 2))
    except csv.Error:
        return _told(file, path, "text", text=text, truncated=is_cut)
    if is_cut and len(found) < MAX_ROWS + 2:
        found = found[:-1]
    if not found:
        return _told(file, path, "text", text=text, truncated=is_cut)
    header, rows = found[0], found[1:]
    return _table(file, path, header, rows, is_more=is_cut or len(rows) > MAX_ROWS)


def _of_parquet(blobs: BlobStore, tables: TableFormats, file: Artifact, path: str) -> ArtifactPreview:
    local = blobs.local_path(file.sha256)
    if local is None:
        return _told(file, path, "binary")
    try:
        with local.open("rb") as source:
            rows = list(islice(tables.get("parquet").read(source, ReadOptions()), MAX_ROWS + 1))
    except (UnreadableTable, FormatNotInstalled):
        return _told(file, path, "binary")
    header = list(rows[0].values) if rows else []
    cells = [[row.values.get(name) for name in header] for row in rows]
    return _table(file, path, header, cells, is_more=len(rows) > MAX_ROWS)


def _table(file: Artifact, path: str, header: list[str], rows: list[list[Any]], *, is_more: bool) -> ArtifactPreview:
    return _told(
        file,
        path,
        "table",
        columns=[_short(name) for name in header[:MAX_COLUMNS]],
        rows=[_cells(row, len(header)) for row in rows[:MAX_ROWS]],
        truncated=is_more or len(header) > MAX_COLUMNS,
    )


def _cells(row: Iterable[Any], columns: int) -> list[Any]:
    """Return as many cells as there are columns; what a short row lacks is null."""
    cells = [_cell(value) for value in islice(row, min(columns, MAX_COLUMNS))]
    return cells + [None] * (min(columns, MAX_COLUMNS) - len(cells))


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    return value if isinstance(value, int | float | bool | None) else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"


def _told(file: Artifact, path: str, kind: PreviewKind, **shown: Any) -> ArtifactPreview:
    return ArtifactPreview(
        path=path,
        kind=kind,
        media_type=mimetypes.guess_type(path)[0] or ("text/plain" if kind == "text" else BINARY),
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        **shown,
    )
