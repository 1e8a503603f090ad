"""A process that appends points and lines and says each time what was acknowledged; a test kills it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from infrastudio.kernel.clock import SystemClock
from infrastudio.stores.db import ConnectionSettings
from infrastudio.stores.telemetry import (
    LineBatch,
    PointBatch,
    SqliteTelemetryStore,
    SqlTelemetryStore,
    StreamOwner,
    TelemetryStore,
)

OWNER = StreamOwner("default", "run", "killed")


def open_store(target: str) -> TelemetryStore:
    """Open the store that the test will look into."""
    if "://" in target:
        return SqlTelemetryStore(ConnectionSettings(target), clock=SystemClock(), writer="appender")
    return SqliteTelemetryStore(Path(target), clock=SystemClock(), writer="appender")


async def append_for_ever(store: TelemetryStore) -> None:
    """Append one batch of each kind after the other; batch n holds the points and lines 3n + 1 … 3n + 3."""
    done = 0
    while True:
        numbers = range(done + 1, done + 4)
        batch = PointBatch.from_columns(["loss"] * 3, numbers, numbers, [float(n) for n in numbers])
        lines = LineBatch(done + 1, [f"line {n}" for n in numbers], numbers, position=done + 3)
        await asyncio.gather(store.append_points(OWNER, batch), store.append_lines(OWNER, lines))
        done += 3
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(append_for_ever(open_store(sys.argv[1])))
