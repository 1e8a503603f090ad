"""Tables of the telemetry store, owned and created by it. They are none of the ledger's and no migration knows them."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql
from typing_extensions import override

from infrastudio.stores.db.types import text_column

SCHEMA_VERSION: Final = 2
"""1: batches only; 2: also the chunks that they are sealed into."""
ATTACHED_AS: Final = "telemetry"
"""Name under which a SQLite connection of the ledger attaches the telemetry file."""

LEVEL_COLUMNS: Final = ("lines_plain", "lines_debug", "lines_info", "lines_warning", "lines_error", "lines_critical")
"""Columns of counts by level code, in `stream`, `line_batch` and `line_chunk`."""

metadata = MetaData()

_LARGEST: Final = sys.float_info.max
_LARGEST_BUT_ONE: Final = math.nextafter(_LARGEST, 0)
_Key = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up only in columns that are called INTEGER."""
_Blob = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


class LatestValue(TypeDecorator[float]):
    """A float; on MariaDB and MySQL, which have no infinities, they are kept as the largest double.

    The largest double itself is kept as its neighbour there: what is finite stays finite, and the order stays.
    """

    impl = Double
    cache_ok = True

    @override
    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        if value is None or dialect.name not in ("mysql", "mariadb"):
            return value
        if math.isinf(value):
            return math.copysign(_LARGEST, value)
        return max(-_LARGEST_BUT_ONE, min(_LARGEST_BUT_ONE, value))

    @override
    def process_result_value(self, value: Any | None, dialect: Dialect) -> float | None:
        if value is None or dialect.name not in ("mysql", "mariadb") or abs(value) < _LARGEST:
            return value
        return float("inf") if value > 0 else float("-inf")


telemetry_schema = Table(
    "telemetry_schema", metadata, Column("version", Integer, primary_key=True, autoincrement=False)
)

stream = Table(
    "stream",
    metadata,
    Column("stream_id", _Key, primary_key=True, autoincrement=True),
    Column("project_id", text_column(64), nullable=False),
    Column("entity", text_column(32), nullable=False),
    Column("owner_id", text_column(64), nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in LEVEL_COLUMNS),
    UniqueConstraint("entity", "owner_id", name="stream_owner"),
    Index("stream_project", "project_id", "entity"),
    sqlite_autoincrement=True,
)
"""One row per owner: the heads of its points and lines. `points` is the offset that readers follow."""

series = Table(
    "series",
    metadata,
    Column("series_id", _Key, primary_key=True, autoincrement=True),
    Column("key_digest", text_column(64), nullable=False, unique=True),
    Column("name", text_column(250), nullable=False),
    Column("folded_name", text_column(750), nullable=False),
    Column("model_id", text_column(64), nullable=False),
    Column("dataset_name", text_column(500), nullable=False),
    Column("dataset_digest", text_column(100), nullable=False),
    Index("series_name", "name"),
    Index("series_model", "model_id"),
    sqlite_autoincrement=True,
)
"""The dictionary of series; a plain name has empty text in the three columns behind it."""

