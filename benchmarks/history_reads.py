"""Measures reads of the past in a ledger with a million events: histories, and lists as of a moment.

The peers are our own reads of little or of the present: the history of an instance with ten versions, the live list.
One client asks, so that a latency is the work of one request; requests differ, so that none is answered from memory.
Lists as of a moment come in two kinds: moments near by, one event after the other as a slider moves, where the process
remembers the states around; and moments anywhere, each far from those before, where it remembers nothing.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import Final

from benchmarks.harness import big_ledger
from benchmarks.harness.databases import KINDS, is_installed
from benchmarks.harness.load import Measured, NextRequest, put_load, request_bytes
from benchmarks.harness.processes import Server, running_studio
from benchmarks.harness.report import Effort, LatencyTable, alternate, console, effort, print_conditions

INSTANCES: Final = 10_000
EVENTS: Final = 1_000_000
QUICK_INSTANCES: Final = 1000
QUICK_EVENTS: Final = 20_000
MOMENTS: Final = (5, 50, 99.9)
"""How much of the ledger has happened, in percent."""
QUESTIONS: Final = (
    ("filter and sort", 10.0, "&cluster_name=gpu-eu-3&sort=replicas&order=desc"),
    ("free text", None, "&q=chat-00"),
)
STEPS: Final = 1000
"""So many different requests for each case, around the same place."""


def main() -> None:
    """Measure and print, one database after the other."""
    asked = effort(__doc__, rounds=5, seconds=1.5)
    print_conditions(asked)
    size = (QUICK_INSTANCES, QUICK_EVENTS) if asked.is_quick else (INSTANCES, EVENTS)
    with running_studio(big_ledger.kept(instances=size[0], events=size[1])) as server:
        measure(asked, server, *size, on="SQLite")
    for kind in KINDS:
        if is_installed(kind):
            with (
                big_ledger.kept_on_server(kind, instances=size[0], events=size[1]) as (folder, url),
                running_studio(folder, STUDIO_DATABASE_URL=url) as server,
            ):
                measure(asked, server, *size, on=kind)
        else:
            console.print(f"[yellow]{kind} is not installed: not measured[/]")


def measure(asked: Effort, server: Server, instances: int, events: int, *, on: str) -> None:
    """Print the table of one database."""
    table = LatencyTable(f"Reads of {instances:,} instances with {events:,} events on {on}, one client", "peer")
    pairs = [
        (f"{what}, of an instance with many versions; peer: with {big_ledger.SHALLOW_VERSIONS}", bar, deep, shallow)
        for what, bar, deep, shallow in _histories()
    ]
    for share in MOMENTS:
        pairs.append((f"list as of {share} %, by id; peer: live", 5.0, _list_at(share, events), _list_live()))
        pairs += [
            (f"as of {share} %, {what}; peer: live", bar, _list_at(share, events, query), _list_live(query))
            for what, bar, query in QUESTIONS
        ]
    pairs += [
        (f"as of anywhere, {what}; peer: live", bar, _list_anywhere(events, query), _list_live(query))
        for what, bar, query in QUESTIONS
    ]
    for case, bar, ours, peer in pairs:
        table.add(case, *_rounds(asked, server, ours, peer), bar=bar)
    table.print()


def _histories() -> list[tuple[str, float | None, NextRequest, NextRequest]]:
    def paths(id: int, query: str) -> NextRequest:
        return _turns(f"/api/instances/{id}/history?limit={50 - n % 2}{query}" for n in range(2))

    cases = (
        ("history", 3.0, ""),
        ("oldest first", 3.0, "&order=asc"),
        ("updates only", None, "&operation_type=update"),
    )
    return [
        (what, bar, paths(big_ledger.DEEP_ID, query), paths(big_ledger.SHALLOW_ID, query)) for what, bar, query in cases
    ]


def _list_at(share: float, events: int, query: str = "") -> NextRequest:
    last = int(events * share / 100)
    return _turns(f"/api/instances?limit=100&as_of=seq:{last - n}{query}" for n in range(min(STEPS, last // 2)))


def _list_anywhere(events: int, query: str) -> NextRequest:
    """Return requests of moments so far from each other that nothing is known around them."""
    step = int(events * 0.381966)  # the golden section: wherever one is, the next ones fall into the greatest gaps
    moments = ((n * step) % (events - 1) + 1 for n in range(STEPS))
    return _turns(f"/api/instances?limit=100&as_of=seq:{moment}{query}" for moment in moments)


def _list_live(query: str = "") -> NextRequest:
    """Return requests for the first page; what nobody knows is ignored and keeps them from being the same."""
    return _turns(f"/api/instances?limit=100{query}&attempt={n}" for n in range(STEPS))


def _turns(paths: Iterable[str]) -> NextRequest:
    turn = itertools.cycle([request_bytes("GET", path) for path in paths])
    return lambda *_: next(turn)


def _rounds(asked: Effort, server: Server, *sides: NextRequest) -> list[list[Measured]]:
    def contestant(requests: NextRequest, warm_up_s: float) -> Measured:
        return put_load(
            server.address, requests, connections=1, seconds=asked.seconds, warm_up_s=warm_up_s, cpu_s=server.cpu_s
        )

    return alternate(asked.rounds, [functools.partial(contestant, side) for side in sides])


if __name__ == "__main__":
    main()
