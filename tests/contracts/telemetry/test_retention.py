"""What is past its time goes; nothing younger, nothing of others, and no number that readers rely on goes with it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from contracts.telemetry.random_logs import LOSS, Logger, acts
from contracts.telemetry.support import ALWAYS, Backend, SqliteBackend, Telemetry, a_run, opened, small_chunks
from infrastudio.kernel.clock import to_micros
from infrastudio.stores.telemetry import LineBatch, PointBatch, StreamOwner, TelemetryKind


def expire(telemetry: Telemetry, kind: TelemetryKind, before: int, project: str = "default") -> int:
    deleted: int = telemetry.run(partial(telemetry.store.expire, project, kind, received_before=before))
    return deleted


def kept(telemetry: Telemetry, owner: StreamOwner) -> tuple[dict[int, Any], dict[int, Any]]:
    """Return the points and the lines that are there, by their numbers."""
    points = telemetry.store.points_since(owner.key, 0, limit=10_000).points
    lines = telemetry.store.lines(owner.key, limit=10_000).items
    return {point.number: point[:5] for point in points}, {line.line: line for line in lines}


@settings(max_examples=10)
@given(older=acts, younger=acts)
def test_retention_takes_nothing_that_is_younger(telemetry: Telemetry, older: list[Any], younger: list[Any]) -> None:
    """Sealed and expired at any moment; what is left goes on to be sealed, and no answer tells."""
    logger = Logger(telemetry)
    store, owner = telemetry.store, logger.owner
    with small_chunks():
        for act in older:
            logger.act(act)
        telemetry.clock.advance(1)
        before, head = to_micros(telemetry.clock.now()), store.head(owner.key)
        for act in younger:
            logger.act(act)
        whole, latest, end = kept(telemetry, owner), store.series(owner.key), store.head(owner.key)
        expire(telemetry, "points", before)
        expire(telemetry, "lines", before)
        left = kept(telemetry, owner)
        for some, everything, first in zip(left, whole, (head.points, head.lines), strict=True):
            assert some.items() <= everything.items()
            assert {number for number in everything if number > first} <= some.keys()
        assert (store.series(owner.key), store.head(owner.key)) == (latest, end)
        logger.moments.clear()
        logger.compare()


def test_each_kind_and_project_goes_by_itself_and_gives_its_space_back(backend: Backend) -> None:
    with opened(backend) as telemetry:
        ours, theirs = a_run(), a_run("other")
        for owner in (ours, theirs):
            points = PointBatch.from_columns(["loss"] * 20_000, range(20_000), range(20_000), [0.5] * 20_000)
            telemetry.run(partial(telemetry.store.append_points, owner, points))
            lines = LineBatch(1, [f"{n * 7919:064x}" for n in range(20_000)], range(20_000))
            telemetry.run(partial(telemetry.store.append_lines, owner, lines))
        before = to_micros(telemetry.clock.now())
        telemetry.clock.advance(1)
        assert expire(telemetry, "lines", before + 1) == 0, "nothing is sealed yet"
        telemetry.run(partial(telemetry.store.seal, ALWAYS))
        assert expire(telemetry, "lines", before) == 0, "nothing is older"
        size = size_of(backend)
        assert expire(telemetry, "lines", before + 1) == 2
        found = telemetry.store.lines(ours.key)
        assert (found.items, found.total) == ((), 20_000)
        assert len(telemetry.store.history(ours.key, LOSS).points) == 20_000
        assert telemetry.store.lines(theirs.key).first_line == 1
        assert expire(telemetry, "points", before + 1) == 2
        assert len(telemetry.store.history(ours.key, LOSS).points) == 0
        assert telemetry.store.series(ours.key).items[0].latest.step == 19_999
        assert telemetry.store.space("default") == {}
        telemetry.run(partial(telemetry.store.append_lines, ours, LineBatch(20_001, ["new"], [1])))
        assert [line.line for line in telemetry.store.lines(ours.key, from_line=20_001).items] == [20_001]
    if isinstance(backend, SqliteBackend):
        assert backend.execute("PRAGMA freelist_count") == [(0,)]
        assert size_of(backend) < 0.8 * size


def size_of(backend: Backend) -> int:
    """Return the bytes of a telemetry file with all that was committed; 0 for a server."""
    if not isinstance(backend, SqliteBackend):
        return 0
    backend.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(backend.path).stat().st_size
