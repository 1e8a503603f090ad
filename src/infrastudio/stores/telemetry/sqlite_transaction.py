"""Writes a group into `telemetry.db` through a plain sqlite3 connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Final

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


class SqliteTransaction(WriteTransaction):
    """An open transaction; make it by `transaction`."""

    def __init__(self, connection: sqlite3.Connection, known: KnownIds) -> None:
        self._connection = connection
        self._known = known
        self.new_streams: dict[StreamKey, int] = {}
        self.new_series: dict[SeriesKey, int] = {}

    @override
    def lock_heads(self, owners: Collection[StreamOwner]) -> dict[StreamKey, Head]:
        return {owner.key: self._head(owner) for owner in owners}

    @override
    def series_ids(self, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, int]:
        known = self._known.series
        missing = [key for key in keys if key not in known]
        if not missing:
            return known
        for key in sorted(missing):
            self.new_series[key] = self._series_id(key)
        return {key: self.new_series.get(key) or known[key] for key in keys}

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
        for head in heads:
            if head.lines_grew:
                values = (head.points, head.lines, head.received_at, *head.levels, head.stream_id)
                self._connection.execute(_SAVE_HEAD, values)
            else:
                self._connection.execute(_SAVE_POINTS_HEAD, (head.points, head.received_at, head.stream_id))

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

    def _head(self, owner: StreamOwner) -> Head:
        stream_id = self._known.streams.get(owner.key)
        if stream_id is None:
            stream_id = self.new_streams[owner.key] = self._stream_id(owner)
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


@contextmanager
def transaction(connection: sqlite3.Connection, known: KnownIds) -> Iterator[SqliteTransaction]:
    """Open a transaction; commit it at the end, and only then remember the ids it made."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        tx = SqliteTransaction(connection, known)
        yield tx
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    if tx.new_streams or tx.new_series:
        known.learn(tx.new_streams, tx.new_series)
