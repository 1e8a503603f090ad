"""Reads of telemetry on every database, through SQLAlchemy Core: one connection and one snapshot per call."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Engine
from typing_extensions import override

from infrastudio.stores.telemetry import line_reads, point_reads, series_reads
from infrastudio.stores.telemetry.digest import digest
from infrastudio.stores.telemetry.point_changes import PointChanges
from infrastudio.stores.telemetry.rankings import Ranking
from infrastudio.stores.telemetry.reads import (
    Attempts,
    Direction,
    HistoryPage,
    HistoryPosition,
    LatestValue,
    LineFilter,
    LineHistogram,
    LineHits,
    LinePage,
    NumberedColumns,
    PointsSince,
    SeriesPage,
    SeriesSlice,
    StreamSpace,
    XAxis,
)
from infrastudio.stores.telemetry.space import space
from infrastudio.stores.telemetry.store import TelemetryReader
from infrastudio.stores.telemetry.values import SenderState, SeriesKey, StreamHead, StreamKey

_ALL = LineFilter()


class DatabaseTelemetryReader(TelemetryReader):
    """Reads through an engine whose transactions are snapshots."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine

    @override
    def head(self, key: StreamKey) -> StreamHead:
        with self._reads.connect() as connection:
            return line_reads.head(connection, key)

    @override
    def sender(self, key: StreamKey, *, attempt: int = 1, source: str = "") -> SenderState:
        with self._reads.connect() as connection:
            return line_reads.sender(connection, key, attempt, source)

    @override
    def names(self, project_id: str, entity: str, *, q: str = "", after: str = "", limit: int = 50) -> list[str]:
        with self._reads.connect() as connection:
            return series_reads.names(connection, project_id, entity, q=q, after=after, limit=limit)

    @override
    def series(
        self, key: StreamKey, *, q: str = "", after: str = "", limit: int = 50, variants: bool = False
    ) -> SeriesPage:
        with self._reads.connect() as connection:
            return series_reads.series(connection, key, q=q, after=after, limit=limit, variants=variants)

    @override
    def latest(
        self,
        entity: str,
        ids: Collection[str],
        names: Collection[str] | None = None,
        *,
        received_by: int | None = None,
    ) -> dict[str, dict[str, LatestValue]]:
        with self._reads.connect() as connection:
            if received_by is None:
                return series_reads.latest(connection, entity, ids, names)
            return series_reads.latest_received_by(connection, entity, ids, names, received_by)

    @override
    def ranking(self, entity: str, name: str) -> Ranking | None:
        return None  # others may write unseen

    @property
    @override
    def point_changes(self) -> PointChanges | None:
        return None  # others may write unseen

    @override
    def latest_of_models(self, model_ids: Collection[str]) -> dict[str, list[tuple[StreamKey, SeriesKey, LatestValue]]]:
        with self._reads.connect() as connection:
            return series_reads.latest_of_models(connection, model_ids)

    @override
    def history(
        self,
        key: StreamKey,
        series: SeriesKey,
        *,
        attempt: int | None = None,
        after: HistoryPosition | None = None,
        limit: int | None = None,
        received_by: int | None = None,
    ) -> HistoryPage:
        with self._reads.connect() as connection:
            return point_reads.history(
                connection, key, series, attempt=attempt, after=after, limit=limit, received_by=received_by
            )

    @override
    def points_since(self, key: StreamKey, offset: int, *, limit: int = 1000) -> PointsSince:
        with self._reads.connect() as connection:
            return point_reads.points_since(connection, key, offset, limit)

    @override
    def columns_since(self, key: StreamKey, offset: int, *, limit: int = 1000) -> NumberedColumns:
        with self._reads.connect() as connection:
            return point_reads.columns_since(connection, key, offset, limit)

    @override
    def slices(
        self,
        key: StreamKey,
        series: Sequence[SeriesKey],
        *,
        x: XAxis = "time",
        start: int | None = None,
        end: int | None = None,
        buckets: int = 1000,
        attempts: Attempts = "last",
        origin: int | None = None,
        received_by: int | None = None,
    ) -> list[SeriesSlice]:
        with self._reads.connect() as connection:
            return point_reads.slices(
                connection,
                key,
                series,
                x=x,
                start=start,
                end=end,
                buckets=buckets,
                attempts=attempts,
                origin=origin,
                received_by=received_by,
            )

    @override
    def lines(
        self,
        key: StreamKey,
        *,
        from_line: int | None = None,
        limit: int = 200,
        direction: Direction = "forward",
        where: LineFilter | None = None,
        scan_limit: int = 1_000_000,
        received_by: int | None = None,
    ) -> LinePage:
        with self._reads.connect() as connection:
            return line_reads.lines(
                connection,
                key,
                from_line=from_line,
                limit=limit,
                direction=direction,
                where=where or _ALL,
                scan_limit=scan_limit,
                received_by=received_by,
            )

    @override
    def find_lines(
        self,
        key: StreamKey,
        where: LineFilter,
        *,
        from_line: int | None = None,
        scan_limit: int = 250_000,
        received_by: int | None = None,
    ) -> LineHits:
        with self._reads.connect() as connection:
            return line_reads.find_lines(
                connection, key, where, from_line=from_line, scan_limit=scan_limit, received_by=received_by
            )

    @override
    def line_histogram(
        self,
        key: StreamKey,
        *,
        start: int | None = None,
        end: int | None = None,
        buckets: int = 100,
        received_by: int | None = None,
    ) -> LineHistogram:
        with self._reads.connect() as connection:
            return line_reads.line_histogram(
                connection, key, start=start, end=end, buckets=buckets, received_by=received_by
            )

    @override
    def space(self, project_id: str) -> dict[StreamKey, StreamSpace]:
        with self._reads.connect() as connection:
            return space(connection, project_id)

    @override
    def digest(self) -> str:
        with self._reads.connect() as connection:
            return digest(connection)

    def close_reads(self) -> None:
        """Close the connections of reads."""
        self._reads.dispose()
