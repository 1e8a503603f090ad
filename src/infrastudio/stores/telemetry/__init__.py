"""Metric points and log lines of runs, replicas and deployments: append-only streams, read in many ways.

`TelemetryStore` is what the rest of the Studio knows; `SqliteTelemetryStore` keeps it in a file of its own,
`SqlTelemetryStore` in PostgreSQL, MariaDB or MySQL.
"""

from infrastudio.stores.telemetry.errors import (
    CorruptTelemetry,
    IngestQueueFull,
    LineGap,
    TelemetryClosed,
    TelemetryInUse,
    TelemetryTooNew,
)
from infrastudio.stores.telemetry.ingest_queue import IngestLimits
from infrastudio.stores.telemetry.log_levels import LEVEL_CODES, LEVEL_NAMES, detect_level, strip_ansi
from infrastudio.stores.telemetry.point_changes import PointChanges
from infrastudio.stores.telemetry.rankings import First, Range, Ranking
from infrastudio.stores.telemetry.reader import DatabaseTelemetryReader
from infrastudio.stores.telemetry.reads import (
    BucketPoints,
    HistoryPage,
    HistoryPosition,
    LatestValue,
    Line,
    LineFilter,
    LineHistogram,
    LineHits,
    LinePage,
    LineSearch,
    NumberedColumns,
    NumberedPoint,
    PointColumns,
    PointsSince,
    RawPoints,
    Resolution,
    SeriesPage,
    SeriesSlice,
    SeriesSummary,
    StreamSpace,
)
from infrastudio.stores.telemetry.retention import TelemetryKind
from infrastudio.stores.telemetry.sealer import Sealer
from infrastudio.stores.telemetry.sealing import SealPolicy
from infrastudio.stores.telemetry.sql_store import SqlTelemetryStore
from infrastudio.stores.telemetry.sqlite_store import FILE_NAME, SqliteTelemetryStore, open_telemetry_file
from infrastudio.stores.telemetry.store import TelemetryReader, TelemetryStore
from infrastudio.stores.telemetry.tables import ATTACHED_AS, SearchTables, search_tables
from infrastudio.stores.telemetry.values import (
    STREAM_NAMES,
    LineBatch,
    LinesAppended,
    Point,
    PointBatch,
    PointsAppended,
    SenderState,
    SeriesKey,
    StreamHead,
    StreamKey,
    StreamOwner,
)

__all__ = [
    "ATTACHED_AS",
    "FILE_NAME",
    "LEVEL_CODES",
    "LEVEL_NAMES",
    "STREAM_NAMES",
    "BucketPoints",
    "CorruptTelemetry",
    "DatabaseTelemetryReader",
    "First",
    "HistoryPage",
    "HistoryPosition",
    "IngestLimits",
    "IngestQueueFull",
    "LatestValue",
    "Line",
    "LineBatch",
    "LineFilter",
    "LineGap",
    "LineHistogram",
    "LineHits",
    "LinePage",
    "LineSearch",
    "LinesAppended",
    "NumberedColumns",
    "NumberedPoint",
    "Point",
    "PointBatch",
    "PointChanges",
    "PointColumns",
    "PointsAppended",
    "PointsSince",
    "Range",
    "Ranking",
    "RawPoints",
    "Resolution",
    "SealPolicy",
    "Sealer",
    "SearchTables",
    "SenderState",
    "SeriesKey",
    "SeriesPage",
    "SeriesSlice",
    "SeriesSummary",
    "SqlTelemetryStore",
    "SqliteTelemetryStore",
    "StreamHead",
    "StreamKey",
    "StreamOwner",
    "StreamSpace",
    "TelemetryClosed",
    "TelemetryInUse",
    "TelemetryKind",
    "TelemetryReader",
    "TelemetryStore",
    "TelemetryTooNew",
    "detect_level",
    "open_telemetry_file",
    "search_tables",
    "strip_ansi",
]
