"""Writes a group into `telemetry.db` through a plain sqlite3 connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Final, Self

from typing_extensions import override

from infrastudio.stores.telemetry.group_commit import (
    Head,
    LatestByStream,
    LineRow,
    PointRow,
    SenderKey,
    WriteTransaction,
)
from infrastudio.stores.telemetry.identifiers import KnownIds, series_digest
from infrastudio.stores.telemetry.tables import LEVEL_COLUMNS
from infrastudio.stores.telemetry.values import SenderState, SeriesKey, StreamKey, StreamOwner

_LEVELS: Final = ", ".join(LEVEL_COLUMNS)
_FIND_STREAM: Final = "SELECT stream_id FROM stream WHERE entity = ? AND owner_id = ?"
_NEW_STREAM: Final = (
    f"INSERT INTO stream (project_id, entity, owner_id, points, lines, received_at, {_LEVELS}) "  # noqa: S608 - constants
    "VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
)
_HEAD: Final = f"SELECT points, lines, received_at, {_LEVELS} FROM stream WHERE stream_id = ?"  # noqa: S608 - constants
_SAVE_POINTS_HEAD: Final = "UPDATE stream SET points = ?, received_at = ? WHERE stream_id = ?"
_SAVE_HEAD: Final = (
    f"UPDATE stream SET points = ?, lines = ?, received_at = ?, {' = ?, '.join(LEVEL_COLUMNS)} = ? WHERE stream_id = ?"  # noqa: S608 - constants
)
_FIND_SERIES: Final = "SELECT series_id FROM series WHERE key_digest = ?"
_NEW_SERIES: Final = (
    "INSERT INTO series (key_digest, name, folded_name, model_id, dataset_name, dataset_digest) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_POINTS: Final = "INSERT INTO point_batch VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_LINES: Final = f"INSERT INTO line_batch VALUES ({', '.join('?' * 17)})"  # noqa: S608 - constants
_FIND_SENDER: Final = "SELECT received, position FROM sender WHERE stream_id = ? AND attempt = ? AND source = ?"
_SAVE_SENDER: Final = "INSERT OR REPLACE INTO sender VALUES (?, ?, ?, ?, ?)"
_MOST_HEADS: Final = 20_000
"""Heads that are remembered; beyond it all are forgotten and read again."""
_LATEST_ROWS: Final = 64
"""Rows that one statement upserts: half as dear as one by one, and more of them gain nothing."""
_SAVE_LATEST: Final = (
    "INSERT INTO latest (stream_id, series_id, step, time, value, attempt) VALUES {rows} "
    "ON CONFLICT (stream_id, series_id) DO UPDATE SET "
    "step = excluded.step, time = excluded.time, value = excluded.value, attempt = excluded.attempt "
    "WHERE excluded.step > step OR (excluded.step = step AND "
    "(excluded.time, excluded.value IS NOT NULL, ifnull(excluded.value, 0), excluded.attempt) "
    "> (time, value IS NOT NULL, ifnull(value, 0), attempt))"
)
_SAVE_ONE_LATEST: Final = _SAVE_LATEST.format(rows="(?, ?, ?, ?, ?, ?)")
_SAVE_MANY_LATEST: Final = _SAVE_LATEST.format(rows=", ".join(["(?, ?, ?, ?, ?, ?)"] * _LATEST_ROWS))


class KnownRows(KnownIds):
    """Ids, and the heads of streams: nobody else writes to the file, so they are read once."""

    def __init__(self) -> None:
        super().__init__()
        self._heads: dict[StreamKey, Head] = {}

    def take_head(self, key: StreamKey) -> Head | None:
        """Return the head of a stream, and forget it until it is committed as it will be."""
        return self._heads.pop(key, None)

    def keep_heads(self, heads: Mapping[StreamKey, Head]) -> None:
        """Remember heads that are committed."""
        if len(self._heads) > _MOST_HEADS:
            self._heads.clear()
        for key, head in heads.items():
            head.points_grew = head.lines_grew = False
            self._heads[key] = head

    @override
    def forget_stream(self, key: StreamKey) -> None:
        super().forget_stream(key)
        self._heads.pop(key, None)


class SqliteTransaction(WriteTransaction):
    """A transaction, open within its `with` block and committed at the end of it.

    Only then are the ids that it made and the heads that it counted on remembered.
    """

    def __init__(self, connection: sqlite3.Connection, known: KnownRows) -> None:
        self._connection = connection
        self._known = known
        self._heads: dict[StreamKey, Head] = {}
        self._new_streams: dict[StreamKey, int] = {}
        self._new_series: dict[SeriesKey, int] = {}

    def __enter__(self) -> Self:
        """Begin it."""
        self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit it, or undo it where it failed."""
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        if kind is None:
            self._known.keep_heads(self._heads)
            if self._new_streams or self._new_series:
                self._known.learn(self._new_streams, self._new_series)

    @override
    def lock_heads(self, owners: Collection[StreamOwner]) -> dict[StreamKey, Head]:
        for owner in owners:
            self._heads[owner.key] = self._known.take_head(owner.key) or self._read_head(owner)
        return self._heads

    @override
    def series_ids(self, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, int]:
        known = self._known.series
        missing = [key for key in keys if key not in known]
        if not missing:
            return known
        for key in sorted(missing):
            self._new_series[key] = self._series_id(key)
        return {key: self._new_series.get(key) or known[key] for key in keys}

    @override
    def senders(self, keys: Collection[SenderKey]) -> dict[SenderKey, SenderState]:
        found = ((key, self._connection.execute(_FIND_SENDER, key).fetchone()) for key in keys)
        return {key: SenderState(*row) for key, row in found if row is not None}

    @override
    def insert_points(self, rows: Sequence[PointRow]) -> None:
        self._connection.executemany(_INSERT_POINTS, rows)

    @override
    def insert_lines(self, rows: Sequence[LineRow]) -> None:
        self._connection.executemany(_INSERT_LINES, rows)

    @override
    def save_heads(self, heads: Sequence[Head]) -> None:
        points = [(head.points, head.received_at, head.stream_id) for head in heads if not head.lines_grew]
        lines = [
            (head.points, head.lines, head.received_at, *head.levels, head.stream_id)
            for head in heads
            if head.lines_grew
        ]
        if points:
            self._connection.executemany(_SAVE_POINTS_HEAD, points)
        if lines:
            self._connection.executemany(_SAVE_HEAD, lines)

    @override
    def save_senders(self, senders: Mapping[SenderKey, SenderState]) -> None:
        rows = [(*key, state.received, state.position) for key, state in senders.items()]
        self._connection.executemany(_SAVE_SENDER, rows)

    @override
    def save_latest(self, points: LatestByStream) -> None:
        rows = [
            (stream_id, series_id, step, time, value if is_number else None, attempt)
            for stream_id, some in points.items()
            for series_id, (step, time, is_number, value, attempt) in some.items()
        ]
        whole = len(rows) - len(rows) % _LATEST_ROWS
        for start in range(0, whole, _LATEST_ROWS):
            self._connection.execute(_SAVE_MANY_LATEST, [*chain(*rows[start : start + _LATEST_ROWS])])
        self._connection.executemany(_SAVE_ONE_LATEST, rows[whole:])

    def _read_head(self, owner: StreamOwner) -> Head:
        stream_id = self._known.streams.get(owner.key)
        if stream_id is None:
            stream_id = self._new_streams[owner.key] = self._stream_id(owner)
        points, lines, received_at, *levels = self._connection.execute(_HEAD, (stream_id,)).fetchone()
        return Head(stream_id, points, lines, received_at, levels)

    def _stream_id(self, owner: StreamOwner) -> int:
        row = self._connection.execute(_FIND_STREAM, owner.key).fetchone()
        if row is not None:
            return int(row[0])
        made = self._connection.execute(_NEW_STREAM, owner).lastrowid
        assert made is not None  # noqa: S101 - an INSERT has always made a row
        return made

    def _series_id(self, key: SeriesKey) -> int:
        digest = series_digest(key)
        row = self._connection.execute(_FIND_SERIES, (digest,)).fetchone()
        if row is not None:
            return int(row[0])
        values = (digest, key.name, key.name.casefold(), key.model_id, key.dataset_name, key.dataset_digest)
        made = self._connection.execute(_NEW_SERIES, values).lastrowid
        assert made is not None  # noqa: S101 - an INSERT has always made a row
        return made
