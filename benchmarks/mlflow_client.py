"""Measures how near the unmodified `mlflow` client comes to its own ceiling: a server that does nothing.

The client makes batches of 1,000 points, writes them as JSON and waits for each answer, in a process of its own. What
the server adds to that is all that a faster one could save.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Final

from benchmarks.harness.load import Measured
from benchmarks.harness.processes import PEERS, Server, clean_environment, free_port, running, running_studio
from benchmarks.harness.report import Effort, RateTable, alternate, effort, print_conditions

POINTS: Final = 1000
BAR: Final = 0.85
RUN: Final = "0" * 32


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=5, seconds=3.0)
    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        running_studio(Path(folder) / "ours") as ours,
        running([sys.executable, PEERS / "answers_nothing.py", port], Path(folder) / "peer", port=port) as nothing,
    ):
        sides = [functools.partial(_round, asked, ours, _new_run(ours)), functools.partial(_round, asked, nothing, RUN)]
        rounds = alternate(asked.rounds, sides)
    print_conditions(asked)
    table = RateTable("The unmodified mlflow client, one process", "nothing done", unit="points/s")
    table.add("log_batch of 1,000 points", *rounds, per_request=POINTS, bar=BAR)
    table.print()


def _round(asked: Effort, server: Server, run_id: str, _warm_up_s: float) -> Measured:
    command = [sys.executable, str(PEERS / "mlflow_log_batches.py"), server.url, run_id, str(asked.seconds)]
    before = server.cpu_s()
    environment = clean_environment(MLFLOW_DISABLE_TELEMETRY="true", GIT_PYTHON_REFRESH="quiet")
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    told = json.loads(done.stdout.splitlines()[-1])
    return Measured(told["seconds"], sorted(told["latencies_s"]), server.cpu_s() - before)


def _new_run(server: Server) -> str:
    body = json.dumps({"experiment_id": "0", "start_time": 1_700_000_000_000}).encode()
    address = f"{server.url}/api/2.0/mlflow/runs/create"
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        run_id: str = json.load(answer)["run"]["info"]["run_id"]
        return run_id


if __name__ == "__main__":
    main()
