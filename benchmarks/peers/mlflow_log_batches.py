"""Logs batches with the unmodified `mlflow` client for some seconds, and prints what each call took, as JSON.

python mlflow_log_batches.py URL RUN_ID SECONDS
"""

from __future__ import annotations

import json
import sys
import time
from typing import Final

from mlflow import MlflowClient
from mlflow.entities import Metric

POINTS: Final = 1000
KEYS: Final = 10
WARM_UP: Final = 3
"""Calls that do not count: the first one opens the connection."""


def main() -> None:
    """Log and print."""
    url, run_id, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    client = MlflowClient(url)
    latencies: list[float] = []
    started = time.perf_counter()
    for number in range(10**9):
        if number == WARM_UP:
            latencies.clear()
            started = time.perf_counter()
        begun = time.perf_counter()
        client.log_batch(run_id, metrics=_batch(number))
        latencies.append(time.perf_counter() - begun)
        if number >= WARM_UP and time.perf_counter() - started >= seconds:
            break
    print(json.dumps({"seconds": time.perf_counter() - started, "latencies_s": latencies}))


def _batch(number: int) -> list[Metric]:
    time_ms = 1_700_000_000_000 + number
    return [Metric(f"metric-{n % KEYS}", 1 / (n + 1), time_ms, number * POINTS + n // KEYS) for n in range(POINTS)]


if __name__ == "__main__":
    main()
