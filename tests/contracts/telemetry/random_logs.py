"""What tests log at random, and what every read then says."""

from __future__ import annotations

import math
import struct
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st

from contracts.telemetry.support import Telemetry, a_run, seal
from infrastudio.kernel.clock import to_micros
from infrastudio.stores.telemetry import (
    LineBatch,
    LineFilter,
    LineSearch,
    PointBatch,
    SeriesKey,
    StreamOwner,
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
    """Appends what a test drew to a store that is sealed, and to one that never is; senders count their own lines."""

    def __init__(self, telemetry: Telemetry, unsealed: Telemetry | None = None) -> None:
        self.telemetry, self.owner = telemetry, a_run()
        self.stores = [telemetry] if unsealed is None else [telemetry, unsealed]
        self.moments: list[int] = []
        self.sent: dict[tuple[int, str], int] = {}
        self.step = 0

    def act(self, drawn: Any) -> None:
        if drawn == "seal":
            seal(self.telemetry)
        elif drawn == "wait":
            self.moments = [*self.moments[-1:], to_micros(self.telemetry.clock.now())]
            for each in self.stores:
                each.clock.advance(1)
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
        for each in self.stores:
            each.run(partial(each.store.append_points, self.owner, batch))

    def tell(self, lines: list[tuple[str, int]], attempt: int, is_rank: bool) -> None:
        source = "rank1" if is_rank else ""
        first = self.sent.get((attempt, source), 0) + 1
        texts, times = zip(*lines, strict=True)
        batch = LineBatch(first, texts, times, attempt=attempt, source=source)
        for each in self.stores:
            each.run(partial(each.store.append_lines, self.owner, batch))
        self.sent[attempt, source] = first + len(lines) - 1

    def compare(self) -> None:
        """Ask both stores everything, then seal what is left and ask again; with one store, compare it with itself."""
        expected = answers(self.stores[-1], self.owner, self.moments)
        for _ in range(2):
            found = answers(self.telemetry, self.owner, self.moments)
            assert expected.keys() == found.keys()
            differing = {name for name in expected if expected[name] != found[name]}
            assert differing == set()
            seal(self.telemetry)
