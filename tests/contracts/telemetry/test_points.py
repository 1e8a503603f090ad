"""Points come back as they were sent, whatever the batches, on every implementation."""

from __future__ import annotations

import math
import struct
import sys
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.telemetry.support import Telemetry, a_run, seal, small_chunks
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores.telemetry import (
    BucketPoints,
    HistoryPosition,
    Point,
    PointBatch,
    PointColumns,
    RawPoints,
    SeriesKey,
    StreamKey,
    StreamOwner,
)

LOWEST, HIGHEST = -(2**63), 2**63 - 1
LOSS = SeriesKey("loss")


class Sent(NamedTuple):
    """A point as a test remembers it."""

    series: SeriesKey
    attempt: int
    step: int
    time: int
    value: float


def log(telemetry: Telemetry, owner: StreamOwner, *points: Point, attempt: int = 1) -> None:
    telemetry.run(lambda: telemetry.store.append_points(owner, PointBatch.of(points, attempt=attempt)))


def rows(points: PointColumns) -> list[tuple[int, int, float, int]]:
    columns = (points.times, points.steps, points.values, points.attempts)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def order(point: Sent) -> tuple[Any, ...]:
    is_number = not math.isnan(point.value)
    return (point.time, point.step, is_number, point.value if is_number else 0.0)


def latest_order(point: Sent) -> tuple[Any, ...]:
    is_number = not math.isnan(point.value)
    return (point.step, point.time, is_number, point.value if is_number else 0.0, point.attempt)


keys = st.sampled_from(
    [LOSS, SeriesKey("acc"), SeriesKey("loss", "m-1"), SeriesKey("loss", "m-1", "d", "1"), SeriesKey("Größe ✓")]
)
numbers = st.one_of(st.integers(0, 6), st.sampled_from([LOWEST, -1, HIGHEST]), st.integers(LOWEST, HIGHEST))
values = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf, -math.inf, struct.unpack("<d", b"\1" * 6 + b"\xf8\x7f")[0]]),
    st.floats(),
)
points = st.builds(Sent, keys, st.integers(1, 3), numbers, numbers, values)


groups = st.lists(st.lists(points, min_size=1, max_size=30), min_size=1, max_size=3)


@settings(max_examples=30)
@given(sendings=st.lists(st.tuples(groups, st.booleans(), st.booleans()), max_size=4))
def test_what_is_appended_comes_back_exactly(
    telemetry: Telemetry, sendings: list[tuple[list[list[Sent]], bool, bool]]
) -> None:
    """In any batching, grouping and sealing, with repeats, NaN, infinities, extremes, steps out of order, attempts."""
    owner = a_run()
    sent: list[Sent] = []
    with small_chunks():
        for group, is_sent_again, is_sealed in sendings:
            batches = [[p._replace(attempt=batch[0].attempt) for p in batch] for batch in group]
            sent += send(telemetry, owner, batches, len(sent))
            if is_sent_again:
                sent += send(telemetry, owner, batches, len(sent))
            if is_sealed:
                seal(telemetry)
    assert numbered(telemetry, owner) == [(i, *p[:4], bits(p.value)) for i, p in enumerate(sent, 1)]
    for key in {p.series for p in sent} | {LOSS}:
        mine = [p for p in sent if p.series == key or (key.is_plain and p.series.name == key.name)]
        assert_history(telemetry, owner, key, mine)
        assert_latest(telemetry, owner, key, mine)


def send(telemetry: Telemetry, owner: StreamOwner, batches: list[list[Sent]], before: int) -> list[Sent]:
    """Append batches in one turn, behind `before` points, and return their points."""
    acts = []
    for batch in batches:
        made = PointBatch.of([Point(p.series, p.step, p.time, p.value) for p in batch], attempt=batch[0].attempt)
        acts.append(partial(telemetry.store.append_points, owner, made))
    for batch, appended in zip(batches, telemetry.together(*acts), strict=True):
        assert (appended.first, appended.count) == (before + 1, len(batch))
        before += len(batch)
    return [point for batch in batches for point in batch]


