"""Several followers of one database read together, and none of them loses an event by it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Follower, head
from infrastudio.stores.ledger.shared_reads import BATCH
from make import an_instance


def write(db: Database) -> None:
    with db.begin(SINGLE_USER) as uow:
        service.create(uow, an_instance())


def start(db: Database) -> int:
    with db.snapshot(SINGLE_USER) as snapshot:
        return head(snapshot)


async def poll_all(followers: list[Follower]) -> list[list[int]]:
    return [[entry.seq for entry in found] for found in await asyncio.gather(*(each.poll() for each in followers))]


async def test_all_of_them_hear_everything_once(db: Database) -> None:
    begin = start(db)
    followers = [Follower(db, since=begin) for _ in range(4)]
    heard: list[list[int]] = [[] for _ in followers]
    for _ in range(5):
        write(db)
        for mine, found in zip(heard, await poll_all(followers), strict=True):
            mine += found
        assert await poll_all(followers) == [[], [], [], []]
    assert heard == [list(range(begin + 1, begin + 6))] * 4


async def test_more_than_one_look_brings_is_heard_without_another_commit(db: Database) -> None:
    begin = start(db)
    with db.begin(SINGLE_USER) as uow:
        for _ in range(2 * BATCH + 1):
            service.create(uow, an_instance())
    follower = Follower(db, since=begin)
    heard = [len(await follower.poll()) for _ in range(4)]
    assert (heard, follower.last) == ([BATCH, BATCH, 1, 0], begin + 2 * BATCH + 1)


async def test_one_that_is_behind_is_not_given_what_the_others_read(db: Database) -> None:
    begin = start(db)
    write(db)
    ahead, behind = Follower(db, since=begin + 1), Follower(db, since=begin)
    write(db)
    assert await poll_all([ahead, behind]) == [[begin + 2], [begin + 1, begin + 2]]


async def test_a_read_that_failed_is_made_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = start(db)
    followers = [Follower(db, since=begin) for _ in range(2)]
    write(db)

    async def broken(*_: Any, **__: Any) -> Any:
        raise OperationalError("select", {}, Exception("the database is away"))

    with monkeypatch.context() as away:
        away.setattr(db, "read", broken)
        for follower in followers:
            with pytest.raises(OperationalError):
                await follower.poll()
    assert await poll_all(followers) == [[begin + 1], [begin + 1]]


async def test_one_that_comes_while_another_reads_misses_nothing_that_was_written_since(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = start(db)
    early, late = Follower(db, since=begin), Follower(db, since=begin)
    write(db)
    read, begun, go_on = db.read, asyncio.Event(), asyncio.Event()

    async def slow(*args: Any, **kwargs: Any) -> Any:
        found = await read(*args, **kwargs)
        begun.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(db, "read", slow)
    first = asyncio.create_task(early.poll())
    await begun.wait()
    write(db)
    second = asyncio.create_task(late.poll())
    await asyncio.sleep(0)
    go_on.set()
    assert [entry.seq for entry in await first] == [begin + 1]
    assert [entry.seq for entry in await second] == [begin + 1, begin + 2]
    assert [entry.seq for entry in await early.poll()] == [begin + 2]


async def test_an_event_is_read_once_for_all_also_for_one_that_comes_later(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = start(db)
    followers = [Follower(db, since=begin) for _ in range(3)]
    read, reads = db.read, list[int]()

    async def counted(*args: Any, **kwargs: Any) -> Any:
        found = await read(*args, **kwargs)
        reads.extend(entry.seq for entry in found)
        return found

    monkeypatch.setattr(db, "read", counted)
    heard = []
    for number, follower in enumerate(followers):
        write(db)
        heard.append([entry.seq - begin for entry in await follower.poll()])
        assert reads == [begin + n for n in range(1, number + 2)]
    assert heard == [[1], [1, 2], [1, 2, 3]]


async def test_one_that_is_far_behind_reads_for_itself(db: Database) -> None:
    begin = start(db)
    ahead, behind = Follower(db, since=begin), Follower(db, since=begin)
    for _ in range(2):
        with db.begin(SINGLE_USER) as uow:
            for _ in range(BATCH):
                service.create(uow, an_instance())
        while await ahead.poll():
            pass
    heard = [entry.seq for _ in range(3) for entry in await behind.poll()]
    assert heard == list(range(begin + 1, begin + 2 * BATCH + 1))
