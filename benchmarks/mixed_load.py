"""Measures small durable writes to the ledger while others log at full speed, against the same writes alone.

One client changes two fields of an instance, one request after the other; eight clients log batches of 1,000 points
from a process of their own, on the same cores as the server. What the server holds in memory stands below.
"""

from __future__ import annotations

import functools
import multiprocessing
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from benchmarks import ledger_writes, tracking_ingest
from benchmarks.harness.load import Measured, NextRequest, put_load
from benchmarks.harness.processes import Server, descendants, resident_bytes, running_studio
from benchmarks.harness.report import Effort, alternate, console, effort, median, print_conditions
from rich.table import Table

LOGGERS: Final = 8
AFTER_S: Final = 0.5
"""Seconds that the load goes on at least when the writes have been measured."""
BARS: Final = {50: 5, 99: 15}
"""How many times the latency alone is allowed at a percentile."""
TARGET_MB: Final = 400

_fork = multiprocessing.get_context("fork")


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=5, seconds=3.0)
    print_conditions(asked)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, running_studio(Path(folder)) as server:
        writes = ledger_writes.updates(server)
        points: list[float] = []
        alone, beside = alternate(
            asked.rounds,
            [functools.partial(write, asked, server, writes), functools.partial(both, asked, server, writes, points)],
        )
        resident = sum(resident_bytes(pid) for pid in (server.pid, *descendants(server.pid)))
    report(alone, beside, points)
    console.print(f"Resident memory after the load: [bold]{resident / 1e6:.0f} MB[/] (target ≤ {TARGET_MB})")


def write(asked: Effort, server: Server, writes: NextRequest, warm_up_s: float) -> Measured:
    """Change an instance for some seconds."""
    return put_load(server.address, writes, connections=1, seconds=asked.seconds, warm_up_s=warm_up_s)


def both(asked: Effort, server: Server, writes: NextRequest, points: list[float], warm_up_s: float) -> Measured:
    """Do the same while others log, and add to `points` how many points a second those came to."""
    seconds = asked.seconds + warm_up_s + AFTER_S
    with logging_at_full_speed(server, seconds) as logged:
        measured = write(asked, server, writes, warm_up_s)
        points.append(logged.recv() * tracking_ingest.POINTS)
    return measured


@contextmanager
def logging_at_full_speed(server: Server, seconds: float) -> Iterator[Connection]:
    """Yield, once the first batch is on its way, where the batches a second will come from at the end."""
    batches = tracking_ingest.batches(server, LOGGERS)
    ours, theirs = _fork.Pipe()

    def log() -> None:
        theirs.send(None)
        theirs.send(put_load(server.address, batches, connections=LOGGERS, seconds=seconds).per_s)

    process = _fork.Process(target=log)
    process.start()
    ours.recv()
    try:
        yield ours
    finally:
        process.join()


def report(alone: list[Measured], beside: list[Measured], points: list[float]) -> None:
    """Print the table."""
    table = Table(title="PUT of 2 fields, one client", title_justify="left", header_style="bold")
    for column in ("latency", "alone", f"while {LOGGERS} clients log", "ratio", "bar"):
        table.add_column(column, justify="left" if column == "latency" else "right")
    for percent, bar in BARS.items():
        each = [median([measured.percentile_ms(percent) for measured in side]) for side in (alone, beside)]
        ratio = f"[bold]{each[1] / each[0]:.1f}×[/]"
        table.add_row(f"p{percent}", *(f"{milliseconds:.2f} ms" for milliseconds in each), ratio, f"≤ {bar}×")
    console.print(table)
    console.print(f"Logged meanwhile: [bold]{median(points):,.0f} points/s[/]")


if __name__ == "__main__":
    main()