def numbered(telemetry: Telemetry, owner: StreamOwner) -> list[tuple[Any, ...]]:
    """All points of a stream, read in small pages by offset."""
    found: list[tuple[Any, ...]] = []
    while True:
        page = telemetry.store.points_since(owner.key, len(found), limit=7)
        found += [(p.number, p.series, p.attempt, p.step, p.time, bits(p.value)) for p in page.points]
        if len(page.points) < 7:
            assert page.head == len(found)
            return found


def assert_history(telemetry: Telemetry, owner: StreamOwner, key: SeriesKey, mine: list[Sent]) -> None:
    """By time, step, value; of repeats the first one stays, with its bits."""
    expected: dict[tuple[Any, ...], Sent] = {}
    for point in mine:
        expected.setdefault(order(point), point)
    wanted = [(*place[:2], bits(expected[place].value)) for place in sorted(expected)]
    after, seen = None, []
    while True:
        page = telemetry.store.history(owner.key, key, after=after, limit=9)
        seen += [(time, step, bits(value)) for time, step, value, _ in rows(page.points)]
        after = page.next
        if after is None:
            break
    assert seen == wanted
    for attempt in {p.attempt for p in mine}:
        alone = telemetry.store.history(owner.key, key, attempt=attempt).points
        assert len(alone) == len({order(p) for p in mine if p.attempt == attempt})


def assert_latest(telemetry: Telemetry, owner: StreamOwner, key: SeriesKey, mine: list[Sent]) -> None:
    """The greatest (step, time, value), NaN below every number."""
    page = telemetry.store.series(owner.key, variants=True)
    found = {item.key: item.latest for item in page.items}
    if not mine:
        assert key not in found
        return
    best = max(mine, key=latest_order)
    got = found[key]
    assert (got.step, got.time, got.attempt) == (best.step, best.time, best.attempt)
    kept = {best.value} if abs(best.value) != sys.float_info.max else {best.value, math.nextafter(best.value, 0)}
    assert got.value in kept or (math.isnan(got.value) and math.isnan(best.value))


def test_repeats_are_dropped_by_reads_and_kept_by_the_numbered_stream(telemetry: Telemetry) -> None:
    owner = a_run()
    point = Point("loss", 1, 5, math.nan)
    log(telemetry, owner, point, point)
    log(telemetry, owner, point)
    assert len(telemetry.store.history(owner.key, LOSS).points) == 1
    assert telemetry.store.points_since(owner.key, 0).head == 3
    seal(telemetry)
    assert len(telemetry.store.history(owner.key, LOSS).points) == 1
    assert [point.number for point in telemetry.store.points_since(owner.key, 0).points] == [1, 2, 3]


def test_a_single_point_is_the_same_as_a_batch_of_one(telemetry: Telemetry) -> None:
    owner, other = a_run(), a_run()
    key = SeriesKey("loss", "m-7", "data", "abc")
    telemetry.run(lambda: telemetry.store.append_point(owner, key, step=-3, time=9, value=-math.inf, attempt=2))
    log(telemetry, other, Point(key, -3, 9, -math.inf), attempt=2)
    assert telemetry.store.points_since(owner.key, 0) == telemetry.store.points_since(other.key, 0)
    latest = telemetry.store.latest("run", [owner.id, other.id])
    assert latest[owner.id] == latest[other.id] == {"loss": (-3, 9, -math.inf, 2)}


def test_streams_that_nobody_wrote_to_are_empty(telemetry: Telemetry) -> None:
    key = a_run().key
    assert telemetry.store.head(key).points == 0
    assert len(telemetry.store.history(key, LOSS).points) == 0
    assert telemetry.store.slices(key, [LOSS]) == []
    assert telemetry.store.series(key).items == ()
    assert telemetry.store.points_since(key, 0).points == ()


