"""Servers as processes of their own: started on free ports with temporary data, watched by /proc, ended by pid."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infrastudio.server.data_folder import running_server

START_DEADLINE_S: Final = 60.0
STOP_DEADLINE_S: Final = 20.0
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
REPOSITORY: Final = Path(__file__).parents[2]
PEERS: Final = REPOSITORY / "benchmarks" / "peers"


@dataclass(frozen=True)
class Server:
    """A server process that answers."""

    process: subprocess.Popen[bytes]
    host: str
    port: int

    @property
    def pid(self) -> int:
        """The process that was started; its children are its own affair."""
        return self.process.pid

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    @property
    def address(self) -> tuple[str, int]:
        """What a socket connects to."""
        return self.host, self.port

    def cpu_s(self) -> float:
        """Return the processor time that the server and its children have used, in seconds."""
        return sum(cpu_s(pid) for pid in (self.pid, *descendants(self.pid)))


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without settings of ours, and with bytecode, so that every server starts alike."""
    ours = ("STUDIO_", "DATABASE_URL", "DB_", "PYTHONDONTWRITEBYTECODE", "PORT", "LOG_", "DEBUG", "MLFLOW_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | more


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(command: Sequence[object], folder: Path, *, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in `folder`, as the leader of a session, with its output in `folder/output.log`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "output.log").open("ab") as log:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


@contextmanager
def running(
    command: Sequence[object], folder: Path, *, port: int, path: str = "/health", **environment: str
) -> Iterator[Server]:
    """Run a server until the block ends; it is ready when `path` answers with 200."""
    process = start(command, folder, environment=clean_environment(**environment))
    try:
        server = Server(process, "127.0.0.1", port)
        wait_until(lambda: answers(server.url + path), process, folder)
        yield server
    finally:
        stop(process)


@contextmanager
def running_studio(folder: Path, *, port: int = 0, **environment: str) -> Iterator[Server]:
    """Run `studio up` with its data in `folder/data` until the block ends."""
    process = start(studio_command(folder, port), folder, environment=clean_environment(**environment))
    try:
        yield studio_server(process, folder)
    except BaseException:
        sys.stderr.write(f"the server said:\n{_tail(folder)}\n")
        raise
    finally:
        stop(process)


def studio_command(folder: Path, port: int = 0) -> list[object]:
    """Return the command that serves `folder/data`."""
    return [sys.executable, "-m", "infrastudio.cli.main", "up", "--data", folder / "data", "--port", str(port),
            "--no-open"]  # fmt: skip


def studio_server(process: subprocess.Popen[bytes], folder: Path) -> Server:
    """Wait until a `studio up` answers and return it with the port that it took."""

    def is_announced() -> bool:
        owner = running_server(folder / "data")
        return owner is not None and owner.pid == process.pid

    wait_until(is_announced, process, folder)
    owner = running_server(folder / "data")
    assert owner is not None
    server = Server(process, "127.0.0.1", int(owner.url.rsplit(":", 1)[1]))
    wait_until(lambda: answers(f"{server.url}/health"), process, folder)
    return server


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes], folder: Path) -> None:
    """Return once `condition()` holds.

    Raises:
        RuntimeError: The process ended, or the time was up; carries the end of its output.
    """
    deadline = time.monotonic() + START_DEADLINE_S
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} does not answer (exit code {process.returncode}):\n{_tail(folder)}")
        time.sleep(0.01)


def _tail(folder: Path) -> str:
    return (folder / "output.log").read_text(errors="replace")[-3000:]


def answers(url: str) -> bool:
    """Does the address answer with 200?"""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children: politely first, by force after a while."""
    family = descendants(process.pid)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """Return the children of a process, theirs, and so on."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
    found, stack = [], [pid]
    while stack:
        for child in children.get(stack.pop(), ()):
            found.append(child)
            stack.append(child)
    return found


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, in seconds; 0 once it is gone."""
    try:
        fields = _stat(pid)
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_bytes(pid: int) -> int:
    """Return the memory that a process holds, shared pages included."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat behind the program's name: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
