"""Raw events over HTTP: in order, sparse by rights, waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.timeline.things import Things, a_reader, an_id
from infrastudio.contexts.identity import service as identity
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.timeline import queries
from infrastudio.contexts.timeline.queries import EventQuery
from infrastudio.server.wiring import Studio
from infrastudio.stores.db import Database
from make import an_instance


async def events(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/api/events", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def head_of(client: httpx.AsyncClient) -> int:
    return int((await events(client, limit=1))["head"])


@asynccontextmanager
async def running(studio: Studio) -> AsyncIterator[None]:
    """Let the feed of the ledger run, as a server does."""
    feed = asyncio.create_task(studio.feed.run())
    try:
        yield
    finally:
        feed.cancel()
        await asyncio.gather(feed, return_exceptions=True)


async def test_an_event_is_told_as_the_ledger_keeps_it(client: httpx.AsyncClient) -> None:
    head = await head_of(client)
    body = an_instance(replicas=2).model_dump()
    made = (await client.post("/api/instances", json=body, headers={"X-Studio-Reason": "more%20load"})).json()
    await client.put(f"/api/instances/{made['id']}", json={"replicas": 3})
    page = await events(client, since=head)
    created, updated = page["items"]
    assert (created["seq"], updated["seq"], page["upto"], page["head"]) == (head + 1, head + 2, head + 2, head + 2)
    assert (created["kind"], created["entity_id"], created["reason"]) == (
        "instance.created",
        str(made["id"]),
        "more load",
    )
    assert updated["changes"]["replicas"] == {"old": 2, "new": 3}
    assert {**updated["after"]} == (await client.get(f"/api/instances/{made['id']}")).json()
    assert (updated["project"], updated["actor"], updated["version"]) == ("default", "user:local", 2)


@settings(max_examples=30)
@given(limit=st.integers(1, 7), since=st.integers(0, 25))
def test_pages_of_any_size_tell_every_event_once(db: Database, limit: int, since: int) -> None:
    things = Things(db)
    if things.head() < 25:
        project = things.project()
        with things.in_one_transaction():
            for _ in range(25):
                things.put("run", an_id(), project_id=project.id)
    seen, upto = [], since
    with db.snapshot(SINGLE_USER) as snapshot:
        while True:
            page = queries.read_events(snapshot, EventQuery("*"), since=upto, limit=limit)
            seen += [event.seq for event in page.items]
            upto = page.upto
            if upto == page.head:
                break
    assert seen == list(range(since + 1, page.head + 1))


async def test_kinds_and_entities_narrow_the_list(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    project, run, other = things.project(), an_id(), an_id()
    head = things.head()
    things.put("run", run, project_id=project.id)
    things.put("run", run, project_id=project.id, size=1)
    things.put("run", other, project_id=project.id)
    things.put("dataset", other, project_id=project.id)
    base = {"since": head, "project": project.slug}

    async def seqs(**query: Any) -> list[int]:
        return [item["seq"] - head for item in (await events(client, **base, **query))["items"]]

    assert await seqs() == [1, 2, 3, 4]
    assert await seqs(kind="run.*") == [1, 2, 3]
    assert await seqs(kind="run.sampled") == [1, 3]
    assert await seqs(kind="run.sample_changed,dataset.*") == [2, 4]
    assert await seqs(entity="run") == [1, 2, 3]
    assert await seqs(entity=f"run:{run}") == [1, 2]
    assert (await events(client, since=head, entity=f"run:{run}"))["items"][0]["project"] == project.slug


async def test_as_of_ends_the_list_at_that_moment(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    project = things.project()
    seq = things.put("run", an_id(), project_id=project.id)
    things.put("run", an_id(), project_id=project.id)
    page = await events(client, since=seq - 1, project=project.slug, as_of=f"seq:{seq}")
    assert ([item["seq"] for item in page["items"]], page["upto"]) == ([seq], seq)


async def test_events_of_another_project_do_not_exist(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    mine, theirs, secret = things.project(), things.project(), an_id()
    head = things.head()
    things.put("run", an_id(), project_id=mine.id)
    things.put("run", secret, project_id=theirs.id)
    with studio.db.begin(SINGLE_USER) as uow:
        token = identity.issue_token(
            uow, project_id=mine.id, project=mine.slug, name="reader", kind="personal", role="viewer"
        )
    reader = {"Authorization": f"Bearer {token.secret}"}
    for query in ({}, {"project": "*"}, {"project": mine.slug}):
        answer = await client.get("/api/events", params={"since": head, **query}, headers=reader)
        assert [item["seq"] for item in answer.json()["items"]] == [head + 1]
        assert answer.json()["upto"] == things.head()
    named = await client.get("/api/events", params={"project": theirs.slug}, headers=reader)
    by_id = await client.get("/api/events", params={"entity": f"run:{secret}"}, headers=reader)
    assert (named.status_code, by_id.json()["items"]) == (404, [])


def test_who_may_not_read_tokens_does_not_read_them_in_the_ledger(db: Database) -> None:
    things = Things(db)
    project, head = things.project(), things.head()
    with db.begin(SINGLE_USER) as uow:
        identity.issue_token(uow, project_id=project.id, project=project.slug, name="x", kind="personal", role="viewer")
    for reader, count in ((a_reader(project, "viewer"), 0), (a_reader(project, "developer"), 1)):
        with db.snapshot(reader) as snapshot:
            assert len(queries.read_events(snapshot, EventQuery("*"), since=head, limit=10).items) == count
    with db.snapshot(a_reader(project, "guest")) as snapshot:
        assert queries.read_events(snapshot, EventQuery("*"), since=0, limit=10).items == []


async def test_a_reader_that_waits_gets_the_event_when_it_comes(client: httpx.AsyncClient, studio: Studio) -> None:
    head = await head_of(client)
    async with running(studio):
        loop = asyncio.get_running_loop()
        started, others = loop.time(), len(studio.feed._listeners)
        waiting = asyncio.create_task(events(client, since=head, wait_s=30))
        while len(studio.feed._listeners) == others:  # noqa: ASYNC110  the feed does not tell who listens
            await asyncio.sleep(0.01)
        await client.post("/api/instances", json=an_instance().model_dump())
        page = await waiting
    assert [item["seq"] for item in page["items"]] == [head + 1]
    assert loop.time() - started < 10


async def test_a_wait_for_something_else_ends_with_nothing_and_moves_on(
    client: httpx.AsyncClient, studio: Studio
) -> None:
    head = await head_of(client)
    async with running(studio):
        waiting = asyncio.create_task(events(client, since=head, kind="dataset.*", wait_s=0.5))
        await client.post("/api/instances", json=an_instance().model_dump())
        page = await waiting
    assert (page["items"], page["upto"]) == ([], head + 1)


@pytest.mark.parametrize(
    ("query", "path"),
    [("since=-1", "since"), ("since=x", "since"), ("limit=0", "limit"), ("limit=1001", "limit"),
     ("wait_s=61", "wait_s"), ("entity=Run", "entity"), ("entity=run:", "entity"), ("kind=run", "kind"),
     ("since=9223372036854775808", "since")],
)  # fmt: skip
async def test_a_bad_parameter_is_named(client: httpx.AsyncClient, query: str, path: str) -> None:
    answer = await client.get(f"/api/events?{query}")
    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["error"]["details"]["problems"]] == [path]
