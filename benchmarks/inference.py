"""Measures the path of a prediction: HTTP, gateway, replica process, scikit-learn; one row a request.

First the whole path against `mlflow models serve` of the same model; then the gateway alone, against the replica
asked directly over its Unix socket, and against nginx in front of that socket.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.harness.load import Address, Measured, put_load, request_bytes
from benchmarks.harness.peers import QUIET, running_mlflow_model, running_nginx
from benchmarks.harness.processes import PEERS, Server, clean_environment, cpu_s, running_studio
from benchmarks.harness.report import (
    Effort,
    RateTable,
    alternate,
    console,
    effort,
    median,
    print_conditions,
    ratio,
)
from rich.table import Table

from infrastudio.sdk import Client

CONNECTIONS: Final = (1, 16, 64)
MODEL: Final = "iris"
ROW: Final = [5.1, 3.5, 1.4, 0.2]
READY_DEADLINE_S: Final = 60.0
INFER: Final = f"/v2/models/{MODEL}/infer"


class Deployed(NamedTuple):
    """A model that our server serves."""

    server: Server
    socket: str
    """Where its one replica listens."""
    request: bytes
    """One row, by the Open Inference Protocol."""


class Side(NamedTuple):
    """Something that answers predictions."""

    address: Address
    request: bytes
    cpu_s: Callable[[], float]


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=3, seconds=0.8)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with running_studio(folder / "ours") as ours:
            deployed = deploy(ours, folder / "model")
            print_conditions(asked)
            with running_mlflow_model(folder / "peer", folder / "model") as peer:
                measure_whole_path(asked, deployed, peer)
            with running_nginx(folder / "nginx", deployed.socket, path="/v2/health/ready") as nginx:
                measure_gateway(asked, deployed, nginx)


def deploy(server: Server, folder: Path) -> Deployed:
    """Register a model through the MLflow client, deploy it, and wait until it answers."""
    command = [sys.executable, PEERS / "log_model.py", server.url, folder, MODEL]
    done = subprocess.run(
        [str(part) for part in command], env=clean_environment(**QUIET), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"the model was not registered:\n{done.stderr[-3000:]}")
    with Client(server.url) as client:
        id = client.post("/api/deployments", {"name": MODEL, "model_name": MODEL, "model_version": 1})["id"]
        _wait_until_ready(client, id)
        socket: str = client.get(f"/api/deployments/{id}/replicas")["items"][0]["address"]
        tensor = client.get(f"/v2/models/{MODEL}")["inputs"][0]
    row = {"name": tensor["name"], "datatype": tensor["datatype"], "shape": [1, len(ROW)], "data": ROW}
    return Deployed(server, socket, request_bytes("POST", INFER, json.dumps({"inputs": [row]}).encode()))


def measure_whole_path(asked: Effort, deployed: Deployed, peer: Server) -> None:
    """Print the table against `mlflow models serve`."""
    ours = Side(deployed.server.address, deployed.request, deployed.server.cpu_s)
    body = json.dumps({"inputs": [ROW]}).encode()
    theirs = Side(peer.address, request_bytes("POST", "/invocations", body), peer.cpu_s)
    table = RateTable("Predictions, the whole path (CPU with the replica's)", "mlflow")
    for connections in CONNECTIONS:
        sides = [functools.partial(_round, asked, side, connections) for side in (ours, theirs)]
        table.add(f"{connections} connections", *alternate(asked.rounds, sides))
    table.print()


def measure_gateway(asked: Effort, deployed: Deployed, nginx: Server) -> None:
    """Print the table of the three ways to one replica."""
    sides = (
        Side(deployed.socket, deployed.request, lambda: 0.0),
        Side(nginx.address, deployed.request, nginx.cpu_s),
        Side(deployed.server.address, deployed.request, lambda: cpu_s(deployed.server.pid)),
    )
    table = Table(title="Three ways to one replica: asked directly, through nginx, through our gateway",
                  title_justify="left", header_style="bold")  # fmt: skip
    columns = ("direct /s", "nginx /s", "ours /s", "ours : nginx", "ours : direct", "p50 ms", "nginx", "ours",
               "p99 ms", "nginx", "ours", "CPU µs nginx", "ours")  # fmt: skip
    table.add_column("case", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    for connections in CONNECTIONS:
        rounds = alternate(asked.rounds, [functools.partial(_round, asked, side, connections) for side in sides])
        table.add_row(f"{connections} conn.", *_cells(rounds))
    console.print(table)


def _cells(rounds: list[list[Measured]]) -> list[str]:
    direct, nginx, ours = rates = [[measured.per_s for measured in side] for side in rounds]
    cells = [f"{median(rate):,.0f}" for rate in rates]
    cells += [f"[bold]{ratio(ours, nginx):.2f}×[/]", f"{ratio(ours, direct):.2f}×"]
    for percent in (50, 99):
        cells += [f"{median([measured.percentile_ms(percent) for measured in side]):.2f}" for side in rounds]
    return cells + [f"{median([measured.cpu_ms * 1000 for measured in side]):.0f}" for side in rounds[1:]]


def _round(asked: Effort, side: Side, connections: int, warm_up_s: float) -> Measured:
    return put_load(
        side.address, lambda *_: side.request, connections=connections, seconds=asked.seconds, warm_up_s=warm_up_s,
        cpu_s=side.cpu_s,
    )  # fmt: skip


def _wait_until_ready(client: Client, id: str) -> None:
    deadline = time.monotonic() + READY_DEADLINE_S
    while (found := client.get(f"/api/deployments/{id}"))["state"] != "ready":
        if time.monotonic() > deadline or found["state"] == "failed":
            raise SystemExit(f"the deployment is {found['state']}: {found['reason']}")
        time.sleep(0.05)  # between two looks


if __name__ == "__main__":
    main()
