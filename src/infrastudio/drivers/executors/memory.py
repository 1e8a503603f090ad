"""Programs that exist in memory only, moved by hand: for tests, and for recording a past."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from typing_extensions import override

from infrastudio.contexts.training.ports import AttemptId, Executor, LogChunk, LogLine, LogStream, Program
from infrastudio.contexts.training.schemas import Observed
from infrastudio.kernel.clock import Clock, to_micros

_SIGTERM = 15


@dataclass
class MemoryProgram:
    """One attempt: what runs, how it is, what it printed."""

    program: Program
    observed: Observed
    lines: list[LogLine] = field(default_factory=list)
    first: int = 0
    """The offset of the first line that was not discarded."""

    @property
    def end(self) -> int:
        """The offset after the last line."""
        return self.first + len(self.lines)


class MemoryExecutor(Executor):
    """Keeps programs as values; `say`, `finish` and `lose` are what they do. Offsets of the log count lines.

    Args:
        clock: The time of starts, lines and ends.
        on_start: Called with each program that starts, to make it do something at once.
    """

    def __init__(self, clock: Clock, on_start: Callable[[MemoryExecutor, Program], None] | None = None) -> None:
        self.programs: dict[AttemptId, MemoryProgram] = {}
        self._clock = clock
        self._on_start = on_start
        self._changed = asyncio.Event()

    def say(self, attempt: AttemptId, text: str, stream: LogStream = "stdout") -> None:
        """Let the running program print one line."""
        time_ns = to_micros(self._clock.now()) * 1000
        self._running(attempt).lines.append(LogLine(time_ns, stream, text))
        self._notify()

    def finish(
        self, attempt: AttemptId, exit_code: int | None = 0, *, signal: int | None = None, stopped: bool = False
    ) -> None:
        """Let the running program end by itself, or by a signal."""
        program = self._running(attempt)
        program.observed = program.observed.model_copy(
            update={
                "phase": "exited",
                "exit_code": exit_code if signal is None else None,
                "signal": signal,
                "stopped": stopped,
                "ended_at": self._clock.now(),
                "cpu_s": 0.0,
                "max_rss_bytes": 0,
            }
        )
        self._notify()

    def lose(self, attempt: AttemptId) -> None:
        """Let nobody know how the running program ended."""
        program = self._running(attempt)
        program.observed = program.observed.model_copy(update={"phase": "lost"})
        self._notify()

    @override
    async def start(self, program: Program) -> None:
        if program.attempt in self.programs:
            return
        observed = Observed(phase="running", started_at=self._clock.now())
        self.programs[program.attempt] = MemoryProgram(program, observed)
        self._notify()
        if self._on_start is not None:
            self._on_start(self, program)

    @override
    async def observe(self, attempt: AttemptId) -> Observed:
        program = self.programs.get(attempt)
        return Observed(phase="absent") if program is None else program.observed

    @override
    async def stop(self, attempt: AttemptId, *, grace_s: float) -> None:
        program = self.programs.get(attempt)
        if program is not None and program.observed.phase == "running":
            self.say(
                attempt, f'{{"event": "stop", "message": "stop ordered, {grace_s:g} s until it is killed"}}', "event"
            )
            self.finish(attempt, signal=_SIGTERM, stopped=True)

    @override
    async def read_log(self, attempt: AttemptId, offset: int, max_bytes: int = 1 << 20) -> LogChunk:
        program = self.programs.get(attempt)
        if program is None:
            return LogChunk((), offset, ended=False)
        taken: list[LogLine] = []
        room = max_bytes
        for line in program.lines[offset - program.first :]:
            if room <= 0:
                break
            taken.append(line)
            room -= len(line.text.encode()) + 1
        next_offset = offset + len(taken)
        over = program.observed.phase in ("exited", "lost") and next_offset >= program.end
        return LogChunk(tuple(taken), next_offset, ended=over)

    @override
    async def wait_for_change(self, attempt: AttemptId, offset: int, *, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                while not self._has_news(attempt, offset):
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    @override
    async def discard_log(self, attempt: AttemptId, *, before: int) -> None:
        program = self.programs.get(attempt)
        if program is not None:
            del program.lines[: max(0, before - program.first)]
            program.first = max(program.first, before)

    def _has_news(self, attempt: AttemptId, offset: int) -> bool:
        program = self.programs.get(attempt)
        return program is not None and (program.end > offset or program.observed.phase in ("exited", "lost"))

    def _running(self, attempt: AttemptId) -> MemoryProgram:
        program = self.programs[attempt]
        if program.observed.phase != "running":
            raise RuntimeError(f"attempt {attempt} is {program.observed.phase}: it does nothing any more")
        return program

    def _notify(self) -> None:
        """Wake all who wait; a new event for those to come."""
        self._changed.set()
        self._changed = asyncio.Event()
