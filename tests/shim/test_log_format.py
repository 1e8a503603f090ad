"""The log from both sides: what the shim writes and what the executor reads, without a process between them."""

from __future__ import annotations

import os
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.executors.harness import texts
from infrastudio.contexts.training.ports import LogLine
from infrastudio.drivers.executors.frames import PARTIAL, STDERR, STDOUT, collapse, encode_frame, segment_name
from infrastudio.drivers.executors.log_reader import Reading, delete_segments, log_size, read_lines, segment_starts
from infrastudio.shim.output import MAX_LINE_BYTES, Log, Stream


def written(folder: Path, *frames: bytes, segment_bytes: int = 1 << 30) -> Log:
    """Write each frame by a call of its own."""
    log = Log(str(folder), segment_bytes=segment_bytes)
    for frame in frames:
        log.put([frame], 1)
    return log


def said(text: str, kind: int = STDOUT) -> bytes:
    return encode_frame(kind, 7, text.encode())


lines_of_text = st.lists(st.text(st.characters(exclude_characters="\n\r\0", codec="utf-8"), max_size=30), min_size=1)


@given(
    batches=st.lists(lines_of_text, min_size=1, max_size=10), segment_bytes=st.integers(1, 200), step=st.integers(1, 99)
)
@settings(max_examples=40)
def test_every_line_is_read_once_whatever_the_segments_and_steps(
    batches: list[list[str]], segment_bytes: int, step: int
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        frames = [said("".join(f"{line}\n" for line in batch)) for batch in batches]
        log = written(folder, *frames, segment_bytes=segment_bytes)
        read, offset = [], 0
        while (reading := read_lines(folder, offset, step)).next_offset > offset:
            read += reading.lines
            offset = reading.next_offset
        assert texts(read) == [line for batch in batches for line in batch]
        assert offset == log.end == log_size(folder)


@given(cut=st.integers(0, 200))
def test_reading_stops_before_a_torn_frame_and_goes_on_when_it_is_whole(cut: int) -> None:
    frames = [said("one\n"), said("two\nthree\n", STDERR), said("four\n")]
    data = b"".join(frames)
    cut = min(cut, len(data))
    whole = sum(end <= cut for end in accumulate(map(len, frames)))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / segment_name(0)).write_bytes(data[:cut])
        first = read_lines(folder, 0, 1 << 20)
        assert first.next_offset == sum(map(len, frames[:whole]))
        (folder / segment_name(0)).write_bytes(data)
        rest = read_lines(folder, first.next_offset, 1 << 20)
        assert [line.text for line in first.lines + rest.lines] == ["one", "two", "three", "four"]


def test_what_is_damaged_is_told_once_the_log_has_ended_and_the_next_segment_is_read(tmp_path: Path) -> None:
    first = said("kept\n") + said("damaged\n")[:-1] + b"?"
    (tmp_path / segment_name(0)).write_bytes(first)
    assert texts(read_lines(tmp_path, 0, 1 << 20).lines) == ["kept"]
    (tmp_path / segment_name(len(first))).write_bytes(said("after\n"))
    reading = read_lines(tmp_path, 0, 1 << 20)
    assert texts(reading.lines) == ["kept", "after"]
    assert "log.torn" in texts(reading.lines, "event")[0]
    end = reading.next_offset + 10
    torn = read_lines(tmp_path, reading.next_offset, 1 << 20, end=end)
    assert "10 bytes" in texts(torn.lines, "event")[0]
    assert torn.next_offset == end


def test_an_unfinished_line_is_shown_and_never_stored(tmp_path: Path) -> None:
    written(tmp_path, said("50 %", STDOUT | PARTIAL))
    reading = read_lines(tmp_path, 0, 1 << 20)
    assert (reading.lines, reading.unfinished) == ([], {"stdout": "50 %"})
    written(tmp_path, said("50 %", STDOUT | PARTIAL), said("100 %\n"))
    assert read_lines(tmp_path, 0, 1 << 20) == Reading(
        log_size(tmp_path), [LogLine(7, "stdout", "100 %")], {"stdout": ""}
    )


def test_read_segments_are_deleted_and_the_open_one_stays(tmp_path: Path) -> None:
    log = written(tmp_path, *(said(f"{i}\n") for i in range(5)), segment_bytes=1)
    starts = sorted(segment_starts(tmp_path))
    delete_segments(tmp_path, starts[2], end=None)
    assert sorted(segment_starts(tmp_path)) == starts[2:]
    assert texts(read_lines(tmp_path, starts[2], 1 << 20).lines) == ["2", "3", "4"]
    delete_segments(tmp_path, log.end, end=None)
    assert segment_starts(tmp_path) == [starts[-1]]
    delete_segments(tmp_path, log.end, end=log.end)
    assert segment_starts(tmp_path) == []
    assert read_lines(tmp_path, log.end, 1 << 20, end=log.end) == Reading(log.end)


def test_a_progress_bar_leaves_its_last_state() -> None:
    assert collapse(b"10 %\r50 %\r100 %") == b"100 %"
    assert collapse(b"a line of Windows\r") == b"a line of Windows"
    assert collapse(b"nothing special") == b"nothing special"
    assert collapse(b"done\r\r") == b"done"


@given(pieces=st.lists(st.binary(min_size=1, max_size=20), max_size=30))
def test_however_the_output_arrives_the_same_lines_come_out(pieces: list[bytes]) -> None:
    """The stream sees it piece by piece, the expectation in one."""
    whole = b"".join(pieces)
    expected = [collapse(line) for line in whole.removesuffix(b"\n").split(b"\n")] if whole else []
    read_end, write_end = os.pipe()
    stream = Stream(STDOUT, read_end)
    with TemporaryDirectory() as name:
        log = Log(name)
        for piece in pieces:
            os.write(write_end, piece)
            log.put(stream.read(1) or [], 1)
        os.close(write_end)
        log.put(stream.read(1) or [], 1)
        lines = read_lines(Path(name), 0, 1 << 20).lines
    assert stream.ended
    got = [line.text for line in lines]
    want = [line.decode("utf-8", "replace").replace("\0", "\ufffd") for line in expected]
    assert got == want


def test_a_line_without_end_is_cut_between_characters() -> None:
    line = "é" * (MAX_LINE_BYTES * 5 // 4)
    read_end, write_end = os.pipe()
    stream = Stream(STDOUT, read_end)
    with TemporaryDirectory() as name:
        log = Log(name)
        data = b"x" + line.encode() + b"\nnext\n"
        for at in range(0, len(data), 60_000):
            os.write(write_end, data[at : at + 60_000])
            log.put(stream.read(1) or [], 1)
        os.close(write_end)
        log.put(stream.read(1) or [], 1)
        lines = read_lines(Path(name), 0, 1 << 30).lines
    assert "".join(line.text for line in lines[:-1]) == "x" + line
    assert [line.cut for line in lines] == [True, True, False, False]
    assert lines[-1].text == "next"
