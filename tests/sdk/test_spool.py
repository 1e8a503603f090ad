"""Records outlive the program where the disk takes them, stay within bounds where it does not, and keep their order."""

from __future__ import annotations

import os
import time
from pathlib import Path

from infrastudio.sdk.recorder import ROOM_WAIT_S, Recorder
from infrastudio.sdk.records import Header, Line, Points, decode
from infrastudio.sdk.spool import SEGMENT_BYTES, Spool, leftovers


def a_header(**fields: str) -> Header:
    return Header(fields.get("run_id", "a" * 32), "http://nowhere", fields.get("source", "s1"), "create", 0)


def lines(first: int, count: int) -> list[bytes]:
    return [b'{"n":%d}\n' % number for number in range(first, first + count)]


def drained(spool: Spool) -> list[bytes]:
    found: list[bytes] = []
    while (part := spool.read()) is not None:
        found += part.lines
        spool.forget(part)
    return found


def test_what_is_appended_is_read_in_order_and_let_go_of_when_it_is_forgotten(tmp_path: Path) -> None:
    spool = Spool.create(a_header(), tmp_path)
    big = [b"x" * 1_000_000 + b"\n" for _ in range(2 * SEGMENT_BYTES // 1_000_000)]
    for line in big:
        assert spool.append([line]) == 1
    assert spool.append(lines(0, 10)) == 10
    part = spool.read()
    assert part is not None
    spool.hold(part)
    assert drained(spool) == big + lines(0, 10)
    assert spool.waiting() == 0
    assert len(list(tmp_path.glob("*/*.records"))) == 1  # the segments that were sent are gone
    spool.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_spool_belongs_to_its_process_until_that_ends(tmp_path: Path) -> None:
    spool = Spool.create(a_header(), tmp_path)
    spool.append(lines(0, 3))
    assert list(leftovers(tmp_path)) == []
    spool.close()
    (found,) = leftovers(tmp_path)
    assert found.header == a_header()
    assert drained(found) == lines(0, 3)


def test_what_a_kill_tore_is_left_out_and_what_was_sent_is_not_sent_again(tmp_path: Path) -> None:
    spool = Spool.create(a_header(), tmp_path)
    spool.append(lines(0, 5))
    part = spool.read()
    assert part is not None
    spool.forget(part)
    spool.append(lines(5, 3))
    spool.close()
    (file,) = tmp_path.glob("*/*.records")
    with file.open("ab") as end:
        end.write(b'{"n":8')
    (found,) = leftovers(tmp_path)
    assert found.waiting() == 3
    assert drained(found) == lines(5, 3)


def test_a_full_disk_is_bridged_by_memory_up_to_its_bound_and_no_further(tmp_path: Path) -> None:
    spool = Spool.create(a_header(), tmp_path, max_disk_bytes=100, max_memory_bytes=50)
    numbers = lines(10, 30)  # 9 bytes each: 11 of them on the disk, 5 in memory
    assert sum(spool.append([line]) for line in numbers) == 16
    assert spool.in_memory() == 5
    assert spool.waiting() == 16
    assert drained(spool) == numbers[:16]


def test_a_disk_that_has_room_again_takes_what_memory_held_and_the_order_stays(tmp_path: Path) -> None:
    spool = Spool.create(a_header(), tmp_path, max_disk_bytes=100)
    assert spool.append(lines(10, 11)) == 11
    assert spool.append(lines(21, 5)) == 5
    spool._max_disk_bytes = 10_000
    assert spool.append(lines(26, 2)) == 2
    assert spool.in_memory() == 0
    assert drained(spool) == lines(10, 18)


def test_where_no_folder_can_be_made_memory_holds_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool.create(a_header(), tmp_path / "file")
    assert spool.folder is None
    assert spool.append(lines(0, 3)) == 3
    assert drained(spool) == lines(0, 3)


def test_a_full_queue_costs_one_wait_and_then_counted_losses(tmp_path: Path) -> None:
    """The disk takes nothing, nobody sends: callers wait once for a moment, never again, and lose what has no room."""
    recorder = Recorder(a_header(), tmp_path, None, max_queued=10, max_disk_bytes=0, max_memory_bytes=100)
    start = time.monotonic()
    for number in range(1000):
        recorder.put(Points(number, number, {"x": 1.0}))
    assert time.monotonic() - start < 100 * ROOM_WAIT_S  # one wait for each would be 1000 of them
    report = recorder.close(1)
    assert report.waiting == 0
    assert report.dropped == 1000


def test_lines_are_numbered_without_a_gap_whoever_logs_them(tmp_path: Path) -> None:
    recorder = Recorder(a_header(), tmp_path, None)
    for number in range(100):
        recorder.put(Line(number, f"line {number}"))
    report = recorder.close(5)
    assert report.waiting == 100
    (found,) = leftovers(tmp_path)
    records = [decode(line) for line in drained(found)]
    assert [record.number for record in records if isinstance(record, Line)] == list(range(1, 101))


def test_bytes_that_are_no_record_are_told_apart() -> None:
    assert decode(b'{"type":"points"') is None
    assert decode(os.urandom(8)) is None
