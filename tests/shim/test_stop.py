"""A stop ends everything that a job has started, gently first, and nothing else ends a job."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.executors.harness import TIMEOUT_S, LocalHarness, ended, lines_until, local_harness, texts, whole_log
from infrastudio.contexts.training.ports import AttemptId, Program

ONE = AttemptId("job_000000000001", 1)

IGNORANT = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, f"{os.getpid()}\\n".encode())
time.sleep(600)
"""
"""Tells its pid in one write, and cannot be asked to end."""

DAEMONS = f"""
import os, sys, time
for environment in (dict(os.environ), {{}}, {{}}):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve(sys.executable, [sys.executable, "-S", "-c", {IGNORANT!r}], environment)
        os._exit(0)
    os.wait()
"""


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[LocalHarness]:
    with local_harness(tmp_path) as local:
        yield local


async def start(harness: LocalHarness, script: str, *, lines: int = 1) -> tuple[str, ...]:
    """Start a Python script and return the first lines that it prints."""
    await harness.executor.start(Program(ONE, "0" * 32, (sys.executable, "-c", script), "/"))
    return tuple(texts((await lines_until(harness.executor, ONE, lines)).lines))


def is_alive(pid: int) -> bool:
    """Does a process live? A zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in b"ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_death(pid: int) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while is_alive(pid):
        assert time.monotonic() < deadline, f"{pid} lives"
        time.sleep(0.005)


async def test_a_program_may_clean_up_within_the_grace(harness: LocalHarness) -> None:
    script = """
import signal, sys
def leave(*_):
    print("saved", flush=True); sys.exit(5)
signal.signal(signal.SIGTERM, leave); print("ready", flush=True)
while True: signal.pause()
"""
    await start(harness, script)
    await harness.executor.stop(ONE, grace_s=15)
    seen = await ended(harness.executor, ONE)
    assert (seen.exit_code, seen.signal, seen.stopped) == (5, None, True)
    assert texts(await whole_log(harness.executor, ONE)) == ["ready", "saved"]


async def test_a_program_that_ignores_the_stop_is_killed_and_a_second_order_hastens_it(
    harness: LocalHarness,
) -> None:
    script = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
    await start(harness, script)
    began = time.monotonic()
    await harness.executor.stop(ONE, grace_s=3600)
    await lines_until(harness.executor, ONE, 2)
    assert (await harness.executor.observe(ONE)).phase == "running"
    await harness.executor.stop(ONE, grace_s=0.2)
    seen = await ended(harness.executor, ONE)
    assert (seen.signal, seen.stopped) == (9, True)
    assert 0.2 <= time.monotonic() - began < 10


async def test_daemons_that_forked_twice_are_dead_after_a_stop(harness: LocalHarness) -> None:
    """Own sessions, SIGTERM ignored, two of them with an empty environment."""
    said = await start(harness, DAEMONS + "time.sleep(600)", lines=3)
    daemons = [int(text) for text in said]
    assert len(daemons) == 3
    assert all(map(is_alive, daemons))
    await harness.executor.stop(ONE, grace_s=0.3)
    assert (await ended(harness.executor, ONE)).stopped
    assert not any(map(is_alive, daemons))


async def test_daemons_are_dead_soon_after_the_program_that_left_them(harness: LocalHarness) -> None:
    said = await start(harness, DAEMONS + "time.sleep(0.5); sys.exit(4)", lines=3)
    daemons = [int(text) for text in said]
    began = time.monotonic()
    seen = await ended(harness.executor, ONE)
    assert (seen.exit_code, seen.stopped) == (4, False)
    assert time.monotonic() - began < 15
    assert not any(map(is_alive, daemons))


async def test_no_signal_to_the_shim_but_a_kill_harms_the_job(harness: LocalHarness) -> None:
    await harness.executor.start(harness.program(ONE))
    harness.say(ONE, "before")
    chunk = await lines_until(harness.executor, ONE, 1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGUSR1):
        os.kill(harness.shim_pid(ONE), number)
    harness.say(ONE, "after")
    await lines_until(harness.executor, ONE, 1, chunk.next_offset)
    harness.finish(ONE, 0)
    seen = await ended(harness.executor, ONE)
    assert (seen.exit_code, seen.stopped) == (0, False)


async def test_what_a_killed_shim_leaves_is_swept(harness: LocalHarness) -> None:
    """The job's first process dies with its shim; its child is found by the environment."""
    script = """
import os, time
pid = os.fork()
if pid == 0:
    os.setsid(); time.sleep(600)
print(os.getpid(), pid, flush=True); time.sleep(600)
"""
    (said,) = await start(harness, script)
    first, child = map(int, said.split())
    os.kill(harness.shim_pid(ONE), signal.SIGKILL)
    wait_for_death(first)
    assert is_alive(child)
    assert (await ended(harness.executor, ONE)).phase == "lost"
    wait_for_death(child)


async def test_a_stop_ordered_while_the_shim_starts_keeps_the_program_from_starting(
    harness: LocalHarness, tmp_path: Path
) -> None:
    folder = harness.path(ONE)
    folder.mkdir(parents=True)
    (folder / "stop").write_text("0")
    await harness.executor.start(Program(ONE, "0" * 32, ("touch", str(tmp_path / "ran")), "/"))
    assert (await ended(harness.executor, ONE)).stopped
    assert not (tmp_path / "ran").exists()
