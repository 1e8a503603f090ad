"""Measures how fast runs are found among 10,000: by MLflow's `runs/search`, and by our list with 1,000 metrics a run.

Every request names another threshold, so that nothing is answered from memory. The runs of all contestants are alike;
they are made once and kept under `.cache`, the peers' through their own API.
"""

from __future__ import annotations

import functools
import http.client
import itertools
import json
import shutil
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from benchmarks.harness import many_runs
from benchmarks.harness.big_ledger import KEPT
from benchmarks.harness.load import Measured, NextRequest, put_load, request_bytes
from benchmarks.harness.peers import running_fasttrackml, running_mlflow
from benchmarks.harness.processes import Server, running_studio
from benchmarks.harness.report import Effort, LatencyTable, alternate, console, effort, print_conditions

RUNS: Final = 10_000
QUICK_RUNS: Final = 200
METRICS: Final = 10
MANY_METRICS: Final = 1000
PAGE: Final = 100
FILLERS: Final = 4
API: Final = "/api/2.0/mlflow/"
LONGEST_MS: Final = 50.0
"""Of our own list, with 1,000 metrics a run."""

PEERS: Final[Mapping[str, tuple[Callable[[Path], AbstractContextManager[Server]], float]]] = {
    "mlflow": (functools.partial(running_mlflow, workers=1), 1 / 50),
    "fasttrackml": (running_fasttrackml, 1 / 4),
}
"""By name, how to run it, and the greatest share of its time that is good enough."""

Query = Callable[[float], dict[str, Any]]

QUERIES: Final[Mapping[str, Query]] = {
    "filter and order by one metric": lambda above: {
        "filter": f"metrics.`metric-3` > {above:.6f}", "order_by": ["metrics.`metric-3` DESC"],
    },
    "filter by metric and param, order by another metric": lambda above: {
        "filter": f"metrics.`metric-3` > {above:.6f} and params.`param-2` = '1'",
        "order_by": ["metrics.`metric-4` DESC"],
    },
    "filter by a tag, newest first": lambda above: {
        "filter": f"tags.team = 'team-{int(above * 1e6) % 6}' and attributes.start_time > {many_runs.TIME}",
        "order_by": [],
    },
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=3, seconds=3.0)
    runs = QUICK_RUNS if asked.is_quick else RUNS
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        running_studio(many_runs.kept(runs=runs, metrics=METRICS)) as ours,
    ):
        print_conditions(asked)
        for name, (running, bar) in PEERS.items():
            place = _filled(name, running, runs)
            with running(_copied(place, Path(folder) / name)) as peer:
                compare(asked, runs, ours, name, peer, bar)
    with running_studio(many_runs.kept(runs=runs, metrics=MANY_METRICS)) as ours:
        own_lists(asked, runs, ours)


def compare(asked: Effort, runs: int, ours: Server, name: str, peer: Server, bar: float) -> None:
    """Print the table of the protocol's search against one peer."""
    table = LatencyTable(f"runs/search, {PAGE} of {runs:,} runs with {METRICS} metrics, one client", name)
    for case, query in QUERIES.items():
        sides = [functools.partial(_round, asked, server, _searches(server, query)) for server in (ours, peer)]
        table.add(case, *alternate(asked.rounds, sides), bar=bar)
    table.print()


