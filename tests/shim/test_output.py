"""What a program prints is what is read, whatever it prints."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.executors.harness import TIMEOUT_S, LocalHarness, ended, lines_until, local_harness, texts, whole_log
from infrastudio.contexts.training.ports import AttemptId, LogLine, Program
from infrastudio.contexts.training.schemas import Observed
from infrastudio.drivers.executors.local import LocalExecutor
from infrastudio.shim import PROGRAM

ONE = AttemptId("job_000000000001", 1)


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[LocalHarness]:
    with local_harness(tmp_path) as local:
        yield local


async def run(harness: LocalHarness, *argv: str, cwd: str = "/", **variables: str) -> tuple[Observed, list[LogLine]]:
    """Run a program to its end; return how it ended and its log."""
    await harness.executor.start(Program(ONE, "ab" * 16, argv, cwd, variables))
    return await ended(harness.executor, ONE), await whole_log(harness.executor, ONE)


async def test_a_flood_of_200_000_lines_is_read_back_exactly(harness: LocalHarness) -> None:
    script = "i=0; while [ $i -lt 40 ]; do seq $((i*5000)) $((i*5000+4999)); i=$((i+1)); done"
    seen, lines = await run(harness, "sh", "-c", script)
    assert seen.exit_code == 0
    assert texts(lines) == [str(i) for i in range(200_000)]
    times = [line.time_ns for line in lines]
    assert times == sorted(times)
    assert abs(times[-1] / 1e9 - time.time()) < 60


async def test_bytes_that_are_not_text_become_replacement_characters(harness: LocalHarness) -> None:
    _, lines = await run(harness, "printf", r"caf\303\251 \377\376 nul\000end\nnext\n")
    assert texts(lines) == ["café \ufffd\ufffd nul\ufffdend", "next"]


async def test_a_last_line_without_its_end_is_a_line(harness: LocalHarness) -> None:
    _, lines = await run(harness, "printf", r"first\n\nlast")
    assert texts(lines) == ["first", "", "last"]


async def test_a_line_far_over_64_kb_stays_one_line(harness: LocalHarness) -> None:
    _, lines = await run(harness, sys.executable, "-c", "print('x' * 500_000); print('y')")
    assert [len(text) for text in texts(lines)] == [500_000, 1]


async def test_a_progress_bar_is_shown_live_and_stored_as_its_last_state(harness: LocalHarness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.order(ONE, r"part 10 %\r50 %")
    offset, live = 0, ""
    deadline = time.monotonic() + TIMEOUT_S
    while live != "50 %":
        assert time.monotonic() < deadline, f"shown is {live!r}"
        await harness.executor.wait_for_change(ONE, offset, timeout_s=0.5)
        chunk = await harness.executor.read_log(ONE, offset)
        assert chunk.lines == ()
        offset, live = chunk.next_offset, chunk.unfinished.get("stdout", live)
    harness.order(ONE, r"part \r100 %\n")
    chunk = await lines_until(harness.executor, ONE, 1, offset)
    assert (texts(chunk.lines), chunk.unfinished["stdout"]) == (["100 %"], "")
    harness.finish(ONE, 0)
    await ended(harness.executor, ONE)
    assert texts(await whole_log(harness.executor, ONE)) == ["100 %"]


async def test_a_program_that_does_not_exist_says_so(harness: LocalHarness) -> None:
    seen, lines = await run(harness, "no-such-program")
    assert (seen.exit_code, seen.error) == (127, "cannot start no-such-program: No such file or directory")
    assert "cannot start no-such-program" in texts(lines, "event")[0]


async def test_a_working_directory_that_does_not_exist_says_so(harness: LocalHarness) -> None:
    seen, _ = await run(harness, "true", cwd="/no/such/folder")
    assert seen.exit_code == 127
    assert seen.error == "cannot enter the working directory /no/such/folder: No such file or directory"


async def test_the_environment_of_a_job_has_none_of_our_settings(tmp_path: Path) -> None:
    ours = {
        "PATH": os.environ["PATH"],
        "KEPT": "é",
        "STUDIO_DATABASE_URL": "postgresql://secret",
        "DATABASE_URL": "postgresql://secret",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    executor = LocalExecutor(tmp_path, shim=PROGRAM, environment=ours)
    await executor.start(Program(ONE, "ab" * 16, ("env",), "/", {"STUDIO_TOKEN": "two\nlines"}))
    await ended(executor, ONE)
    variables = set(texts(await whole_log(executor, ONE)))
    assert variables - {"_=/usr/bin/env"} == {
        f"PATH={Path(sys.executable).parent}:{ours['PATH']}", "KEPT=é", "PYTHONUNBUFFERED=1", f"STUDIO_ATTEMPT={ONE}",
        "STUDIO_RUN_ID=" + "ab" * 16, "STUDIO_TOKEN=two", "lines",
    }  # fmt: skip
    folder = tmp_path / ONE.job_id / "1"
    assert oct((folder / "pid.json").stat().st_mode & 0o777) == "0o600"
    left = [path.name for path in folder.iterdir() if b"STUDIO_TOKEN" in path.read_bytes() and "log." not in path.name]
    assert left == []


async def test_a_program_gets_its_own_signals_and_no_descriptor_of_ours(harness: LocalHarness) -> None:
    script = """
import os, signal
print([signal.getsignal(n) == signal.SIG_DFL for n in (signal.SIGTERM, signal.SIGHUP)], signal.pthread_sigmask(0, []))
print(sorted(os.listdir("/proc/self/fd"), key=int)[:-1], os.getsid(0) == os.getpid())
"""
    _, lines = await run(harness, sys.executable, "-c", script)
    assert texts(lines) == ["[True, True] set()", "['0', '1', '2'] True"]


async def test_what_a_shim_that_cannot_start_says_is_seen(tmp_path: Path) -> None:
    executor = LocalExecutor(tmp_path, shim=str(tmp_path / "missing.py"))
    await executor.start(Program(ONE, "0" * 32, ("true",), "/"))
    deadline = time.monotonic() + TIMEOUT_S
    while (seen := await executor.observe(ONE)).error is None or seen.phase != "absent":
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.01)
    assert "missing.py" in seen.error


async def test_usage_is_measured(harness: LocalHarness) -> None:
    seen, _ = await run(harness, sys.executable, "-c", "x = b'x' * 50_000_000; sum(range(1_000_000))")
    assert seen.cpu_s is not None
    assert seen.max_rss_bytes is not None
    assert 0 < seen.cpu_s < 20
    assert 50_000_000 < seen.max_rss_bytes < 500_000_000
