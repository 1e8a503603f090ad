"""What every executor promises, run over all of them."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.executors.harness import (
    Harness,
    MemoryHarness,
    ended,
    lines_until,
    local_harness,
    texts,
    whole_log,
)
from infrastudio.contexts.training.ports import AttemptId, Program
from infrastudio.drivers.executors.local import LocalExecutor
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.shim import PROGRAM

ONE = AttemptId("job_000000000001", 1)
TWO = AttemptId("job_000000000001", 2)


@pytest.fixture(params=["memory", "local"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    if request.param == "memory":
        yield MemoryHarness()
    else:
        with local_harness(tmp_path) as local:
            yield local


async def test_what_was_never_started_is_absent(harness: Harness) -> None:
    assert (await harness.executor.observe(ONE)).phase == "absent"
    await harness.executor.stop(ONE, grace_s=1)
    assert (await harness.executor.observe(ONE)).phase == "absent"


async def test_a_program_runs_says_its_lines_and_exits(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "first")
    harness.say(ONE, "second")
    await lines_until(harness.executor, ONE, 2)
    running = await harness.executor.observe(ONE)
    assert running.phase == "running"
    assert running.started_at is not None
    harness.finish(ONE, 3)
    seen = await ended(harness.executor, ONE)
    assert (seen.phase, seen.exit_code, seen.signal, seen.stopped, seen.lost_bytes) == ("exited", 3, None, False, 0)
    assert seen.started_at is not None
    assert seen.ended_at is not None
    assert seen.started_at <= seen.ended_at
    assert texts(await whole_log(harness.executor, ONE)) == ["first", "second"]


async def test_streams_are_told_apart(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "a result")
    harness.say(ONE, "a warning", "stderr")
    chunk = await lines_until(harness.executor, ONE, 2)
    assert texts(chunk.lines) == ["a result"]
    assert texts(chunk.lines, "stderr") == ["a warning"]


async def test_a_second_start_changes_nothing_not_even_after_the_end(harness: Harness) -> None:
    program = harness.program(ONE)
    await asyncio.gather(*(harness.executor.start(program) for _ in range(5)))
    harness.say(ONE, "only once")
    harness.finish(ONE, 0)
    before = await ended(harness.executor, ONE)
    await harness.executor.start(program)
    assert await harness.executor.observe(ONE) == before
    assert texts(await whole_log(harness.executor, ONE)) == ["only once"]


async def test_attempts_of_a_job_are_apart(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.finish(ONE, 1)
    await ended(harness.executor, ONE)
    await harness.executor.start(harness.program(TWO))
    harness.say(TWO, "again")
    harness.finish(TWO, 0)
    assert (await ended(harness.executor, TWO)).exit_code == 0
    assert (await harness.executor.observe(ONE)).exit_code == 1
    assert texts(await whole_log(harness.executor, TWO)) == ["again"]


async def test_a_stop_ends_the_program_and_says_so(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "ready")
    await lines_until(harness.executor, ONE, 1)
    await harness.executor.stop(ONE, grace_s=10)
    await harness.executor.stop(ONE, grace_s=10)
    seen = await ended(harness.executor, ONE)
    assert (seen.phase, seen.exit_code, seen.signal, seen.stopped) == ("exited", None, 15, True)
    assert len(texts(await whole_log(harness.executor, ONE), "event")) == 1


async def test_a_stop_after_the_end_changes_nothing(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.finish(ONE, 0)
    before = await ended(harness.executor, ONE)
    await harness.executor.stop(ONE, grace_s=0)
    assert await harness.executor.observe(ONE) == before
    assert not before.stopped


async def test_a_signal_that_ended_the_program_is_known(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.kill(ONE)
    seen = await ended(harness.executor, ONE)
    assert (seen.exit_code, seen.signal, seen.stopped) == (None, 9, False)


async def test_a_lost_attempt_is_lost_and_its_log_is_kept(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "last words")
    await lines_until(harness.executor, ONE, 1)
    harness.lose(ONE)
    assert (await ended(harness.executor, ONE)).phase == "lost"
    await harness.executor.start(harness.program(ONE))
    assert (await harness.executor.observe(ONE)).phase == "lost"
    assert texts(await whole_log(harness.executor, ONE)) == ["last words"]


async def test_a_log_can_be_read_in_small_pieces(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    said = [f"line {i}" for i in range(50)]
    for text in said:
        harness.say(ONE, text)
    harness.finish(ONE, 0)
    await ended(harness.executor, ONE)
    assert texts(await whole_log(harness.executor, ONE, max_bytes=1)) == said
    assert texts(await whole_log(harness.executor, ONE)) == said


async def test_a_reader_at_the_end_of_a_running_log_is_not_at_its_end(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "more may come")
    chunk = await lines_until(harness.executor, ONE, 1)
    assert not chunk.ended
    harness.say(ONE, "it did")
    more = await lines_until(harness.executor, ONE, 1, chunk.next_offset)
    assert texts(more.lines) == ["it did"]


async def test_waiting_ends_with_a_line_with_the_end_or_with_the_time(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    assert not await harness.executor.wait_for_change(ONE, 0, timeout_s=0.05)
    waiting = asyncio.create_task(harness.executor.wait_for_change(ONE, 0, timeout_s=20))
    await asyncio.sleep(0)  # lets the task begin to wait
    harness.say(ONE, "here")
    assert await waiting
    offset = (await lines_until(harness.executor, ONE, 1)).next_offset
    waiting = asyncio.create_task(harness.executor.wait_for_change(ONE, offset, timeout_s=20))
    await asyncio.sleep(0)
    harness.finish(ONE, 0)
    assert await waiting
    assert (await ended(harness.executor, ONE)).phase == "exited"


async def test_a_discarded_log_reads_on_from_where_it_was_read_to(harness: Harness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "stored")
    offset = (await lines_until(harness.executor, ONE, 1)).next_offset
    await harness.executor.discard_log(ONE, before=offset)
    harness.say(ONE, "not yet")
    harness.finish(ONE, 0)
    await ended(harness.executor, ONE)
    chunk = await harness.executor.read_log(ONE, offset)
    assert texts(chunk.lines) == ["not yet"]
    await harness.executor.discard_log(ONE, before=chunk.next_offset)
    rest = await harness.executor.read_log(ONE, chunk.next_offset)
    assert (rest.lines, rest.ended) == ((), True)


async def test_another_executor_on_the_same_folder_adopts_what_runs(tmp_path: Path) -> None:
    """After a restart of the server a new object finds the attempt, its log, and can stop it."""
    with local_harness(tmp_path) as harness:
        await harness.executor.start(harness.program(ONE))
        harness.say(ONE, "before")
        await lines_until(harness.executor, ONE, 1)
        heir = LocalExecutor(harness.folder, shim=PROGRAM)
        await heir.start(harness.program(ONE))
        assert (await heir.observe(ONE)).phase == "running"
        harness.say(ONE, "after")
        assert texts((await lines_until(heir, ONE, 2)).lines) == ["before", "after"]
        await heir.stop(ONE, grace_s=10)
        assert (await ended(heir, ONE)).stopped


async def test_somebody_who_looks_does_not_keep_a_program_from_starting(tmp_path: Path) -> None:
    """Looking at an attempt takes its lock for a moment."""
    with local_harness(tmp_path) as harness:
        harness.path(ONE).mkdir(parents=True)
        with (harness.path(ONE) / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            starting = asyncio.create_task(harness.executor.start(harness.program(ONE)))
            await asyncio.sleep(0.05)  # the start meets the lock; a shorter time makes the test weaker, not red
        await starting
        harness.finish(ONE, 0)
        assert (await ended(harness.executor, ONE)).phase == "exited"


async def test_attempts_share_a_folder_of_their_job_and_find_our_python_and_no_foreign_server(tmp_path: Path) -> None:
    ours = {"PATH": os.environ["PATH"], "MLFLOW_TRACKING_URI": "http://elsewhere", "MLFLOW_TRACKING_TOKEN": "theirs"}
    executor = LocalExecutor(tmp_path, environment=ours)
    script = "import os, sys; print(sys.prefix, os.getcwd(), os.listdir(), 'MLFLOW_TRACKING_TOKEN' in os.environ)"
    for attempt in (ONE, TWO):
        await executor.start(Program(attempt, "0" * 32, ("sh", "-c", f'python3 -c "{script}"; touch seen')))
        await ended(executor, attempt)
    shared = tmp_path / ONE.job_id / "work"
    said = [texts(await whole_log(executor, attempt)) for attempt in (ONE, TWO)]
    assert said == [[f"{sys.prefix} {shared} {found} False"] for found in ("[]", "['seen']")]


def test_what_no_system_can_start_is_refused_by_name() -> None:
    with pytest.raises(ValidationFailed) as refused:
        Program(ONE, "0" * 32, ("a", "b\0c"), "relative", {"A=B": "1"})
    assert [problem.path for problem in refused.value.problems] == ["argv.1", "cwd", "environment.A=B"]


async def test_a_job_id_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    executor = LocalExecutor(tmp_path, shim=PROGRAM)
    with pytest.raises(ValidationFailed, match="job_id"):
        await executor.observe(AttemptId("../../etc", 1))
