"""The list of projects does what every list does."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from infrastudio.contexts.identity.permissions import Role
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


async def test_a_project_is_changed_by_who_may_and_its_history_tells(studio: Studio, client: httpx.AsyncClient) -> None:
    before = create(studio, "changing", "Changing")
    body = {"name": "Changed", "metric_retention_days": 30, "log_retention_days": 7}
    answer = await client.patch("/api/projects/changing", json=body, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    after = answer.json()
    assert {field: after[field] for field in body} == body
    assert (after["description"], after["created_at"]) == ("", before.model_dump(mode="json")["created_at"])
    assert await slugs(client, q="changed") == ["changing"]
    again = await client.patch("/api/projects/changing", json=body)
    assert again.json() == after, "nothing changed, so there is no new version"
    events = (await client.get("/api/events", params={"entity": f"project:{before.id}"})).json()["items"]
    assert [event["kind"] for event in events] == ["project.created", "project.updated"]
    assert events[-1]["changes"]["metric_retention_days"] == {"old": None, "new": 30}
    stale = await client.patch("/api/projects/changing", json={"name": "x"}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["error"]["details"]["current_version"]) == (412, 2)
    reset = await client.patch("/api/projects/changing", json={"log_retention_days": None})
    assert reset.json()["log_retention_days"] is None
    at = {"as_of": before.created_at.isoformat()}
    assert (await client.get("/api/projects/changing", params=at)).json()["name"] == "Changing"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"metric_retention_days": 0}, "metric_retention_days"),
        ({"log_retention_days": 1.5}, "log_retention_days"),
        ({"name": ""}, "name"),
        ({"slug": "other"}, "slug"),
    ],
)
async def test_a_change_that_cannot_be_is_refused(client: httpx.AsyncClient, body: dict[str, Any], field: str) -> None:
    answer = await client.patch("/api/projects/default", json=body)
    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["error"]["details"]["problems"]] == [field]
    assert (await client.get("/api/projects/default")).json()["version"] == 1


async def test_only_an_admin_of_the_project_changes_it(studio: Studio, client: httpx.AsyncClient) -> None:
    create(studio, "guarded", "Guarded")
    wanted: dict[Role, int] = {"admin": 200, "operator": 403}
    for role, status in wanted.items():
        headers = {"authorization": f"Bearer {token_for(studio, 'guarded', role)}"}
        answer = await client.patch("/api/projects/guarded", json={"description": role}, headers=headers)
        assert answer.status_code == status, answer.text
        assert (await client.patch("/api/projects/speech", json={}, headers=headers)).status_code in (403, 404)
