"""Sealing changes no answer: every read is asked before, during and after it, and compared."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.telemetry.support import Backend, SqliteBackend, Telemetry, a_run, opened, seal, small_chunks
from infrastudio.kernel.clock import to_micros
from infrastudio.stores.telemetry import (
    BucketPoints,
    LineBatch,
    LineFilter,
    LineSearch,
    PointBatch,
    SealPolicy,
    SeriesKey,
    StreamOwner,
    seal_points,
)

LOSS, ACC, OF_MODEL = SeriesKey("loss"), SeriesKey("acc"), SeriesKey("loss", "m-1")


def plain(value: Any) -> Any:
    """Return an answer as values that can be compared to the bit."""
    if isinstance(value, np.ndarray):
        return [struct.pack("<d", v) for v in value.tolist()] if value.dtype.kind == "f" else value.tolist()
    if isinstance(value, float):
        return struct.pack("<d", value + 0.0)  # latest values lie in a table, where SQLite keeps no sign of a zero
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if is_dataclass(value):
        # Means depend on the order in which they are added up; the test of drawings looks at them.
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.name != "means"}
    return value


def answers(telemetry: Telemetry, owner: StreamOwner, moments: list[int]) -> dict[str, Any]:
    """Return what every read says."""
    store, key = telemetry.store, owner.key
    searches = [LineSearch("a"), LineSearch("1"), LineSearch("T1"), LineSearch("^2026.*a", regex=True)]
    wheres = [
        LineFilter(),
        LineFilter(levels=frozenset({"error", None})),
        LineFilter(attempt=2),
        LineFilter(source="rank1", start=3, end=9),
        *(LineFilter(search=search) for search in searches),
    ]
    found: dict[str, Any] = {"digest": store.digest(), "head": store.head(key), "series": store.series(key)}
    for moment in (None, *moments):
        for series in (LOSS, ACC, OF_MODEL):
            for attempt in (None, 1, 2):
                history = store.history(key, series, attempt=attempt, received_by=moment)
                found[f"history {series} {attempt} {moment}"] = history
        for x in ("step", "time", "relative"):
            for start, end in ((None, None), (3, 700)):
                for attempts in ("last", "all"):
                    found[f"slices {x} {start} {attempts} {moment}"] = store.slices(
                        key, [LOSS, ACC], x=x, start=start, end=end, buckets=2, attempts=attempts, received_by=moment
                    )
        found[f"latest {moment}"] = store.latest("run", [owner.id], received_by=moment)
        for number, where in enumerate(wheres):
            for direction in ("forward", "backward"):
                found[f"lines {number} {direction} {moment}"] = store.lines(
                    key, where=where, direction=direction, limit=5, received_by=moment
                )
            found[f"hits {number} {moment}"] = store.find_lines(key, where, received_by=moment)
        found[f"histogram {moment}"] = store.line_histogram(key, buckets=3, received_by=moment)
        found[f"histogram of a part {moment}"] = store.line_histogram(
            key, start=2, end=8, buckets=3, received_by=moment
        )
    head = store.head(key).points
    for offset in (0, 1, head // 2, head - 1):
        found[f"since {offset}"] = store.points_since(key, offset, limit=11)
    return {name: plain(answer) for name, answer in found.items()}


special = st.sampled_from([0.0, -0.0, 1.5, math.nan, math.inf, -math.inf, 0.1, 1e300, 3.25])
places = st.one_of(st.integers(0, 900), st.sampled_from([-(2**63), 2**63 - 1]))
scattered = st.tuples(
    st.sampled_from([LOSS, ACC, OF_MODEL, SeriesKey("few")]),
    st.lists(st.tuples(places, places, special), min_size=1, max_size=12),
    st.integers(1, 2),
)
rising = st.tuples(st.just(LOSS), st.integers(100, 700), st.integers(1, 2))
line = st.one_of(
    st.text("abT1ß\x1b ", max_size=5),
    st.builds("2026-11-2{} 1{}:00:00,{:03d} {}".format, *[st.integers(0, 9)] * 3, st.text("aE1", max_size=3)),
    st.just("2026-11-20T10:00:00 ERROR a"),
)
told = st.tuples(
    st.lists(st.tuples(line, st.integers(0, 10)), min_size=1, max_size=9), st.integers(1, 2), st.booleans()
)
acts = st.lists(st.one_of(scattered, rising, told, st.sampled_from(["seal", "wait"])), max_size=14)


class Logger:
    """Appends what a test drew to two stores, of which one is sealed; each sender counts its own lines."""

    def __init__(self, telemetry: Telemetry, unsealed: Telemetry) -> None:
        self.telemetry, self.unsealed, self.owner = telemetry, unsealed, a_run()
        self.moments: list[int] = []
        self.sent: dict[tuple[int, str], int] = {}
        self.step = 0

    def act(self, drawn: Any) -> None:
        if drawn == "seal":
            seal(self.telemetry)
        elif drawn == "wait":
            self.moments = [*self.moments[-1:], to_micros(self.telemetry.clock.now())]
            self.telemetry.clock.advance(1)
            self.unsealed.clock.advance(1)
        elif isinstance(drawn[0], list):
            self.tell(*drawn)
        else:
            self.log(*drawn)

    def log(self, series: SeriesKey, points: Any, attempt: int) -> None:
        if isinstance(points, int):
            points = [(step, 1000 + 3 * step, math.sin(step)) for step in range(self.step, self.step + points)]
            self.step += len(points)
        steps, times, values = zip(*points, strict=True)
        batch = PointBatch.from_columns([series] * len(steps), steps, times, values, attempt=attempt)
        for each in (self.telemetry, self.unsealed):
            each.run(partial(each.store.append_points, self.owner, batch))

    def tell(self, lines: list[tuple[str, int]], attempt: int, is_rank: bool) -> None:
        source = "rank1" if is_rank else ""
        first = self.sent.get((attempt, source), 0) + 1
        texts, times = zip(*lines, strict=True)
        batch = LineBatch(first, texts, times, attempt=attempt, source=source)
        for each in (self.telemetry, self.unsealed):
            each.run(partial(each.store.append_lines, self.owner, batch))
        self.sent[attempt, source] = first + len(lines) - 1

    def compare(self) -> None:
        """Ask both stores everything, then seal what is left and ask the one that is sealed again."""
        expected = answers(self.unsealed, self.owner, self.moments)
        for _ in range(2):
            found = answers(self.telemetry, self.owner, self.moments)
            assert expected.keys() == found.keys()
            differing = {name for name in expected if expected[name] != found[name]}
            assert differing == set()
            seal(self.telemetry)


@pytest.fixture(scope="module")
def unsealed(telemetry: Telemetry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telemetry]:
    """A store that is told the same and never sealed."""
    with opened(SqliteBackend(tmp_path_factory.mktemp("unsealed") / "telemetry.db")) as unsealed:
        yield unsealed


@settings(max_examples=12)
@given(drawn=acts)
def test_no_answer_tells_what_is_sealed(telemetry: Telemetry, unsealed: Telemetry, drawn: list[Any]) -> None:
    """Sealed at random moments, and at the end, a store answers all as one that never was."""
    logger = Logger(telemetry, unsealed)
    with small_chunks():
        for act in drawn:
            logger.act(act)
        logger.compare()


def test_a_chunk_is_not_merged_with_what_came_behind_other_points_of_its_series(
    telemetry: Telemetry, unsealed: Telemetry
) -> None:
    """Points that went into a full chunk of many series stay between those before and those behind them."""
    logger = Logger(telemetry, unsealed)
    with small_chunks():
        logger.log(LOSS, 500, 1)
        seal(telemetry)
        logger.log(LOSS, 3, 1)
        for name in range(8):
            logger.log(SeriesKey(f"few {name}"), [(1, 1, 0.5)] * 3, 1)
        seal(telemetry)
        logger.log(LOSS, 400, 1)
        logger.compare()
        logger.log(LOSS, 300, 1)
        logger.compare()


def test_a_stream_is_sealed_when_it_has_many_batches_or_has_been_quiet(backend: Backend) -> None:
    policy = SealPolicy(batches=3, quiet_s=60)
    with opened(backend) as telemetry:
        busy, quiet = a_run(), a_run()
        point = PointBatch.from_columns(["loss"], [1], [1], [0.5])
        for owner in (busy, busy, busy, quiet):
            telemetry.run(partial(telemetry.store.append_points, owner, point))
        telemetry.run(partial(telemetry.store.append_lines, quiet, LineBatch(1, ["a"], [1])))
        assert telemetry.run(partial(telemetry.store.seal, policy)) == 1
        assert backend.execute("SELECT count(*) FROM point_batch") == [(1,)]
        assert telemetry.run(partial(telemetry.store.seal, policy)) == 0
        telemetry.clock.advance(61)
        assert telemetry.run(partial(telemetry.store.seal, policy)) == 2
        assert backend.execute("SELECT (SELECT count(*) FROM point_batch), (SELECT count(*) FROM line_batch)") == [
            (0, 0)
        ]


def test_a_stream_with_damaged_rows_stays_unsealed_and_keeps_no_other_from_it(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(backend) as telemetry:
        damaged, whole = a_run(), a_run()
        for owner in (damaged, whole):
            batch = PointBatch.from_columns(["loss"] * 300, range(300), range(300), [0.5] * 300)
            telemetry.run(partial(telemetry.store.append_points, owner, batch))
        cut = "substr(data, 1, 40)" if isinstance(backend, SqliteBackend) else "substring(data from 1 for 40)"
        first = "(SELECT min(stream_id) FROM stream)"
        backend.execute(f"UPDATE point_batch SET data = {cut} WHERE stream_id = {first}")
        assert seal(telemetry) == 1
        assert backend.execute("SELECT count(*) FROM point_batch") == [(1,)]
        assert len(telemetry.store.history(whole.key, LOSS).points) == 300
    assert "stays unsealed" in caplog.text


def test_a_deleted_stream_takes_its_chunks_along(backend: Backend) -> None:
    with opened(backend) as telemetry:
        logger = Logger(telemetry, telemetry)
        logger.log(LOSS, 300, 1)
        logger.tell([("a", 1)], 1, is_rank=False)
        seal(telemetry)
        telemetry.run(partial(telemetry.store.delete_stream, logger.owner.key))
        assert backend.execute("SELECT (SELECT count(*) FROM point_chunk), (SELECT count(*) FROM line_chunk)") == [
            (0, 0)
        ]
        assert telemetry.store.head(logger.owner.key).points == 0


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(600, 3000),
    buckets=st.integers(1, 3),
    cut=st.tuples(st.integers(0, 9000), st.integers(0, 9000)),
    x=st.sampled_from(["step", "time", "relative"]),
)
def test_a_drawing_from_the_pyramid_hides_no_extreme(
    sealed_file: Telemetry, seed: int, size: int, buckets: int, cut: tuple[int, int], x: Any
) -> None:
    """Each row stands for the points from its first one to the next row's, to the bit; between them are all."""
    draw = np.random.default_rng(seed)
    values = (
        draw.choice([draw.normal(), 1e308, -1e308, math.nan, math.inf, 3.0], size)
        if seed % 2
        else draw.normal(size=size)
    )
    steps = np.cumsum(draw.integers(1, 4, size))
    owner, store = a_run(), sealed_file.store
    for part in np.array_split(np.arange(size), 5):
        columns = (steps[part].tolist(), (7 + steps[part]).tolist(), values[part].tolist())
        batch = PointBatch.from_columns(["loss"] * len(part), *columns)
        sealed_file.run(partial(store.append_points, owner, batch))
        if draw.random() < 0.5:
            seal(sealed_file)
    low, high = sorted(cut) if seed % 3 else (0, 10_000)
    shift = {"step": 0, "time": 7, "relative": 7 - int(steps[0]) - 7}[x]
    inside = (steps + shift >= low) & (steps + shift <= high)
    found = store.slices(owner.key, [LOSS], x=x, start=low, end=high, buckets=buckets)
    assert bool(found) == bool(inside.any())
    if not found or not isinstance(found[0].points, BucketPoints):
        return
    rows = found[0].points
    assert len(rows.steps) <= buckets
    assert int(rows.counts.sum()) == int(inside.sum())
    ends = [*rows.steps.tolist()[1:], 2**62]
    for place, (first, end) in enumerate(zip(rows.steps.tolist(), ends, strict=True)):
        mine = values[inside & (steps >= first) & (steps < end)]
        numbers = mine[~np.isnan(mine)]
        finite = mine[np.isfinite(mine)]
        assert len(mine) == rows.counts[place]
        assert plain(rows.first[place : place + 1]) == plain(mine[:1])
        assert plain(rows.last[place : place + 1]) == plain(mine[-1:])
        assert rows.minima[place] == min(numbers) if len(numbers) else math.isnan(rows.minima[place])
        assert rows.maxima[place] == max(numbers) if len(numbers) else math.isnan(rows.maxima[place])
        mean = math.fsum(finite / len(finite)) if len(finite) else math.nan
        assert rows.means[place] == pytest.approx(mean, rel=1e-9, abs=1e-9 * max(abs(finite), default=0), nan_ok=True)


