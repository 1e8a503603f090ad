"""Measures registering and finding model versions against `mlflow server`, with the same request bytes.

Cases: a version of a model that has thousands, a model with its first version, and the ways to find a version: by its
number, by an alias, and a model by a filter on its name. Sources name another storage, so that no file is read.
"""

from __future__ import annotations

import functools
import itertools
import json
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from benchmarks.harness.load import Measured, NextRequest, put_load, request_bytes
from benchmarks.harness.peers import running_mlflow
from benchmarks.harness.processes import Server, running_studio
from benchmarks.harness.report import Effort, RateTable, alternate, effort, print_conditions

WORKERS: Final = 2
"""Of the peer; more than cores do not help it."""
API: Final = "/api/2.0/mlflow/"
MODELS: Final = 50
BAR: Final = 10
VERSIONS: Final = 20
"""Of each model that is looked for."""
SOURCE: Final = "s3://bucket/model"

_numbers = itertools.count(1)


class Case(NamedTuple):
    """What is sent, by how many clients."""

    name: str
    clients: int
    requests: Callable[[Server, int], NextRequest]
    per_request: float = 1


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=3, seconds=1.2)
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        running_studio(Path(folder) / "ours") as ours,
        running_mlflow(Path(folder) / "peer", workers=WORKERS) as peer,
    ):
        for server in (ours, peer):
            fill(server)
        measure(asked, ours, peer)


def fill(server: Server) -> None:
    """Make the models that are looked for, each with an alias."""
    for number in range(MODELS):
        _post(server, "registered-models/create", name=_model(number))
        for _ in range(VERSIONS):
            _post(server, "model-versions/create", name=_model(number), source=SOURCE)
        _post(server, "registered-models/alias", name=_model(number), alias="champion", version=str(VERSIONS // 2))


def measure(asked: Effort, ours: Server, peer: Server) -> None:
    """Print the table of all cases."""
    print_conditions(asked)
    title = f"Registry, MLflow protocol against mlflow server, {WORKERS} workers, SQLite"
    table = RateTable(title, "mlflow", unit="/s")
    for case in CASES:
        sides = [functools.partial(_round, asked, case, server, case.requests(server, case.clients))
                 for server in (ours, peer)]  # fmt: skip
        rounds = alternate(asked.rounds, sides)
        table.add(
            f"{case.name}, {case.clients} client{'s'[: case.clients > 1]}",
            *rounds,
            per_request=case.per_request,
            bar=BAR,
        )
    table.print()


def versions(server: Server, clients: int) -> NextRequest:
    """Return requests that register a version, of one model for each client."""
    names = [f"grows-{next(_numbers)}" for _ in range(clients)]
    for name in names:
        _post(server, "registered-models/create", name=name)
    own = [_creation(name) for name in names]
    return lambda client, _: own[client]


def models(_: Server, clients: int) -> NextRequest:
    """Return requests that register a model and its first version, in turn."""
    waiting = [_pairs() for _ in range(clients)]
    return lambda client, _: next(waiting[client])


def by_number(_: Server, __: int) -> NextRequest:
    """Return requests for one version after the other."""
    return _in_turn(
        ("model-versions/get", {"name": _model(number), "version": version})
        for number in range(MODELS)
        for version in range(1, VERSIONS + 1)
    )


def by_alias(_: Server, __: int) -> NextRequest:
    """Return requests for what an alias means, of one model after the other."""
    return _in_turn(
        ("registered-models/alias", {"name": _model(number), "alias": "champion"}) for number in range(MODELS)
    )


def by_filter(_: Server, __: int) -> NextRequest:
    """Return searches for one model after the other."""
    return _in_turn(
        ("registered-models/search", {"filter": f"name = '{_model(number)}'", "max_results": 10})
        for number in range(MODELS)
    )


CASES: Final = (
    Case("register a version", 1, versions),
    Case("register a version", 8, versions),
    Case("register a model and its first version", 4, models, 1 / 2),
    Case("find a version by its number", 1, by_number),
    Case("find a version by its number", 8, by_number),
    Case("find a version by an alias", 1, by_alias),
    Case("find a model by a filter on its name", 1, by_filter),
)


def _round(asked: Effort, case: Case, server: Server, requests: NextRequest, warm_up_s: float) -> Measured:
    return put_load(
        server.address, requests, connections=case.clients, seconds=asked.seconds, warm_up_s=warm_up_s,
        cpu_s=server.cpu_s,
    )  # fmt: skip


def _model(number: int) -> str:
    return f"model-{number}"


def _creation(name: str) -> bytes:
    return request_bytes("POST", f"{API}model-versions/create", _json({"name": name, "source": SOURCE}))


def _pairs() -> Iterator[bytes]:
    while True:
        name = f"new-{next(_numbers)}"
        yield request_bytes("POST", f"{API}registered-models/create", _json({"name": name}))
        yield _creation(name)


def _in_turn(reads: Iterator[tuple[str, dict[str, Any]]]) -> NextRequest:
    turn = itertools.cycle([request_bytes("GET", f"{API}{path}?{urlencode(query)}") for path, query in reads])
    return lambda *_: next(turn)


def _post(server: Server, operation: str, **body: str) -> None:
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{server.url}{API}{operation}", _json(body), headers)
    ) as answer:
        answer.read()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


if __name__ == "__main__":
    main()
