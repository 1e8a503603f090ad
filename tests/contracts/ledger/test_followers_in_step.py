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
from infrastudio.stores.ledger.follower import BATCH
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
