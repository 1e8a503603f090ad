"""The ledger under eight writing processes, of which one is killed every 200 ms."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.ledger.writers import KILL_EVERY_S, writing
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.schemas import Instance, InstanceFilter
from infrastudio.kernel.clock import format_time, from_micros, to_micros
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import (
    Entry,
    EventRow,
    Follower,
    resolve_as_of,
    select_entries,
    verify_chain,
    verify_tables,
)
from infrastudio.stores.ledger.replay import read_entries

WRITE_FOR_S = float(os.environ.get("STUDIO_TEST_WRITE_FOR_S", "4"))
READS = int(os.environ.get("STUDIO_TEST_AS_OF_READS", "500"))


def all_entries(db: Database) -> list[Entry]:
    with db.snapshot(SINGLE_USER) as snapshot:
        return list(read_entries(snapshot))


async def follow(db: Database, *, since: int, until: asyncio.Event) -> list[Entry]:
    """Follow like a reader that remembers only the last number, until all writers have ended."""
    follower, seen = Follower(db, since=since, poll_s=0.02), []
    while True:
        ended = until.is_set()
        entries = await follower.poll()
        seen += entries
        if ended and not entries:
            return seen
        if not entries:
            await asyncio.sleep(0.005)


async def test_a_follower_never_misses_an_event(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every event once and in order; numbers without a gap, times rising, rows equal to their fold, nothing lost."""
    start = len(all_entries(db))
    ended = asyncio.Event()
    with writing(db.settings.url, tmp_path) as writers:
        following = asyncio.create_task(follow(db, since=start, until=ended))
        await asyncio.to_thread(writers.wait_until_they_write)
        deadline = time.monotonic() + WRITE_FOR_S
        while time.monotonic() < deadline or writers.kills < 10 or len(writers.acknowledged_versions()) < 100:
            await asyncio.sleep(KILL_EVERY_S)
            await asyncio.to_thread(writers.kill_one)
        await asyncio.to_thread(writers.stop)
        ended.set()
        seen = await following
        entries = all_entries(db)[start:]
        assert len(entries) >= 100
        assert seen == entries
        assert [entry.seq for entry in entries] == list(range(start + 1, start + len(entries) + 1))
        assert all(earlier.at <= later.at for earlier, later in itertools.pairwise(entries))
        assert writers.acknowledged_versions() <= {(entry.entity_id, entry.version) for entry in entries}
    with db.snapshot(SINGLE_USER) as snapshot:
        assert verify_chain(snapshot) == []
        assert verify_tables(snapshot) == []
        live = {str(item.id): item for item in _all_instances(snapshot)}
    last = {entry.entity_id: entry for entry in entries}
    assert all(live[id].updated_at == entry.at for id, entry in last.items())
    with capsys.disabled():
        counts = f"{db.dialect}: {len(entries)} events, {writers.kills} kills, {len(seen)} seen"
        print(f"\n{counts}", end=" ")  # noqa: T201  the counts are wanted in the summary


def test_an_answer_about_the_last_moments_never_changes(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reads as of the last 10 ms, while eight processes write, say the same when they are asked again later."""
    with writing(db.settings.url, tmp_path, skew_s=0.0) as writers:  # a clock that runs ahead would close all moments
        writers.wait_until_they_write()
        with ThreadPoolExecutor(4) as readers:
            answers = list(readers.map(lambda seed: _ask(db, seed), range(READS)))
    assert len({seq for _, seq, _ in answers}) > 20
    changed = [moment for moment, seq, answer in answers if (seq, answer) != _answer(db, moment)]
    with capsys.disabled():
        counts = f"{db.dialect}: {len(answers)} reads, {len(changed)} changed"
        print(f"\n{counts}", end=" ")  # noqa: T201  the counts are wanted in the summary
    assert changed == []


def _ask(db: Database, seed: int) -> tuple[str, int, list[tuple[int, str]]]:
    back_us = random.Random(seed).randrange(10_000)
    moment = format_time(from_micros(to_micros(db.clock.now()) - back_us))
    return moment, *_answer(db, moment)


def _answer(db: Database, moment: str) -> tuple[int, list[tuple[int, str]]]:
    """Return the sequence number that a moment stands for, and the last events up to it."""
    closed = resolve_as_of(db, SINGLE_USER, moment)
    statement = select_entries(EventRow.at <= closed.at).order_by(EventRow.seq.desc()).limit(20)
    with db.snapshot(SINGLE_USER) as snapshot:
        return closed.seq, [(row.seq, row.hash) for row in snapshot.execute(statement)]


def _all_instances(snapshot: Snapshot) -> list[Instance]:
    total = queries.instances(snapshot, InstanceFilter(), limit=1).total
    return queries.instances(snapshot, InstanceFilter(), limit=total).items
