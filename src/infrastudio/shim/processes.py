"""Processes from the kernel's side: parentage, identity, and the child that becomes the job."""

# pathlib would cost more than all else at the start of the shim:
# ruff: noqa: PTH123, PTH208

from __future__ import annotations

import ctypes
import os

from infrastudio.shim.signals import signal

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LIBC = ctypes.CDLL(None, use_errno=True)
IGNORED = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE)
"""Signals that the shim ignores, so that only its order file ends the job, and that the job gets back."""

NOT_STARTED, CANNOT_START = 126, 127


def become_subreaper() -> None:
    """Make orphaned descendants our children, so that none escapes. Raises OSError where the kernel refuses."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def boot_id() -> str:
    """Return the name of this boot of the machine."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def start_ticks(pid: int) -> int:
    """Return when a process started, in clock ticks since boot: with its pid and the boot id it is unique."""
    return int(_stat(str(pid))[19])


def _stat(pid: str) -> list[bytes]:
    """Return the fields of `/proc/PID/stat` from the state on; the name before it may hold blanks and parentheses."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()


def descendants(root: int) -> list[int]:
    """Return the pids of all living descendants of `root`; zombies are left out, for they need no signal."""
    children: dict[int, list[tuple[int, bytes]]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                fields = _stat(name)
            except OSError:  # it has ended since the listing
                continue
            children.setdefault(int(fields[1]), []).append((int(name), fields[0]))
    found: list[int] = []
    parents = [root]
    while parents:
        for pid, state in children.get(parents.pop(), ()):
            parents.append(pid)
            if state not in b"ZX":
                found.append(pid)
    return found


def spawn(
    arguments: list[bytes], cwd: bytes, environment: dict[bytes, bytes], stdout: int, stderr: int
) -> tuple[int, int, int]:
    """Fork the job's first process; it waits for a byte before it becomes the program.

    Returns:
        Its pid; the descriptor that lets it go (closed without a byte: it ends with code 126); and one that tells why
        the program could not be started: the end of file comes when it was.
    """
    shim = os.getpid()
    go_read, go_write = os.pipe2(os.O_CLOEXEC)
    error_read, error_write = os.pipe2(os.O_CLOEXEC)
    signal.pthread_sigmask(signal.SIG_BLOCK, IGNORED)  # a SIGTERM that comes before the reset below waits for it
    pid = os.fork()
    if pid == 0:
        try:
            for number in (*IGNORED, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, IGNORED)
            os.close(go_write)
            os.setsid()
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != shim or not os.read(go_read, 1):
                os._exit(NOT_STARTED)
            _become(arguments, cwd, environment, stdout, stderr)
        except BaseException as error:
            os.write(error_write, str(error).encode("utf-8", "replace")[:2000])
        finally:
            os._exit(CANNOT_START)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, IGNORED)
    os.close(go_read)
    os.close(error_write)
    return pid, go_write, error_read


def _become(arguments: list[bytes], cwd: bytes, environment: dict[bytes, bytes], stdout: int, stderr: int) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    try:
        os.chdir(cwd)
    except OSError as error:
        raise RuntimeError(f"cannot enter the working directory {os.fsdecode(cwd)}: {error.strerror}") from error
    try:
        os.execvpe(arguments[0], arguments, environment)
    except OSError as error:
        raise RuntimeError(f"cannot start {os.fsdecode(arguments[0])}: {error.strerror}") from error
