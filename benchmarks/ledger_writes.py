"""Measures durable writes of instances over HTTP against a plain driver behind an equal FastAPI.

Both answer after the commit, which is on disk: SQLite with `synchronous=FULL`, PostgreSQL and MariaDB as they are
installed. A PUT is an UPDATE and the INSERT of an event, a POST two INSERTs. The peer commits each request alone, on
PostgreSQL and MariaDB with eight connections; ours numbers, times and chains its events as well, and shares commits.
"""

from __future__ import annotations

import functools
import itertools
import json
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.harness.databases import KINDS, is_installed, running_database
from benchmarks.harness.load import Measured, NextRequest, put_load, request_bytes
from benchmarks.harness.processes import PEERS, Server, free_port, running, running_studio
from benchmarks.harness.report import Effort, RateTable, alternate, console, effort, print_conditions

CLIENTS: Final = 8
BAR: Final = "\n≥ 0.6×, p99 ≤ 3×"
DRIVERS: Final = {"postgresql": "psycopg", "mariadb": "PyMySQL"}
BODY: Final = {"model_name": "llama-3-70b", "cluster_name": "gpu-eu-1", "image_tag": "vllm-0.11.2", "replicas": 2}

_names = itertools.count()


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=7, seconds=1.5)
    print_conditions(asked)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own
        measure(asked, folder / "sqlite", "plain sqlite3")
        for kind in KINDS:
            if not is_installed(kind):
                console.print(f"[yellow]{kind} is not installed: not measured[/]")
                continue
            # a database for each side; one server for both, so that both have the same settings and the same disk
            with running_database(kind, folder / kind / "server") as url:
                measure(asked, folder / kind, f"plain {DRIVERS[kind]}", url=url)


def measure(asked: Effort, folder: Path, peer_name: str, *, url: str | None = None) -> None:
    """Print the table of both cases on one kind of database."""
    port = free_port()
    where = folder / "peer" / "plain.db" if url is None else f"{url}_peer"
    ours_environment: Any = {} if url is None else {"STUDIO_DATABASE_URL": url}
    with (
        running_studio(folder / "ours", **ours_environment) as ours,
        running([sys.executable, PEERS / "plain_fastapi.py", where, port], folder / "peer", port=port) as peer,
    ):
        table = RateTable(
            f"Durable writes of instances, {CLIENTS} clients, {peer_name.removeprefix('plain ')}", peer_name
        )
        table.add(
            f"PUT of 2 fields{BAR if url is None else ''}", *_rounds(asked, [(s, updates(s)) for s in (ours, peer)])
        )
        table.add(f"POST{BAR if url is None else ''}", *_rounds(asked, [(s, creations()) for s in (ours, peer)]))
        table.print()


def updates(server: Server) -> NextRequest:
    """Return the requests that change two fields of an instance, one instance for each client."""
    ids = [_create(server) for _ in range(CLIENTS)]
    bodies = [json.dumps({"replicas": n, "description": f"Scaled to {n}"}).encode() for n in (3, 4)]
    requests = [[request_bytes("PUT", f"/api/instances/{id}", body) for body in bodies] for id in ids]
    turns = [itertools.cycle(pair) for pair in requests]
    return lambda client, _: next(turns[client])


def creations() -> NextRequest:
    """Return the requests that create instances; each has a name of its own."""
    template = request_bytes("POST", "/api/instances", _body(f"bench-{0:012d}")).replace(b"%012d" % 0, b"%012d")
    return lambda *_: template % next(_names)


def _rounds(asked: Effort, sides: Sequence[tuple[Server, NextRequest]]) -> list[list[Measured]]:
    def contestant(server: Server, requests: NextRequest, warm_up_s: float) -> Measured:
        return put_load(
            server.address, requests, connections=CLIENTS, seconds=asked.seconds, warm_up_s=warm_up_s,
            cpu_s=server.cpu_s,
        )  # fmt: skip

    return alternate(asked.rounds, [functools.partial(contestant, *side) for side in sides])


def _create(server: Server) -> int:
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{server.url}/api/instances", _body(f"bench-{next(_names):012d}"), headers)
    with urllib.request.urlopen(request) as answer:
        id: int = json.load(answer)["id"]
        return id


def _body(name: str) -> bytes:
    return json.dumps(BODY | {"name": name}).encode()


if __name__ == "__main__":
    main()
