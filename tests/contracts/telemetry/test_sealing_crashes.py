"""Sealing that is killed anywhere, or that meets another sealer or a deletion, loses nothing and doubles nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from contracts.telemetry import sealing_victim
from contracts.telemetry.support import ALWAYS, Backend, Telemetry, a_run, opened, small_chunks
from infrastudio.stores.telemetry import LineBatch, PointBatch, SeriesKey, StreamOwner

MOST = 40
"""Statements of one sealing that a test kills one after the other."""


def fill(telemetry: Telemetry, owner: StreamOwner, begin: int, count: int = 100) -> None:
    """Append points of two series and some lines."""
    numbers = list(range(begin, begin + count))
    batch = PointBatch.from_columns(["loss", "acc"] * (count // 2), numbers, numbers, [n / 2 for n in numbers])
    telemetry.run(partial(telemetry.store.append_points, owner, batch))
    lines = LineBatch(begin + 1, [f"line {n}" for n in numbers], numbers)
    telemetry.run(partial(telemetry.store.append_lines, owner, lines))


@contextmanager
def victims(backend: Backend) -> Iterator[Callable[[int], bool]]:
    """Give what seals in a process that is killed before its statement n, and tells whether it was killed."""
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(Path(sealing_victim.__file__)), backend.target]
    with subprocess.Popen(command, env=paths, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, told = process.stdin, process.stdout

        def seal_and_die(left: int) -> bool:
            asked.write(f"{left}\n")
            asked.flush()
            ended = int(told.readline())
            assert ended in (0, -signal.SIGKILL)
            return ended != 0

        yield seal_and_die


def test_a_sealer_that_is_killed_before_any_statement_leaves_the_same(backend: Backend) -> None:
    """kill -9 before the first, the second, … statement that writes, until one sealing comes to its end."""
    owner = a_run()
    begin = killed = 0
    is_killed, before = True, None
    with victims(backend) as seal_and_die:
        while True:
            with opened(backend) as telemetry:
                assert before in (None, telemetry.store.digest())
                steps = telemetry.store.history(owner.key, SeriesKey("loss")).points.steps
                assert steps.tolist() == list(range(0, begin, 2))
                if not is_killed:
                    break
                fill(telemetry, owner, begin)
                fill(telemetry, owner, begin + 100, count=10)
                before = telemetry.store.digest()
            begin += 110
            is_killed = seal_and_die(killed)
            killed += is_killed
            assert killed < MOST
    assert killed >= 6
    assert backend.execute("SELECT (SELECT count(*) FROM point_batch), (SELECT count(*) FROM line_batch)") == [(0, 0)]


def test_servers_that_seal_at_once_while_others_append_lose_nothing(shared_backend: Backend) -> None:
    owner = a_run()
    with opened(shared_backend) as one, opened(shared_backend) as two, opened(shared_backend) as three:
        done = threading.Event()

        def seal_on(server: Telemetry) -> None:
            while not done.is_set():
                server.run(partial(server.store.seal, ALWAYS))

        threads = [threading.Thread(target=seal_on, args=(server,)) for server in (one, two)]
        for thread in threads:
            thread.start()
        for begin in range(0, 3000, 100):
            fill(three, owner, begin)
        done.set()
        for thread in threads:
            thread.join()
        one.run(partial(one.store.seal, ALWAYS))
        points = one.store.points_since(owner.key, 0, limit=10_000).points
        assert [(point.number, point.step) for point in points] == [(n + 1, n) for n in range(3000)]
        assert [line.text for line in one.store.lines(owner.key, limit=10_000).items] == [
            f"line {n}" for n in range(3000)
        ]


def test_who_reads_while_it_is_sealed_sees_all_that_was_acknowledged(backend: Backend) -> None:
    """Each read is of one snapshot: the batches of a point or its chunk, never neither and never both."""
    owner = a_run()
    with opened(backend) as telemetry, ThreadPoolExecutor(1) as reader:
        acknowledged, done = 0, threading.Event()

        def read_on() -> int:
            reads = 0
            while not done.is_set():
                expected = acknowledged
                steps = telemetry.store.history(owner.key, SeriesKey("loss")).points.steps.tolist()
                assert steps == list(range(0, 2 * len(steps), 2))
                assert 2 * len(steps) >= expected
                numbers = [point.number for point in telemetry.store.points_since(owner.key, 0, limit=10_000).points]
                assert numbers == list(range(1, len(numbers) + 1))
                assert len(numbers) >= expected
                lines = [line.text for line in telemetry.store.lines(owner.key, limit=10_000).items]
                assert lines == [f"line {n}" for n in range(len(lines))]
                assert len(lines) >= expected
                reads += 1
            return reads

        reading = reader.submit(read_on)
        with small_chunks():
            while acknowledged < 4000 and not reading.done():
                fill(telemetry, owner, acknowledged)
                acknowledged += 100
                telemetry.run(partial(telemetry.store.seal, ALWAYS))
        done.set()
        assert reading.result() > 2


def test_a_stream_that_is_deleted_while_it_is_sealed_leaves_nothing(backend: Backend) -> None:
    with opened(backend) as telemetry:
        owner = a_run()
        for begin in range(0, 500, 100):
            fill(telemetry, owner, begin)
        telemetry.together(partial(telemetry.store.seal, ALWAYS), partial(telemetry.store.delete_stream, owner.key))
        tables = ("point_batch", "line_batch", "point_chunk", "line_chunk", "stream")
        counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
        assert backend.execute(f"SELECT {counts}") == [(0,) * len(tables)]
