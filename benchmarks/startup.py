"""Measures the time from starting a process to its first 200, and what an idle server holds in memory.

The peer imports FastAPI, SQLAlchemy's ORM and uvicorn, and answers: what any server of these parts costs. All have
their bytecode. `studio up` starts once on a folder that has its database, and once on an empty one. Its port answers
/health while the application is still being made, so the first list that it answers is measured too.
"""

from __future__ import annotations

import functools
import itertools
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.harness.processes import (
    PEERS,
    START_DEADLINE_S,
    clean_environment,
    descendants,
    free_port,
    resident_bytes,
    running_studio,
    start,
    stop,
    studio_command,
)
from benchmarks.harness.report import console, effort, median, print_conditions, ratio
from rich.table import Table

IDLE_S: Final = 5.0
LOOK_S: Final = 0.002
TARGET_RATIO: Final = 1.5
TARGET_MB: Final = 150
HEALTH: Final = "/health"
LIST: Final = "/api/experiments"

_numbers = itertools.count()


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=7, seconds=1.0)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        print_conditions(asked)
        starts: tuple[Callable[[], float], ...] = (
            functools.partial(start_peer, folder / "peer"),
            functools.partial(start_studio, folder / "kept"),
            lambda: start_studio(folder / f"empty-{next(_numbers)}"),
            functools.partial(start_studio, folder / "kept", LIST),
        )
        for warm_up in starts:
            warm_up()
        print_starts(_alternate(asked.rounds, starts))
        print_memory(idle_bytes(folder / "kept"))


def start_peer(folder: Path) -> float:
    """Return the seconds that the peer takes to answer."""
    port = free_port()
    return seconds_to_answer([sys.executable, PEERS / "minimal_app.py", port], folder, port)


def start_studio(folder: Path, path: str = HEALTH) -> float:
    """Return the seconds that `studio up` takes to answer."""
    port = free_port()
    return seconds_to_answer(studio_command(folder, port), folder, port, path)


def seconds_to_answer(command: Sequence[object], folder: Path, port: int, path: str = HEALTH) -> float:
    """Start a server, and stop it as soon as it has answered."""
    began = time.perf_counter()
    process = start(command, folder, environment=clean_environment())
    try:
        while not _answers(port, path):
            _require_alive(process, folder, began)
            time.sleep(LOOK_S)  # between two looks
        return time.perf_counter() - began
    finally:
        stop(process)


def idle_bytes(folder: Path) -> int:
    """Return what a server with all its children holds after some seconds without a request."""
    with running_studio(folder) as server:
        time.sleep(IDLE_S)  # what is measured: memory after this time
        return sum(resident_bytes(pid) for pid in (server.pid, *descendants(server.pid)))


def print_starts(rounds: Sequence[Sequence[float]]) -> None:
    """Print the table of starts."""
    peer = rounds[0]
    table = Table(title="Start to the first 200", title_justify="left", header_style="bold")
    for column in ("what", "median ms", "fastest ms", "ratio", "target"):
        table.add_column(column, justify="left" if column == "what" else "right")
    names = (
        "FastAPI + SQLAlchemy ORM + uvicorn",
        "studio up, data folder of before",
        "studio up, empty data folder",
        "studio up, first list",
    )
    targets = ("", f"≤ {TARGET_RATIO}×", "", "")
    for name, times, target in zip(names, rounds, targets, strict=True):
        row = (f"{median(times) * 1000:,.0f}", f"{min(times) * 1000:,.0f}", f"[bold]{ratio(times, peer):.2f}×[/]")
        table.add_row(name, *row, target)
    console.print(table)


def print_memory(resident: int) -> None:
    """Print what an idle server holds."""
    console.print(f"Resident memory after {IDLE_S:g} idle s: [bold]{resident / 1e6:.0f} MB[/] (target ≤ {TARGET_MB})")


def _alternate(rounds: int, starts: Sequence[Callable[[], float]]) -> list[list[float]]:
    results: list[list[float]] = [[] for _ in starts]
    for _ in range(rounds):
        for times, begin in zip(results, starts, strict=True):
            times.append(begin())
    return results


def _answers(port: int, path: str) -> bool:
    question = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=START_DEADLINE_S) as connection:
            connection.sendall(question)
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _require_alive(process: subprocess.Popen[bytes], folder: Path, began: float) -> None:
    if process.poll() is not None or time.perf_counter() - began > START_DEADLINE_S:
        raise SystemExit(f"{process.args!r} does not answer:\n{(folder / 'output.log').read_text()[-3000:]}")


if __name__ == "__main__":
    main()
