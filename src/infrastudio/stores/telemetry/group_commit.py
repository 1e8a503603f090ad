"""What a group of ingested items becomes in one transaction, the same on every database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from infrastudio.kernel.errors import StudioError
from infrastudio.stores.telemetry.errors import LineGap
from infrastudio.stores.telemetry.latest import LatestPoint, merge_latest
from infrastudio.stores.telemetry.line_codec import EncodedLines, encode_lines
from infrastudio.stores.telemetry.point_codec import encode_series_ids
from infrastudio.stores.telemetry.values import (
    LineBatch,
    LinesAppended,
    PointsAppended,
    SenderState,
    SeriesKey,
    StreamKey,
    StreamOwner,
)


@dataclass(frozen=True, slots=True)
class PointsItem:
    """Encoded points that wait for their commit."""

    owner: StreamOwner
    attempt: int
    count: int
    series: tuple[SeriesKey, ...]
    data: bytes
    latest: Mapping[SeriesKey, LatestPoint]

    @property
    def names(self) -> Iterable[str]:
        """The names of its series."""
        return (key[0] for key in self.latest)

    @property
    def size_bytes(self) -> int:
        """Roughly the memory it holds."""
        return 500 + len(self.data) + 100 * len(self.latest)


@dataclass(frozen=True, slots=True)
class LinesItem:
    """Encoded lines that wait for their commit; `encoded` is None for a batch that only moves the position."""

    owner: StreamOwner
    batch: LineBatch
    encoded: EncodedLines | None

    @property
    def size_bytes(self) -> int:
        """Roughly the memory it holds: the texts, as sent and as stored."""
        return 500 + (0 if self.encoded is None else 100 * self.encoded.count + 2 * self.encoded.text_bytes)


Item = PointsItem | LinesItem
Outcome = PointsAppended | LinesAppended | StudioError


LatestByStream = dict[int, dict[int, LatestPoint]]
"""Latest points by stream id and series id."""


class SenderKey(NamedTuple):
    """Who sends lines into a stream."""

    stream_id: int
    attempt: int
    source: str


class PointRow(NamedTuple):
    """A row of `point_batch`, in the order of its columns."""

    stream_id: int
    first_offset: int
    points: int
    attempt: int
    received_at: int
    writer: str
    series: bytes
    data: bytes


class LineRow(NamedTuple):
    """A row of `line_batch`, in the order of its columns."""

    stream_id: int
    first_line: int
    lines: int
    attempt: int
    source: str
    received_at: int
    writer: str
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


@dataclass(slots=True)
class Head:
    """A stream's head row, locked, as it is counted on."""

    stream_id: int
    points: int
    lines: int
    received_at: int
    levels: list[int]
    points_grew: bool = False
    lines_grew: bool = False


class WriteTransaction(Protocol):
    """What a group needs of the database. Nothing is seen by others, or kept, before the caller commits."""

    def lock_heads(self, owners: Collection[StreamOwner]) -> dict[StreamKey, Head]:
        """Return the heads of the streams, made where missing, locked in the order of their ids."""
        ...

    def series_ids(self, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, int]:
        """Return the ids of the series, made where missing."""
        ...

    def senders(self, keys: Collection[SenderKey]) -> dict[SenderKey, SenderState]:
        """Return what is stored of the senders that are known."""
        ...

    def insert_points(self, rows: Sequence[PointRow]) -> None:
        """Add batches of points."""
        ...

    def insert_lines(self, rows: Sequence[LineRow]) -> None:
        """Add batches of lines."""
        ...

    def save_heads(self, heads: Sequence[Head]) -> None:
        """Write the heads that grew."""
        ...

    def save_senders(self, senders: Mapping[SenderKey, SenderState]) -> None:
        """Write the states of senders."""
        ...

    def save_latest(self, points: LatestByStream) -> None:
        """Write the points that are later than what is stored."""
        ...


@dataclass(slots=True)
class _Plan:
    """Rows that a group comes to."""

    points: list[PointRow] = field(default_factory=list)
    lines: list[LineRow] = field(default_factory=list)
    senders: dict[SenderKey, SenderState] = field(default_factory=dict)
    latest: LatestByStream = field(default_factory=dict)


