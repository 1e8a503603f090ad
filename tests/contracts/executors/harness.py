"""The same orders for programs under every executor: say a line, end, be lost."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from infrastudio.contexts.training.ports import AttemptId, Executor, LogChunk, LogLine, LogStream, Program
from infrastudio.contexts.training.schemas import Observed
from infrastudio.drivers.executors.local import LocalExecutor
from infrastudio.drivers.executors.memory import MemoryExecutor
from infrastudio.kernel.clock import ManualClock
from infrastudio.shim import PROGRAM

TIMEOUT_S = 20.0

OBEDIENT = """
exec 3<>"$1"
while read -r verb rest <&3; do
    case $verb in
        stdout) printf '%s\\n' "$rest" ;;
        stderr) printf '%s\\n' "$rest" >&2 ;;
        part) printf '%b' "$rest" ;;
        count) seq "$rest" ;;
        touch) : > "$rest" ;;
        exit) exit "$rest" ;;
        kill) kill -9 $$ ;;
    esac
done
"""
"""A shell program that does what it reads from a pipe with a name."""


class Harness(Protocol):
    """An executor, and the strings that move its programs."""

    executor: Executor

    def program(self, attempt: AttemptId) -> Program: ...
    def say(self, attempt: AttemptId, text: str, stream: LogStream = "stdout") -> None: ...
    def finish(self, attempt: AttemptId, exit_code: int) -> None: ...
    def kill(self, attempt: AttemptId) -> None: ...
    def lose(self, attempt: AttemptId) -> None: ...


class MemoryHarness(Harness):
    def __init__(self) -> None:
        self.executor = self._memory = MemoryExecutor(ManualClock(datetime(2026, 1, 1, tzinfo=UTC)))

    @override
    def program(self, attempt: AttemptId) -> Program:
        return Program(attempt, "0" * 32, ("anything",), "/")

    @override
    def say(self, attempt: AttemptId, text: str, stream: LogStream = "stdout") -> None:
        self._memory.say(attempt, text, stream)

    @override
    def finish(self, attempt: AttemptId, exit_code: int) -> None:
        self._memory.finish(attempt, exit_code)

    @override
    def kill(self, attempt: AttemptId) -> None:
        self._memory.finish(attempt, signal=9)

    @override
    def lose(self, attempt: AttemptId) -> None:
        self._memory.lose(attempt)


class LocalHarness(Harness):
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "attempts"
        self.executor = LocalExecutor(self.folder, shim=PROGRAM)
        self._work = folder
        self._pipes: dict[AttemptId, int] = {}

    @override
    def program(self, attempt: AttemptId) -> Program:
        path = self._work / f"{attempt.job_id}-{attempt.number}.orders"
        if attempt not in self._pipes:
            os.mkfifo(path)
            self._pipes[attempt] = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        return Program(attempt, "0" * 32, ("sh", "-c", OBEDIENT, "sh", str(path)), str(self._work))

    def order(self, attempt: AttemptId, text: str) -> None:
        """Give the program one order of `OBEDIENT`."""
        os.write(self._pipes[attempt], f"{text}\n".encode())

    @override
    def say(self, attempt: AttemptId, text: str, stream: LogStream = "stdout") -> None:
        self.order(attempt, f"{stream} {text}")

    @override
    def finish(self, attempt: AttemptId, exit_code: int) -> None:
        self.order(attempt, f"exit {exit_code}")

    @override
    def kill(self, attempt: AttemptId) -> None:
        self.order(attempt, "kill")

    @override
    def lose(self, attempt: AttemptId) -> None:
        os.kill(self.shim_pid(attempt), signal.SIGKILL)

    def path(self, attempt: AttemptId) -> Path:
        return self.folder / attempt.job_id / str(attempt.number)

    def shim_pid(self, attempt: AttemptId) -> int:
        """Return the pid of the attempt's shim, when it has told it."""
        deadline = time.monotonic() + TIMEOUT_S
        while not (record := self.path(attempt) / "pid.json").exists():
            assert time.monotonic() < deadline, (self.path(attempt) / "shim.err").read_text()
            time.sleep(0.005)
        return int(json.loads(record.read_text())["shim"])

    def close(self) -> None:
        """End every shim that is left, with all below it."""
        for fd in self._pipes.values():
            os.close(fd)
        for folder in self.folder.glob("*/*"):
            (folder / "stop").write_text("0")
            if (folder / "pid.json").exists() and not (folder / "exit.json").exists():
                try:
                    os.kill(json.loads((folder / "pid.json").read_text())["shim"], signal.SIGUSR1)
                except ProcessLookupError:
                    continue


@contextmanager
def local_harness(folder: Path) -> Iterator[LocalHarness]:
    """A local executor in `folder`; at the end nothing of it runs."""
    harness = LocalHarness(folder)
    try:
        yield harness
    finally:
        harness.close()


async def ended(executor: Executor, attempt: AttemptId) -> Observed:
    """Wait for the attempt's end and return how it ended."""
    offset = 0
    deadline = time.monotonic() + TIMEOUT_S
    while (seen := await executor.observe(attempt)).phase not in ("exited", "lost"):
        assert time.monotonic() < deadline, f"still {seen}"
        await executor.wait_for_change(attempt, offset, timeout_s=0.5)
        offset = (await executor.read_log(attempt, offset)).next_offset
    return seen


async def lines_until(executor: Executor, attempt: AttemptId, count: int, offset: int = 0) -> LogChunk:
    """Wait for `count` lines behind `offset`; return them, or more."""
    lines: list[LogLine] = []
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        chunk = await executor.read_log(attempt, offset)
        lines += chunk.lines
        offset = chunk.next_offset
        if len(lines) >= count:
            return LogChunk(tuple(lines), offset, chunk.ended, chunk.unfinished)
        assert time.monotonic() < deadline, f"only {lines}"
        assert not chunk.ended, f"the log ended with {lines}"
        await executor.wait_for_change(attempt, offset, timeout_s=0.5)


async def whole_log(executor: Executor, attempt: AttemptId, *, max_bytes: int = 1 << 20) -> list[LogLine]:
    """Return all lines of an attempt that has ended, read piece by piece."""
    lines: list[LogLine] = []
    offset, over = 0, False
    while not over:
        chunk = await executor.read_log(attempt, offset, max_bytes)
        assert chunk.next_offset > offset or chunk.ended
        offset, over = chunk.next_offset, chunk.ended
        lines += chunk.lines
    return lines


def texts(lines: list[LogLine] | tuple[LogLine, ...], stream: LogStream = "stdout") -> list[str]:
    """Return what stands in the lines of one stream."""
    return [line.text for line in lines if line.stream == stream]
