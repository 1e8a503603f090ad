"""Lists are answered from memory while nothing was committed, and never a moment longer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from conftest import open_database
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.schemas import InstanceUpdate
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.http.asgi import respond
from infrastudio.http.unchanged import MAX_ANSWER_BYTES, UnchangedAnswers
from infrastudio.kernel.actor import Actor
from infrastudio.server.wiring import Studio
from make import an_instance
from walks.world import token_for

LIST = "/api/instances?limit=5"


def new_instance(studio: Studio, **fields: Any) -> int:
    with studio.db.begin(SINGLE_USER) as uow:
        return service.create(uow, an_instance(**fields)).id


async def test_a_list_has_a_tag_and_a_client_that_sends_it_back_is_told_that_it_has_the_list(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    new_instance(studio)
    first, second = await client.get(LIST), await client.get(LIST)
    assert (first.content, first.headers["etag"]) == (second.content, second.headers["etag"])
    known = await client.get(LIST, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["x-total-count"] == first.headers["x-total-count"]
    assert known.headers["x-request-id"] != first.headers["x-request-id"]


async def test_an_acknowledged_write_shows_in_the_next_answer(studio: Studio, client: httpx.AsyncClient) -> None:
    id = new_instance(studio)
    for replicas in range(2, 12):
        tag = (await client.get(LIST)).headers["etag"]
        await client.put(f"/api/instances/{id}", json={"replicas": replicas})
        answer = await client.get("/api/instances?sort=updated_at&order=desc&limit=1", headers={"If-None-Match": tag})
        assert (answer.status_code, answer.json()[0]["replicas"]) == (200, replicas)


async def test_a_write_of_another_process_shows_in_the_next_answer(studio: Studio, client: httpx.AsyncClient) -> None:
    id = new_instance(studio)
    newest = "/api/instances?sort=updated_at&order=desc&limit=1"
    with open_database(studio.settings.connection().url) as elsewhere:
        for replicas in range(2, 12):
            await client.get(newest)
            await client.get(newest)
            with elsewhere.begin(SINGLE_USER) as uow:
                service.update(uow, id, InstanceUpdate(replicas=replicas))
            assert (await client.get(newest)).json()[0]["replicas"] == replicas


async def test_nobody_is_answered_what_another_was(studio: Studio, client: httpx.AsyncClient) -> None:
    new_instance(studio)
    everything = [await client.get(LIST) for _ in range(3)]
    with studio.db.begin(SINGLE_USER) as uow:
        projects.create(uow, ProjectIn(slug="other", name="Other"))
    stranger = {"Authorization": f"Bearer {token_for(studio, 'other', 'viewer')}"}
    nothing = await client.get(LIST, headers=stranger | {"If-None-Match": everything[-1].headers["etag"]})
    assert (nothing.status_code, nothing.json()) == (200, [])


async def test_what_was_ignored_is_named_again(studio: Studio, client: httpx.AsyncClient) -> None:
    for _ in range(3):
        answer = await client.get(f"{LIST}&colour=red")
        assert answer.headers["x-ignored-fields"] == "colour"


class Counting:
    """An application that says how often it was asked; it declares its answers as derived from the ledger."""

    def __init__(self, *, is_derived: bool = True, body: bytes = b"[]", status: int = 200) -> None:
        self.asked = 0
        self.revision = 1
        self.is_derived, self.body, self.status = is_derived, body, status
        self.app = UnchangedAnswers(self._answer, revision=self._revision)

    async def _revision(self) -> int:
        return self.revision

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        if "studio.unchanged" in scope:
            scope["studio.unchanged"].is_derived = self.is_derived
        await respond(send, self.status, self.body)

    async def get(self, path: str = "/list", *, ref: str = "user:local", query: str = "", **headers: str) -> int:
        """Ask as somebody, and return the status."""
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        async def nothing() -> Any:
            raise AssertionError("a GET has no body")

        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": raw,
            "studio.actor": Actor(ref), "studio.answer_headers": {},
        }  # fmt: skip
        await self.app(scope, nothing, keep)
        status: int = sent[0]["status"]
        return status


async def test_the_route_is_asked_again_only_after_a_commit() -> None:
    route = Counting()
    for _ in range(5):
        assert await route.get() == 200
    assert route.asked == 2  # the first answer tells that there is something to remember, the second is remembered
    route.revision += 1
    await route.get()
    await route.get()
    assert route.asked == 3


@pytest.mark.parametrize(
    "other", [{"ref": "token:1"}, {"query": "limit=7"}, {"path": "/else"}, {"accept": "text/csv"}, {"host": "b"}]
)
async def test_another_question_is_another_answer(other: dict[str, str]) -> None:
    route = Counting()
    for _ in range(3):
        await route.get()
    await route.get(**other)
    assert route.asked == 3


@pytest.mark.parametrize(
    "route",
    [Counting(is_derived=False), Counting(status=404), Counting(body=b"x" * (MAX_ANSWER_BYTES + 1))],
    ids=["not declared", "a failure", "too large"],
)
async def test_what_may_not_be_remembered_is_asked_for_each_time(route: Counting) -> None:
    for _ in range(4):
        await route.get()
    assert route.asked == 4


async def test_answers_about_the_past_are_not_remembered() -> None:
    """Words like `5 minutes ago` mean another moment each time."""
    route = Counting()
    for _ in range(4):
        await route.get(query="as_of=-5m")
    assert route.asked == 4


async def test_memory_is_bounded() -> None:
    route = Counting(body=b"x" * MAX_ANSWER_BYTES)
    for turn in range(2):
        for number in range(40):
            await route.get(query=f"skip={number}")
        assert route.asked == 40 * (turn + 1)
    assert route.app._memory.size <= 32 * MAX_ANSWER_BYTES
