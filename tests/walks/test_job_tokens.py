"""The token of a job changes its own run and what the job made; what others made it reads, and may add to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Row, select
from starlette.types import ASGIApp

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from infrastudio.stores.ledger.tables import EventRow
from walks.asking import JSON_BODY, Answer, Question, ask
from walks.mlflow_rows import calls
from walks.operations import operations
from walks.world import MLFLOW, TIME, TRACES, World, populate

ADDED = {"logged_model.tagged", "model.aliased", "model.updated"}
"""How an entity of others tells that something was added to it: versions of a model, and their names."""


@pytest.fixture
def app(studio: Studio) -> ASGIApp:
    return create_app(studio)


@pytest.fixture
async def world(app: ASGIApp, studio: Studio) -> World:
    slug = f"jobs-{len(PLAYED)}"
    PLAYED.append(slug)
    return await populate(app, studio, slug, mark=f"plover{len(PLAYED)}", value=4.5)


PLAYED: list[str] = []


async def test_no_route_lets_a_job_change_what_others_made(app: ASGIApp, studio: Studio, world: World) -> None:
    for operation in operations(studio):
        if operation.right is not None and not operation.is_read:
            await ask_as_job(app, world, operation.question(world.ids))
    assert changes_of_others(studio, world) == set()
    assert made_by_job(studio, world), "else the walk would prove nothing"
    assert await telemetry_of(app, world) == (1, 1)


async def test_no_mlflow_row_lets_a_job_change_what_others_made(app: ASGIApp, studio: Studio, world: World) -> None:
    for call in calls():
        if not call.is_read:
            await ask_as_job(app, world, call.question(world.ids))
    assert changes_of_others(studio, world) == set()
    assert made_by_job(studio, world), "else the walk would prove nothing"
    assert await telemetry_of(app, world) == (1, 1)


async def test_whole_folders_are_not_removed_with_the_files_of_others_in_them(
    app: ASGIApp, studio: Studio, world: World
) -> None:
    experiment = world.ids["experiment"]
    for folder in (experiment, f"{experiment}/{world.ids['run']}/artifacts", f"{experiment}/models"):
        path = f"/api/2.0/mlflow-artifacts/artifacts/{folder}"
        assert (await ask_as_job(app, world, Question("DELETE", path))).status == 403
    assert changes_of_others(studio, world) == set()


async def test_a_job_says_what_it_likes_of_its_own_run(app: ASGIApp, world: World) -> None:
    run = world.ids["job_run"]
    await succeeds(app, world, "PATCH", f"/api/runs/{run}", {"name": "mine", "tags": {"a": "b"}})
    await logs(app, world, run)
    for row, told in mlflow_writes(run).items():
        await succeeds(app, world, "POST", f"{MLFLOW}/{row}", told)
    file = f"/api/2.0/mlflow-artifacts/artifacts/{world.ids['experiment']}/{run}/artifacts/mine.txt"
    assert (await ask_as_job(app, world, Question("PUT", file, body=b"mine"))).status == 200


async def test_a_job_traces_its_run_and_touches_no_trace_of_others(app: ASGIApp, world: World) -> None:
    id, experiment = f"tr-{7:032x}", world.ids["experiment"]
    where = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
    info = {"trace_location": where, "request_time": "2026-01-31T12:00:00Z"}
    own = {"trace_id": id, "trace_metadata": {"mlflow.sourceRun": world.ids["job_run"]}}
    await succeeds(app, world, "POST", TRACES, {"trace": {"trace_info": info | own}})
    await succeeds(app, world, "PATCH", f"{TRACES}/{id}/tags", {"key": "a", "value": "b"})
    files = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/traces"
    for trace, allowed in ((id, 200), (world.ids["trace"], 403)):
        file = Question("PUT", f"{files}/{trace}/artifacts/traces.json", body=b"{}")
        assert (await ask_as_job(app, world, file)).status == allowed, trace
    for path in (f"{files}/{world.ids['trace']}/artifacts/traces.json", f"{files}/{world.ids['trace']}/artifacts"):
        assert (await ask_as_job(app, world, Question("DELETE", path))).status == 403
    others = {"trace": {"trace_info": info | {"trace_id": world.ids["trace"]}}}
    tags = f"{TRACES}/{world.ids['trace']}/tags"
    for method, address, told in (("POST", TRACES, others), ("PATCH", tags, {"key": "a", "value": "b"})):
        question = Question(method, address, "", JSON_BODY, json.dumps(told).encode())
        assert (await ask_as_job(app, world, question)).status == 403, address


async def test_a_job_has_the_runs_that_it_makes(app: ASGIApp, world: World) -> None:
    nested = {"name": "trial", "parent_id": world.ids["job_run"]}
    path = f"/api/experiments/{world.ids['experiment']}/runs"
    native = (await succeeds(app, world, "POST", path, nested)).json["id"]
    told = {"experiment_id": world.ids["experiment"], "run_name": "trial", "start_time": TIME}
    foreign = (await succeeds(app, world, "POST", f"{MLFLOW}/runs/create", told)).json["run"]["info"]["run_id"]
    for run in (native, foreign):
        await logs(app, world, run)
        for row, body in mlflow_writes(run).items():
            await succeeds(app, world, "POST", f"{MLFLOW}/{row}", body)
        await succeeds(app, world, "DELETE", f"/api/runs/{run}")


async def test_a_job_registers_what_it_trained(app: ASGIApp, world: World) -> None:
    """Also as a version of a model that others made; the models themselves stay theirs."""
    source = {"source": f"runs:/{world.ids['job_run']}/model", "run_id": world.ids["job_run"]}
    versions = f"/api/registry/models/{world.ids['model']}/versions"
    number = (await succeeds(app, world, "POST", versions, source)).json["number"]
    aliases = f"/api/registry/models/{world.ids['model']}/aliases"
    await succeeds(app, world, "PUT", f"{aliases}/champion", {"version": number})
    await succeeds(app, world, "POST", f"{versions}/{number}/transition", {"stage": "staging"})
    refused = await ask_as_job(app, world, question("POST", f"{versions}/1/transition", {"stage": "archived"}))
    assert refused.status == 403
    of_others = {"source": f"models:/{world.ids['logged_model']}", "logged_model_id": world.ids["logged_model"]}
    await succeeds(app, world, "POST", versions, of_others)


def mlflow_writes(run: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what a client tells of its run, in order, the end at last."""
    metric = {"key": "loss", "value": 0.5, "timestamp": TIME, "step": 1}
    return {
        "runs/log-metric": {"run_id": run, **metric},
        "runs/log-batch": {"run_id": run, "metrics": [metric], "params": [{"key": "lr", "value": "0.1"}]},
        "runs/set-tag": {"run_id": run, "key": "x", "value": "y"},
        "runs/update": {"run_id": run, "status": "FINISHED", "end_time": TIME},
    }


