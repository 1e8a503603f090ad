"""Which streams are to be sealed, and one step of sealing as a transaction, the same on every database.

A step reads what it replaces in a snapshot, encodes outside of any write, and then puts the chunks and takes the old
rows away in one transaction. That transaction counts what it takes away: if another server was there first, or a
deletion, it finds less, and nothing of the step is kept. Killed anywhere, the old rows are there or the new ones.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, delete, func, insert, select

from infrastudio.kernel.batches import batches
from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.seal_lines import plan_lines
from infrastudio.stores.telemetry.seal_points import plan_points
from infrastudio.stores.telemetry.seal_rows import LineChunkRow, PointChunkRow, PointSeal, Seal, SealOutdated

logger = logging.getLogger(__name__)

MICROSECONDS: Final = 1_000_000
STEPS_AT_ONCE: Final = 64
"""Steps that one stream gets before it is the turn of the next."""


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """When a stream is sealed: it has many batches, or has been quiet for a while. Zero and zero: always."""

    batches: int = 64
    quiet_s: float = 60.0
    rest: float = 0.0
    """How many times as long as a step took it is waited before the next one."""


class Due(NamedTuple):
    """A stream that is to be sealed, and how its next step is made."""

    stream_id: int
    plan: Callable[[Connection, int], Seal | None]


def due(connection: Connection, policy: SealPolicy, now: int) -> list[Due]:
    """Return the streams that are to be sealed, those with the most batches first; `now` in microseconds."""
    stream = tables.stream
    found: list[tuple[int, Due]] = []
    plans: tuple[tuple[Table, Callable[[Connection, int], Seal | None]], ...] = (
        (tables.point_batch, plan_points),
        (tables.line_batch, plan_lines),
    )
    for table, plan in plans:
        counts = select(table.c.stream_id, func.count().label("batches")).group_by(table.c.stream_id).subquery()
        query = select(counts.c.stream_id, counts.c.batches, stream.c.received_at)
        query = query.join(stream, stream.c.stream_id == counts.c.stream_id).where(stream.c.entity != tables.DELETED)
        for stream_id, count, received_at in connection.execute(query):
            if count >= policy.batches or received_at <= now - policy.quiet_s * MICROSECONDS:
                found.append((count, Due(stream_id, plan)))
    return [entry for _, entry in sorted(found, key=lambda each: -each[0])]


async def seal_streams(
    entries: Iterable[Due], step: Callable[[Due], Awaitable[bool | None]], *, rest: float = 0.0
) -> int:
    """Seal streams, a bounded number of steps each, and return how many steps were kept.

    A stream with damaged rows is named in the log and stays as it is; it does not keep the others from being sealed.

    Args:
        entries: The streams.
        step: Makes one step; False: somebody else was there first, None: nothing is left.
        rest: As in `SealPolicy`.
    """
    clock = asyncio.get_running_loop().time
    kept = 0
    for entry in entries:
        try:
            for _ in range(STEPS_AT_ONCE):
                begin = clock()
                sealed = await step(entry)
                if sealed is None:
                    break
                kept += sealed
                await asyncio.sleep(rest * (clock() - begin))
        except CorruptTelemetry as error:
            logger.error("Stream %d of the telemetry stays unsealed. %s", entry.stream_id, error)
    return kept


def write_seal(connection: Connection, seal: Seal) -> None:
    """Replace rows in an open transaction of SQLAlchemy; the caller commits.

    Raises:
        SealOutdated: Not all of them are there any more.
    """
    batch, place, chunk, number = _tables(seal)
    first, last = _batch_range(seal)
    gone = delete(batch).where(batch.c.stream_id == seal.stream_id, place.between(first, last))
    if connection.execute(gone).rowcount != seal.batches:
        raise SealOutdated
    replaced = 0
    for some in batches(seal.replaced):
        is_one = (chunk.c.stream_id == seal.stream_id, number.in_(some))
        replaced += connection.execute(delete(chunk).where(*is_one)).rowcount
    if replaced != len(seal.replaced):
        raise SealOutdated
    connection.execute(insert(chunk), [row._asdict() for row in seal.chunks])


_INSERT_POINTS: Final = (
    f"INSERT INTO point_chunk ({', '.join(PointChunkRow._fields)}) "  # noqa: S608 - constants
    f"VALUES ({', '.join('?' * len(PointChunkRow._fields))})"
)
_INSERT_LINES: Final = f"INSERT INTO line_chunk VALUES ({', '.join('?' * len(LineChunkRow._fields))})"  # noqa: S608


def write_seal_to_file(connection: sqlite3.Connection, seal: Seal) -> None:
    """Replace rows in an open transaction of the telemetry file's writer; the caller commits.

    Raises:
        SealOutdated: Not all of them are there any more.
    """
    batch, place, chunk, number = (each.name for each in _tables(seal))
    gone = f"DELETE FROM {batch} WHERE stream_id = ? AND {place} BETWEEN ? AND ?"  # noqa: S608 - names of tables
    if connection.execute(gone, (seal.stream_id, *_batch_range(seal))).rowcount != seal.batches:
        raise SealOutdated
    replaced = 0
    for some in batches(seal.replaced):
        marks = ", ".join("?" * len(some))
        old = f"DELETE FROM {chunk} WHERE stream_id = ? AND {number} IN ({marks})"  # noqa: S608 - names of tables
        replaced += connection.execute(old, (seal.stream_id, *some)).rowcount
    if replaced != len(seal.replaced):
        raise SealOutdated
    connection.executemany(_INSERT_POINTS if isinstance(seal, PointSeal) else _INSERT_LINES, seal.chunks)


def _tables(seal: Seal) -> tuple[Table, Any, Table, Any]:
    """Return the table of batches and their place, the table of chunks and their number."""
    points, lines = tables.point_batch, tables.line_batch
    if isinstance(seal, PointSeal):
        return points, points.c.first_offset, tables.point_chunk, tables.point_chunk.c.chunk_id
    return lines, lines.c.first_line, tables.line_chunk, tables.line_chunk.c.first_line


def _batch_range(seal: Seal) -> tuple[int, int]:
    if isinstance(seal, PointSeal):
        return seal.first_offset, seal.last_offset
    return seal.first_line, seal.last_line
