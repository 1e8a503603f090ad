"""Measures the MLflow protocol's hot writes against `mlflow server` and FastTrackML, with the same request bytes.

A third peer, plain Python, checks and answers next to nothing: it tells how far a server in Python can come this way.

Cases: log-batch of 1,000 points under 10 keys and under 1,000, log-metric, and whole short runs (create, then one small
log-batch).
Every point has a time of its own, for both servers drop or refuse exact repeats.
"""

from __future__ import annotations

import functools
import itertools
import json
import tempfile
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.harness.load import Measured, NextRequest, body_of, put_load, request_bytes
from benchmarks.harness.peers import running_fasttrackml, running_mlflow, running_plain_tracking
from benchmarks.harness.processes import Server, running_studio
from benchmarks.harness.report import Effort, RateTable, alternate, effort, print_conditions

KEYS: Final = 10
POINTS: Final = 1000
WORKERS: Final = 2
"""Of the peer; more than cores do not help it."""
API: Final = "/api/2.0/mlflow/runs/"
RUN: Final = "0" * 32
TIME: Final = 1_700_000_000_000

_times = itertools.count(TIME + 1)


class Case(NamedTuple):
    """What is sent, by how many clients."""

    name: str
    clients: int
    requests: Callable[[Server, int], NextRequest]
    counted: str
    per_request: float
    bars: Mapping[str, float]
    """The least ratio to each peer that is good enough."""


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=3, seconds=1.2)
    for name, running_peer in PEERS.items():
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as folder,
            running_studio(Path(folder) / "ours") as ours,
            running_peer(Path(folder) / "peer") as peer,
        ):
            measure(asked, ours, name, peer)


PEERS: Final[Mapping[str, Callable[[Path], AbstractContextManager[Server]]]] = {
    "mlflow": functools.partial(running_mlflow, workers=WORKERS),
    "fasttrackml": running_fasttrackml,
    "plain Python": running_plain_tracking,
}


def measure(asked: Effort, ours: Server, name: str, peer: Server) -> None:
    """Print the table of all cases against one peer."""
    print_conditions(asked)
    table = RateTable(f"MLflow protocol against {name}, SQLite", name, unit="/s")
    for case in CASES:
        sides = [functools.partial(_round, asked, case, server, case.requests(server, case.clients))
                 for server in (ours, peer)]  # fmt: skip
        rounds = alternate(asked.rounds, sides)
        table.add(f"{case.name}, {case.clients} clients ({case.counted})", *rounds, per_request=case.per_request,
                  bar=case.bars.get(name))  # fmt: skip
    table.print()


def batches(server: Server, clients: int, *, keys: int = KEYS) -> NextRequest:
    """Return requests that log 1,000 points under some keys, into one run for each client."""
    metrics = [
        {"key": f"metric-{n % keys}", "value": 1 / (n + 1), "timestamp": TIME, "step": n // keys} for n in range(POINTS)
    ]
    return _renewed(server, clients, "log-batch", {"run_id": RUN, "metrics": metrics})


def single_metrics(server: Server, clients: int) -> NextRequest:
    """Return requests that log one point, into one run for each client."""
    return _renewed(server, clients, "log-metric", {"run_id": RUN, "key": "loss", "value": 0.25, "timestamp": TIME})


def short_runs(_: Server, __: int) -> NextRequest:
    """Return requests that create a run and log into it, in turn."""
    creation = request_bytes("POST", f"{API}create", _json({"experiment_id": "0", "start_time": TIME}))
    metrics = [{"key": f"metric-{n}", "value": n / 7, "timestamp": TIME, "step": 0} for n in range(KEYS)]
    params = [{"key": f"param-{n}", "value": f"value-{n}"} for n in range(KEYS)]
    batch = request_bytes("POST", f"{API}log-batch", _json({"run_id": RUN, "metrics": metrics, "params": params}))

    def next_request(_: int, answer: bytes) -> bytes:
        if b'"run_id"' not in answer:
            return creation
        run_id: str = json.loads(body_of(answer))["run"]["info"]["run_id"]
        return batch.replace(RUN.encode(), run_id.encode())

    return next_request


CASES: Final = (
    Case("log-batch", 1, batches, "points", POINTS, {"mlflow": 75, "fasttrackml": 25}),
    Case("log-batch", 8, batches, "points", POINTS, {"fasttrackml": 30}),
    Case("log-batch of 1,000 keys", 1, functools.partial(batches, keys=POINTS), "points", POINTS, {"fasttrackml": 10}),
    Case("log-metric", 1, single_metrics, "calls", 1, {"mlflow": 25, "fasttrackml": 4}),
    Case("log-metric", 8, single_metrics, "calls", 1, {"mlflow": 60, "fasttrackml": 6}),
    Case(
        "create + log-batch of 10 metrics, 10 params", 4, short_runs, "runs", 1 / 2, {"mlflow": 15, "fasttrackml": 1.5}
    ),
)


def _round(asked: Effort, case: Case, server: Server, requests: NextRequest, warm_up_s: float) -> Measured:
    return put_load(
        server.address, requests, connections=case.clients, seconds=asked.seconds, warm_up_s=warm_up_s,
        cpu_s=server.cpu_s,
    )  # fmt: skip


def _renewed(server: Server, clients: int, operation: str, body: object) -> NextRequest:
    """Return requests with the same body, in which every time is a new one."""
    template = request_bytes("POST", API + operation, _json(body))
    own = [template.replace(RUN.encode(), _create_run(server).encode()) for _ in range(clients)]
    return lambda client, _: own[client].replace(b"%d" % TIME, b"%d" % next(_times))


def _create_run(server: Server) -> str:
    body = _json({"experiment_id": "0", "start_time": TIME})
    request = urllib.request.Request(f"{server.url}{API}create", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        run_id: str = json.load(answer)["run"]["info"]["run_id"]
        return run_id


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


if __name__ == "__main__":
    main()
