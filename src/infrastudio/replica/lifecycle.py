"""What a replica leaves beside it: the lock that says it lives, who it is, how it ended, and its listening socket."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import select
import socket
from pathlib import Path
from typing import Any

from infrastudio.kernel.clock import Clock, format_time
from infrastudio.replica.specification import EXIT_RECORD, LOCK, PROCESS_RECORD, STOP_ORDER


def hold_lock(folder: Path, inherited: int | None) -> int:
    """Return the descriptor whose lock says "this replica lives", held until the process ends.

    Args:
        folder: The folder of the replica.
        inherited: The descriptor that the starter locked and handed over; None: take the lock here.
    Raises:
        BlockingIOError: Another process serves this replica.
    """
    descriptor = inherited
    if descriptor is None:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.set_inheritable(descriptor, False)  # or a child of the model's code would keep the lock after our death
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # no-op on a lock that was handed over
    return descriptor


def write_process_record(folder: Path) -> None:
    """Write who serves this replica: pid, start time in ticks since boot, and which boot."""
    pid = os.getpid()
    _put_file(folder / PROCESS_RECORD, {"pid": pid, "start": start_time(pid), "boot": boot_id()}, durable=False)


def write_exit_record(folder: Path, clock: Clock, *, code: int, reason: str | None) -> None:
    """Write how the replica ended; best effort, for a full disk must not keep it from ending."""
    try:
        ended_at = format_time(clock.now())
        _put_file(folder / EXIT_RECORD, {"code": code, "reason": reason, "ended_at": ended_at}, durable=True)
    except OSError as error:
        os.write(2, f"replica: exit record not written: {error}\n".encode())


def read_drain_s(folder: Path, default: float) -> float:
    """Return how many seconds the stop order grants to requests under way; `default` without an order."""
    try:
        return float(json.loads((folder / STOP_ORDER).read_bytes())["drain_s"])
    except (OSError, ValueError, KeyError, TypeError):
        return default


def start_time(pid: int) -> int:
    """Return when process `pid` started, in clock ticks since boot: together with the pid it names one process.

    Raises:
        ProcessLookupError: There is no such process.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError as error:
        raise ProcessLookupError(pid) from error
    return int(stat[stat.rindex(b")") + 2 :].split()[19])


def boot_id() -> str:
    """Return the name of this boot of the machine; it changes with every restart."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def listen(path: Path) -> socket.socket:
    """Return a socket that listens at `path` with mode 0600; a stale file there is replaced without a gap.

    Raises:
        OSError: The path is too long or its folder is missing.
    """
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        mask = os.umask(0o177)
        try:
            listener.bind(str(fresh))
        finally:
            os.umask(mask)
        listener.listen(1024)
        listener.setblocking(False)
        fresh.rename(path)
    except OSError:
        listener.close()
        raise
    return listener


def unlink_own(path: Path, inode: int) -> None:
    """Remove the socket file at `path` if it is still the one with `inode`, not a successor's."""
    try:
        if path.stat().st_ino == inode:
            path.unlink()
    except FileNotFoundError:
        return


def has_waiting_connections(listener: socket.socket) -> bool:
    """Has somebody connected to `listener` who was not accepted yet?"""
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    return bool(poller.poll(0))


def _put_file(path: Path, content: dict[str, Any], *, durable: bool) -> None:
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        data = json.dumps(content).encode()
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, "short write", str(fresh))
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.rename(path)