latest = Table(
    "latest",
    metadata,
    Column("stream_id", BigInteger, primary_key=True, autoincrement=False),
    Column("series_id", BigInteger, primary_key=True, autoincrement=False),
    Column("step", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("value", LatestValue, nullable=True),
    Column("attempt", Integer, nullable=False),
    Index("latest_series", "series_id"),
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": 70},
)
"""The latest point of each series of each stream; `value` is NULL for NaN.

A point of a model or dataset is also in the row of its plain name.
"""

point_batch = Table(
    "point_batch",
    metadata,
    Column("stream_id", BigInteger, primary_key=True, autoincrement=False),
    Column("first_offset", BigInteger, primary_key=True, autoincrement=False),
    Column("points", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("writer", text_column(100), nullable=False),
    Column("series", _Blob, nullable=False),
    Column("data", _Blob, nullable=False),
)
"""Points as they came; `first_offset` counts the stream's points before it and never comes back."""

line_batch = Table(
    "line_batch",
    metadata,
    Column("stream_id", BigInteger, primary_key=True, autoincrement=False),
    Column("first_line", BigInteger, primary_key=True, autoincrement=False),
    Column("lines", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("source", text_column(100), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("writer", text_column(100), nullable=False),
    Column("time_min", BigInteger, nullable=False),
    Column("time_max", BigInteger, nullable=False),
    *(Column(name, Integer, nullable=False) for name in LEVEL_COLUMNS),
    Column("codes", _Blob, nullable=False),
    Column("data", _Blob, nullable=False),
)
"""Lines as they came; `first_line` is the run's number of the first one."""

STEPS_RISE: Final = 1
TIMES_RISE: Final = 2
"""Bits of `point_chunk.rising`: every point's step (time) is greater than that of the one before."""

point_chunk = Table(
    "point_chunk",
    metadata,
    Column("chunk_id", _Key, primary_key=True, autoincrement=True),
    Column("stream_id", BigInteger, nullable=False),
    Column("series_id", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("first_offset", BigInteger, nullable=False),
    Column("last_offset", BigInteger, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("points", Integer, nullable=False),
    Column("rising", SmallInteger, nullable=False),
    Column("step_min", BigInteger, nullable=False),
    Column("step_max", BigInteger, nullable=False),
    Column("time_min", BigInteger, nullable=False),
    Column("time_max", BigInteger, nullable=False),
    Column("received_min", BigInteger, nullable=False),
    Column("received_max", BigInteger, nullable=False),
    Column("directory", _Blob, nullable=True),
    Column("pyramid", _Blob, nullable=True),
    Column("data", _Blob, nullable=False),
    Index("point_chunk_series", "stream_id", "series_id", "first_offset"),
    Index("point_chunk_place", "stream_id", "last_offset"),
    sqlite_autoincrement=True,
)
"""Sealed points: of one series and attempt, or (both 0) of the many that have few, told by the directory.

All chunks of a stream hold lower offsets than all of its batches, and the points of a series lie in its chunks in the
order they were appended. `ordinal` counts the points of the series and attempt before the chunk. The pyramid stands
before the data, whose pages a reader of the pyramid then never visits.
"""

line_chunk = Table(
    "line_chunk",
    metadata,
    Column("stream_id", BigInteger, primary_key=True, autoincrement=False),
    Column("first_line", BigInteger, primary_key=True, autoincrement=False),
    Column("lines", Integer, nullable=False),
    Column("received_min", BigInteger, nullable=False),
    Column("received_max", BigInteger, nullable=False),
    Column("time_min", BigInteger, nullable=False),
    Column("time_max", BigInteger, nullable=False),
    *(Column(name, Integer, nullable=False) for name in LEVEL_COLUMNS),
    Column("codes", _Blob, nullable=False),
    Column("data", _Blob, nullable=False),
)
"""Sealed lines, of any attempts and sources; all chunks of a stream hold lower lines than all of its batches."""

BLOB_COLUMNS: Final = (
    ("point_batch", "data"),
    ("line_batch", "data"),
    ("line_batch", "codes"),
    ("point_chunk", "directory"),
    ("point_chunk", "pyramid"),
    ("point_chunk", "data"),
    ("line_chunk", "codes"),
    ("line_chunk", "data"),
)
"""Columns of bytes that are compressed already."""

sender = Table(
    "sender",
    metadata,
    Column("stream_id", BigInteger, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("source", text_column(100), primary_key=True),
    Column("received", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=True),
)
"""How many lines of a sender are stored, and where it is in what it reads from."""

DELETED: Final = "deleted"
"""The entity of streams whose data is being removed; their owner id is their number."""


@dataclass(frozen=True, slots=True)
class SearchTables:
    """The tables that a search over entities joins.

    A run's latest value of the metric `loss`::

        run JOIN stream ON stream.entity = 'run' AND stream.owner_id = run.id
            JOIN series ON series.name = 'loss' AND series.model_id = '' AND series.dataset_name = ''
                       AND series.dataset_digest = ''
            JOIN latest ON latest.stream_id = stream.stream_id AND latest.series_id = series.series_id

    `latest.value` is NULL for NaN, so `!=` is `(value IS NULL OR value <> ?)`, and presence of a value is presence
    of the row. Points of a model or dataset are in the row of their plain name as well.
    """

    stream: Table
    series: Table
    latest: Table


def search_tables(dialect_name: str) -> SearchTables:
    """Return the tables as a connection to the ledger's database sees them: attached as `telemetry` on SQLite."""
    return _ATTACHED if dialect_name == "sqlite" else SearchTables(stream, series, latest)


def _attached() -> SearchTables:
    attached = MetaData(schema=ATTACHED_AS)
    return SearchTables(*(table.to_metadata(attached, schema=ATTACHED_AS) for table in (stream, series, latest)))


_ATTACHED: Final = _attached()
