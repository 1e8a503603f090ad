"""The folder that the executor and the shim of one attempt share, and what it tells about the attempt.

`lock` is held by the shim while it lives · `program`, what to run, deleted at the start, for its environment holds
secrets · `pid.json`, written before the program starts ·
`stop`, the order to end, in ms of grace · `exit.json`, the end · `log.*`, the output · `shim.err`, its own failures.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import orjson

PROGRAM, LOCK, IDENTITY, EXIT, STOP, ERRORS = "program", "lock", "pid.json", "exit.json", "stop", "shim.err"
_OPEN_LOCK: Final = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


@dataclass(frozen=True)
class Identity:
    """Which processes hold the attempt: pids are used again, with start time and boot they are unique."""

    shim: int
    shim_start: int
    job: int
    job_start: int
    boot: str
    started_ns: int


@dataclass(frozen=True)
class Exit:
    """The exit record, as the shim wrote it."""

    code: int | None
    signal: int | None
    stopped: bool
    error: str | None
    started_ns: int
    ended_ns: int
    end: int
    lost: int
    user_us: int
    system_us: int
    max_rss_kb: int


State = Literal["absent", "starting", "running", "exited", "lost"]


class AttemptFolder:
    """Reads and writes the small files of one attempt; blocking, for a worker thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def try_lock(self) -> int | None:
        """Return a descriptor that holds the lock; None: a shim lives. The folder must exist."""
        fd = os.open(self.path / LOCK, _OPEN_LOCK, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        return fd

    def is_held(self) -> bool:
        """Does a shim live?"""
        try:
            fd = os.open(self.path / LOCK, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    def identity(self) -> Identity | None:
        """Return who holds, or held, the attempt; None: it was not started."""
        record = self._record(IDENTITY)
        return None if record is None else Identity(**record)

    def exit(self) -> Exit | None:
        """Return the exit record; None: there is none yet."""
        record = self._record(EXIT)
        return None if record is None else Exit(**record)

    def state(self) -> State:
        """Return what lock and records say. The lock is looked at first: who held it has written all it will."""
        held = self.is_held()
        if (self.path / EXIT).exists():
            return "exited"
        if (self.path / IDENTITY).exists():
            return "running" if held else "lost"
        return "starting" if held else "absent"

    def errors(self) -> str | None:
        """Return what the shim itself complained about; None: nothing."""
        try:
            text = (self.path / ERRORS).read_text("utf-8", "replace").strip()
        except FileNotFoundError:
            return None
        return text[-2000:] or None

    def put(self, name: str, data: bytes) -> None:
        """Write a file that appears whole or not at all, and survives a power cut."""
        temporary = self.path / f"{name}.new"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(fd)
        temporary.replace(self.path / name)
        fd = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def _record(self, name: str) -> dict[str, Any] | None:
        try:
            record: dict[str, Any] = orjson.loads((self.path / name).read_bytes())
        except FileNotFoundError:
            return None
        return record


def program_file(cwd: str, argv: tuple[str, ...], environment: dict[str, str]) -> bytes:
    """Return the file `program`: directory, count of arguments, arguments, `name=value` each, all ended by NUL."""
    fields = [cwd, str(len(argv)), *argv, *(f"{name}={value}" for name, value in environment.items())]
    return b"".join(os.fsencode(field) + b"\0" for field in fields)
