"""Deployments over HTTP: what can be asked, by whom, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from contexts.deployments.world import a_deployment, a_model, write
from infrastudio.contexts.deployments.queries import deployments as queries
from infrastudio.contexts.deployments.queries.work import Place
from infrastudio.contexts.deployments.service import deployments as service
from infrastudio.contexts.deployments.service import replicas
from infrastudio.contexts.identity import service as identity
from infrastudio.contexts.identity.permissions import Role
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.projects import service as project_service
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.registry.schemas import ModelState
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, UnitOfWork


@pytest.fixture
def db(studio: Studio) -> Database:
    return studio.db


@pytest.fixture(scope="module")
def app(studio: Studio) -> ASGIApp:
    return create_app(studio)


@pytest.fixture
async def client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield http


@pytest.fixture
def model(db: Database) -> ModelState:
    return a_model(db, 2)


def body(model: ModelState, **fields: Any) -> dict[str, Any]:
    return a_deployment(model, **fields).model_dump()


def head(db: Database) -> int:
    with db.snapshot(SINGLE_USER) as snapshot:
        return ledger.head(snapshot)


def a_project(db: Database, slug: str) -> None:
    with db.snapshot(SINGLE_USER) as snapshot:
        known = projects.id_of(snapshot, slug)
    if known is None:
        write(db, project_service.create, ProjectIn(slug=slug, name=slug))


def a_token(db: Database, project: str, role: Role) -> dict[str, str]:
    """Make a token and return the header that carries it."""

    def issue(uow: UnitOfWork) -> str:
        project_id = projects.id_of(uow, project)
        assert project_id is not None
        token = identity.issue_token(
            uow, project_id=project_id, project=project, name="test", kind="personal", role=role
        )
        return token.secret

    return {"Authorization": f"Bearer {write(db, issue)}"}


def problems(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [problem["path"] for problem in answer.json()["error"]["details"]["problems"]]


def serve(db: Database, id: str, *, count: int = 1) -> None:
    """Let replicas be ready, as the controller notes them."""
    for number in range(count):
        with db.begin(SINGLE_USER) as uow:
            seen = queries.deployment(uow, id)
            started = replicas.start(uow, seen, Place(seen.model_version, number), restarts=0)
            replicas.record(uow, started, {"state": "ready", "address": f"/run/{number}.sock", "pid": 7})
            service.record_state(uow, seen, "ready", None)


async def test_a_deployment_says_what_is_served_and_where(client: httpx.AsyncClient, model: ModelState) -> None:
    asked = body(model, name="Iris".lower(), environment="production", replicas=2)
    created = await client.post("/api/deployments", json=asked)
    assert created.status_code == 201, created.text
    said = created.json()
    assert said["endpoint"] == "http://127.0.0.1/serve/default/iris"
    assert (said["model_name"], said["model_version"], said["environment"]) == (model.name, 1, "production")
    assert (said["state"], said["replicas"]) == ("pending", {"desired": 2, "ready": 0})
    assert said["split"] == [{"version": 1, "weight": 1.0}]
    assert created.headers["location"] == f"/api/deployments/{said['id']}"
    assert created.headers["etag"] == '"1"'
    found = await client.get(created.headers["location"])
    assert found.json() == said
    assert found.headers["etag"] == '"1"'
    endpoints = (await client.get(f"/api/deployments/{said['id']}/endpoints")).json()
    assert [item["url"] for item in endpoints["items"]] == [f"{said['endpoint']}/v2/models/iris/infer"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"model_name": "no such model"}, "model_name"),
        ({"model_name": "no such model", "model_version": None}, "model_name"),
        ({"model_version": 3}, "model_version"),
        ({"model_version": None, "model_alias": "champion"}, "model_alias"),
        ({"model_alias": "champion"}, "model_alias"),
        ({"name": "Iris"}, "name"),
        ({"name": "a" * 64}, "name"),
        ({"name": ""}, "name"),
        ({"replicas": 0}, "replicas"),
        ({"replicas": 65}, "replicas"),
        ({"replicas": "2"}, "replicas"),
        ({"model_version": 0}, "model_version"),
        ({"model_version": 1.5}, "model_version"),
        ({"environment": "test"}, "environment"),
        ({"runtime": "ray"}, "runtime"),
        ({"gpu": 1}, "gpu"),
        ({"model_name": "a\0b"}, "model_name"),
        ({"model_name": "x" * 257}, "model_name"),
    ],
)
async def test_what_cannot_be_served_is_refused_naming_the_field_and_creates_nothing(
    client: httpx.AsyncClient, db: Database, model: ModelState, fields: dict[str, Any], path: str
) -> None:
    before = head(db)
    assert problems(await client.post("/api/deployments", json=body(model) | fields)) == [path]
    assert head(db) == before


async def test_a_model_whose_files_are_elsewhere_is_refused(client: httpx.AsyncClient, db: Database) -> None:
    model = a_model(db, 0)
    await client.post(f"/api/registry/models/{model.id}/versions", json={"source": "s3://elsewhere/model"})
    answer = await client.post("/api/deployments", json=body(model))
    assert answer.status_code == 409
    assert "s3://elsewhere/model" in answer.json()["error"]["message"]


async def test_without_a_version_the_newest_is_served(client: httpx.AsyncClient, model: ModelState) -> None:
    created = await client.post("/api/deployments", json=body(model, model_version=None))
    assert created.json()["model_version"] == 2


async def test_a_name_is_taken_in_its_project_only(client: httpx.AsyncClient, db: Database, model: ModelState) -> None:
    a_project(db, "other")
    first = await client.post("/api/deployments", json=body(model, name="twice"))
    again = await client.post("/api/deployments", json=body(model, name="twice"))
    elsewhere = await client.post(
        "/api/deployments?project=other", json=body(a_model(db, project="other"), name="twice")
    )
    assert (first.status_code, again.status_code, elsewhere.status_code) == (201, 409, 201)
    assert again.json()["error"]["details"] == {"field": "name", "value": "twice"}
    assert elsewhere.json()["endpoint"].endswith("/serve/other/twice")


async def test_a_keyed_repeat_deploys_once(client: httpx.AsyncClient, model: ModelState) -> None:
    asked, key = body(model), {"Idempotency-Key": "deploy-1"}
    first = await client.post("/api/deployments", json=asked, headers=key)
    second = await client.post("/api/deployments", json=asked, headers=key)
    other = await client.post("/api/deployments", json=asked | {"replicas": 3}, headers=key)
    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert (second.headers["location"], second.headers["etag"]) == (first.headers["location"], '"1"')


async def test_a_stale_change_is_refused_with_what_happened_since(client: httpx.AsyncClient, model: ModelState) -> None:
    created = (await client.post("/api/deployments", json=body(model))).json()
    path = f"/api/deployments/{created['id']}"
    scaled = await client.post(f"{path}/scale", json={"replicas": 3}, headers={"If-Match": '"1"'})
    assert (scaled.status_code, scaled.json()["replicas"]["desired"], scaled.headers["etag"]) == (200, 3, '"2"')
    for method, to, content in (
        ("PATCH", path, {"replicas": 4}),
        ("POST", f"{path}/scale", {"replicas": 4}),
        ("POST", f"{path}/stop", None),
        ("DELETE", path, None),
    ):
        stale = await client.request(method, to, json=content, headers={"If-Match": '"1"'})
        assert stale.status_code == 412, (method, to)
        details = stale.json()["error"]["details"]
        assert (details["expected_version"], details["current_version"]) == (1, 2)
        assert details["current"]["replicas"] == 3
        assert [change["changes"]["replicas"] for change in details["changes_since"]] == [{"old": 1, "new": 3}]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"replicas": None}, "replicas"),
        ({"replicas": -1}, "replicas"),
        ({"model_version": 9}, "model_version"),
        ({"model_alias": "nobody"}, "model_alias"),
        ({"model_version": 1, "model_alias": "nobody"}, "model_alias"),
        ({"name": "another"}, "name"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_naming_the_field(
    client: httpx.AsyncClient, db: Database, model: ModelState, change: dict[str, Any], path: str
) -> None:
    created = (await client.post("/api/deployments", json=body(model))).json()
    before = head(db)
    assert problems(await client.patch(f"/api/deployments/{created['id']}", json=change)) == [path]
    assert head(db) == before


async def test_a_change_that_changes_nothing_writes_nothing(
    client: httpx.AsyncClient, db: Database, model: ModelState
) -> None:
    created = (await client.post("/api/deployments", json=body(model))).json()
    before = head(db)
    for change in ({}, {"replicas": 1}, {"model_version": 1}):
        answer = await client.patch(f"/api/deployments/{created['id']}", json=change)
        assert answer.json() == created
    assert head(db) == before


async def test_the_reason_of_a_change_stands_in_the_ledger(
    client: httpx.AsyncClient, db: Database, model: ModelState
) -> None:
    created = (await client.post("/api/deployments", json=body(model))).json()
    await client.post(f"/api/deployments/{created['id']}/stop", headers={"X-Studio-Reason": "it is%20too%20expensive"})
    with db.snapshot(SINGLE_USER) as snapshot:
        last = ledger.history(snapshot, "deployment", created["id"])[-1]
    assert (last.kind, last.reason, last.actor) == ("deployment.stop_requested", "it is too expensive", "user:local")


async def test_only_what_has_stopped_is_deleted_and_its_name_is_free_again(
    client: httpx.AsyncClient, db: Database, model: ModelState
) -> None:
    asked = body(model, name="once-more")
    created = (await client.post("/api/deployments", json=asked)).json()
    path = f"/api/deployments/{created['id']}"
    refused = await client.delete(path)
    assert (refused.status_code, refused.json()["error"]["details"]) == (409, {"state": "pending"})
    await client.post(f"{path}/stop")
    with db.begin(SINGLE_USER) as uow:
        service.record_state(uow, queries.deployment(uow, created["id"]), "stopped", None)
    changed = await client.patch(path, json={"replicas": 2})
    assert changed.status_code == 409
    assert (await client.post(f"{path}/stop")).json()["state"] == "stopped"
    assert (await client.delete(path)).status_code == 204
    assert [(await client.request(m, path)).status_code for m in ("GET", "DELETE")] == [404, 404]
    assert (await client.post("/api/deployments", json=asked)).status_code == 201


async def test_what_lies_in_another_project_does_not_exist(client: httpx.AsyncClient, db: Database) -> None:
    a_project(db, "secret")
    model = a_model(db, project="secret")
    hidden = (await client.post("/api/deployments?project=secret", json=body(model, name="hidden"))).json()
    foreign = a_token(db, "default", "admin")
    path = f"/api/deployments/{hidden['id']}"
    asked: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", path, None),
        ("GET", f"{path}?as_of=now", None),
        ("GET", f"{path}/status", None),
        ("GET", f"{path}/replicas", None),
        ("GET", f"{path}/replicas?as_of=now", None),
        ("GET", f"{path}/endpoints", None),
        ("PATCH", path, {"replicas": 2}),
        ("POST", f"{path}/scale", {"replicas": 2}),
        ("POST", f"{path}/stop", None),
        ("DELETE", path, None),
        ("GET", "/api/deployments?project=secret", None),
        ("POST", "/api/deployments?project=secret", body(model)),
    ]
    for method, to, content in asked:
        answer = await client.request(method, to, json=content, headers=foreign)
        assert answer.status_code == 404, (method, to, answer.text)
    for query in ("project=*&limit=1000", "project=*&limit=1000&as_of=now"):
        names = {
            item["name"] for item in (await client.get(f"/api/deployments?{query}", headers=foreign)).json()["items"]
        }
        assert "hidden" not in names
    served = await client.post("/api/deployments", json=body(model), headers=foreign)
    assert problems(served) == ["model_name"]
    by_id = await client.post("/api/deployments", json=body(model, model_name=model.id), headers=foreign)
    assert problems(by_id) == ["model_name"]


async def test_who_may_only_read_changes_nothing(client: httpx.AsyncClient, db: Database, model: ModelState) -> None:
    created = (await client.post("/api/deployments", json=body(model))).json()
    path = f"/api/deployments/{created['id']}"
    viewer, developer = a_token(db, "default", "viewer"), a_token(db, "default", "developer")
    assert (await client.get(path, headers=viewer)).status_code == 200
    for method, to, content in (
        ("POST", "/api/deployments", body(model)),
        ("PATCH", path, {"replicas": 2}),
        ("POST", f"{path}/stop", None),
        ("DELETE", path, None),
    ):
        for token in (viewer, developer):
            assert (await client.request(method, to, json=content, headers=token)).status_code == 403


async def test_pages_neither_skip_nor_repeat_while_others_write(client: httpx.AsyncClient, db: Database) -> None:
    a_project(db, "pages")
    model = a_model(db, project="pages")
    for number in range(5):
        await client.post("/api/deployments?project=pages", json=body(model, name=f"page-{number}"))
    names: list[str] = []
    query = "/api/deployments?project=pages&limit=2"
    while True:
        page = (await client.get(query)).json()
        assert page["total"] == 5
        names += [item["name"] for item in page["items"]]
        await client.post("/api/deployments?project=pages", json=body(model))
        if page["next_cursor"] is None:
            break
        query = f"/api/deployments?project=pages&limit=2&cursor={page['next_cursor']}"
    assert names == [f"page-{number}" for number in (4, 3, 2, 1, 0)]
    other = await client.get(f"{query}&q=page")
    assert problems(other) == ["cursor"]
    assert problems(await client.get("/api/deployments?cursor=nonsense")) == ["cursor"]


async def test_lists_are_searched_filtered_and_ordered(client: httpx.AsyncClient, db: Database) -> None:
    a_project(db, "lists")
    small, large = a_model(db, project="lists"), a_model(db, project="lists")
    for name, model, replicas_wanted in (("a-small", small, 1), ("b-large", large, 3), ("c-large", large, 2)):
        asked = body(model, name=name, replicas=replicas_wanted)
        assert (await client.post("/api/deployments?project=lists", json=asked)).status_code == 201

    async def names(query: str) -> list[str]:
        live = await client.get(f"/api/deployments?project=lists&{query}")
        past = await client.get(f"/api/deployments?project=lists&{query}&as_of=now")
        assert live.status_code == 200, live.text
        pages = [answer.json() | {"next_cursor": None} for answer in (live, past)]
        assert pages[0] == pages[1]
        return [item["name"] for item in live.json()["items"]]

    assert await names("q=LARGE") == ["c-large", "b-large"]
    assert await names("order=asc") == ["a-small", "b-large", "c-large"]
    assert await names("sort=replicas&order=desc") == ["b-large", "c-large", "a-small"]
    assert await names("filter=replicas > 1") == ["c-large", "b-large"]
    assert await names(f"filter=model_name ILIKE '{large.name.upper()}' AND replicas = 3") == ["b-large"]
    assert await names("filter=state = 'pending' AND environment != 'production'&limit=2") == ["c-large", "b-large"]
    for query, path in (("sort=color", "sort"), ("filter=color = 'red'", "filter"), ("columns=name", "columns")):
        assert problems(await client.get(f"/api/deployments?{query}")) == [path]


async def test_everything_can_be_asked_as_of_a_moment_and_equals_what_was_live(
    client: httpx.AsyncClient, db: Database, model: ModelState
) -> None:
    created = (await client.post("/api/deployments", json=body(model, replicas=2))).json()
    path = f"/api/deployments/{created['id']}"
    serve(db, created["id"], count=2)
    views = (path, f"{path}/status", f"{path}/replicas", f"{path}/endpoints", "/api/deployments?limit=1000")
    live = {view: (await client.get(view)).json() for view in views}
    assert live[path]["replicas"] == {"desired": 2, "ready": 2}
    assert live[f"{path}/status"]["versions"] == [{"version": 1, "weight": 1.0, "replicas": {"ready": 2}}]
    seq = head(db)
    for moment in ("now", f"seq:{seq}"):
        for view in views:
            past = await client.get(view, params={"limit": 1000, "as_of": moment} if "?" in view else {"as_of": moment})
            assert past.json() == live[view], view
            assert int(past.headers["x-as-of-seq"]) >= seq
    await client.post(f"{path}/stop")
    with db.begin(SINGLE_USER) as uow:
        service.record_state(uow, queries.deployment(uow, created["id"]), "stopped", None)
    await client.delete(path)
    for view in views[:-1]:
        assert (await client.get(view)).status_code == 404
        assert (await client.get(view, params={"as_of": f"seq:{seq}"})).json() == live[view]
    early = await client.get(path, params={"as_of": "seq:1"})
    assert early.status_code == 404


async def test_the_address_without_api_is_an_alias(client: httpx.AsyncClient, model: ModelState) -> None:
    await client.post("/api/deployments", json=body(model))
    answer = await client.get("/deployments", headers={"Accept": "application/json"})
    assert answer.json() == (await client.get("/api/deployments")).json()