@pytest.fixture(scope="module")
def sealed_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telemetry]:
    """A file in which small chunks have pyramids, so that drawings meet many of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seal_points, "CHUNK_POINTS", 512)
        patch.setattr(seal_points, "PYRAMID_POINTS", 100)
        with opened(SqliteBackend(tmp_path_factory.mktemp("sealed") / "telemetry.db")) as sealed_file:
            yield sealed_file


def test_the_space_of_streams_counts_what_is_held_and_shrinks_when_sealed(backend: Backend) -> None:
    with opened(backend) as telemetry:
        logger = Logger(telemetry, telemetry)
        for place in range(20):
            logger.log(LOSS, 100, 1)
            logger.sent[1, ""] = place
            lines = LineBatch(place + 1, ["2026-11-20 10:00:00,000 INFO step"], [place])
            telemetry.run(partial(telemetry.store.append_lines, logger.owner, lines))
        before = telemetry.store.space("default")[logger.owner.key]
        assert (before.points, before.lines) == (telemetry.store.head(logger.owner.key).points, 20)
        seal(telemetry)
        after = telemetry.store.space("default")[logger.owner.key]
        assert (after.points, after.lines) == (before.points, before.lines)
        assert after.line_bytes < before.line_bytes
        assert 0 < after.point_bytes < before.point_bytes
        assert telemetry.store.space("other") == {}
