"""What is acknowledged is kept, what is not leaves no trace, and one writer owns a file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, select

from contracts.telemetry import appender
from contracts.telemetry.support import Backend, SqliteBackend, Telemetry, a_run, opened, seal
from infrastudio.kernel.clock import SystemClock
from infrastudio.kernel.errors import NotFound, RateLimited
from infrastudio.stores.telemetry import (
    IngestLimits,
    IngestQueueFull,
    LineBatch,
    Point,
    PointBatch,
    SenderState,
    SeriesKey,
    SqliteTelemetryStore,
    StreamOwner,
    TelemetryClosed,
    TelemetryInUse,
    TelemetryTooNew,
    open_telemetry_file,
    search_tables,
)

ROUNDS = 25
"""Batches of each kind that a process has acknowledged when it is killed."""


@contextmanager
def appending(backend: Backend) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(Path(appender.__file__)), backend.target], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def points(owner: StreamOwner, *steps: int) -> PointBatch:
    return PointBatch.of([Point("loss", step, step, 1.0) for step in steps])


def test_a_killed_writer_loses_nothing_that_it_acknowledged(backend: Backend) -> None:
    """kill -9 between, or in the middle of, any two commits."""
    with appending(backend) as process:
        assert process.stdout is not None
        for _ in range(ROUNDS):
            acknowledged = int(process.stdout.readline())
        process.kill()
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
    with opened(backend) as telemetry:
        key = appender.OWNER.key
        found = telemetry.store.history(key, SeriesKey("loss")).points
        lines = telemetry.store.lines(key, limit=1_000_000).items
        assert len(found) >= acknowledged >= ROUNDS * 3
        assert found.values.tolist() == [float(n) for n in range(1, len(found) + 1)]
        assert [line.text for line in lines] == [f"line {n}" for n in range(1, len(lines) + 1)]
        assert len(lines) >= acknowledged
        assert telemetry.store.sender(key) == SenderState(len(lines), len(lines))


def test_a_telemetry_file_has_one_writer_and_any_number_of_readers(tmp_path: Path) -> None:
    backend = SqliteBackend(tmp_path / "telemetry.db")
    with appending(backend) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(TelemetryInUse, match=f"pid {process.pid}"):
            SqliteTelemetryStore(backend.path, clock=SystemClock(), writer="second")
        reader = open_telemetry_file(backend.path)
        assert reader.head(appender.OWNER.key).points >= 3
        reader.close_reads()
    with opened(backend) as telemetry, pytest.raises(TelemetryInUse):
        backend.open(telemetry.clock)
    with pytest.raises(NotFound):
        open_telemetry_file(tmp_path / "nothing.db")


def test_telemetry_of_before_there_were_chunks_is_read_and_sealed(backend: Backend) -> None:
    with opened(backend) as telemetry:
        owner = a_run()
        telemetry.run(partial(telemetry.store.append_points, owner, points(owner, *range(300))))
        before = telemetry.store.digest()
    for statement in ("DROP TABLE point_chunk", "DROP TABLE line_chunk", "UPDATE telemetry_schema SET version = 1"):
        backend.execute(statement)
    with opened(backend) as telemetry:
        assert telemetry.store.digest() == before
        assert seal(telemetry) == 1
        assert telemetry.store.digest() == before
    assert backend.execute("SELECT version FROM telemetry_schema") == [(2,)]


def break_inserts(backend: Backend) -> None:
    """Let the database refuse every batch of points."""
    if isinstance(backend, SqliteBackend):
        backend.execute("CREATE TRIGGER refuse BEFORE INSERT ON point_batch BEGIN SELECT RAISE(ABORT, 'refused'); END")
    else:
        backend.execute("ALTER TABLE point_batch ADD CONSTRAINT refuse CHECK (points < 0)")


def mend_inserts(backend: Backend) -> None:
    if isinstance(backend, SqliteBackend):
        backend.execute("DROP TRIGGER refuse")
    else:
        backend.execute("ALTER TABLE point_batch DROP CONSTRAINT refuse")


def test_a_commit_that_fails_fails_everything_in_it_and_leaves_no_trace(backend: Backend) -> None:
    owner, other = a_run(), a_run()
    with opened(backend) as telemetry:
        store = telemetry.store
        heard: list[object] = []
        store.subscribe(heard.append)
        break_inserts(backend)
        acts = (
            partial(store.append_lines, other, LineBatch(1, ["a"], [1])),
            partial(store.append_points, owner, points(owner, 1, 2)),
        )
        failed = telemetry.together(*acts)
        if isinstance(backend, SqliteBackend):  # both share a commit for sure; PostgreSQL's thread may take them apart
            assert [type(answer).__name__ for answer in failed] == ["IntegrityError", "IntegrityError"]
            assert store.head(other.key).lines == 0
            assert heard == []
        assert isinstance(failed[1], Exception)
        assert store.head(owner.key).points == 0
        assert store.latest("run", [owner.id]) == {}
        mend_inserts(backend)
        assert not any(isinstance(answer, Exception) for answer in telemetry.together(*acts))
        assert store.head(owner.key).points == 2
        assert store.latest("run", [owner.id])[owner.id]["loss"].step == 2
        assert [line.text for line in store.lines(other.key).items] == ["a"]


def test_numbers_go_on_where_they_were_after_a_commit_that_failed(tmp_path: Path) -> None:
    """The one writer of a file remembers how far a stream is; what a failed commit counted on must not stay."""
    owner = a_run()
    backend = SqliteBackend(tmp_path / "telemetry.db")
    with opened(backend) as telemetry:
        store = telemetry.store
        append_point = partial(store.append_points, owner, points(owner, 1))
        append_line = partial(store.append_lines, owner, LineBatch(1, ["a"], [1]))
        assert [telemetry.run(append_point).first, telemetry.run(append_line).first_line] == [1, 1]
        break_inserts(backend)
        with pytest.raises(sqlite3.IntegrityError):
            telemetry.run(partial(store.append_points, owner, points(owner, 2, 3)))
        mend_inserts(backend)
        assert telemetry.run(partial(store.append_points, owner, points(owner, 2))).first == 2
        assert telemetry.run(partial(store.append_lines, owner, LineBatch(2, ["b"], [2]))).first_line == 2
        head = store.head(owner.key)
        assert (head.points, head.lines) == (2, 2)


def test_more_than_the_queue_takes_is_refused_at_once(tmp_path: Path) -> None:
    owner = a_run()
    with opened(SqliteBackend(tmp_path / "telemetry.db"), limits=IngestLimits(items=2, retry_after_s=3)) as telemetry:
        act = partial(telemetry.store.append_points, owner, points(owner, 1))
        first, second, third = telemetry.together(act, act, act)
        assert (first.first, second.first) == (1, 2)
        assert isinstance(third, IngestQueueFull)
        assert isinstance(third, RateLimited)
        assert third.retry_after_s == 3
        assert telemetry.run(act).first == 3


def test_bytes_that_wait_are_bounded_too(tmp_path: Path) -> None:
    owner = a_run()
    with opened(SqliteBackend(tmp_path / "telemetry.db"), limits=IngestLimits(size_bytes=10_000)) as telemetry:
        big = LineBatch(1, ["x" * 50_000], [1])
        act = partial(telemetry.store.append_lines, owner, big)
        first, second = telemetry.together(act, act)
        assert first.accepted == 1
        assert isinstance(second, IngestQueueFull)


def test_two_servers_number_one_stream_without_a_gap(shared_backend: Backend) -> None:
    """A reader that remembers only the last number sees every point once, in order."""
    owner = a_run()
    with opened(shared_backend) as one, opened(shared_backend) as two:
        threads = [threading.Thread(target=append_many, args=(server, owner, 40)) for server in (one, two)]
        for thread in threads:
            thread.start()
        numbers: list[int] = []
        deadline = time.monotonic() + 30
        while len(numbers) < 160 and time.monotonic() < deadline:
            numbers += [point.number for point in one.store.points_since(owner.key, len(numbers)).points]
        for thread in threads:
            thread.join()
        assert numbers == list(range(1, 161))


def append_many(server: Telemetry, owner: StreamOwner, rounds: int) -> None:
    for step in range(rounds):
        server.run(partial(server.store.append_points, owner, points(owner, 2 * step, 2 * step + 1)))


def test_a_deleted_stream_is_gone_and_its_name_is_free(backend: Backend) -> None:
    owner, other = a_run(), a_run()
    with opened(backend) as telemetry:
        store = telemetry.store
        for someone in (owner, other):
            for step in range(1, 4):
                telemetry.run(partial(store.append_points, someone, points(someone, step)))
            telemetry.run(partial(store.append_lines, someone, LineBatch(1, ["a"], [1])))
        telemetry.run(partial(store.delete_stream, owner.key))
        assert store.head(owner.key).points == 0
        assert store.latest("run", [owner.id, other.id]).keys() == {other.id}
        assert backend.execute("SELECT count(*) FROM point_batch") == [(3,)]
        assert backend.execute("SELECT count(*) FROM stream") == [(1,)]
        assert telemetry.run(partial(store.append_points, owner, points(owner, 9))).first == 1
        assert store.head(other.key).points == 3
        with pytest.raises(NotFound):
            telemetry.run(partial(store.delete_stream, a_run().key))


def test_a_deletion_that_was_cut_short_is_finished_at_the_next_start(backend: Backend) -> None:
    owner = a_run()
    with opened(backend) as telemetry:
        telemetry.run(partial(telemetry.store.append_points, owner, points(owner, 1)))
    backend.execute("UPDATE stream SET entity = 'deleted', owner_id = '1'")
    with opened(backend) as telemetry:
        assert telemetry.store.head(owner.key).points == 0
    assert backend.execute("SELECT count(*) FROM point_batch") == [(0,)]
    assert backend.execute("SELECT count(*) FROM stream") == [(0,)]


def test_a_deletion_on_another_server_does_not_confuse_this_one(shared_backend: Backend) -> None:
    owner = a_run()
    with opened(shared_backend) as one, opened(shared_backend) as two:
        one.run(partial(one.store.append_points, owner, points(owner, 1, 2)))
        two.run(partial(two.store.delete_stream, owner.key))
        assert one.run(partial(one.store.append_points, owner, points(owner, 3))).first == 1
        assert one.store.head(owner.key).points == 1


def test_the_same_inputs_have_the_same_digest(tmp_path: Path, backend: Backend) -> None:
    owners = [a_run(), a_run()]
    digests = []
    for place, someone in enumerate((SqliteBackend(tmp_path / "a.db"), backend)):
        with opened(someone) as telemetry:
            assert telemetry.store.digest() not in digests
            for owner in owners[:: 1 if place else -1]:
                telemetry.run(partial(telemetry.store.append_points, owner, points(owner, 1, 2)))
                telemetry.run(partial(telemetry.store.append_lines, owner, LineBatch(1, ["ä"], [5])))
            digests.append(telemetry.store.digest())
            telemetry.run(partial(telemetry.store.append_points, owner, points(owner, 3)))
            assert telemetry.store.digest() not in digests
    assert digests[0] == digests[1]


def test_a_store_of_a_later_release_is_left_alone(backend: Backend) -> None:
    with opened(backend):
        pass
    backend.execute("UPDATE telemetry_schema SET version = 99")
    with pytest.raises(TelemetryTooNew, match="99"):
        backend.open(Telemetry)  # type: ignore[arg-type]  # it is refused before the clock is asked
    backend.execute("UPDATE telemetry_schema SET version = 1")
    with opened(backend):
        pass


def test_a_closed_store_takes_nothing_more_and_has_kept_what_waited(backend: Backend) -> None:
    owner = a_run()
    with opened(backend) as telemetry:

        async def append_and_close() -> None:
            waiting = telemetry.store.append_points(owner, points(owner, 1))
            telemetry.store.close()
            await waiting

        telemetry.loop.run_until_complete(append_and_close())
        with pytest.raises(TelemetryClosed):
            telemetry.run(partial(telemetry.store.append_points, owner, points(owner, 2)))
    with opened(backend) as telemetry:
        assert telemetry.store.head(owner.key).points == 1


def test_a_search_joins_latest_values(tmp_path: Path, backend: Backend) -> None:
    """On SQLite through an attached file, elsewhere in the same database."""
    good, bad, broken = a_run(), a_run(), a_run()
    with opened(backend) as telemetry:
        for owner, value in ((good, 0.1), (bad, 0.9), (broken, float("nan"))):
            telemetry.run(partial(telemetry.store.append_point, owner, "loss", step=1, time=1, value=value))
        is_file = isinstance(backend, SqliteBackend)
        engine = create_engine(f"sqlite:///{tmp_path / 'studio.db'}" if is_file else backend.target)
        if is_file:
            event.listen(engine, "connect", lambda raw, _: raw.execute("ATTACH ? AS telemetry", (backend.target,)))
        tables = search_tables(engine.dialect.name)
        query = (
            select(tables.stream.c.owner_id)
            .join(tables.latest, tables.latest.c.stream_id == tables.stream.c.stream_id)
            .join(tables.series, tables.series.c.series_id == tables.latest.c.series_id)
            .where(tables.stream.c.entity == "run", tables.series.c.name == "loss", tables.latest.c.value < 0.5)
        )
        with engine.connect() as connection:
            assert connection.scalars(query).all() == [good.id]
            nothing = select(tables.latest.c.stream_id).where(tables.latest.c.value.is_(None))
            assert len(connection.scalars(nothing).all()) == 1
        engine.dispose()
