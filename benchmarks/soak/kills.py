"""Kill the server again and again under load, and see that nothing acknowledged is lost or doubled.

Writers create and change instances, create runs and send log lines over the native API, and log batches of points and
single points over the MLflow protocol; what they have gathered is sealed meanwhile, and every third kill comes in the
middle of that. Watchers follow runs over sockets that are cut at random and want every point and line once, in order.

After each restart what was written last is read back over HTTP, and a request that the kill cut off is sent again: it
must have happened once. After every tenth kill and at the end everything is read back, and `studio replay --verify`
proves the ledger. Each kill prints what was compared, so that a run that is interrupted has proved that much.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from benchmarks.soak.load.instance_writer import InstanceWriter
from benchmarks.soak.load.proof import replay_findings
from benchmarks.soak.load.run_writer import RunWriter
from benchmarks.soak.load.sealed_chunks import SealedChunks
from benchmarks.soak.load.telemetry_writers import LineWriter, MetricWriter, SinglePointWriter, TelemetryWriter
from benchmarks.soak.load.watcher import Watcher
from benchmarks.soak.load.writers import Writer, at_work
from rich.table import Table

from infrastudio.stores.telemetry.sqlite_store import FILE_NAME

WRITERS: Final[Sequence[Callable[[int], Writer]]] = (
    *(InstanceWriter,) * 4,
    *(MetricWriter,) * 4,
    SinglePointWriter,
    *(LineWriter,) * 2,
    *(RunWriter,) * 2,
)
WATCHED: Final = (MetricWriter, SinglePointWriter, LineWriter)
"""One writer of each of these is watched."""
LOAD_S: Final = (0.2, 2.0)
"""A kill comes at a random moment of this window after the load began."""
SEALING_EVERY: Final = 3
"""Of so many kills one comes while streams are sealed."""
SEALING_WITHIN_S: Final = 15.0
"""Longer than the pause between two looks of the server for what is to be sealed."""
SEAL_STEP_S: Final = 0.02
"""About as long as sealing a part takes: such a kill comes at a random moment of it."""
EVERYTHING_EVERY: Final = 10
"""After so many kills everything is read back, and the ledger proved."""


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
    """One data folder, its writers and watchers, and what was found after each kill."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder = folder
        self._chance = chance
        self._restarts_s: list[float] = []
        self._counts: Counter[str] = Counter()
        self._sealed = SealedChunks(folder / "data" / FILE_NAME)
        self._writers: list[Writer] = [kind(number) for number, kind in enumerate(WRITERS)]
        self._watchers = [Watcher(writer, random.Random(chance.random())) for writer in _one_of_each(self._writers)]
        self.faults: list[str] = []

    def play(self, kills: int) -> None:
        """Kill so often; the server after the last kill is only checked."""
        with self._server() as server:
            self._load_and_kill(server, 1)
        for number in range(1, kills + 1):
            with self._server() as server:
                self._check(server, everything=number % EVERYTHING_EVERY == 0 or number == kills)
                if number < kills:
                    self._load_and_kill(server, number + 1)

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
            _print_fault(fault)

    @contextmanager
    def _server(self) -> Iterator[Server]:
        began = time.monotonic()
        process = start(studio_command(self._folder), self._folder, environment=clean_environment())
        try:
            server = studio_server(process, self._folder)
            self._restarts_s.append(time.monotonic() - began)
            yield server
        finally:
            stop(process)

    def _load_and_kill(self, server: Server, number: int) -> None:
        is_sealing = False
        with at_work([*self._writers, *self._watchers], server.address):
            if number % SEALING_EVERY == 0:
                is_sealing = self._sealed.wait_for_more(SEALING_WITHIN_S)
            moment_s = self._chance.uniform(*((0.0, SEAL_STEP_S) if is_sealing else LOAD_S))
            time.sleep(moment_s)  # the kill comes at a moment that chance decides
            server.process.kill()
            server.process.wait()
        acknowledged = Counter[str]()
        for writer in self._writers:
            acknowledged.update(writer.take_counts())
        cut = sum(writer.is_cut_off for writer in self._writers)
        self._counts.update(acknowledged)
        self._counts.update(
            {"kills": 1, "kills while streams were sealed": is_sealing, "requests cut off by a kill": cut}
        )
        moment = " while it sealed" if is_sealing else ""
        console.print(f"kill {number}{moment}: {acknowledged.total():,} acknowledged, {cut} requests cut off", end="; ")

    def _check(self, server: Server, *, everything: bool) -> None:
        """Compare, send what was cut off again, let the watchers catch up, and print what was found."""
        counts = Counter[str]()
        for writer in self._writers:
            counts.update(writer.check_and_repeat(server.address, everything=everything))
        for watcher in self._watchers:
            counts.update(watcher.check(server.address))
        clients: list[Writer | Watcher] = [*self._writers, *self._watchers]
        faults = [fault for client in clients for fault in client.take_faults()]
        if everything:
            faults += replay_findings(self._folder / "data")
            counts["proofs of the ledger"] += 1
        self._counts.update(counts)
        self.faults += faults
        compared = sum(count for name, count in counts.items() if name.startswith(("comparisons", "seen")))
        scope = "everything and the ledger" if everything else "the last"
        console.print(f"{compared:,} comparisons ({scope}), {len(faults)} faults")
        for fault in faults:
            _print_fault(fault)


def _one_of_each(writers: Sequence[Writer]) -> list[TelemetryWriter]:
    """Return the writers that are watched."""
    first = {type(writer): writer for writer in reversed(writers) if isinstance(writer, TelemetryWriter)}
    return [first[kind] for kind in WATCHED]


def _print_fault(fault: str) -> None:
    console.print(f"[red]✗[/] {fault}")


if __name__ == "__main__":
    main()
