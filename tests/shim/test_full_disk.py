"""A disk without room costs output, never the job, and what was lost is told."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.executors.harness import LocalHarness, ended, lines_until, local_harness, texts, whole_log
from infrastudio.contexts.training.ports import AttemptId, LogLine
from infrastudio.drivers.executors.log_reader import log_size, read_lines

ONE = AttemptId("job_000000000001", 1)
COUNT = 60_000


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[LocalHarness]:
    with local_harness(tmp_path) as local:
        yield local


def limit_files(harness: LocalHarness, size: int) -> None:
    """Let the shim write files up to `size` bytes; a larger one fails as on a full disk."""
    _, hard = resource.prlimit(harness.shim_pid(ONE), resource.RLIMIT_FSIZE)
    resource.prlimit(harness.shim_pid(ONE), resource.RLIMIT_FSIZE, (size, hard))


async def flood(harness: LocalHarness, done: Path) -> None:
    """Let the job print more than fits; return when it has printed all of it."""
    harness.order(ONE, f"count {COUNT}")
    harness.order(ONE, f"touch {done}")
    deadline = time.monotonic() + 20
    while not os.access(done, os.F_OK):
        assert time.monotonic() < deadline, "the job was blocked"
        await harness.executor.wait_for_change(ONE, 1 << 40, timeout_s=0.02)


def counted(lines: list[LogLine] | tuple[LogLine, ...]) -> list[int]:
    return [int(text) for text in texts(lines) if text.isdigit()]


async def test_a_full_disk_never_blocks_the_job_and_the_log_goes_on_when_there_is_room(
    harness: LocalHarness, tmp_path: Path
) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "before")
    await lines_until(harness.executor, ONE, 1)
    limit_files(harness, 200_000)
    await flood(harness, tmp_path / "done")
    folder = harness.path(ONE)
    assert read_lines(folder, 0, 1 << 30).next_offset == log_size(folder), "a torn frame was left"
    limit_files(harness, resource.RLIM_INFINITY)
    deadline = time.monotonic() + 20
    offset, lines = 0, list[LogLine]()
    while not texts(lines, "event"):  # the disk is tried once a second, when there is something to write
        assert time.monotonic() < deadline, "the log does not go on"
        harness.say(ONE, "is there room?")
        await harness.executor.wait_for_change(ONE, offset, timeout_s=0.1)
        chunk = await harness.executor.read_log(ONE, offset)
        lines, offset = [*lines, *chunk.lines], chunk.next_offset
    harness.say(ONE, "after")
    harness.finish(ONE, 0)
    seen = await ended(harness.executor, ONE)
    assert seen.exit_code == 0
    assert seen.lost_bytes > 100_000
    lines = await whole_log(harness.executor, ONE)
    assert texts(lines)[0] == "before"
    assert texts(lines)[-1] == "after"
    numbers = counted(lines)
    assert numbers == list(range(1, len(numbers) + 1))
    assert 0 < len(numbers) < COUNT
    assert [("log.lost" in text) for text in texts(lines, "event")] == [True]


async def test_the_exit_record_waits_for_room(harness: LocalHarness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "kept")
    offset = (await lines_until(harness.executor, ONE, 1)).next_offset
    limit_files(harness, 0)
    harness.finish(ONE, 6)
    assert not await harness.executor.wait_for_change(ONE, offset, timeout_s=0.3)
    assert (await harness.executor.observe(ONE)).phase == "running"
    limit_files(harness, resource.RLIM_INFINITY)
    assert (await ended(harness.executor, ONE)).exit_code == 6
    assert texts(await whole_log(harness.executor, ONE)) == ["kept"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB; needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "studio-test", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"NOT TESTED: a disk that is really full, for nothing can be mounted here ({done.stderr.strip()})")
    yield folder
    deadline = time.monotonic() + 20
    while subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline, "a shim still uses the disk"
        time.sleep(0.05)


async def test_a_disk_that_is_really_full_keeps_a_gapless_beginning(small_disk: Path, tmp_path: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 800_000)
    with local_harness(small_disk) as harness:
        await harness.executor.start(harness.program(ONE))
        await flood(harness, tmp_path / "done")
        harness.finish(ONE, 0)
        filler.unlink()
        seen = await ended(harness.executor, ONE)
        lines = await whole_log(harness.executor, ONE)
    numbers = counted(lines)
    assert numbers == list(range(1, len(numbers) + 1))
    assert 0 < len(numbers) < COUNT
    assert seen.exit_code == 0
    assert seen.lost_bytes > 0
    assert any("log.lost" in text for text in texts(lines, "event"))
