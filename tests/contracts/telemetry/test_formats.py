"""The parts under the store: levels of lines, columns of integers, buckets."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastudio.stores.telemetry import LEVEL_NAMES, BucketPoints, PointColumns, RawPoints, detect_level
from infrastudio.stores.telemetry.compression import decompress
from infrastudio.stores.telemetry.downsampling import Range, slice_by_points
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.integer_columns import decode_integers, encode_integers
from infrastudio.stores.telemetry.level_scan import detect_levels
from infrastudio.stores.telemetry.line_chunks import (
    ChunkLines,
    Sender,
    decode_line_columns,
    encode_line_chunk,
    with_prefixes,
)
from infrastudio.stores.telemetry.line_codec import decode_columns, decode_text
from infrastudio.stores.telemetry.point_chunks import StoredPoints, decode_chunk, encode_chunk
from infrastudio.stores.telemetry.point_codec import decode_points, decode_series_ids
from infrastudio.stores.telemetry.reads import XAxis
from infrastudio.stores.telemetry.value_column import decode_values, encode_values

any_integer = st.one_of(st.integers(-3, 3), st.sampled_from([-(2**63), 2**63 - 1]), st.integers(-(2**63), 2**63 - 1))

LINES = {
    "2026-11-20 12:00:00,123 INFO step 3 loss=0.1": "info",
    "[12:00:00] WARNING slow": "warning",
    "ERROR": "error",
    "\x1b[31mERROR\x1b[0m colours do not hide it": "error",
    "\x1b[1;32m[info]\x1b[0m ready": "info",
    "[info] 3 ERRORs were mended": "info",
    'level=info msg="ERROR in the text"': "info",
    "time=12 lvl=warn msg=x": "warning",
    '{"msg": "ERROR", "level": "debug"}': "debug",
    '{"level": 50, "msg": "pino"}': "error",
    '{"msg": "' + "x" * 500 + '", "levelname": "CRITICAL"}': "critical",
    '{"loss": 0.1}': None,
    "E1120 12:00:00.123 1 file.cc:3] glog": "error",
    "W1120 12:00:00.123 1 file.cc:3] glog": "warning",
    "error: no such file": "error",
    "Traceback (most recent call last):": "error",
    "ValueError: bad": "error",
    "torch.cuda.OutOfMemoryError: CUDA out of memory": "error",
    "/x/y.py:3: UserWarning: deprecated": "warning",
    "FATAL: cannot go on": "critical",
    "the error rate is 0.1": None,
    "saved to /data/INFO/x": None,
    "MY_ERROR_CODE=3": None,
    "ERRORS=0": None,
    "loss=0.1 mean_absolute_error=0.2": None,
    "": None,
}


@pytest.mark.parametrize(("text", "level"), LINES.items(), ids=[str(n) for n in range(len(LINES))])
def test_a_line_has_the_level_that_it_states(text: str, level: str | None) -> None:
    assert LEVEL_NAMES[detect_level(text)] == level


@given(st.text())
def test_any_text_has_a_level(text: str) -> None:
    assert 0 <= detect_level(text) < len(LEVEL_NAMES)


@given(st.lists(any_integer, max_size=300), st.integers(0, 9))
def test_integers_come_back_from_their_column(numbers: list[int], offset: int) -> None:
    data = b"x" * offset + encode_integers(np.array(numbers, dtype=np.int64)) + b"behind"
    found, end = decode_integers(data, offset)
    assert found.tolist() == numbers
    assert data[end:] == b"behind"


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_regular_columns_take_no_room(count: int) -> None:
    assert len(encode_integers(np.arange(count, dtype=np.int64) * 1000 + 7)) == 24


@pytest.mark.parametrize("decode", [decode_points, decode_series_ids, decode_columns, decode_text, decode_integers])
def test_bytes_of_a_later_release_are_refused_and_not_misread(decode: object) -> None:
    assert callable(decode)
    with pytest.raises(CorruptTelemetry):
        decode(bytes([77]) + bytes(60))


some_points = st.lists(
    st.tuples(st.integers(-50, 50), st.integers(-50, 50), st.floats() | st.sampled_from([math.nan, math.inf, 1e308])),
    min_size=1,
    max_size=60,
)


@given(
    points=some_points, x=st.sampled_from(["step", "time", "relative"]), buckets=st.integers(1, 20), cut=st.booleans()
)
def test_buckets_hide_nothing(points: list[tuple[int, int, float]], x: XAxis, buckets: int, *, cut: bool) -> None:
    """A loop over the points comes to the same first, last, least, greatest, mean and count of every bucket."""
    steps, times, values = (np.array(column) for column in zip(*points, strict=True))
    columns = PointColumns(steps, times, values.astype(np.float64), np.ones(len(steps), dtype=np.int64))
    start, end = (-20, 20) if cut else (None, None)
    resolution, rows = slice_by_points(columns, Range(x, start, end, buckets, 3))

    def place(point: tuple[int, int, float]) -> int:
        return point[0] if x == "step" else point[1] - (3 if x == "relative" else 0)

    def order(point: tuple[int, int, float]) -> tuple[float, ...]:
        value = point[2]
        other = point[1] if x == "step" else point[0]
        return (place(point), other, not math.isnan(value), 0.0 if math.isnan(value) else value)

    inside = sorted((p for p in points if not cut or -20 <= place(p) <= 20), key=order)
    if len(inside) <= buckets:
        assert isinstance(rows, RawPoints)
        assert resolution.kind == "raw"
        assert repr(rows.values.tolist()) == repr([p[2] for p in inside])
        return
    assert isinstance(rows, BucketPoints)
    assert len(rows.counts) <= buckets
    low = start if start is not None else place(inside[0])
    groups: dict[int, list[float]] = {}
    for point in inside:
        groups.setdefault((place(point) - low) // resolution.width, []).append(point[2])
    expected = [groups[number] for number in sorted(groups)]
    assert rows.counts.tolist() == [len(group) for group in expected]
    assert repr(rows.first.tolist()) == repr([group[0] for group in expected])
    assert repr(rows.last.tolist()) == repr([group[-1] for group in expected])
    for row, group in enumerate(expected):
        numbers = [value for value in group if not math.isnan(value)]
        finite = [value for value in numbers if math.isfinite(value)]
        assert rows.minima[row] == (min(numbers)) if numbers else math.isnan(rows.minima[row])
        assert rows.maxima[row] == (max(numbers)) if numbers else math.isnan(rows.maxima[row])
        if finite:
            scale = max(abs(value) for value in finite)
            mean = math.fsum(value / len(finite) for value in finite)
            assert rows.means[row] == pytest.approx(mean, rel=1e-9, abs=scale * 1e-9)
        else:
            assert math.isnan(rows.means[row])


def test_the_widest_range_of_all_is_cut_into_buckets() -> None:
    steps = np.array([-(2**63), 0, 2**63 - 1])
    columns = PointColumns(steps, steps, np.array([1.0, 2.0, 3.0]), np.ones(3, dtype=np.int64))
    resolution, rows = slice_by_points(columns, Range("step", None, None, 2, 0))
    assert (resolution.width, rows.steps.tolist()) == (2**63, [-(2**63), 0])
    _, one = slice_by_points(columns, Range("step", None, None, 1, 0))
    assert isinstance(one, BucketPoints)
    assert one.counts.tolist() == [3]


bits64 = st.one_of(
    st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0]),
    st.sampled_from([0.0, -0.0, math.nan, math.inf, 0.1, 1.25, 1e22]),
    st.floats(width=32),
    st.integers(-999, 999).map(lambda n: n / 1000),
)


@given(values=st.one_of(st.lists(bits64, min_size=1), st.lists(st.floats(width=32), min_size=1)))
def test_a_column_of_values_comes_back_to_the_bit(values: list[float]) -> None:
    column = np.array(values)
    data = encode_values(column)
    found, end = decode_values(b"xx" + data + b"yy", 2)
    assert end == 2 + len(data)
    assert np.broadcast_to(found, len(values)).tobytes() == column.tobytes()


@given(numbers=st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(0, 5)), max_size=30))
def test_a_thorough_column_of_integers_comes_back(numbers: list[int]) -> None:
    column = np.array(numbers, dtype=np.int64)
    data = encode_integers(column, thorough=True)
    found, end = decode_integers(data)
    assert (found.tolist(), end) == (numbers, len(data))


stamped = st.builds(
    "{:04d}-{:02d}-{:02d}{}{:02d}:{:02d}:{:02d}{}{:03d} {}".format,
    *[st.integers(0, 99)] * 3,
    st.sampled_from(" T"),
    *[st.integers(0, 99)] * 3,
    st.sampled_from([",", ".", " "]),
    st.integers(0, 999),
    st.text(max_size=4).filter(lambda text: "\n" not in text),
)


@given(texts=st.lists(st.one_of(stamped, st.text("0123-: ,T\u00dfa", max_size=30)), min_size=1, max_size=20))
def test_lines_get_their_prefixes_back(texts: list[str]) -> None:
    text = "\n".join(texts).encode(errors="replace")
    zeros = np.zeros(len(texts), dtype=np.int64)
    lines = ChunkLines(text, zeros, zeros, zeros, zeros, [Sender(1, "")])
    codes, data = encode_line_chunk(lines, level=1)
    columns = decode_line_columns(codes)
    assert with_prefixes(columns, decompress(data)) == text


@given(
    texts=st.lists(st.one_of(stamped, st.just("2026-01-31 10:00:00,123 ") | stamped, st.text(max_size=9)), max_size=9),
    word=st.sampled_from(["INFO ", "ERROR: x", "WARNING", "DEBUGGER ", "info ", "CRITICAL level=debug", "INFO"]),
)
def test_levels_of_many_lines_are_those_of_each(texts: list[str], word: str) -> None:
    lines = [*(f"2026-01-31 10:00:0{n % 10},123 {word}" for n in range(40)), *texts, *(t + word for t in texts)]
    lines = [line.replace("\n", "") for line in lines]
    joined = "\n".join(lines).encode(errors="replace")
    assert detect_levels(lines, joined).tolist() == [detect_level(line) for line in lines]


@given(numbers=st.lists(st.integers(-(2**50), 2**50), min_size=1, max_size=30), scale=st.sampled_from([10**3, 10**6]))
def test_round_numbers_are_kept_without_their_zeros(numbers: list[int], scale: int) -> None:
    column = np.array(numbers) * min(scale, 2**62 // max(1, *map(abs, numbers)) // 1000 * 1000 or 1)
    found, _ = decode_integers(encode_integers(column, thorough=True))
    assert found.tolist() == column.tolist()


def test_damaged_chunks_are_told() -> None:
    column, values = np.arange(100), np.linspace(0.0, 1.0, 100)
    good = encode_chunk(StoredPoints(column, column, values, column, column))
    assert decode_chunk(good).values.tolist() == values.tolist()
    for place in (0, 3, len(good) // 2, len(good) - 1):
        with pytest.raises(CorruptTelemetry):
            decode_chunk(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
