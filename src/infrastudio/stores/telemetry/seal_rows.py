"""What one step of sealing changes: rows that come and rows that go, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class PointChunkRow(NamedTuple):
    """A row of `point_chunk`, in the order of its columns but for its number."""

    stream_id: int
    series_id: int
    attempt: int
    first_offset: int
    last_offset: int
    ordinal: int
    points: int
    rising: int
    step_min: int
    step_max: int
    time_min: int
    time_max: int
    received_min: int
    received_max: int
    directory: bytes | None
    pyramid: bytes | None
    data: bytes


class LineChunkRow(NamedTuple):
    """A row of `line_chunk`, in the order of its columns."""

    stream_id: int
    first_line: int
    lines: int
    received_min: int
    received_max: int
    time_min: int
    time_max: int
    lines_plain: int
    lines_debug: int
    lines_info: int
    lines_warning: int
    lines_error: int
    lines_critical: int
    codes: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class PointSeal:
    """Batches `first_offset` … `last_offset` of a stream, and older chunks, become new chunks."""

    stream_id: int
    batches: int
    first_offset: int
    last_offset: int
    replaced: Sequence[int]
    """Numbers of the chunks that the new ones stand for as well."""
    chunks: Sequence[PointChunkRow]


@dataclass(frozen=True, slots=True)
class LineSeal:
    """Batches `first_line` … `last_line` of a stream, and older chunks, become new chunks."""

    stream_id: int
    batches: int
    first_line: int
    last_line: int
    replaced: Sequence[int]
    """First lines of the chunks that the new ones stand for as well."""
    chunks: Sequence[LineChunkRow]


Seal = PointSeal | LineSeal


class SealOutdated(Exception):
    """What a step wanted to replace is no longer there: another server sealed it, or it was deleted."""