def apply_group(tx: WriteTransaction, items: Sequence[Item], *, now: int, writer: str) -> list[Outcome]:
    """Write all items of a group, in order, and return for each what is acknowledged or why it is refused.

    A refused item leaves no trace; the others are not touched by it. Any other failure is raised, and the caller
    rolls back.

    Args:
        tx: An open transaction.
        items: What waits, in the order of its arrival.
        now: Microseconds since 1970; a stream's batches are never received before one another.
        writer: Who writes, kept with every batch.
    """
    series = tx.series_ids(_series_of(items))
    heads = tx.lock_heads({item.owner for item in items})
    known = tx.senders(_senders_of(items, heads))
    plan = _Plan()
    outcomes: list[Outcome] = []
    for item in items:
        head = heads[item.owner.key]
        received_at = max(now, head.received_at)
        if isinstance(item, PointsItem):
            outcomes.append(_add_points(plan, item, head, series, received_at, writer))
        else:
            outcomes.append(_add_lines(plan, item, head, known, received_at, writer))
    _write(tx, plan, heads.values())
    return outcomes


def _series_of(items: Iterable[Item]) -> set[SeriesKey]:
    return {key for item in items if isinstance(item, PointsItem) for key in item.latest}


def _senders_of(items: Iterable[Item], heads: Mapping[StreamKey, Head]) -> set[SenderKey]:
    return {_sender_key(item, heads[item.owner.key]) for item in items if isinstance(item, LinesItem)}


def _sender_key(item: LinesItem, head: Head) -> SenderKey:
    return SenderKey(head.stream_id, item.batch.attempt, item.batch.source)


def _add_points(
    plan: _Plan, item: PointsItem, head: Head, series: Mapping[SeriesKey, int], received_at: int, writer: str
) -> PointsAppended:
    first = head.points
    ids = encode_series_ids([series[key] for key in item.series])
    row = PointRow(head.stream_id, first, item.count, item.attempt, received_at, writer, ids, item.data)
    plan.points.append(row)
    head.points += item.count
    head.received_at = received_at
    head.points_grew = True
    latest = dict(zip(map(series.__getitem__, item.latest), item.latest.values(), strict=True))
    if plan.latest.setdefault(head.stream_id, latest) is not latest:
        merge_latest(plan.latest[head.stream_id], latest)
    return PointsAppended(first + 1, item.count)


def _add_lines(
    plan: _Plan,
    item: LinesItem,
    head: Head,
    known: dict[SenderKey, SenderState],
    received_at: int,
    writer: str,
) -> LinesAppended | LineGap:
    batch, encoded = item.batch, item.encoded
    sender = _sender_key(item, head)
    state = known.get(sender, SenderState())
    expected = state.received + 1
    if batch.first > expected:
        return LineGap(attempt=batch.attempt, source=batch.source, expected=expected, first=batch.first)
    stored = expected - batch.first
    if stored and stored >= len(batch.texts):
        return LinesAppended(head.lines + 1, 0)
    if stored:
        batch = batch.without_first(stored)
        encoded = encode_lines(batch)
    first_line = head.lines + 1
    if encoded is not None:
        plan.lines.append(_line_row(head, batch, encoded, received_at, writer))
        head.lines += encoded.count
        head.levels = [old + new for old, new in zip(head.levels, encoded.levels, strict=True)]
        head.received_at = received_at
        head.lines_grew = True
    position = state.position if batch.position is None else batch.position
    known[sender] = plan.senders[sender] = SenderState(state.received + len(batch.texts), position)
    return LinesAppended(first_line, len(batch.texts))


def _line_row(head: Head, batch: LineBatch, encoded: EncodedLines, received_at: int, writer: str) -> LineRow:
    plain, debug, info, warning, error, critical = encoded.levels
    return LineRow(
        stream_id=head.stream_id,
        first_line=head.lines + 1,
        lines=encoded.count,
        attempt=batch.attempt,
        source=batch.source,
        received_at=received_at,
        writer=writer,
        time_min=encoded.time_min,
        time_max=encoded.time_max,
        lines_plain=plain,
        lines_debug=debug,
        lines_info=info,
        lines_warning=warning,
        lines_error=error,
        lines_critical=critical,
        codes=encoded.codes,
        data=encoded.text,
    )


def _write(tx: WriteTransaction, plan: _Plan, heads: Iterable[Head]) -> None:
    if plan.points:
        tx.insert_points(plan.points)
    if plan.lines:
        tx.insert_lines(plan.lines)
    grown = [head for head in heads if head.points_grew or head.lines_grew]
    if grown:
        tx.save_heads(grown)
    if plan.senders:
        tx.save_senders(plan.senders)
    if plan.latest:
        tx.save_latest(plan.latest)
