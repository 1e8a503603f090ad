"""Measures the telemetry store after sealing: bytes a point and a line, long series, full histories, search in logs.

All runs inside one process on a telemetry file, without HTTP. Each figure stands beside what the machine can do at
most with the same bytes in the same run: read the file's rows by sqlite3, decompress, `bytes.find`, `memcpy`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from benchmarks.harness.report import Effort, console, effort, median, print_conditions
from rich.table import Table

from infrastudio.kernel.clock import SystemClock
from infrastudio.stores.telemetry import (
    BucketPoints,
    LineBatch,
    LineFilter,
    LineSearch,
    PointBatch,
    SealPolicy,
    SeriesKey,
    SqliteTelemetryStore,
    StreamOwner,
)
from infrastudio.stores.telemetry.compression import decompress

ALWAYS: Final = SealPolicy(batches=0, quiet_s=0)
BATCH: Final = 1000
LINES: Final = 10_000
"""Lines of one batch."""
BEGIN: Final = 1_790_000_000_000_000
NEEDLE: Final = "needle in a haystack"


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    points: int
    history: int
    typical: int
    lines: int

    @classmethod
    def of(cls, asked: Effort) -> Sizes:
        """Return the sizes of the bars, or small ones that only show that the program works."""
        return cls(200_000, 10_000, 20_000, 40_000) if asked.is_quick else cls(10_000_000, 100_000, 200_000, 10_000_000)


class Bench:
    """A store in a folder of its own, and the table of what was measured."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.path = folder / "telemetry.db"
        self.store = SqliteTelemetryStore(self.path, clock=SystemClock(), writer="benchmark")
        self.rounds = rounds
        self.table = Table(title="telemetry store", title_justify="left", header_style="bold")
        for column in ("case", "ours", "bar", "limit of the machine", "ours / limit"):
            self.table.add_column(column, justify="left" if column == "case" else "right")

    def add(self, case: str, ours: str, bar: str, limit: str = "", ratio: float | None = None) -> None:
        """Add a row to the table."""
        self.table.add_row(case, ours, bar, limit, "" if ratio is None else f"[bold]{ratio:.2f}×[/]")

    def median_s(self, act: Callable[[], Any]) -> float:
        """Return the median seconds of a few calls, the first of which is not counted."""
        act()
        return median([seconds_of(act) for _ in range(self.rounds)])

    def stored_bytes(self, owner: StreamOwner, table: str, columns: str) -> int:
        """Return the bytes of a stream's rows in a table, as they lie in pages: columns and 60 for a row."""
        query = f"SELECT sum({columns}), count(*) FROM {table} JOIN stream USING (stream_id) WHERE owner_id = ?"
        with closing(sqlite3.connect(self.path)) as connection:
            size, rows = connection.execute(query, (owner.id,)).fetchone()
        return int(size) + 60 * int(rows)


