"""Measures reads of the past: histories, lists as of a moment, and the views of a ledger with a million events.

The peers are our own reads of little or of the present: the history of an instance with ten versions, the live list.
One client asks, so that a latency is the work of one request; requests differ, so that none is answered from memory.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import Final

from benchmarks.harness import big_ledger
from benchmarks.harness.load import Measured, NextRequest, put_load, request_bytes
from benchmarks.harness.processes import Server, running_studio
from benchmarks.harness.report import Effort, LatencyTable, alternate, effort, print_conditions

INSTANCES: Final = 10_000
EVENTS: Final = 1_000_000
QUICK_INSTANCES: Final = 1000
QUICK_EVENTS: Final = 20_000
MOMENTS: Final = (5, 50, 99.9)
"""How much of the ledger has happened, in percent."""
STEPS: Final = 1000
"""So many different requests for each case, around the same place."""


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=5, seconds=1.5)
    instances, events = (QUICK_INSTANCES, QUICK_EVENTS) if asked.is_quick else (INSTANCES, EVENTS)
    folder = big_ledger.kept(instances=instances, events=events)
    with running_studio(folder) as server:
        measure(asked, server, instances, events)


def measure(asked: Effort, server: Server, instances: int, events: int) -> None:
    """Print both tables."""
    print_conditions(asked)
    table = LatencyTable(f"Reads of {instances:,} instances with {events:,} events on SQLite, one client", "peer")
    pairs = [
        (f"{what}, of an instance with many versions; peer: with {big_ledger.SHALLOW_VERSIONS}", bar, deep, shallow)
        for what, bar, deep, shallow in _histories()
    ]
    for share in MOMENTS:
        pairs.append((f"list as of {share} %, by id; peer: live", 5.0, _list_at(share, events), _list_live()))
        query = "&cluster_name=gpu-eu-3&sort=replicas&order=desc"
        pairs.append(
            (f"as of {share} %, filter and sort; peer: live", 10.0, _list_at(share, events, query), _list_live(query))
        )
        query = "&q=chat-00"
        pairs.append(
            (f"as of {share} %, free text; peer: live", None, _list_at(share, events, query), _list_live(query))
        )
    for case, bar, ours, peer in pairs:
        table.add(case, *_rounds(asked, server, ours, peer), bar=bar)
    table.print()
    views = LatencyTable(f"The views of a ledger with {events:,} events", None)
    for case, requests in _views(events):
        views.add(case, *_rounds(asked, server, requests))
    views.print()


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


def _list_live(query: str = "") -> NextRequest:
    """Return requests for the first page; what nobody knows is ignored and keeps them from being the same."""
    return _turns(f"/api/instances?limit=100{query}&attempt={n}" for n in range(STEPS))


def _views(events: int) -> list[tuple[str, NextRequest]]:
    middle = events // 2
    span = events // 1000
    around = range(min(STEPS, middle // 2))
    return [
        ("events: 100 behind a number", _turns(f"/api/events?since={middle + n}&limit=100" for n in around)),
        (
            "events: 100 of one instance",
            _turns(f"/api/events?since={n}&limit=100&entity=instance:{big_ledger.DEEP_ID}" for n in around),
        ),
        (
            f"timeline: 100 items of a window of {span:,} events",
            _turns(f"/api/timeline?from=seq:{middle + n}&to=seq:{middle + span + n}&limit=100" for n in around),
        ),
        (
            "timeline: of one instance",
            _turns(f"/api/timeline?entity=instance:{big_ledger.DEEP_ID}&limit={100 + n}" for n in range(5)),
        ),
        (
            f"changes: {span:,} events apart, 50 entities",
            _turns(f"/api/changes?from=seq:{middle + n}&to=seq:{middle + span + n}" for n in around),
        ),
        (
            "changes: the second half of the ledger",
            _turns(f"/api/changes?from=seq:{middle + n}&to=seq:{events - 1}" for n in around),
        ),
        ("state: counts by kind", _turns(f"/api/state?as_of=seq:{middle + n}" for n in around)),
        ("state: 50 instances", _turns(f"/api/state?entity=instance&as_of=seq:{middle + n}" for n in around)),
        (
            "state: one instance",
            _turns(f"/api/state?entity=instance&id={big_ledger.DEEP_ID}&as_of=seq:{middle + n}" for n in around),
        ),
    ]


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