def own_lists(asked: Effort, runs: int, ours: Server) -> None:
    """Print the table of our own list."""
    table = LatencyTable(f"Our list, {PAGE} of {runs:,} runs with {MANY_METRICS:,} metrics, one client", None)
    for case, query in QUERIES.items():
        rounds = [_round(asked, ours, _lists(ours, query), 0.2) for _ in range(asked.rounds)]
        slow = sorted(round.percentile_ms(50) for round in rounds)[len(rounds) // 2] > LONGEST_MS
        table.add(f"{case}{f' [red]> {LONGEST_MS:g} ms[/]' if slow else ''}", rounds)
    table.print()


def _round(asked: Effort, server: Server, requests: NextRequest, warm_up_s: float) -> Measured:
    return put_load(
        server.address, requests, connections=1, seconds=asked.seconds, warm_up_s=warm_up_s, cpu_s=server.cpu_s
    )


def _thresholds() -> Iterator[float]:
    """Yield numbers between a quarter and three quarters that do not come again."""
    return (0.25 + (number * 0.381966) % 0.5 for number in itertools.count(1))


def _searches(server: Server, query: Query) -> NextRequest:
    experiment_id, thresholds = _experiment(server), _thresholds()

    def next_request(*_: object) -> bytes:
        body = {"experiment_ids": [experiment_id], "max_results": PAGE, **query(next(thresholds))}
        return request_bytes("POST", f"{API}runs/search", json.dumps(body).encode())

    return next_request


def _lists(server: Server, query: Query) -> NextRequest:
    experiment_id, thresholds = _experiment(server), _thresholds()

    def next_request(*_: object) -> bytes:
        wanted = query(next(thresholds))
        started = f"started_at > '{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(many_runs.TIME // 1000))}'"
        asked = {
            "limit": PAGE,
            "columns": "metrics.`metric-3`,metrics.`metric-4`,params.`param-2`",
            "filter": wanted["filter"].replace(f"attributes.start_time > {many_runs.TIME}", started),
        }
        if wanted["order_by"]:
            asked |= {"sort": wanted["order_by"][0].removesuffix(" DESC"), "order": "desc"}
        return request_bytes("GET", f"/api/experiments/{experiment_id}/runs?{urllib.parse.urlencode(asked)}")

    return next_request


def _experiment(server: Server) -> str:
    path = f"{API}experiments/get-by-name?{urllib.parse.urlencode({'experiment_name': many_runs.EXPERIMENT})}"
    return str(_Client(server).ask("GET", path)["experiment"]["experiment_id"])


def _filled(name: str, running: Callable[[Path], AbstractContextManager[Server]], runs: int) -> Path:
    """Return the data folder of a peer with the runs in it; they are made where they are not there."""
    place = KEPT / f"{name}-runs-{runs}-{METRICS}"
    mark = place / f"made-{many_runs.FORMAT}"
    if not mark.exists():
        shutil.rmtree(place, ignore_errors=True)
        started = time.monotonic()
        with running(place) as server:
            _fill(server, runs)
        console.print(f"[dim]{name}: {runs:,} runs made in {time.monotonic() - started:.0f} s.[/]")
        mark.touch()
    return place


def _fill(server: Server, runs: int) -> None:
    made = _Client(server).ask("POST", f"{API}experiments/create", {"name": many_runs.EXPERIMENT})
    with ThreadPoolExecutor(FILLERS) as threads:
        parts = [range(start, runs, FILLERS) for start in range(FILLERS)]
        list(threads.map(lambda numbers: _make_runs(_Client(server), made["experiment_id"], numbers), parts))


def _make_runs(client: _Client, experiment_id: str, numbers: range) -> None:
    statuses = {"succeeded": "FINISHED", "failed": "FAILED"}
    for number in numbers:
        run = many_runs.run(experiment_id, number)
        started_at = many_runs.TIME + 1000 * number
        tags = [{"key": key, "value": value} for key, value in run.tags.items()]
        new = {"experiment_id": experiment_id, "run_name": run.name, "start_time": started_at, "tags": tags}
        run_id = client.ask("POST", f"{API}runs/create", new)["run"]["info"]["run_id"]
        metrics = [
            {"key": f"metric-{key}", "value": many_runs.value(number, key), "timestamp": many_runs.TIME, "step": 1}
            for key in range(METRICS)
        ]
        params = [{"key": key, "value": value} for key, value in run.params.items()]
        client.ask("POST", f"{API}runs/log-batch", {"run_id": run_id, "metrics": metrics, "params": params})
        if run.status in statuses:
            client.ask("POST", f"{API}runs/update", {"run_id": run_id, "status": statuses[run.status]})


def _copied(place: Path, target: Path) -> Path:
    """Copy a data folder, so that what is kept stays as it was made."""
    shutil.copytree(place, target)
    return target


class _Client:
    """One connection that stays open."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection(server.host, server.port)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return what a JSON request answers."""
        sent = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, sent, {"content-type": "application/json"})
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]!r}")
        return json.loads(text)


if __name__ == "__main__":
    main()
