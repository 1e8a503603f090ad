"""Runs programs on this machine, each attempt under a shim of its own that outlives us."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from typing_extensions import override

from infrastudio.contexts.training.ports import AttemptId, Executor, LogChunk, Program
from infrastudio.contexts.training.schemas import Observed
from infrastudio.drivers.executors import processes
from infrastudio.drivers.executors.attempt_folder import (
    ERRORS,
    PROGRAM,
    STOP,
    AttemptFolder,
    Exit,
    Identity,
    program_file,
)
from infrastudio.drivers.executors.log_reader import delete_segments, log_size, read_lines
from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.errors import ValidationFailed

SHIM: Final = str(Path(__file__).parents[2] / "shim" / "shim.py")
"""The program that holds an attempt; a path, for it is started and never imported."""
_JOB_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_NOT_FOR_JOBS: Final = re.compile(
    r"STUDIO_.*|DATABASE_URL|PYTHONDONTWRITEBYTECODE|MLFLOW_(?:TRACKING_.*|REGISTRY_URI|RUN_ID|EXPERIMENT_.*)"
)
"""Our own settings, which hold secrets; other servers of tracking clients; and the variable that would have every start
compile all imports anew."""
_LOCK_FD: Final = 3
_LOOK_S: Final = 0.25
"""A look at the lock holds it for a moment: who starts tries again so long, unless a shim has told its identity."""
_FOR_SHIMS: Final = ("LD_LIBRARY_PATH",)


class LocalExecutor(Executor):
    """Runs programs as processes of this machine.

    Args:
        folder: Where the attempts live; made at the first start.
        shim: Path of the shim program.
        environment: What every program finds in its environment, without our own settings; None: what we have.
        poll_s: How often a log that somebody waits for is looked at.
        python: The interpreter of the shims; programs find it as `python3` and `python`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        shim: str = SHIM,
        environment: Mapping[str, str] | None = None,
        poll_s: float = 0.05,
        python: str = sys.executable,
    ) -> None:
        self._folder = folder.absolute()
        self._shim = (python, "-I", "-S", shim)
        inherited = os.environ if environment is None else environment
        self._environment = {"PYTHONUNBUFFERED": "1"} | {
            name: value for name, value in inherited.items() if not _NOT_FOR_JOBS.fullmatch(name)
        }
        # `python3` is our own interpreter, which has the recipes and what they import.
        search_path = (str(Path(python).parent), self._environment.get("PATH", os.defpath))
        self._environment["PATH"] = os.pathsep.join(search_path)
        self._poll_s = poll_s
        self._shims: dict[AttemptId, int] = {}
        self._swept: set[AttemptId] = set()
        self._lock = threading.Lock()

    @override
    async def start(self, program: Program) -> None:
        await asyncio.to_thread(self._start, program)

    @override
    async def observe(self, attempt: AttemptId) -> Observed:
        return await asyncio.to_thread(self._observe, attempt)

    @override
    async def stop(self, attempt: AttemptId, *, grace_s: float) -> None:
        await asyncio.to_thread(self._stop, attempt, grace_s)

    @override
    async def read_log(self, attempt: AttemptId, offset: int, max_bytes: int = 1 << 20) -> LogChunk:
        return await asyncio.to_thread(self._read_log, attempt, offset, max_bytes)

    @override
    async def discard_log(self, attempt: AttemptId, *, before: int) -> None:
        folder = self._attempt_folder(attempt)
        await asyncio.to_thread(lambda: delete_segments(folder.path, before, end=_end(folder)))

    @override
    async def wait_for_change(self, attempt: AttemptId, offset: int, *, timeout_s: float) -> bool:
        folder = self._attempt_folder(attempt)
        deadline = asyncio.get_running_loop().time() + timeout_s
        pidfd = await asyncio.to_thread(_shim_pidfd, folder)
        try:
            while log_size(folder.path) <= offset and folder.state() not in ("exited", "lost"):
                left_s = deadline - asyncio.get_running_loop().time()
                if left_s <= 0:
                    return False
                if pidfd is None:
                    await asyncio.sleep(min(self._poll_s, left_s))
                    pidfd = _shim_pidfd(folder)
                else:
                    await processes.wait_readable(pidfd, min(self._poll_s, left_s))
            return True
        finally:
            if pidfd is not None:
                os.close(pidfd)

    def _attempt_folder(self, attempt: AttemptId) -> AttemptFolder:
        if not _JOB_ID.fullmatch(attempt.job_id):
            raise ValidationFailed.of("job_id", "may hold letters, digits, '_' and '-' only")
        return AttemptFolder(self._folder / attempt.job_id / str(attempt.number))

    def _start(self, program: Program) -> None:
        folder = self._attempt_folder(program.attempt)
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        deadline = time.monotonic() + _LOOK_S
        while (lock := folder.try_lock()) is None:
            if folder.identity() is not None or time.monotonic() > deadline:
                return
            time.sleep(_LOOK_S / 100)  # a file lock tells nobody when it is free
        try:
            if folder.identity() is None and folder.exit() is None:
                environment = self._environment | dict(program.environment)
                environment |= {"STUDIO_RUN_ID": program.run_id, "STUDIO_ATTEMPT": str(program.attempt)}
                cwd = program.cwd or self._work_folder(program.attempt.job_id)
                folder.put(PROGRAM, program_file(cwd, program.argv, environment))
                self._launch(program.attempt, folder, lock)
        finally:
            os.close(lock)

    def _work_folder(self, job_id: str) -> str:
        """Return the folder of a job that says none; made where it is missing."""
        path = self._folder / job_id / "work"
        path.mkdir(mode=0o700, exist_ok=True)
        return str(path)

    def _launch(self, attempt: AttemptId, folder: AttemptFolder, lock: int) -> None:
        """Start the shim in a session of its own, with the lock; it closes all other descriptors."""
        errors = str(folder.path / ERRORS)
        pid = os.posix_spawn(  # no Popen: that wants to see its child's end, and the shim outlives us
            self._shim[0],
            [*self._shim, str(folder.path), str(_LOCK_FD)],
            {name: os.environ[name] for name in _FOR_SHIMS if name in os.environ},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, lock, _LOCK_FD),
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        with self._lock:
            self._shims[attempt] = pid

    def _observe(self, attempt: AttemptId) -> Observed:
        folder = self._attempt_folder(attempt)
        state = folder.state()
        identity = folder.identity()
        if state != "starting":
            self._collect(attempt)
        if state == "exited" and (record := folder.exit()) is not None:
            return _exited(record)
        if state == "lost" and identity is not None:
            self._sweep(attempt, identity)
        error = folder.errors() if state == "absent" else None
        return Observed(phase=state, started_at=_moment(identity.started_ns) if identity else None, error=error)

    def _collect(self, attempt: AttemptId) -> None:
        """Reap the attempt's shim if it was our child and has ended."""
        with self._lock:
            pid = self._shims.get(attempt)
            if pid is not None and _has_ended(pid):
                del self._shims[attempt]

    def _sweep(self, attempt: AttemptId, identity: Identity) -> None:
        if attempt not in self._swept:
            processes.sweep(identity, f"STUDIO_ATTEMPT={attempt}")
            self._swept.add(attempt)

    def _stop(self, attempt: AttemptId, grace_s: float) -> None:
        folder = self._attempt_folder(attempt)
        if folder.state() not in ("starting", "running"):
            return
        folder.put(STOP, str(max(0, round(grace_s * 1000))).encode())
        pidfd = _shim_pidfd(folder)  # None while it starts: it looks for the order before it lets the program go
        if pidfd is not None:
            processes.send(pidfd, signal.SIGUSR1)

    def _read_log(self, attempt: AttemptId, offset: int, max_bytes: int) -> LogChunk:
        folder = self._attempt_folder(attempt)
        end = _end(folder)  # before the log is read: what is written in between is read, and the end is not missed
        record = folder.exit()
        time_ns = record.ended_ns if record else 0
        reading = read_lines(folder.path, offset, max_bytes, end=end, time_ns=time_ns)
        return LogChunk(
            lines=tuple(reading.lines),
            next_offset=reading.next_offset,
            ended=end is not None and reading.next_offset >= end,
            unfinished=reading.unfinished,
        )


def _has_ended(pid: int) -> bool:
    """Reap our child if it has ended; has it, or was it reaped before?"""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _end(folder: AttemptFolder) -> int | None:
    """Return where the log ends; None: it is not complete."""
    state = folder.state()
    if state == "exited" and (record := folder.exit()) is not None:
        return record.end
    return log_size(folder.path) if state == "lost" else None


def _shim_pidfd(folder: AttemptFolder) -> int | None:
    identity = folder.identity()
    return None if identity is None else processes.open_pidfd(identity.shim, identity.shim_start, identity.boot)


def _exited(record: Exit) -> Observed:
    return Observed(
        phase="exited",
        exit_code=record.code,
        signal=record.signal,
        stopped=record.stopped,
        started_at=_moment(record.started_ns),
        ended_at=_moment(record.ended_ns),
        cpu_s=(record.user_us + record.system_us) / 1e6,
        max_rss_bytes=record.max_rss_kb * 1024,
        lost_bytes=record.lost,
        error=record.error,
    )


def _moment(time_ns: int) -> datetime:
    return from_micros(time_ns // 1000)
