"""Processes that are not our children: identity, exit, and what a killed shim has left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from infrastudio.drivers.executors.attempt_folder import Identity


def boot_id() -> str:
    """Return the name of this boot of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def start_ticks(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None: there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(stat.rpartition(b")")[2].split()[19])


def open_pidfd(pid: int, started: int, boot: str) -> int | None:
    """Return a descriptor of exactly this process; None: it has ended, whoever has its pid now."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return None
    if start_ticks(pid) == started and boot_id() == boot:  # after the descriptor is open, or the pid could change hands
        return fd
    os.close(fd)
    return None


async def wait_readable(fd: int, timeout_s: float) -> bool:
    """Wait until `fd` is readable: a pidfd is when its process has ended. False: not in `timeout_s`."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(fd, ready.set)
    try:
        async with asyncio.timeout(timeout_s):
            await ready.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(fd)
    return True


def sweep(identity: Identity, mark: str) -> None:
    """Kill what the killed shim of an attempt has left: its first process, and all with `mark` in their environment.

    A process that has cleared its environment, and whose shim was killed, is not found.
    """
    if boot_id() != identity.boot:
        return
    fd = open_pidfd(identity.job, identity.job_start, identity.boot)
    if fd is not None:
        send(fd, signal.SIGKILL)
    while _kill_marked(mark.encode()):  # again, for what was killed may just have forked
        pass


def _kill_marked(mark: bytes) -> bool:
    """Kill every process with `mark` among its environment variables; was there any that lived?"""
    found = False
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fd = os.pidfd_open(int(folder.name))
        except (ProcessLookupError, OSError):  # it has ended, or is a thread
            continue
        try:
            marked = mark in (folder / "environ").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):  # it has ended, or is not ours
            marked = False
        if marked:
            found = True
            send(fd, signal.SIGKILL)
        else:
            os.close(fd)
    return found


def send(fd: int, number: int) -> None:
    """Send a signal to the process of a pidfd, if it still lives, and close the descriptor."""
    try:
        signal.pidfd_send_signal(fd, number)
    except ProcessLookupError:  # it has ended by itself
        return
    finally:
        os.close(fd)