def test_latest_values_of_many_runs_name_only_the_asked_for_columns(telemetry: Telemetry) -> None:
    runs = [a_run() for _ in range(3)]
    for place, owner in enumerate(runs):
        log(telemetry, owner, Point("loss", 1, 1, float(place)), Point("acc", 1, 1, 0.5), Point("lr", 1, 1, 0.1))
    found = telemetry.store.latest("run", [owner.id for owner in runs] + ["unknown"], ["loss", "acc"])
    assert {owner: set(names) for owner, names in found.items()} == {owner.id: {"loss", "acc"} for owner in runs}
    assert [found[owner.id]["loss"].value for owner in runs] == [0.0, 1.0, 2.0]


def test_series_are_paged_by_name_and_found_by_part_whatever_the_case(telemetry: Telemetry) -> None:
    owner = a_run()
    names = ["Val/Loss", "acc", "loss", "train/LOSS", "100%_x", "größe"]
    log(telemetry, owner, *(Point(name, 1, 1, 1.0) for name in names))
    store, seen, after = telemetry.store, [], ""
    while True:
        page = store.series(owner.key, after=after, limit=2)
        assert page.total == len(names)
        seen += [item.key.name for item in page.items]
        if page.next_after is None:
            break
        after = page.next_after
    assert seen == sorted(names)
    assert [i.key.name for i in store.series(owner.key, q="loss").items] == ["Val/Loss", "loss", "train/LOSS"]
    assert [i.key.name for i in store.series(owner.key, q="%_").items] == ["100%_x"]
    assert [i.key.name for i in store.series(owner.key, q="grösse").items] == ["größe"]
    assert [i.key.name for i in store.series(owner.key, q="GRÖẞE").items] == ["größe"]


def test_names_of_a_project_are_those_its_runs_have(telemetry: Telemetry) -> None:
    log(telemetry, a_run("vision"), Point("iou", 1, 1, 1.0), Point("map", 1, 1, 1.0))
    log(telemetry, a_run("speech"), Point("wer", 1, 1, 1.0))
    assert telemetry.store.names("vision", "run") == ["iou", "map"]
    assert telemetry.store.names("vision", "run", q="AP") == ["map"]
    assert telemetry.store.names("vision", "replica") == []


def test_points_of_a_model_are_found_by_the_model(telemetry: Telemetry) -> None:
    one, two = a_run(), a_run()
    model = f"m-{one.id}"
    log(
        telemetry,
        one,
        Point(SeriesKey("acc", model, "d", "1"), 1, 1, 0.5),
        Point(SeriesKey("acc", model, "d", "1"), 2, 2, 0.7),
    )
    log(telemetry, two, Point(SeriesKey("acc", model), 1, 1, 0.9))
    found = telemetry.store.latest_of_models([model, "m-unknown"])
    assert {(stream.id, key.dataset_name, value.value) for stream, key, value in found[model]} == {
        (one.id, "d", 0.7),
        (two.id, "", 0.9),
    }
    assert set(found) == {model}


def test_reads_as_of_a_moment_leave_out_what_was_received_later(telemetry: Telemetry) -> None:
    owner = a_run()
    log(telemetry, owner, Point("loss", 5, 5, 0.5))
    then = to_micros(telemetry.clock.now())
    telemetry.clock.advance(10)
    log(telemetry, owner, Point("loss", 9, 9, 0.1), Point("acc", 1, 1, 1.0))
    store = telemetry.store
    assert rows(store.history(owner.key, LOSS, received_by=then).points) == [(5, 5, 0.5, 1)]
    assert store.latest("run", [owner.id], received_by=then) == {owner.id: {"loss": (5, 5, 0.5, 1)}}
    assert store.latest("run", [owner.id], received_by=then - 1) == {}
    (slice_then,) = store.slices(owner.key, [LOSS, SeriesKey("acc")], received_by=then)
    assert slice_then.points.steps.tolist() == [5]


