"""Kill the server again and again under load, and see that nothing acknowledged is lost or doubled.

Writers create and change instances, create runs and send log lines over the native API, and log batches of points and
single points over the MLflow protocol; what they have gathered is sealed meanwhile. A request that the kill cut off is
sent again after the restart: it must have happened once. After each restart everything is read back over HTTP, and
`studio replay --verify` proves the ledger.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

from benchmarks.harness.processes import (
    Server,
    clean_environment,
    start,
    stop,
    studio_command,
    studio_server,
)
from benchmarks.harness.report import console
from benchmarks.soak.load.proof import replay_findings
from benchmarks.soak.load.run_writer import RunWriter
from benchmarks.soak.load.telemetry_writers import LineWriter, SinglePointWriter
from benchmarks.soak.load.writers import InstanceWriter, MetricWriter, Writer, at_work
from rich.table import Table

WRITERS: Final = (
    *(InstanceWriter,) * 4,
    *(MetricWriter,) * 4,
    SinglePointWriter,
    *(LineWriter,) * 2,
    *(RunWriter,) * 2,
)
LOAD_S: Final = (0.2, 2.0)
"""A kill comes at a random moment of this window after the load began."""


def main() -> None:
    """Play; exit code 1 when anything was lost, doubled or not what the ledger tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which the server is killed")
    parser.add_argument("--quick", action="store_true", help="three kills")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        drill = Drill(Path(folder), random.Random(asked.seed))
        drill.play(3 if asked.quick else asked.kills)
    drill.print()
    sys.exit(bool(drill.faults))


class Drill:
    """One data folder, its writers, and what was found after each kill."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder = folder
        self._chance = chance
        self._restarts_s: list[float] = []
        self._counts: Counter[str] = Counter()
        self._writers: list[Writer] = [kind(number) for number, kind in enumerate(WRITERS)]
        self.faults: list[str] = []

    def play(self, kills: int) -> None:
        """Kill so often; the last server is checked and ended as well."""
        for number in range(1, kills + 1):
            self._round(number, is_killed=True)
        self._round(kills + 1, is_killed=False)
        for writer in self._writers:
            self.faults += writer.faults

    def print(self) -> None:
        """Print the counts, and every fault."""
        table = Table(title="Kills under load", title_justify="left", header_style="bold")
        table.add_column("what")
        table.add_column("count", justify="right")
        for name, count in sorted(self._counts.items()):
            table.add_row(name, f"{count:,}")
        table.add_row("restart to the first answer, median ms", f"{statistics.median(self._restarts_s) * 1000:,.0f}")
        table.add_row("[bold]faults[/]", f"[bold]{len(self.faults)}[/]")
        console.print(table)
        for fault in self.faults:
            console.print(f"[red]✗[/] {fault}")

    def _round(self, number: int, *, is_killed: bool) -> None:
        """Start, read everything back, repeat what was cut off, and put on load until the kill."""
        began = time.monotonic()
        process = start(studio_command(self._folder), self._folder, environment=clean_environment())
        try:
            server = studio_server(process, self._folder)
            self._restarts_s.append(time.monotonic() - began)
            self._check(server)
            if is_killed:
                self._load_and_kill(server, number)
        finally:
            stop(process)

    def _check(self, server: Server) -> None:
        for writer in self._writers:
            self._counts.update(writer.check_and_repeat(server.address))
        self._counts["looks at everything"] += 1
        self.faults += replay_findings(self._folder / "data")

    def _load_and_kill(self, server: Server, number: int) -> None:
        with at_work(self._writers, server.address):
            time.sleep(self._chance.uniform(*LOAD_S))  # the moment of the kill is the chance that is taken
            server.process.kill()
            server.process.wait()
        acknowledged = Counter[str]()
        for writer in self._writers:
            acknowledged.update(writer.take_counts())
        self._counts.update(acknowledged)
        self._counts["kills"] += 1
        cut = sum(writer.is_cut_off for writer in self._writers)
        self._counts["requests cut off by a kill"] += cut
        console.print(f"kill {number}: {acknowledged.total():,} acknowledged, {cut} requests cut off")


if __name__ == "__main__":
    main()
