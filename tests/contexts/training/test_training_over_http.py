"""The routes of runs and jobs; nothing runs here, for the loops of the server stand still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from infrastudio.contexts.training.rules.documents import MAX_BYTES
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio

CONFIG = "name: baseline\nexperiment: digits\ntraining: {recipe: digits, hyperparams: {epochs: 50}}\n"


@pytest.fixture(scope="module")
def app(studio: Studio) -> ASGIApp:
    """The application, made once for all tests of this module."""
    return create_app(studio)


@pytest.fixture
async def client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield http


async def start(client: httpx.AsyncClient, path: str = "/api/runs", **body: Any) -> httpx.Response:
    return await client.post(path, json=body or {"content": CONFIG})


async def a_job(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await start(client, "/api/training/jobs", **(body or {"command": "true"}))
    assert answer.status_code == 201, answer.text
    job: dict[str, Any] = answer.json()
    return job


@pytest.mark.parametrize("path", ["/api/runs", "/runs"])
async def test_a_config_becomes_a_run_with_its_job(client: httpx.AsyncClient, path: str) -> None:
    answer = await start(client, path)
    run = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert (run["name"], run["status"], run["params"], run["job"]["id"]) == (
        "baseline",
        "queued",
        {"epochs": "50"},
        run["job_id"],
    )
    read = await client.get(answer.headers["Location"])
    assert (read.json()["id"], read.json()["job_id"]) == (run["id"], run["job_id"])


async def test_a_job_is_listed_and_read_with_its_version(client: httpx.AsyncClient) -> None:
    answer = await start(client, "/api/training/jobs")
    job = answer.json()
    read = await client.get(answer.headers["Location"])
    assert (read.status_code, read.headers["ETag"]) == (200, '"1"')
    assert read.json() == job | {
        "progress": {"step": None, "total": 50, "percent": None, "eta_s": None},
        "metrics": {},
    }
    listed = (await client.get("/api/training/jobs", params={"run_id": job["run_id"], "facets": "status"})).json()
    assert [each["id"] for each in listed["items"]] == [job["id"]]
    assert (listed["total"], listed["facets"]["status"]["pending"]) == (1, 1)


@pytest.mark.parametrize("path", ["/api/runs", "/api/training/jobs"])
async def test_a_bad_config_is_told_with_lines_and_creates_nothing(client: httpx.AsyncClient, path: str) -> None:
    before = (await client.get("/api/events", params={"limit": 1000})).json()["items"]
    content = "name: x\ntraining:\n  recipe: digit\n  hyperparams: {epochs: 0}\n"
    answer = await start(client, path, content=content)
    assert answer.status_code == 422
    problems = answer.json()["error"]["details"]["problems"]
    assert [(each["path"], each["line"], each["column"]) for each in problems] == [
        ("training.hyperparams.epochs", 4, 17),
        ("training.recipe", 3, 3),
    ]
    assert problems[1]["suggestion"] == "digits"
    assert (await client.get("/api/events", params={"limit": 1000})).json()["items"] == before


ODD: list[tuple[dict[str, Any], int, str]] = [
    ({"content": "#" * (MAX_BYTES + 1)}, 413, "content"),
    ({"content": "a: *b"}, 422, "content"),
    ({"content": CONFIG, "language": "toml"}, 422, "language"),
    ({"command": "x", "executor": "ray"}, 422, "executor"),
    ({"command": "x", "experiment": "77777"}, 422, "experiment"),
    ({"command": "x", "colour": "red"}, 422, "colour"),
    ({"command": 3}, 422, "command"),
    ({"command": "a\0b"}, 422, "command"),
    ({"argv": []}, 422, "argv"),
    ({"language": "yaml"}, 422, "content"),
]


async def test_odd_requests_are_refused_by_field(client: httpx.AsyncClient) -> None:
    answers = [await start(client, **body) for body, _, _ in ODD]
    told = [(each.status_code, each.json()["error"]["details"]["problems"][0]["path"]) for each in answers]
    assert told == [(status, path) for _, status, path in ODD]


async def test_a_repeated_request_starts_one_run(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [await client.post("/api/runs", json={"command": "true"}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    other = await client.post("/api/runs", json={"command": "false"}, headers=headers)
    assert other.status_code == 422


async def test_orders_take_the_version_that_was_seen(client: httpx.AsyncClient) -> None:
    job = await a_job(client)
    path = f"/api/training/jobs/{job['id']}"
    stopped = await client.post(f"{path}/stop", headers={"If-Match": '"1"'})
    assert (stopped.status_code, stopped.json()["stopping"], stopped.headers["ETag"]) == (200, "requested", '"2"')
    stale = await client.post(f"{path}/stop", headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["error"]["details"]["current_version"]) == (412, 2)
    early = await client.post(f"{path}/retry")
    assert (early.status_code, early.json()["error"]["type"]) == (409, "RESOURCE_CONFLICT")


async def test_a_clone_is_a_new_job_with_a_new_run(client: httpx.AsyncClient) -> None:
    job = await a_job(client, command="true", name="first")
    clone = await client.post(f"/api/training/jobs/{job['id']}/clone")
    named = await client.post(f"/api/training/jobs/{job['id']}/clone", json={"name": "second"})
    assert [answer.status_code for answer in (clone, named)] == [201, 201]
    assert (clone.json()["name"], named.json()["name"]) == ("first", "second")
    assert len({job["run_id"], clone.json()["run_id"], named.json()["run_id"]}) == 3


async def test_jobs_can_be_asked_for_as_of_a_moment(client: httpx.AsyncClient) -> None:
    job = await a_job(client)
    then = await client.get("/api/training/jobs", params={"as_of": "now"})
    assert then.json() == (await client.get("/api/training/jobs")).json()
    await client.post(f"/api/training/jobs/{job['id']}/stop")
    at = {"as_of": f"seq:{then.headers['X-As-Of-Seq']}"}
    past = (await client.get(f"/api/training/jobs/{job['id']}", params=at)).json()
    assert (past["version"], past["stopping"]) == (1, None)
    assert (await client.get("/api/training/jobs", params=at)).json()["items"][0]["stopping"] is None
    refused = await client.get(f"/api/training/jobs/{job['id']}", params={"as_of": "seq:1"})
    assert refused.status_code == 404


async def test_what_does_not_exist_is_not_found(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", ""), ("POST", "/stop"), ("POST", "/retry"), ("POST", "/clone")):
        answer = await client.request(method, f"/api/training/jobs/job_000000000000{path}")
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "RESOURCE_NOT_FOUND")
