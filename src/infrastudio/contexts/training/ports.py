"""What training needs from the world: somewhere to run programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from typing_extensions import override

from infrastudio.contexts.training.schemas import Observed
from infrastudio.kernel.errors import Problem, ValidationFailed

LogStream = Literal["stdout", "stderr", "event"]


class AttemptId(NamedTuple):
    """Names one attempt of one job."""

    job_id: str
    number: int

    @override
    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"


@dataclass(frozen=True)
class Program:
    """What an attempt runs.

    Attributes:
        argv: Program and arguments; no shell reads them.
        cwd: An existing folder, absolute; None: a folder of the job, which its attempts share and the executor makes.
        environment: Variables over those that the executor gives to every program.

    Raises:
        ValidationFailed: No operating system can start this.
    """

    attempt: AttemptId
    run_id: str
    argv: tuple[str, ...]
    cwd: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [Problem("argv", "must name a program")] if not self.argv or not self.argv[0] else []
        problems += [Problem(f"argv.{i}", "must not contain NUL") for i, text in enumerate(self.argv) if "\0" in text]
        if self.cwd is not None and (not self.cwd.startswith("/") or "\0" in self.cwd):
            problems.append(Problem("cwd", "must be an absolute path without NUL"))
        for name, value in self.environment.items():
            if not name or "=" in name or "\0" in name + value:
                path = f"environment.{name}"
                problems.append(Problem(path, "needs a name without '=', and no NUL in name or value"))
        if problems:
            raise ValidationFailed(problems)


class LogLine(NamedTuple):
    """One line that a program printed, or one event of its executor.

    Attributes:
        time_ns: When it was read, nanoseconds since 1970; lines read together share it.
        text: Without its end; NUL and bytes that are not UTF-8 are replacement characters.
        cut: Too long to be kept as one: the next line of the stream goes on with it.
    """

    time_ns: int
    stream: LogStream
    text: str
    cut: bool = False


@dataclass(frozen=True)
class LogChunk:
    """What was read of a log.

    Attributes:
        lines: In order.
        next_offset: Where to read on; store it in the same transaction as the lines.
        ended: Nothing will ever follow `next_offset`.
        unfinished: By stream, the line that it is printing, for live views only; empty: it has finished it. A stream
            that is missing did not say anything new.
    """

    lines: tuple[LogLine, ...]
    next_offset: int
    ended: bool
    unfinished: Mapping[LogStream, str] = field(default_factory=dict)


class Executor(Protocol):
    """Runs programs somewhere. Any call may be repeated: the second one changes nothing.

    A program goes on when the process that started it dies, and is found again by its attempt.
    """

    async def start(self, program: Program) -> None:
        """Start the attempt, unless it was started before, even if it has ended since."""
        ...

    async def observe(self, attempt: AttemptId) -> Observed:
        """Tell how the attempt is now; what is left of a lost one is ended first."""
        ...

    async def stop(self, attempt: AttemptId, *, grace_s: float) -> None:
        """Order the attempt's end: its processes are asked, and after `grace_s` seconds killed. Does not wait for it.

        A second order can only shorten the grace. An attempt that is absent or has ended is left alone.
        """
        ...

    async def read_log(self, attempt: AttemptId, offset: int, max_bytes: int = 1 << 20) -> LogChunk:
        """Return whole lines from `offset` on, which is 0 or a `next_offset`.

        Args:
            attempt: Whose log.
            offset: Where to begin.
            max_bytes: About how much to read; at least one piece is, whatever its size.
        """
        ...

    async def wait_for_change(self, attempt: AttemptId, offset: int, *, timeout_s: float) -> bool:
        """Wait until there is log beyond `offset` or the attempt has ended; False: neither came in `timeout_s`."""
        ...

    async def discard_log(self, attempt: AttemptId, *, before: int) -> None:
        """Free the storage of what was read; lines before offset `before` are never asked for again."""
        ...


class Executors(dict[str, Executor]):
    """The executors that are set up on this server, by the name that jobs know them by."""
