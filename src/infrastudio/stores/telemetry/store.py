"""The telemetry store as the rest of the Studio knows it: what every implementation does."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from infrastudio.stores.telemetry.ingest_queue import Listener
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
from infrastudio.stores.telemetry.retention import TelemetryKind
from infrastudio.stores.telemetry.sealing import SealPolicy
from infrastudio.stores.telemetry.values import (
    LineBatch,
    LinesAppended,
    PointBatch,
    PointsAppended,
    SenderState,
    SeriesKey,
    StreamHead,
    StreamKey,
    StreamOwner,
)


class TelemetryReader(Protocol):
    """Reads of telemetry. Plain calls, safe in any thread, one snapshot each; a stream nobody wrote to is empty.

    `received_by` (microseconds since 1970) cuts a read to what had been received at that moment.
    """

    def head(self, key: StreamKey) -> StreamHead:
        """Return how far a stream has come."""
        ...

    def sender(self, key: StreamKey, *, attempt: int = 1, source: str = "") -> SenderState:
        """Return how many lines of a sender are stored, and the position it kept with the last of them."""
        ...

    def names(self, project_id: str, entity: str, *, q: str = "", after: str = "", limit: int = 50) -> list[str]:
        """Return the metric names that a project's streams of one kind have, in order, those that contain `q`."""
        ...

    def series(
        self, key: StreamKey, *, q: str = "", after: str = "", limit: int = 50, variants: bool = False
    ) -> SeriesPage:
        """Return a stream's series with their latest points, in order of their names.

        Args:
            key: The stream.
            q: Only names that contain this text, whatever the case.
            after: Only names behind this one.
            limit: How many at most.
            variants: Also series that name a model or a dataset; then all of a name stand on one page.
        """
        ...

    def latest(
        self,
        entity: str,
        ids: Collection[str],
        names: Collection[str] | None = None,
        *,
        received_by: int | None = None,
    ) -> dict[str, dict[str, LatestValue]]:
        """Return latest values by owner and name, for the asked-for names or for all; who has none is left out."""
        ...

    def ranking(self, entity: str, name: str) -> Ranking | None:
        """Return the order of entities by their latest values of a metric; None where it is not in memory."""
        ...

    @property
    def point_changes(self) -> PointChanges | None:
        """Which streams got points lately; None where others may write unseen."""
        ...

    def latest_of_models(self, model_ids: Collection[str]) -> dict[str, list[tuple[StreamKey, SeriesKey, LatestValue]]]:
        """Return the latest points that name one of these models, by model: one per stream, name and dataset."""
        ...

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
        """Return points of a series by time, step and value, without repeats.

        Without `attempt` all attempts are merged, and a point that two of them have stands once.
        """
        ...

    def points_since(self, key: StreamKey, offset: int, *, limit: int = 1000) -> PointsSince:
        """Return the points that were appended behind number `offset`, at most `limit` of them."""
        ...

    def columns_since(self, key: StreamKey, offset: int, *, limit: int = 1000) -> NumberedColumns:
        """Return the same as columns."""
        ...

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
        """Return series cut to a range and brought down to at most `buckets` rows each.

        Args:
            key: The stream.
            series: Which series; each attempt of each is a slice of its own.
            x: The axis that the range and the buckets are on.
            start: First x of the range; a step, or microseconds.
            end: Last x of the range, included.
            buckets: Rows per slice; a slice with fewer points is answered raw.
            attempts: Whether points that a later attempt overtook are left out.
            origin: With x=relative, the moment that is 0; None: the first time of each series.
            received_by: See the class.
        """
        ...

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
        """Return lines from a number on (included), forward from the first or backward from the last by default.

        With a filter at most about `scan_limit` lines are looked at; the page then says where to go on.
        """
        ...

    def find_lines(
        self,
        key: StreamKey,
        where: LineFilter,
        *,
        from_line: int | None = None,
        scan_limit: int = 250_000,
        received_by: int | None = None,
    ) -> LineHits:
        """Return the numbers of matching lines in the slice that ends with `from_line`, newest slice first."""
        ...

    def line_histogram(
        self,
        key: StreamKey,
        *,
        start: int | None = None,
        end: int | None = None,
        buckets: int = 100,
        received_by: int | None = None,
    ) -> LineHistogram:
        """Count lines over time, by level; without a range over all the time that the stream has lines of."""
        ...

    def space(self, project_id: str) -> dict[StreamKey, StreamSpace]:
        """Return what the streams of a project take; a stream without points and lines is left out."""
        ...

    def digest(self) -> str:
        """Return a sha256 over all points and lines, by stream: equal for equal inputs, whatever their ids."""
        ...


class TelemetryStore(TelemetryReader, Protocol):
    """Reads and writes. What an append's awaitable returned from is durable.

    Appends are called in the event loop and never wait for one another: those of one turn share a commit. They raise
    ValidationFailed and IngestQueueFull at once; a commit that fails fails every append in it.
    """

    def append_points(self, owner: StreamOwner, batch: PointBatch) -> Future[PointsAppended]:
        """Append points; exact repeats are kept and dropped by every read."""
        ...

    def append_point(
        self, owner: StreamOwner, series: str | SeriesKey, *, step: int, time: int, value: float, attempt: int = 1
    ) -> Future[PointsAppended]:
        """Append one point, cheaper than a batch of one."""
        ...

    def append_lines(self, owner: StreamOwner, batch: LineBatch) -> Future[LinesAppended]:
        """Append lines and skip those that are stored already; the future raises LineGap where some are missing."""
        ...

    async def delete_stream(self, key: StreamKey) -> None:
        """Forget all telemetry of an owner: at once for readers, then bit by bit on the disk."""
        ...

    async def seal(self, policy: SealPolicy | None = None) -> int:
        """Turn batches of the streams that are due into chunks, in small steps, and return how many were made.

        No read answers anything else before, during or after it; a call that is cut short anywhere loses nothing.
        """
        ...

    async def expire(self, project_id: str, kind: TelemetryKind, *, received_before: int) -> int:
        """Delete the sealed chunks of a project that are past their time, in small steps; return how many there were.

        Args:
            project_id: The project.
            kind: What is deleted; the other kind stays.
            received_before: Microseconds since 1970. A chunk of which anything was received then or later stays whole,
                and so does what is not sealed.
        """
        ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` in the event loop with the streams that a commit wrote to; call the result to end it."""
        ...

    def close(self) -> None:
        """Commit what waits and let go of everything; appends after it raise TelemetryClosed."""
        ...
