"""Measures the views of a ledger with a million events: events, timeline, changes, states.

The peer of timeline and changes is Python's sqlite3 on the same file, which only runs the SQL that nothing can do
without: the rows of a page, and what is counted beside it, without rights, JSON or HTTP. Long reads have a bar; short
ones cost what a page costs to make. One client asks; requests differ, so that none is answered from memory.
"""

from __future__ import annotations

import functools
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Final

from benchmarks.harness import big_ledger
from benchmarks.harness.load import Measured, NextRequest, put_load, request_bytes
from benchmarks.harness.processes import Server, running_studio
from benchmarks.harness.report import Contestant, Effort, LatencyTable, alternate, effort, print_conditions
from benchmarks.history_reads import EVENTS, INSTANCES, QUICK_EVENTS, QUICK_INSTANCES, STEPS

Plain = tuple[str, ...]
"""Statements that stand for a request; `:from` and `:to` are numbers of events."""

WINDOW: Final = """
    project_id = (select id from project where slug = 'default')
    and occurred_at between (select occurred_at from event where seq = :from)
    and (select occurred_at from event where seq = :to)
"""
IN_KIND: Final = f"select {{}} from event where kind = 'instance.updated' and {WINDOW}"
TIMELINE: Final = (
    IN_KIND.format("count(*)"),
    IN_KIND.format("*") + "order by occurred_at desc, seq desc limit 101",
)
TOUCHED: Final = """
    select entity, entity_id, max(seq) as last, count(*) from event where {} > :from and {} <= :to
    group by entity, entity_id
"""
LONG_CHANGES: Final = (
    f"select *, count(*) over () from ({TOUCHED.format('+seq', '+seq')}) order by last desc limit 51",
)
SHORT_CHANGES: Final = (
    f"select *, count(*) over () from ({TOUCHED.format('seq', 'seq')}) order by last desc limit 51",
)


def main() -> None:
    """Measure and print."""
    asked = effort(__doc__, rounds=5, seconds=1.5)
    print_conditions(asked)
    instances, events = (QUICK_INSTANCES, QUICK_EVENTS) if asked.is_quick else (INSTANCES, EVENTS)
    folder = big_ledger.kept(instances=instances, events=events)
    with (
        running_studio(folder) as server,
        sqlite3.connect(f"file:{folder / 'data' / 'studio.db'}?mode=ro", uri=True) as plain,
    ):
        measure(asked, server, plain, events)


def measure(asked: Effort, server: Server, plain: sqlite3.Connection, events: int) -> None:
    """Print the table."""
    table = LatencyTable(f"The views of a ledger with {events:,} events on SQLite", "sqlite3")
    for case, bar, requests, peer in long_reads(events):
        sides = [_ours(asked, server, requests), _plain(asked, plain, *peer)]
        table.add(case, *alternate(asked.rounds, sides), bar=bar)
    for case, requests in other_reads(events):
        table.add(case, *alternate(asked.rounds, [_ours(asked, server, requests)]))
    table.print()


def long_reads(events: int) -> list[tuple[str, float | None, NextRequest, tuple[Plain, int, int]]]:
    """Return cases, the greatest ratio that is good enough, requests, and what the peer does for each."""
    middle, span, last = events // 2, events // 1000, events - STEPS
    around = range(min(STEPS, middle // 2))
    short, whole = f"from=seq:{{}}&to=seq:{middle + span}", f"from=seq:{{}}&to=seq:{last}"
    return [
        (
            f"timeline: 100 of {span:,} events",
            None,
            _turns(f"/api/timeline?{short.format(middle + n % span)}&limit=100" for n in around),
            (TIMELINE, middle, middle + span),
        ),
        (
            f"timeline: 100 of {events:,} events",
            3.0,
            _turns(f"/api/timeline?{whole.format(1 + n)}&limit=100" for n in around),
            (TIMELINE, 1, last),
        ),
        (
            f"timeline: {events:,} events counted in 200 parts",
            3.0,
            _turns(f"/api/timeline?{whole.format(1 + n)}&limit=1&bins=200" for n in around),
            (TIMELINE, 1, last),
        ),
        (
            f"changes: {span:,} events apart, 50 entities",
            None,
            _turns(f"/api/changes?{short.format(middle + n % span)}" for n in around),
            (SHORT_CHANGES, middle, middle + span),
        ),
        (
            "changes: the second half of the ledger",
            3.0,
            _turns(f"/api/changes?{whole.format(middle + n)}" for n in around),
            (LONG_CHANGES, middle, last),
        ),
        (
            "changes: the whole ledger",
            3.0,
            _turns(f"/api/changes?{whole.format(1 + n)}" for n in around),
            (LONG_CHANGES, 1, last),
        ),
    ]


def other_reads(events: int) -> list[tuple[str, NextRequest]]:
    """Return cases without a peer, and their requests."""
    middle = events // 2
    around = range(min(STEPS, middle // 2))
    deep = f"instance:{big_ledger.DEEP_ID}"
    return [
        ("events: 100 behind a number", _turns(f"/api/events?since={middle + n}&limit=100" for n in around)),
        ("events: 100 of one instance", _turns(f"/api/events?since={n}&limit=100&entity={deep}" for n in around)),
        ("timeline: of one instance", _turns(f"/api/timeline?entity={deep}&limit={100 + n}" for n in range(5))),
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


def _ours(asked: Effort, server: Server, requests: NextRequest) -> Contestant:
    def run(warm_up_s: float) -> Measured:
        return put_load(
            server.address, requests, connections=1, seconds=asked.seconds, warm_up_s=warm_up_s, cpu_s=server.cpu_s
        )

    return run


def _plain(asked: Effort, connection: sqlite3.Connection, statements: Plain, start: int, end: int) -> Contestant:
    numbers = itertools.count()

    def once() -> float:
        began = time.perf_counter()
        for statement in statements:
            connection.execute(statement, {"from": start + next(numbers) % 50, "to": end}).fetchall()
        return time.perf_counter() - began

    return functools.partial(_repeated, asked.seconds, once)


def _repeated(seconds: float, once: Callable[[], float], warm_up_s: float) -> Measured:
    """Do it again and again for so long, at least once."""
    if warm_up_s:
        once()
    latencies: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()
    while not latencies or time.perf_counter() - began < seconds:
        latencies.append(once())
    return Measured(time.perf_counter() - began, sorted(latencies), time.process_time() - cpu)


if __name__ == "__main__":
    main()
