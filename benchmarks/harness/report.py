"""From alternating rounds to one table: medians beside ratios that come from the same run."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.harness.load import Measured
from rich.console import Console
from rich.table import Table

WARM_UP_S: Final = 0.3
"""Before the first round of each contestant."""

console: Final = Console(width=None if os.isatty(1) else 140, highlight=False)


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds: float
    """Of one round of one contestant."""
    is_quick: bool


def effort(description: str | None, *, rounds: int, seconds: float) -> Effort:
    """Read the command line: `--quick` makes one short round, which shows only that the program works."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="one short round: does it work at all?")
    if parser.parse_args().quick:
        return Effort(1, min(seconds, 0.3), is_quick=True)
    return Effort(rounds, seconds, is_quick=False)


Contestant = Callable[[float], Measured]
"""Runs one round, after a warm-up of so many seconds."""


def alternate(rounds: int, contestants: Sequence[Contestant]) -> list[list[Measured]]:
    """Let the contestants run in turn, the order turned round each time; return the rounds of each."""
    results: list[list[Measured]] = [[] for _ in contestants]
    order = list(range(len(contestants)))
    for number in range(rounds):
        for at in order:
            results[at].append(contestants[at](0.0 if number else WARM_UP_S))
        order.reverse()
    return results


def median(values: Sequence[float]) -> float:
    """Return the median of the rounds."""
    return statistics.median(values)


def ratio(ours: Sequence[float], peers: Sequence[float]) -> float:
    """Return the median of the ratios within each round, so that load on the machine falls on both sides."""
    return statistics.median(mine / theirs for mine, theirs in zip(ours, peers, strict=True))


class RateTable:
    """A line per case: requests a second, latencies and processor time of ours and of a named peer."""

    def __init__(self, title: str, peer: str, *, unit: str = "requests/s") -> None:
        self._table = Table(title=title, title_justify="left", header_style="bold")
        self._table.add_column("case")
        for column in (f"ours {unit}", f"{peer} {unit}", "ratio", "p50 ms", "peer", "p99 ms", "peer", "p99 ratio",
                       "CPU ms", "peer", "bar"):  # fmt: skip
            self._table.add_column(column, justify="right")

    def add(
        self,
        case: str,
        ours: Sequence[Measured],
        peers: Sequence[Measured],
        *,
        per_request: float = 1,
        bar: float | None = None,
    ) -> None:
        """Add a case; `per_request` turns requests into what is counted, `bar` is the least good ratio."""
        mine, theirs = [m.per_s * per_request for m in ours], [m.per_s * per_request for m in peers]
        cells = [f"{median(mine):,.0f}", f"{median(theirs):,.0f}", f"[bold]{ratio(mine, theirs):.2f}×[/]"]
        for figure in (_p50, _p99, _cpu):
            cells += [f"{median([figure(m) for m in rounds]):.2f}" for rounds in (ours, peers)]
        cells.insert(-2, f"{ratio([_p99(m) for m in ours], [_p99(m) for m in peers]):.2f}×")
        missed = " [red]missed[/]" if bar is not None and ratio(mine, theirs) < bar else ""
        self._table.add_row(case, *cells, "" if bar is None else f"≥ {bar:g}×{missed}")

    def print(self) -> None:
        """Print the table."""
        console.print(self._table)


class LatencyTable:
    """A line per case: latencies of ours and, where there is one, of a peer; the ratio is that of the medians."""

    def __init__(self, title: str, peer: str | None) -> None:
        self._table = Table(title=title, title_justify="left", header_style="bold")
        self._table.add_column("case")
        columns = ("p50 ms", "p99 ms", "CPU ms")
        compared = (f"{peer} p50 ms", "p99 ms", "CPU ms", "ratio of p50", "of CPU", "bar") if peer else ()
        for column in (*columns, *compared):
            self._table.add_column(column, justify="right")

    def add(
        self, case: str, ours: Sequence[Measured], peers: Sequence[Measured] | None = None, *, bar: float | None = None
    ) -> None:
        """Add a case; `bar` is the greatest ratio that is good enough."""
        cells = [f"{median([figure(m) for m in ours]):.2f}" for figure in (_p50, _p99, _cpu)]
        if peers is not None:
            cells += [f"{median([figure(m) for m in peers]):.2f}" for figure in (_p50, _p99, _cpu)]
            found, used = (ratio([f(m) for m in ours], [f(m) for m in peers]) for f in (_p50, _cpu))
            cells += [f"[bold]{found:.2f}×[/]", f"{used:.2f}×"]
            missed = " [red]missed[/]" if bar is not None and found > bar else ""
            cells.append("" if bar is None else f"≤ {bar:g}×{missed}")
        self._table.add_row(case, *cells)

    def print(self) -> None:
        """Print the table."""
        console.print(self._table)


def print_conditions(effort: Effort) -> None:
    """Print what the figures depend on."""
    load = os.getloadavg()
    rounds = f"{effort.rounds} alternating rounds of {effort.seconds:g} s"
    console.print(
        f"[dim]{os.cpu_count()} cores, load average {load[0]:.1f} {load[1]:.1f} {load[2]:.1f}, "
        f"{platform.python_implementation()} {platform.python_version()}; {rounds}, medians; "
        "a ratio is the median of the rounds' own ratios[/]"
    )


def _p50(measured: Measured) -> float:
    return measured.percentile_ms(50)


def _p99(measured: Measured) -> float:
    return measured.percentile_ms(99)


def _cpu(measured: Measured) -> float:
    return measured.cpu_ms
