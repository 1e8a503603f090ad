"""Log at full speed for minutes, and see what the server holds in memory and whether that grows.

Eight clients log batches of 1,000 points, each into a run of its own, from a process beside the server; what they log
is sealed meanwhile. The line through the second half of the looks tells how fast memory grows, when caches and queues
are as full as they get.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from benchmarks import tracking_ingest
from benchmarks.harness.processes import Server, descendants, resident_bytes, running_studio
from benchmarks.harness.report import console
from benchmarks.mixed_load import LOGGERS, TARGET_MB, logging_at_full_speed

LOOKS: Final = 120
"""Spread over the whole time."""
PRINTED_EVERY: Final = 12
GROWTH_MB: Final = TARGET_MB / 20
"""Over the second half, at most: what is more is a leak, and not the noise of an allocator."""


@dataclass(frozen=True)
class Look:
    """What the server and its children held at a moment."""

    minute: float
    megabytes: float


def main() -> None:
    """Log, look, and print; exit code 1 when memory is above its bar or grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--quick", action="store_true", help="ten seconds: does it work at all?")
    asked = parser.parse_args()
    minutes = 1 / 6 if asked.quick else asked.minutes
    load = os.getloadavg()[0]
    console.print(f"[dim]{os.cpu_count()} cores, load average before {load:.1f}; {minutes:g} minutes[/]")
    with (
        tempfile.TemporaryDirectory(prefix="soak-") as folder,
        running_studio(Path(folder)) as server,
        logging_at_full_speed(server, minutes * 60) as logged,
    ):
        looks = look(server, minutes)
        batches_per_s = logged.recv()
    sys.exit(not report(looks, batches_per_s))


def look(server: Server, minutes: float) -> list[Look]:
    """Return what was held over some minutes."""
    began = time.monotonic()
    looks: list[Look] = []
    for number in range(1, LOOKS + 1):
        time.sleep(max(0.0, began + minutes * 60 * number / LOOKS - time.monotonic()))  # the time of the next look
        held = sum(resident_bytes(pid) for pid in (server.pid, *descendants(server.pid)))
        looks.append(Look((time.monotonic() - began) / 60, held / 1e6))
        if number % PRINTED_EVERY == 0:
            console.print(f"after {looks[-1].minute:4.1f} min {looks[-1].megabytes:6.1f} MB")
    return looks


def report(looks: list[Look], batches_per_s: float) -> bool:
    """Print the figures; are they within the bars?"""
    most = max(each.megabytes for each in looks)
    half = looks[len(looks) // 2 :]
    slope = float(np.polyfit([each.minute for each in half], [each.megabytes for each in half], 1)[0])
    growth = slope * (half[-1].minute - half[0].minute)
    console.print(f"{LOGGERS} clients logged [bold]{batches_per_s * tracking_ingest.POINTS:,.0f} points/s[/]")
    console.print(f"Most resident memory: [bold]{most:.0f} MB[/] (bar ≤ {TARGET_MB})")
    console.print(
        f"Slope of the second half: [bold]{slope:+.2f} MB/min[/], {growth:+.1f} MB in all (bar ≤ {GROWTH_MB:+.0f})"
    )
    return most <= TARGET_MB and growth <= GROWTH_MB


if __name__ == "__main__":
    main()
