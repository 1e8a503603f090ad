"""Replicas as processes of this machine. They outlive the server; the next one finds them by their locks."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from infrastudio.contexts.deployments.ports import ReplicaRuntime
from infrastudio.contexts.deployments.schemas import ObservedReplica, Phase, ReplicaSpec
from infrastudio.drivers.runtimes import processes
from infrastudio.drivers.runtimes.health import is_ready
from infrastudio.drivers.runtimes.processes import ProcessName
from infrastudio.kernel.clock import Clock, format_time, parse_time
from infrastudio.kernel.errors import Conflict, ValidationFailed

MAX_SOCKET_PATH_BYTES: Final = 107
"""What `sockaddr_un` takes on Linux, without its final NUL."""

KILL_MARGIN_S: Final = 2.0
"""What a replica gets beyond its drain before it is killed."""

_KEPT_VARIABLES: Final = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")


class ProcessRuntime(ReplicaRuntime):
    """Starts `python -m infrastudio.replica` for each replica, with a folder of its own below `folder`.

    The folder's lock is taken here and handed to the process before it exists, so that there is no gap in which
    another server could start it a second time, and it is free again at the moment the process dies.
    """

    def __init__(self, folder: Path, clock: Clock, *, health_timeout_s: float = 1.0) -> None:
        """Args:
        folder: Where the replicas' folders lie; made if missing.
        health_timeout_s: Seconds that a health answer may take.
        """
        self._folder = folder
        self._clock = clock
        self._health_timeout_s = health_timeout_s
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sockets = socket_folder(folder / "run")

    @override
    async def start(self, spec: ReplicaSpec) -> None:
        folder = self._folder / spec.replica_id
        _check_model(spec)
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = processes.try_lock(folder / "lock")
        if lock is None:
            return  # it lives
        try:
            if (folder / "pid.json").exists() or (folder / "exit.json").exists():
                return  # it was started before, and ended: never twice
            self._spawn(spec, folder, lock)
        finally:
            os.close(lock)

    @override
    async def observe(self, replica_id: str) -> ObservedReplica:
        folder = self._folder / replica_id
        if not (folder / "replica.json").exists():
            return ObservedReplica(phase="absent")
        name = _process_name(folder)
        if not self._lives(folder, name):
            return _read_end(folder)
        pid = None if name is None else name.pid
        if (folder / "stop.json").exists():
            return ObservedReplica(phase="draining", pid=pid)
        path = self._socket_path(replica_id)
        if not path.exists():
            return ObservedReplica(phase="starting", pid=pid, reason="it loads the model")
        problem = await is_ready(path, timeout_s=self._health_timeout_s)
        phase: Phase = "ready" if problem is None else "unresponsive"
        return ObservedReplica(phase=phase, pid=pid, address=str(path), reason=problem)

    @override
    async def stop(self, replica_id: str, *, drain_s: float) -> None:
        folder = self._folder / replica_id
        if not (folder / "replica.json").exists():
            return
        name = _process_name(folder)
        if not self._lives(folder, name):
            return
        order = self._order_stop(folder, drain_s)
        if name is None:
            return  # it was spawned a moment ago and has not said who it is; the next call finds it
        overdue = (self._clock.now() - parse_time(order["asked_at"])).total_seconds() - order["drain_s"]
        processes.send_signal(name, signal.SIGKILL if overdue > KILL_MARGIN_S else signal.SIGTERM)

    @override
    async def remove(self, replica_id: str) -> None:
        folder = self._folder / replica_id
        if not folder.exists() or self._lives(folder, _process_name(folder)):
            return
        self._socket_path(replica_id).unlink(missing_ok=True)
        await asyncio.to_thread(shutil.rmtree, folder)

    @override
    async def replica_ids(self) -> frozenset[str]:
        return frozenset(path.parent.name for path in self._folder.glob("*/replica.json"))

    def log_path(self, replica_id: str) -> Path:
        """Return the file that holds what the replica printed."""
        return self._folder / replica_id / "output.log"

    def _spawn(self, spec: ReplicaSpec, folder: Path, lock: int) -> None:
        path = self._socket_path(spec.replica_id)
        processes.write_json(folder / "replica.json", specification_of(spec, path))
        python = spec.python or sys.executable
        argv = [python, "-m", "infrastudio.replica", str(folder), "--lock", "3"]
        output = os.open(folder / "output.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            files = [
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
                (os.POSIX_SPAWN_DUP2, lock, 3),
            ]
            os.posix_spawn(python, argv, _environment(spec), file_actions=files, setsid=True)
        finally:
            os.close(output)

    def _lives(self, folder: Path, name: ProcessName | None) -> bool:
        """Does the replica's process live? A lock that only a child of its model holds does not count."""
        lock = processes.try_lock(folder / "lock")
        if lock is not None:
            os.close(lock)
            if name is not None:
                processes.reap(name.pid)
            return False
        if name is None:
            return True
        pidfd = processes.open_process(name)
        if pidfd is None:
            processes.reap(name.pid)
            return False
        os.close(pidfd)
        return True

    def _order_stop(self, folder: Path, drain_s: float) -> dict[str, Any]:
        order = processes.read_json(folder / "stop.json")
        if order is None or order["drain_s"] > drain_s:
            asked_at = format_time(self._clock.now()) if order is None else order["asked_at"]
            order = {"asked_at": asked_at, "drain_s": drain_s}
            processes.write_json(folder / "stop.json", order)
        return order

    def _socket_path(self, replica_id: str) -> Path:
        return self._sockets / f"{replica_id}.sock"