def test_the_default_view_shows_the_last_attempt_and_keeps_attempts_apart(telemetry: Telemetry) -> None:
    owner = a_run()
    log(telemetry, owner, *(Point("loss", step, step, 1.0) for step in range(6)))
    log(telemetry, owner, *(Point("loss", step, 10 + step, 2.0) for step in (4, 5, 6)), attempt=2)
    shown = telemetry.store.slices(owner.key, [LOSS], x="step")
    assert [(s.attempt, s.points.steps.tolist()) for s in shown] == [(1, [0, 1, 2, 3]), (2, [4, 5, 6])]
    everything = telemetry.store.slices(owner.key, [LOSS], x="step", attempts="all")
    assert [(s.attempt, len(s.points.steps)) for s in everything] == [(1, 6), (2, 3)]
    late = telemetry.store.slices(owner.key, [LOSS], x="step", start=5)
    assert [(s.attempt, s.points.steps.tolist()) for s in late] == [(2, [5, 6])]


def test_a_range_is_cut_before_it_is_brought_down_to_buckets(telemetry: Telemetry) -> None:
    owner = a_run()
    log(telemetry, owner, *(Point("loss", step, 1_000 + step * 10, float(step)) for step in range(100)))
    (whole,) = telemetry.store.slices(owner.key, [LOSS], x="step", buckets=10)
    assert (whole.resolution.kind, whole.resolution.width) == ("bucket", 10)
    assert isinstance(whole.points, BucketPoints)
    assert whole.points.first.tolist() == [float(n) for n in range(0, 100, 10)]
    assert whole.points.maxima.tolist() == [float(n) for n in range(9, 100, 10)]
    (part,) = telemetry.store.slices(owner.key, [LOSS], x="time", start=1_200, end=1_290, buckets=10)
    assert (part.resolution.kind, part.points.steps.tolist()) == ("raw", list(range(20, 30)))
    assert isinstance(part.points, RawPoints)
    (relative,) = telemetry.store.slices(owner.key, [LOSS], x="relative", start=0, end=50)
    assert relative.points.steps.tolist() == [0, 1, 2, 3, 4, 5]


def test_listeners_hear_of_streams_after_their_commit(telemetry: Telemetry) -> None:
    owner = a_run()
    heard: list[tuple[frozenset[StreamKey], int]] = []
    stop = telemetry.store.subscribe(lambda streams: heard.append((streams, telemetry.store.head(owner.key).points)))
    log(telemetry, owner, Point("loss", 1, 1, 1.0), Point("loss", 2, 2, 1.0))
    stop()
    log(telemetry, owner, Point("loss", 3, 3, 1.0))
    assert heard == [(frozenset({owner.key}), 2)]


def test_what_cannot_be_stored_is_refused_and_names_the_part(telemetry: Telemetry) -> None:
    owner = a_run()
    columns: dict[str, tuple[list[str], list[Any], list[Any], list[Any]]] = {
        "name": ([""], [1], [1], [1.0]),
        "steps": (["x"], [2**63], [1], [1.0]),
        "times": (["x"], [1], [1.5], [1.0]),
        "values": (["x"], [1], [1], ["1"]),
    }
    for path, wrong in columns.items():
        with pytest.raises(ValidationFailed) as refused:
            PointBatch.from_columns(*wrong)
        assert refused.value.problems[0].path == path
    with pytest.raises(ValidationFailed, match="NUL"):
        telemetry.run(lambda: telemetry.store.append_point(owner, "a\0b", step=1, time=1, value=1.0))
    with pytest.raises(ValidationFailed, match="step"):
        telemetry.run(lambda: telemetry.store.append_point(owner, "a", step=2**63, time=1, value=1.0))
    assert telemetry.store.head(owner.key).points == 0


def test_a_history_goes_on_behind_a_position_although_older_points_arrive(telemetry: Telemetry) -> None:
    owner = a_run()
    log(telemetry, owner, *(Point("loss", step, step, 1.0) for step in range(10)))
    page = telemetry.store.history(owner.key, LOSS, limit=5)
    assert page.next == HistoryPosition(4, 4, True, 1.0)
    log(telemetry, owner, Point("loss", 0, 2, 9.0))
    rest = telemetry.store.history(owner.key, LOSS, after=page.next)
    assert rest.points.steps.tolist() == [5, 6, 7, 8, 9]
