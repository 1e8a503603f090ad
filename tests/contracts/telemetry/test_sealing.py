"""Sealing changes no answer: every read is asked before, during and after it, and compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.telemetry.random_logs import LOSS, Logger, acts, plain
from contracts.telemetry.support import Backend, SqliteBackend, Telemetry, a_run, opened, seal, small_chunks
from infrastudio.stores.telemetry import (
    BucketPoints,
    LineBatch,
    PointBatch,
    SealPolicy,
    SeriesKey,
    seal_points,
)


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
        logger = Logger(telemetry)
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
        logger = Logger(telemetry)
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
