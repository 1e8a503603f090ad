"""Writing experiments and runs over HTTP: ETags, repeats, refusals, rights."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from contexts.tracking.making import a_run, an_experiment, history_of, write
from infrastudio.contexts.identity.permissions import rights_of
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.projects import service as project_service
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.queries import client_search, experiments, runs
from infrastudio.contexts.tracking.queries.client_search import RunSearch
from infrastudio.contexts.tracking.queries.run_search import RunScope
from infrastudio.contexts.tracking.schemas import ExperimentIn, RunCreate
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import PermissionDenied
from infrastudio.server.wiring import Studio


def problem_paths(answer: httpx.Response) -> list[str]:
    """The names of what is wrong with a refused body."""
    assert answer.status_code == 422, answer.text
    return [problem["path"] for problem in answer.json()["error"]["details"]["problems"]]


async def test_an_experiment_is_made_read_changed_and_put_aside(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/experiments", json={"name": "first steps", "tags": {"team": "v"}})
    path = made.headers["location"]
    assert (made.status_code, made.headers["etag"], path) == (201, '"1"', f"/api/experiments/{made.json()['id']}")
    assert {**made.json(), "id": "", "created_at": "", "updated_at": "", "revised_at": "", "artifact_location": ""} == {
        "id": "", "name": "first steps", "project": "default", "owner": None, "description": "",
        "artifact_location": "", "lifecycle": "active", "tags": {"team": "v"}, "version": 1,
        "created_at": "", "updated_at": "", "revised_at": "", "last_run_at": None,
        "runs": {"queued": 0, "running": 0, "succeeded": 0, "failed": 0, "canceled": 0},
    }  # fmt: skip
    assert (await client.get(path)).json() == made.json()
    change = {"description": "notes", "tags": {"team": None, "a.b": "1"}}
    changed = await client.patch(path, json=change, headers={"If-Match": '"1"'})
    assert (changed.json()["description"], changed.json()["tags"]) == ("notes", {"a.b": "1"})
    assert changed.headers["etag"] == f'"{changed.json()["version"]}"'
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).json()["lifecycle"] == "deleted"
    restored = await client.post(f"{path}/restore")
    assert (restored.status_code, restored.json()["lifecycle"]) == (200, "active")


async def test_a_stale_change_is_refused_with_both_states(client: httpx.AsyncClient) -> None:
    path = (await client.post("/api/experiments", json={"name": "stale"})).headers["location"]
    await client.patch(path, json={"description": "theirs"})
    refused = await client.patch(path, json={"description": "mine"}, headers={"If-Match": '"1"'})
    details = refused.json()["error"]["details"]
    assert (refused.status_code, details["expected_version"], details["current_version"]) == (412, 1, 2)
    assert details["current"]["description"] == "theirs"
    assert details["changes_since"][0]["changes"]["description"] == {"old": "", "new": "theirs"}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 501}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": "x", "description": "x" * 2001}, "description"),
        ({"name": "x", "tags": {"k": 1}}, "tags.k"),
        ({"name": "x", "lifecycle": "deleted"}, "lifecycle"),
    ],
)
async def test_a_bad_experiment_is_refused_by_field(client: httpx.AsyncClient, body: dict[str, Any], path: str) -> None:
    assert problem_paths(await client.post("/api/experiments", json=body)) == [path]


async def test_a_name_in_use_is_409_and_a_bad_tag_key_is_named(client: httpx.AsyncClient) -> None:
    await client.post("/api/experiments", json={"name": "taken"})
    taken = await client.post("/api/experiments", json={"name": "taken"})
    assert (taken.status_code, taken.json()["error"]["details"]["field"]) == (409, "name")
    bad = await client.post("/api/experiments", json={"name": "tagged", "tags": {"../up": "1"}})
    assert problem_paths(bad) == ["tags.../up"]


async def test_a_run_is_made_read_changed_and_put_aside(studio: Studio, client: httpx.AsyncClient) -> None:
    experiment, parent = an_experiment(studio.db), a_run(studio.db)
    body = {"name": "r", "params": {"lr": "0.1"}, "tags": {"a": "b"}, "parent_id": parent.id}
    made = await client.post(f"/api/experiments/{experiment.id}/runs", json=body)
    run, path = made.json(), made.headers["location"]
    assert (made.status_code, made.headers["etag"], path) == (201, '"1"', f"/api/runs/{run['id']}")
    assert (run["status"], run["params"], run["metrics"], run["parent_id"]) == ("running", {"lr": "0.1"}, {}, parent.id)
    assert run["started_at"] == run["created_at"]
    detail = (await client.get(path)).json()
    counts = ("artifact_count", "metric_names", "log_lines", "attempts")
    assert {name: detail[name] for name in counts} == {**dict.fromkeys(counts, 0), "attempts": 1}
    changed = await client.patch(path, json={"name": "s", "status": "failed", "tags": {"a": None, "c": "d"}})
    after = changed.json()
    assert (after["name"], after["status"], after["tags"]["c"], "a" in after["tags"]) == ("s", "failed", "d", False)
    assert after["tags"]["mlflow.runName"] == "s"
    assert (after["ended_at"], after["version"]) == (after["updated_at"], 2)
    assert (await client.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    assert (await client.delete(path, headers={"If-Match": '"2"'})).status_code == 204
    assert (await client.patch(path, json={"name": "t"})).status_code == 409
    assert (await client.post(f"{path}/restore")).json()["lifecycle"] == "active"


async def test_a_keyed_repeat_makes_one_run(studio: Studio, client: httpx.AsyncClient) -> None:
    path, key = f"/api/experiments/{an_experiment(studio.db).id}/runs", {"Idempotency-Key": "once"}
    first = await client.post(path, json={"name": "r"}, headers=key)
    second = await client.post(path, json={"name": "r"}, headers=key)
    assert (second.status_code, second.json(), second.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    assert second.headers["idempotency-replayed"] == "true"
    assert (await client.get(path)).json()["total"] == 1
    other = await client.post(path, json={"name": "other"}, headers=key)
    assert problem_paths(other) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"status": "failed"}, "status"),
        ({"params": {"p": "x" * 6001}}, "params.p"),
        ({"params": {"": "1"}}, "params..[key]"),
        ({"parent_id": "x"}, "parent_id"),
        ({"id": "0" * 31}, "id"),
        ({"tags": {"a//b": "1"}}, "tags.a//b"),
    ],
)
async def test_a_bad_run_is_refused_by_field(
    studio: Studio, client: httpx.AsyncClient, body: dict[str, Any], path: str
) -> None:
    answer = await client.post(f"/api/experiments/{an_experiment(studio.db).id}/runs", json=body)
    assert problem_paths(answer) == [path]


@pytest.mark.parametrize("kind", ["experiments", "runs"])
async def test_a_restore_says_what_it_has_seen_and_is_done_once(client: httpx.AsyncClient, kind: str) -> None:
    made = await client.post("/api/experiments", json={"name": f"to restore {kind}"})
    path = f"/api/experiments/{made.json()['id']}"
    if kind == "runs":
        path = f"/api/runs/{(await client.post(f'{path}/runs', json={})).json()['id']}"
    await client.delete(path)
    stale = await client.post(f"{path}/restore", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    keyed = {"If-Match": '"2"', "Idempotency-Key": f"restore {path}"}
    first, second = [await client.post(f"{path}/restore", headers=keyed) for _ in range(2)]
    assert (first.status_code, second.headers.get("idempotency-replayed")) == (200, "true")
    assert first.json()["version"] == second.json()["version"] == 3


async def test_the_reason_of_a_write_stands_in_the_ledger(studio: Studio, client: httpx.AsyncClient) -> None:
    run = a_run(studio.db)
    await client.patch(f"/api/runs/{run.id}", json={"name": "x"}, headers={"X-Studio-Reason": "weil%20%C3%A4"})
    assert history_of(studio.db, "run", run.id)[-1].reason == "weil ä"


async def test_what_is_not_there_is_404(client: httpx.AsyncClient) -> None:
    for method, path in [
        ("GET", "/api/experiments/99999"), ("GET", "/api/experiments/x/runs"), ("GET", "/api/runs/x"),
        ("GET", "/api/runs/x/metrics?name=a"), ("GET", "/api/runs/x/metrics/names"), ("GET", "/api/runs/x/logs"),
        ("GET", "/api/runs/x/logs/histogram"), ("GET", "/api/runs/x/logs/hits?q=a"), ("DELETE", "/api/runs/x"),
        ("DELETE", "/api/experiments/99999"),
    ]:  # fmt: skip
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "RESOURCE_NOT_FOUND"), path


def test_projects_are_rooms_of_their_own(studio: Studio) -> None:
    """What an actor may not read does not exist; what it may only read it cannot change."""
    db = studio.db
    for slug in ("mine", "shared", "hidden"):
        write(db, project_service.create, ProjectIn(slug=slug, name=slug))
    with db.begin(Actor(ref="user:all", grants={"*": rights_of("admin")})) as uow:
        ids = {slug: projects.id_of(uow, slug) or "" for slug in ("mine", "shared", "hidden")}
        made = {slug: service.create_experiment(uow, ExperimentIn(name="x"), project=slug) for slug in ids}
        made_runs = {slug: service.create_run(uow, RunCreate(experiment_id=made[slug].id)) for slug in ids}
    actor = Actor(
        ref="user:some",
        project="mine",
        grants={ids["mine"]: rights_of("developer"), ids["shared"]: rights_of("viewer")},
    )
    with db.snapshot(actor) as snapshot:
        assert experiments.experiment(snapshot, made["shared"].id).project == "shared"
        with pytest.raises(experiments.UnknownExperiment):
            experiments.experiment(snapshot, made["hidden"].id)
        with pytest.raises(runs.UnknownRun):
            runs.run(snapshot, made_runs["hidden"].id)
        everywhere = RunScope(experiment_ids=[each.id for each in made.values()])
        found = client_search.search(snapshot, studio.telemetry, RunSearch(everywhere))
        assert set(found) == {made_runs["mine"].id, made_runs["shared"].id}
        own = client_search.search(snapshot, studio.telemetry, RunSearch(RunScope()))
        assert own == [made_runs["mine"].id]
        assert len(client_search.search(snapshot, studio.telemetry, RunSearch(RunScope(project="*")))) == 2
    with db.begin(actor) as uow:
        with pytest.raises(PermissionDenied):
            service.set_tags(uow, made_runs["shared"].id, {"a": "b"})
        with pytest.raises(PermissionDenied):
            service.create_run(uow, RunCreate(experiment_id=made["shared"].id))
        with pytest.raises(runs.UnknownRun):
            service.set_tags(uow, made_runs["hidden"].id, {"a": "b"})
        with pytest.raises(experiments.UnknownExperiment):
            service.create_run(uow, RunCreate(experiment_id=made["hidden"].id))
        assert service.set_tags(uow, made_runs["mine"].id, {"a": "b"}).tags["a"] == "b"
