"""Measures the list of instances: a page of 100 of 10,000, anew and unchanged since the last answer.

The peer is a bare FastAPI route on the same file: the same rows by sqlite3 and msgspec, without a count, rights or
validation; and the same bytes from memory. Unchanged answers are asked for with the tag of the last one.
"""

from __future__ import annotations

import functools
import itertools
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Final

from benchmarks.harness import fleet
from benchmarks.harness.load import Measured, NextRequest, put_load, request_bytes
from benchmarks.harness.processes import PEERS, Server, free_port, running, running_studio
from benchmarks.harness.report import Effort, RateTable, alternate, effort, print_conditions

CLIENTS: Final = 8
INSTANCES: Final = 10_000
PATH: Final = "/api/instances?limit=100"


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=5, seconds=1.2)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with fleet.opened(folder / "ours" / "data") as db:
            fleet.fill(db, INSTANCES)
        port = free_port()
        peer_command = [sys.executable, PEERS / "plain_list.py", folder / "ours" / "data" / "studio.db", port]
        with (
            running_studio(folder / "ours") as ours,
            running(peer_command, folder / "peer", port=port) as peer,
        ):
            measure(asked, ours, peer)


def measure(asked: Effort, ours: Server, peer: Server) -> None:
    """Print the table of all cases."""
    print_conditions(asked)
    table = RateTable(f"GET {PATH} of {INSTANCES:,}, {CLIENTS} clients", "peer")
    fresh = [(ours, pages(f"{PATH}&skip=")), (peer, pages("/rows?skip="))]
    table.add("another page each time, peer: FastAPI, sqlite3, msgspec (target ≥ 0.5×)", *_rounds(asked, fresh))
    again = [(ours, same(PATH)), (peer, same("/bytes"))]
    table.add("the same page, peer: FastAPI, bytes from memory (target ≥ 0.3×)", *_rounds(asked, again))
    tagged = [(ours, same(PATH, f"if-none-match: {_tag(ours)}")), (peer, same("/bytes"))]
    table.add("the same page with its tag: 304 (target ≥ 0.3×)", *_rounds(asked, tagged))
    table.print()


def pages(path: str) -> NextRequest:
    """Return requests for pages that differ from each other; `path` ends before the number of rows to skip."""
    requests = [request_bytes("GET", f"{path}{skip}") for skip in range(INSTANCES - 100)]
    turn = itertools.cycle(requests)
    return lambda *_: next(turn)


def same(path: str, *headers: str) -> NextRequest:
    """Return one request for ever."""
    request = request_bytes("GET", path, b"", *headers)
    return lambda *_: request


def _rounds(asked: Effort, sides: list[tuple[Server, NextRequest]]) -> list[list[Measured]]:
    def contestant(server: Server, requests: NextRequest, warm_up_s: float) -> Measured:
        return put_load(
            server.address, requests, connections=CLIENTS, seconds=asked.seconds, warm_up_s=warm_up_s,
            cpu_s=server.cpu_s,
        )  # fmt: skip

    return alternate(asked.rounds, [functools.partial(contestant, *side) for side in sides])


def _tag(server: Server) -> str:
    with urllib.request.urlopen(server.url + PATH) as answer:
        return answer.headers["ETag"] or "none"


if __name__ == "__main__":
    main()
