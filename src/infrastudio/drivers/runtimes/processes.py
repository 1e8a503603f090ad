"""Processes that need not be our children: found by a lock, named by pid, start time and boot, signalled by pidfd."""

from __future__ import annotations

import fcntl
import os
import signal
from pathlib import Path
from typing import Any, NamedTuple

import orjson


class ProcessName(NamedTuple):
    """Names one process for ever; a pid alone is given to another one later."""

    pid: int
    start: int
    """Start time in clock ticks since boot."""
    boot: str


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in `path`; None when there is none, or a torn one."""
    try:
        value = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    return value if isinstance(value, dict) else None


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Put `value` into `path` whole or not at all, also when power fails."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(value))
        file.flush()
        os.fsync(descriptor)
    fresh.rename(path)


def try_lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock of `path`; None when somebody else holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def open_process(name: ProcessName) -> int | None:
    """Return a pidfd of the process; None when it is gone, also if its pid belongs to another one now."""
    try:
        if Path("/proc/sys/kernel/random/boot_id").read_text().strip() != name.boot:
            return None
        pidfd = os.pidfd_open(name.pid)
    except ProcessLookupError:
        return None
    if _living_start(name.pid) == name.start:  # asked after the pidfd is open: from here on it can't change
        return pidfd
    os.close(pidfd)
    return None


def send_signal(name: ProcessName, number: signal.Signals) -> bool:
    """Send a signal to exactly that process; False when it is gone."""
    pidfd = open_process(name)
    if pidfd is None:
        return False
    try:
        signal.pidfd_send_signal(pidfd, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(pidfd)
    return True


def reap(pid: int) -> None:
    """Collect the end of a child; nothing happens when `pid` lives or is not our child."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _living_start(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat[stat.rindex(b")") + 2 :].split()
    return None if fields[0] in (b"Z", b"X") else int(fields[19])