async def logs(app: ASGIApp, world: World, run: str) -> None:
    points = {"points": [{"name": "loss", "value": 1.0, "step": 1}]}
    await succeeds(app, world, "POST", f"/api/runs/{run}/metrics", points)
    await succeeds(app, world, "POST", f"/api/runs/{run}/logs", {"lines": [{"text": "mine"}], "first": 1})


def changes_of_others(studio: Studio, world: World) -> set[tuple[str, str]]:
    """Return which events of the job are about entities that it did not make, its own run left out."""
    own = {*made_by_job(studio, world), ("run", world.ids["job_run"])}
    return {
        (event.kind, event.entity_id)
        for event in events_of_job(studio, world)
        if (event.entity, event.entity_id) not in own and event.kind not in ADDED
    }


def made_by_job(studio: Studio, world: World) -> set[tuple[str, str]]:
    return {(event.entity, event.entity_id) for event in events_of_job(studio, world) if event.version == 1}


def events_of_job(studio: Studio, world: World) -> Sequence[Row[Any]]:
    columns = (EventRow.entity, EventRow.entity_id, EventRow.kind, EventRow.version)
    with studio.db.snapshot(SINGLE_USER) as snapshot:
        return snapshot.execute(select(*columns).where(EventRow.actor == f"job:{world.ids['job']}")).all()


async def telemetry_of(app: ASGIApp, world: World) -> tuple[int, int]:
    """Return how many points and lines the run of others has."""
    run = world.ids["run"]
    query = f"run_id={run}&metric_key={world.mark}"
    history = await ask(app, Question("GET", f"{MLFLOW}/metrics/get-history", query))
    log = await ask(app, Question("GET", f"/api/runs/{run}/logs"))
    return len(history.json["metrics"]), log.json["total"]


def question(method: str, path: str, body: Mapping[str, Any] | None = None) -> Question:
    return Question(method, path) if body is None else Question(method, path, "", JSON_BODY, json.dumps(body).encode())


async def succeeds(app: ASGIApp, world: World, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
    answer = await ask_as_job(app, world, question(method, path, body))
    assert answer.status < 300, (method, path, answer)
    return answer


async def ask_as_job(app: ASGIApp, world: World, asked: Question) -> Answer:
    headers = {**asked.headers, "authorization": f"Bearer {world.ids['job_token']}"}
    answer = await ask(app, replace(asked, headers=headers))
    assert answer.status < 500 or answer.status == 501, (asked.name, answer)
    return answer
