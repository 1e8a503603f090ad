"""Readers that do not keep up, and writers of other processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from contexts.realtime.served import Served, Socket, eventually, serving
from contexts.timeline.things import Things, an_id
from infrastudio.contexts.realtime.service import Limits

SMALL: Final = 4096
"""Bytes of a buffer of the system; it rounds them up."""

MOST_UNSENT: Final = 64 * 1024 + 256 * 1024
"""What may wait in the server for one reader: the transport's mark and one frame."""

LIMITS: Final = Limits(heartbeat_s=5, held_events=20, most_missed_events=100, send_timeout_s=600)
"""Nobody is cut off for taking nothing, however long the writing takes here."""


def a_slow_socket(served: Served) -> Socket:
    """Open a socket that reads a frame only when it is asked to, and takes nothing in advance."""
    return served.socket(receive_buffer=SMALL, max_queue=1, compression=None)


def unsent(served: Served) -> int:
    """Return how many bytes wait in the server for its readers."""
    return sum(
        connection.transport.get_write_buffer_size()
        for connection in list(served.server.server_state.connections)
        if getattr(connection, "transport", None) is not None
    )


def write(things: Things, project_id: str, count: int, *, size: int = 4000) -> None:
    """Write so much that no buffer holds it."""
    for _ in range(count // 10):
        with things.in_one_transaction():
            for _ in range(10):
                things.put("run", an_id(), project_id=project_id, name="n", status="x" * size)


def test_a_reader_that_falls_behind_is_told_to_start_again_and_costs_no_memory(tmp_path: Path) -> None:
    with serving(tmp_path, limits=LIMITS, send_buffer=SMALL) as served:
        things = Things(served.studio.db)
        project = things.project()
        with a_slow_socket(served) as slow, served.socket() as quick:
            start = slow.subscribe("ledger", filter={"project": project.slug})["upto"]["ledger"]
            quick.subscribe("ledger", since=start, filter={"project": project.slug})
            most_waiting = 0
            for _ in range(10):
                write(things, project.id, 100)
                quick.events(100)
                most_waiting = max(most_waiting, unsent(served))
            assert 0 < most_waiting <= MOST_UNSENT
            head = things.head()
            seen: list[int] = []
            prev = start
            while (message := slow.next("event", "reset"))["type"] == "event":
                assert message["prev"] == prev
                prev = message["seq"]
                seen.append(prev)
            assert message == {"type": "reset", "topic": "ledger", "reason": "slow"}
            assert seen == list(range(start + 1, start + 1 + len(seen)))
            assert len(seen) < 500
            assert slow.next("heartbeat")["upto"]["ledger"] == head
            last = things.put("run", an_id(), project_id=project.id)
            (event,) = slow.events(1)
            assert (event["seq"], event["prev"]) == (last, head)


def test_a_reader_that_is_a_little_late_is_served_from_the_ledger(tmp_path: Path) -> None:
    """More than memory holds, less than what makes it start again."""
    with serving(tmp_path, limits=LIMITS, send_buffer=SMALL) as served:
        things = Things(served.studio.db)
        project = things.project()
        with a_slow_socket(served) as slow:
            start = slow.subscribe("ledger", filter={"project": project.slug})["upto"]["ledger"]
            write(things, project.id, 90, size=8000)
            eventually(lambda: served.hub.ledger.head == things.head())
            assert served.hub.ledger.floor > start
            assert [event["seq"] for event in slow.events(90)] == list(range(start + 1, start + 91))


def test_who_missed_too_much_starts_again_and_who_missed_less_does_not(tmp_path: Path) -> None:
    with serving(tmp_path, limits=LIMITS) as served:
        things = Things(served.studio.db)
        project, other = things.project(), things.project()
        write(things, other.id, 300, size=1)
        start = things.head()
        write(things, project.id, 110, size=1)
        eventually(lambda: served.hub.ledger.head == things.head())
        with served.socket() as socket:
            socket.subscribe("ledger", since=start + 10, filter={"project": project.slug})
            assert len(socket.events(100)) == 100
            socket.subscribe("ledger", since=0, filter={"project": project.slug, "entity": "project"})
            assert len(socket.events(1)) == 1
            socket.say("subscribe", topic="ledger", since=start + 9, filter={"project": project.slug})
            assert socket.next("reset")["reason"] == "too_old"


def test_a_reader_that_takes_nothing_at_all_is_cut_off(tmp_path: Path) -> None:
    """It misses too few to be told to start again: that would leave it nothing to take."""
    limits = Limits(heartbeat_s=5, held_events=20, most_missed_events=1000, send_timeout_s=0.5)
    with serving(tmp_path, limits=limits, send_buffer=SMALL) as served:
        things = Things(served.studio.db)
        project = things.project()
        with a_slow_socket(served) as slow:
            slow.subscribe("ledger", filter={"project": project.slug})
            write(things, project.id, 300)
            eventually(lambda: len(served.hub.ledger) == 0)
            eventually(lambda: len(served.hub.credentials) == 0)
            assert slow.close_code() in (4408, 1006)


def test_a_slow_client_that_reads_again_in_time_hears_why_it_was_cut_off(tmp_path: Path) -> None:
    limits = Limits(heartbeat_s=5, send_timeout_s=0.2)
    with serving(tmp_path, limits=limits, send_buffer=SMALL) as served:
        things = Things(served.studio.db)
        project = things.project()
        with a_slow_socket(served) as slow:
            slow.subscribe("ledger", filter={"project": project.slug})
            write(things, project.id, 300)
            eventually(lambda: len(served.hub.ledger) == 0)
            assert slow.close_code() == 4408


@contextmanager
def another_process(url: str, project_id: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process that has the database open, and writes an event for each line it is sent."""
    program = """
import sys
from contexts.timeline.things import Things, an_id
from infrastudio.kernel.clock import SystemClock
from infrastudio.kernel.ids import RandomIds
from infrastudio.stores.db import ConnectionSettings, Database
from infrastudio.stores.ledger import TableLedgerLock
db = Database(ConnectionSettings(sys.argv[1]), lock=TableLedgerLock(), clock=SystemClock(), ids=RandomIds())
things = Things(db)
print("ready", flush=True)
for line in sys.stdin:
    print(things.put("run", "f" + an_id()[1:-1] + line.strip(), project_id=sys.argv[2]), flush=True)
db.close()
"""
    tests = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", program, url, project_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tests,
    )
    try:
        yield process
    finally:
        process.communicate()


def test_what_another_process_writes_arrives_within_a_second(served: Served) -> None:
    things = Things(served.studio.db)
    project = things.project()
    url = served.studio.settings.connection().url
    with another_process(url, project.id) as process, served.socket() as socket:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        socket.subscribe("ledger", filter={"project": project.slug})
        took = []
        for number in range(5):
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            seq = int(process.stdout.readline())
            written = time.monotonic()
            (event,) = socket.events(1)
            took.append(time.monotonic() - written)
            assert event["seq"] == seq
    assert max(took) < 1.0, took