def seconds_of(act: Callable[[], Any]) -> float:
    """Return the seconds that one call takes."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=7, seconds=0)
    sizes = Sizes.of(asked)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        print_conditions(asked)
        bench = Bench(Path(name), asked.rounds)
        with closing(bench.store):
            asyncio.run(measure(bench, sizes))
        console.print(bench.table)


async def measure(bench: Bench, sizes: Sizes) -> None:
    """Measure all cases in turn."""
    await measure_bytes_of_points(bench, sizes.typical)
    await measure_long_series(bench, sizes.points)
    await measure_history(bench, sizes.history)
    await measure_lines(bench, sizes.lines)


def typical_series(count: int) -> dict[str, Any]:
    """Return values as training programs log them, by what they are."""
    draw = np.random.default_rng(1)
    falling = 2.3 * np.exp(-np.arange(count) / (count / 4)) + 0.1
    return {
        "loss, float32": (falling * (1 + 0.05 * draw.normal(size=count))).astype(np.float32).astype(np.float64),
        "accuracy, float32": np.clip(1 - falling / 3 + 0.01 * draw.normal(size=count), 0, 1).astype(np.float32) * 1.0,
        "loss, 4 decimals": np.round(falling * (1 + 0.05 * draw.normal(size=count)), 4),
        "cpu %, 1 decimal": np.round(50 + 20 * draw.normal(size=count), 1),
        "memory, MiB": 4000 + np.round(np.cumsum(draw.normal(size=count))),
        "learning rate, cosine": 0.5 * (1 + np.cos(np.pi * np.arange(count) / count)) * 1e-3,
    }


def batches_of(name: str, values: Any, begin: int = 0) -> Iterator[PointBatch]:
    """Yield batches of one series, a step every 100 ms with 5 ms of jitter, in whole milliseconds."""
    draw = np.random.default_rng(2)
    for low in range(begin, len(values), BATCH):
        some = values[low : low + BATCH]
        steps = np.arange(low, low + len(some), dtype=np.int64)
        times = BEGIN + steps * 100_000 + draw.integers(-5, 6, len(some)) * 1000
        index = np.zeros(len(some), dtype=np.uint32)
        yield PointBatch((SeriesKey(name),), index, steps, times, np.ascontiguousarray(some, dtype=np.float64))


async def measure_bytes_of_points(bench: Bench, count: int) -> None:
    """Bytes that a point of several kinds of series takes after sealing."""
    total = 0
    for place, (name, values) in enumerate(typical_series(count).items()):
        owner = StreamOwner("default", "run", f"bytes-{place}")
        for batch in batches_of("metric", values):
            await bench.store.append_points(owner, batch)
        await bench.store.seal(ALWAYS)
        size = bench.stored_bytes(owner, "point_chunk", "length(data) + coalesce(length(pyramid), 0)")
        total += size
        bench.add(f"bytes a point: {name}", f"{size / count:.2f}", "", "26 (plain columns)", size / count / 26)
    mean = total / count / len(typical_series(1))
    bench.add("bytes a point: all of these", f"{mean:.2f}", "≤ 4", "26 (plain columns)", mean / 26)


async def measure_long_series(bench: Bench, count: int) -> None:
    """Down-sampling of one long series to 1,000 buckets, with spikes that must stay."""
    owner, key = StreamOwner("default", "run", "long"), SeriesKey("metric")
    values = np.random.default_rng(3).normal(size=count).astype(np.float32).astype(np.float64)
    spikes = np.random.default_rng(4).choice(count, 20, replace=False)
    values[spikes] = np.linspace(-900, 900, 20)
    begin = time.perf_counter()
    futures: list[Awaitable[Any]] = []
    for batch in batches_of("metric", values):
        futures.append(bench.store.append_points(owner, batch))
        if len(futures) == 64:
            await asyncio.gather(*futures)
            futures = []
    await asyncio.gather(*futures)
    appended = time.perf_counter()
    await bench.store.seal(ALWAYS)
    while await bench.store.seal(ALWAYS):
        pass
    sealed = time.perf_counter() - appended
    bench.add(f"append {count:,} points", f"{count / (appended - begin):,.0f}/s", "")
    bench.add(f"seal {count:,} points", f"{count / sealed:,.0f}/s", "")

    def draw(x: str, start: int | None = None, end: int | None = None) -> BucketPoints:
        found = bench.store.slices(owner.key, [key], x=x, start=start, end=end)[0].points  # type: ignore[arg-type]  # a word of the axis
        assert isinstance(found, BucketPoints)
        return found

    whole = draw("step")
    assert np.fmin.reduce(whole.minima) == values.min()
    assert np.fmax.reduce(whole.maxima) == values.max()
    assert set(values[spikes]) <= {*whole.minima.tolist(), *whole.maxima.tolist()}
    assert int(whole.counts.sum()) == count
    rows_s = bench.median_s(lambda: read_rows(bench.path, "pyramid", "point_chunk", owner))
    for x in ("step", "time"):
        took = bench.median_s(lambda: draw(x))  # noqa: B023 - called at once
        bench.add(
            f"{count:,} points to 1,000 buckets, x={x}",
            f"{took * 1000:.1f} ms",
            "< 20 ms",
            f"{rows_s * 1000:.1f} ms (sqlite3 reads the pyramid)",
            took / rows_s,
        )
    took = bench.median_s(lambda: draw("step", count // 3, 2 * count // 3))
    bench.add("a third of it", f"{took * 1000:.1f} ms", "")


def read_rows(path: Path, column: str, table: str, owner: StreamOwner) -> list[bytes]:
    """Return one column of a stream's rows by sqlite3."""
    query = f"SELECT {column} FROM {table} JOIN stream USING (stream_id) WHERE owner_id = ?"
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(query, (owner.id,))]


async def measure_history(bench: Bench, count: int) -> None:
    """The full history of one series."""
    owner = StreamOwner("default", "run", "history")
    values = next(iter(typical_series(count).values()))
    for batch in batches_of("metric", values):
        await bench.store.append_points(owner, batch)
    before = bench.median_s(lambda: bench.store.history(owner.key, SeriesKey("metric")))
    await bench.store.seal(ALWAYS)
    after = bench.median_s(lambda: bench.store.history(owner.key, SeriesKey("metric")))
    rows_s = bench.median_s(lambda: read_rows(bench.path, "data", "point_chunk", owner))
    limit = f"{rows_s * 1000:.2f} ms (sqlite3 reads the chunks)"
    bench.add(f"history of {count:,} points, before sealing", f"{before * 1000:.2f} ms", "")
    bench.add(f"history of {count:,} points, sealed", f"{after * 1000:.2f} ms", "", limit, after / rows_s)


