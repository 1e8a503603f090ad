"""Measures durable writes of instances over HTTP against plain sqlite3 behind an equal FastAPI.

Both answer after the commit, `synchronous=FULL`. A PUT is an UPDATE and the INSERT of an event, a POST two INSERTs.
The peer commits each request alone; ours numbers, times and chains its events as well, and shares commits.
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
from typing import Final

from benchmarks.harness.load import Measured, NextRequest, put_load, request_bytes
from benchmarks.harness.processes import PEERS, Server, free_port, running, running_studio
from benchmarks.harness.report import Effort, RateTable, alternate, effort, print_conditions

CLIENTS: Final = 8
BODY: Final = {"model_name": "llama-3-70b", "cluster_name": "gpu-eu-1", "image_tag": "vllm-0.11.2", "replicas": 2}

_names = itertools.count()


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=7, seconds=1.5)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ours_folder, peer_folder = Path(folder) / "ours", Path(folder) / "peer"
        port = free_port()
        peer_command = [sys.executable, PEERS / "plain_fastapi.py", peer_folder / "plain.db", str(port)]
        with running_studio(ours_folder) as ours, running(peer_command, peer_folder, port=port) as peer:
            measure(asked, ours, peer)


def measure(asked: Effort, ours: Server, peer: Server) -> None:
    """Print the table of both cases."""
    print_conditions(asked)
    table = RateTable(f"Writes of instances, {CLIENTS} clients, synchronous=FULL", "plain sqlite3")
    table.add(f"PUT of 2 fields, {CLIENTS} clients", *_rounds(asked, [(s, updates(s)) for s in (ours, peer)]))
    table.add(f"POST, {CLIENTS} clients", *_rounds(asked, [(s, creations()) for s in (ours, peer)]))
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
