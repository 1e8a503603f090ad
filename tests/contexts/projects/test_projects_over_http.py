"""The list of projects does what every list does."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service
from infrastudio.contexts.projects.schemas import Project, ProjectIn
from infrastudio.server.wiring import Studio
from walks.world import token_for

NAMES = {"vision": "Vision Été", "speech": "Speech", "ranking": "Ranking and Search"}


def create(studio: Studio, slug: str, name: str) -> Project:
    with studio.db.begin(SINGLE_USER) as uow:
        return service.create(uow, ProjectIn(slug=slug, name=name))


@pytest.fixture(scope="module")
def made(studio: Studio) -> list[Project]:
    """Three projects beside the default one, in the order in which they were made."""
    return [create(studio, slug, name) for slug, name in NAMES.items()]


async def slugs(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get("/api/projects", params=query)
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["items"]]


async def test_projects_are_listed_filtered_and_ordered(client: httpx.AsyncClient, made: list[Project]) -> None:
    assert await slugs(client) == ["ranking", "speech", "vision", "default"]
    assert await slugs(client, sort="slug") == ["default", "ranking", "speech", "vision"]
    assert await slugs(client, sort="name", order="desc") == ["vision", "speech", "ranking", "default"]
    assert await slugs(client, q="ÉTÉ") == ["vision"]
    assert await slugs(client, q="rank") == ["ranking"]
    assert await slugs(client, filter="slug != 'default' AND name LIKE '%ea%'") == ["ranking"]
    one = (await client.get("/api/projects", params={"limit": 1, "offset": 1})).json()
    assert ([item["slug"] for item in one["items"]], one["total"]) == (["speech"], 4)


@pytest.mark.parametrize("query", [{"filter": "owner = 'x'"}, {"sort": "owner"}, {"columns": "owner"}, {"cursor": "x"}])
async def test_what_the_list_does_not_know_is_refused(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await client.get("/api/projects", params=query)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["problems"][0]["path"] == next(iter(query))


async def test_pages_and_moments_do_not_see_what_came_later(
    studio: Studio, client: httpx.AsyncClient, made: list[Project]
) -> None:
    page = (await client.get("/api/projects", params={"limit": 2})).json()
    then = made[1].created_at.isoformat()
    later = create(studio, "later", "Later")
    assert await slugs(client, limit=2, cursor=page["next_cursor"]) == ["vision", "default"]
    assert await slugs(client, as_of=then) == ["speech", "vision", "default"]
    assert await slugs(client, as_of="now", q="LATE") == ["later"]
    assert (await client.get(f"/api/projects/{later.slug}", params={"as_of": then})).status_code == 404
    assert (await client.get("/api/projects/vision", params={"as_of": then})).json()["name"] == "Vision Été"


async def test_a_stranger_sees_their_own_only(studio: Studio, client: httpx.AsyncClient, made: list[Project]) -> None:
    headers = {"authorization": f"Bearer {token_for(studio, 'speech', 'viewer')}"}
    for query in ({}, {"as_of": "now"}, {"q": "e"}):
        found = (await client.get("/api/projects", params=query, headers=headers)).json()
        assert ([item["slug"] for item in found["items"]], found["total"]) == (["speech"], 1)