def socket_folder(wanted: Path) -> Path:
    """Return a folder of mode 0700 whose socket paths are short enough: `wanted`, else one named after it.

    The second choice lies in `$XDG_RUNTIME_DIR`, the last in the folder for temporary files; both are the same for
    every server of the same data folder.

    Raises:
        Conflict: Somebody else owns the folder.
    """
    longest = "x" * 32 + ".sock.new"
    digest = hashlib.sha256(os.fsencode(wanted.absolute())).hexdigest()[:12]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    choices = [wanted.absolute()]
    choices += [Path(runtime) / f"infrastudio-{digest}"] if runtime and Path(runtime).is_dir() else []
    choices.append(Path("/tmp") / f"infrastudio-{os.getuid()}-{digest}")  # noqa: S108  owner and mode are checked below
    folder = next((path for path in choices if len(os.fsencode(path / longest)) <= MAX_SOCKET_PATH_BYTES), choices[-1])
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or not folder.is_dir() or folder.is_symlink():
        raise Conflict(f"{folder} belongs to somebody else; remove it, or use a data folder with a shorter path")
    folder.chmod(0o700)
    return folder


def _check_model(spec: ReplicaSpec) -> None:
    if not (Path(spec.model_path) / "MLmodel").is_file():
        raise ValidationFailed.of("model_path", f"{spec.model_path} holds no MLmodel file")
    if spec.python is not None and not os.access(spec.python, os.X_OK):
        raise ValidationFailed.of("python", f"{spec.python} is no program")


def specification_of(spec: ReplicaSpec, socket_path: Path) -> dict[str, Any]:
    """Return what `infrastudio.replica` reads; a test holds that both sides agree."""
    return {
        "replica_id": spec.replica_id,
        "model": spec.deployment,
        "version": spec.version,
        "model_path": spec.model_path,
        "socket_path": str(socket_path),
        "body_limit_bytes": spec.body_limit_bytes,
        "max_queue": spec.max_queue,
    }


def _environment(spec: ReplicaSpec) -> Mapping[str, str]:
    """Return the variables of the process: few of ours, no secret, and none that switches bytecode off."""
    threads = str(spec.threads)
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    numeric = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    return kept | numeric | {"PYTHONUNBUFFERED": "1", "STUDIO_REPLICA": spec.replica_id} | spec.environment


def _process_name(folder: Path) -> ProcessName | None:
    record = processes.read_json(folder / "pid.json")
    return None if record is None else ProcessName(record["pid"], record["start"], record["boot"])


def _read_end(folder: Path) -> ObservedReplica:
    record = processes.read_json(folder / "exit.json")
    if record is not None:
        return ObservedReplica(phase="exited", exit_code=record["code"], reason=record["reason"])
    if not (folder / "pid.json").exists():
        return ObservedReplica(phase="exited", reason="it ended before it could begin; see its output")
    return ObservedReplica(phase="exited", reason="it was killed")
