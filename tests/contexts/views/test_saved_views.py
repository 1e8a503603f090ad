"""Saved views over HTTP: who finds them, who changes them, and what a view may hold."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from contexts.tracking.making import history_of
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.views import service
from infrastudio.server.wiring import Studio
from walks.world import token_for

PATH = "/api/saved-views"
PARAMETERS = {"filter": "metrics.acc > 0.9", "columns": ["metrics.acc", "params.lr"], "order": "desc", "page": 2}


async def saved(client: httpx.AsyncClient, name: str, **fields: Any) -> Any:
    """Save a view of the page of an experiment."""
    headers = fields.pop("headers", {})
    body = {"name": name, "page": "experiment", "parameters": PARAMETERS} | fields
    answer = await client.post(PATH, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def names(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The names of the views in a list, in order."""
    headers = query.pop("headers", {})
    answer = await client.get(PATH, params={"sort": "name", "limit": 1000, **query}, headers=headers)
    assert answer.status_code == 200, answer.text
    return [view["name"] for view in answer.json()["items"]]


async def test_a_view_is_saved_renamed_changed_shared_and_removed(studio: Studio, client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={"name": "best", "page": "experiment", "parameters": PARAMETERS})
    view = answer.json()
    assert answer.headers["location"].endswith(f"{PATH}/{view['id']}")
    assert (view["parameters"], view["visibility"], view["owner"], view["about"]) == (
        PARAMETERS,
        "own",
        "user:local",
        None,
    )
    path = f"{PATH}/{view['id']}"
    changed = await client.patch(path, json={"name": "the best", "visibility": "shared"}, headers={"if-match": '"1"'})
    assert (changed.json()["name"], changed.json()["parameters"], changed.headers["etag"]) == (
        "the best",
        PARAMETERS,
        '"2"',
    )
    same = await client.patch(path, json={"name": "the best"})
    assert same.headers["etag"] == '"2"'
    stale = await client.patch(path, json={"name": "x"}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["error"]["details"]["current"]["name"]) == (412, "the best")
    assert (await client.delete(path, headers={"if-match": '"1"'})).status_code == 412
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.delete(path)).status_code == 404
    kinds = [entry.kind for entry in history_of(studio.db, "saved_view", view["id"])]
    assert kinds == ["saved_view.created", "saved_view.updated", "saved_view.deleted"]
    await saved(client, "the best")


async def test_own_views_are_for_their_owner_shared_ones_for_everybody(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    ada, eve, viewer = (
        {"authorization": f"Bearer {token_for(studio, 'default', role)}"}
        for role in ("developer", "developer", "viewer")
    )
    own = await saved(client, "hers", headers=ada, page="runs")
    shared = await saved(client, "ours", headers=ada, page="runs", visibility="shared")
    assert await names(client, of="runs", headers=ada) == ["hers", "ours"]
    assert await names(client, of="runs", headers=eve) == ["ours"]
    assert await names(client, of="runs", headers=eve, as_of="now") == ["ours"]
    for query in ({}, {"as_of": "now"}):
        assert (await client.get(f"{PATH}/{own['id']}", headers=eve, params=query)).status_code == 404
    assert (await client.patch(f"{PATH}/{own['id']}", json={"name": "x"}, headers=eve)).status_code == 404
    assert (await client.patch(f"{PATH}/{shared['id']}", json={"name": "all of us"}, headers=eve)).status_code == 200
    assert (await client.patch(f"{PATH}/{shared['id']}", json={"name": "x"}, headers=viewer)).status_code == 403
    assert await names(client, of="runs", headers=viewer) == ["all of us"]


async def test_a_list_is_narrowed_to_a_page_and_to_what_it_is_about(client: httpx.AsyncClient) -> None:
    await saved(client, "compared", page="compare")
    await saved(client, "any", page="instances")
    await saved(client, "of seven", page="instances", about="7")
    await saved(client, "of eight", page="instances", about="8")
    assert await names(client, of="compare") == ["compared"]
    assert await names(client, of="instances", about="7") == ["any", "of seven"]
    assert await names(client, of="instances", q="OF ") == ["of eight", "of seven"]
    assert await names(client, filter="page = 'instances' and about is null") == ["any"]


async def test_a_name_is_taken_once_per_owner_and_page(client: httpx.AsyncClient) -> None:
    await saved(client, "twice", page="runs")
    await saved(client, "twice", page="experiments")
    answer = await client.post(PATH, json={"name": "twice", "page": "runs"})
    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (409, "name")
    other = await saved(client, "other", page="runs")
    assert (await client.patch(f"{PATH}/{other['id']}", json={"name": "twice"})).status_code == 409


async def test_views_belong_to_a_project(studio: Studio, client: httpx.AsyncClient) -> None:
    with studio.db.begin(SINGLE_USER) as uow:
        projects.create(uow, ProjectIn(slug="elsewhere", name="Elsewhere"))
    answer = await client.post(PATH, params={"project": "elsewhere"}, json={"name": "there", "page": "runs"})
    assert answer.json()["project"] == "elsewhere"
    assert "there" not in await names(client)
    assert await names(client, project="elsewhere") == ["there"]
    headers = {"authorization": f"Bearer {token_for(studio, 'default', 'developer')}"}
    assert (await client.get(f"{PATH}/{answer.json()['id']}", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"page": "runs"}, "name"),
        ({"name": "", "page": "runs"}, "name"),
        ({"name": "x", "page": "nowhere"}, "page"),
        ({"name": "x", "page": "runs", "parameters": []}, "parameters"),
        ({"name": "x", "page": "runs", "parameters": {"a": {"b": 1}}}, "parameters"),
        ({"name": "x", "page": "runs", "parameters": {"a": None}}, "parameters"),
        ({"name": "x", "page": "runs", "parameters": {"a": [["b"]]}}, "parameters"),
        ({"name": "x", "page": "runs", "parameters": {"": "b"}}, "parameters"),
        ({"name": "x", "page": "runs", "parameters": {"a": "\0"}}, "parameters"),
        ({"name": "x", "page": "runs", "parameters": {"a": "b" * 8000}}, "parameters"),
        ({"name": "x", "page": "runs", "parameters": {str(n): "b" for n in range(51)}}, "parameters"),
        ({"name": "x", "page": "runs", "visibility": "secret"}, "visibility"),
        ({"name": "x", "page": "runs", "owner": "user:x"}, "owner"),
    ],
)
async def test_what_no_view_can_be_is_refused_with_the_field(
    client: httpx.AsyncClient, body: dict[str, Any], path: str
) -> None:
    answer = await client.post(PATH, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["details"]["problems"][0]["path"] == path


async def test_nobody_has_views_without_end(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_VIEWS", 0)
    answer = await client.post(PATH, json={"name": "one more", "page": "runs"})
    assert (answer.status_code, "delete one" in answer.json()["error"]["message"]) == (409, True)