def typical_lines(first: int, count: int, total: int) -> list[str]:
    """Return lines as training programs write them: a moment, a level, and six numbers, of which four are noisy."""
    draw = np.random.default_rng(first)
    places = np.arange(first, first + count)
    falling = np.exp(-4 * places / total)
    loss = (2.3 * falling + 0.1) * (1 + 0.05 * draw.normal(size=count))
    accuracy = np.clip(1 - 0.8 * falling + 0.02 * draw.normal(size=count), 0, 1)
    rate = 0.5e-3 * (1 + np.cos(np.pi * places / total))
    numbers = np.stack([loss, accuracy, rate, draw.gamma(4, 0.5, count), draw.gamma(9, 0.3, count)], axis=1)
    lines = []
    for place, (loss, accuracy, rate, grad, data) in enumerate(numbers.tolist(), first):
        second, milli = divmod(place * 37, 1000)
        minute, second = divmod(second, 60)
        hour, minute = divmod(minute, 60)
        moment = f"2026-11-{20 + hour // 24 % 10:02d} {hour % 24:02d}:{minute:02d}:{second:02d},{milli:03d}"
        level = "WARNING" if place % 97 == 0 else "INFO"
        lines.append(
            f"{moment} {level} trainer: epoch {place // 5000} step {place} loss={loss:.4f} acc={accuracy:.4f} "
            f"lr={rate:.6f} grad_norm={grad:.3f} data={data:.1f}ms"
        )
    if first <= total - 10 < first + count:
        lines[total - 10 - first] += " " + NEEDLE
    return lines


async def measure_lines(bench: Bench, count: int) -> None:
    """Ingest of lines in batches, bytes a line, and search over all of them."""
    owner = StreamOwner("default", "run", "lines")
    seconds = sent = 0.0
    for first in range(0, count, LINES):
        texts = typical_lines(first, LINES, count)
        times = [BEGIN + 37_000 * place for place in range(first, first + LINES)]
        sent += sum(map(len, texts)) + len(texts)
        begin = time.perf_counter()
        await bench.store.append_lines(owner, LineBatch(first + 1, texts, times))
        seconds += time.perf_counter() - begin
    joined = "\n".join(typical_lines(0, LINES, count))
    copy_s = bench.median_s(lambda: joined.encode()) * count / LINES
    bench.add(
        f"append {count:,} lines in batches of {LINES:,}",
        f"{count / seconds:,.0f}/s",
        "≥ 600,000/s",
        f"{count / copy_s:,.0f}/s (encode as UTF-8)",
        copy_s / seconds,
    )
    took = await timed(seal_all(bench))
    bench.add(f"seal {count:,} lines", f"{count / took:,.0f}/s", "")
    size = bench.stored_bytes(owner, "line_chunk", "length(data) + length(codes)")
    plain = f"{sent / count:.1f} (as sent)"
    bench.add("bytes a line, sealed", f"{size / count:.2f}", "≤ 15", plain, size / sent)
    await measure_search(bench, owner, count)


async def seal_all(bench: Bench) -> None:
    """Seal until nothing is left."""
    while await bench.store.seal(ALWAYS):
        pass


async def timed(awaitable: Awaitable[Any]) -> float:
    """Return the seconds that an awaitable takes."""
    begin = time.perf_counter()
    await awaitable
    return time.perf_counter() - begin


async def measure_search(bench: Bench, owner: StreamOwner, count: int) -> None:
    """Substring search, case-blind as by default and exact, a pattern, and the first hits."""
    rows = read_rows(bench.path, "data", "line_chunk", owner)

    def find_in_all() -> int:
        return sum(decompress(row).find(NEEDLE.encode()) >= 0 for row in rows)

    limit_s = median([seconds_of(find_in_all) for _ in range(min(3, bench.rounds))])
    cases = {
        "exact, at the far end": LineSearch(NEEDLE, match_case=True),
        "case-blind, at the far end": LineSearch(NEEDLE.upper()),
        "case-blind, absent": LineSearch("nowhere to be found"),
        "a number, absent": LineSearch("99.99999"),
        "pattern, absent": LineSearch(r"nowhere \d+", regex=True),
    }
    for name, search in cases.items():
        where = LineFilter(search=search)
        took = median(
            [seconds_of(lambda: scan(bench, owner, where)) for _ in range(min(3, bench.rounds))]  # noqa: B023 - called at once
        )
        bar = "< 3 s" if "number" not in name and "pattern" not in name else ""
        limit = f"{limit_s:.2f} s (decompress and find)"
        bench.add(f"search {count:,} lines: {name}", f"{took:.2f} s", bar, limit, took / limit_s)
    warning = LineFilter(search=LineSearch("warning"))
    took = bench.median_s(lambda: bench.store.lines(owner.key, where=warning, direction="backward", limit=100))
    bench.add("first 100 hits of a common word", f"{took * 1000:.1f} ms", "< 100 ms")
    newest = LineFilter(search=LineSearch(NEEDLE))
    took = bench.median_s(lambda: bench.store.find_lines(owner.key, newest))
    bench.add("first slice of hits (250,000 lines)", f"{took * 1000:.1f} ms", "< 100 ms")
    took = bench.median_s(lambda: bench.store.line_histogram(owner.key))
    bench.add("histogram by level", f"{took * 1000:.1f} ms", "")


def scan(bench: Bench, owner: StreamOwner, where: LineFilter) -> int:
    """Look at all lines, slice by slice, and return how many match."""
    hits, place = 0, None
    while True:
        found = bench.store.find_lines(owner.key, where, from_line=place)
        hits += len(found.lines)
        place = found.previous_line
        if place is None:
            return hits


if __name__ == "__main__":
    main()
