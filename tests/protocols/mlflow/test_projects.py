"""A workspace of the client is a project of ours; nothing passes from one to the other. And what was said survives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.identity.service import issue_token
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.projects import service as project_service
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from protocols.mlflow.requests import API, PROXY, Door
from running_server import running, start_server


@pytest.fixture
async def stranger(studio: Studio, client: httpx.AsyncClient) -> AsyncIterator[Door]:
    """A door for a developer of another project, who has no rights elsewhere."""
    with studio.db.begin(SINGLE_USER) as uow:
        if projects.id_of(uow, "strangers") is None:
            project_service.create(uow, ProjectIn(slug="strangers", name="Strangers"))
    with studio.db.begin(SINGLE_USER) as uow:
        project_id = projects.require(uow, "strangers", "projects.read")
        token = issue_token(
            uow, project_id=project_id, project="strangers", name="t", kind="personal", role="developer"
        )
    headers = {"Authorization": f"Bearer {token.secret}"}
    transport = httpx.ASGITransport(create_app(studio), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=client.base_url, headers=headers) as http:
        yield Door(http)


async def test_experiment_0_is_the_default_of_the_callers_project(door: Door, stranger: Door) -> None:
    mine = (await door.get("experiments/get", experiment_id="0"))["experiment"]
    theirs = (await stranger.get("experiments/get", experiment_id="0"))["experiment"]
    assert (mine["name"], theirs["name"]) == ("Default", "Default")
    assert (mine["experiment_id"], theirs["experiment_id"] == "0") == ("0", False)
    run = (await stranger.run(await stranger.a_run("0")))["info"]
    assert run["experiment_id"] == theirs["experiment_id"]
    found = await stranger.post("runs/search", experiment_ids=["0"])
    assert run["run_id"] in [each["info"]["run_id"] for each in found["runs"]]


async def test_nothing_of_another_project_can_be_read_or_written(door: Door, stranger: Door) -> None:
    experiment = await door.an_experiment()
    run, model = await door.a_run(experiment), await door.a_model()
    logged = (await door.post("logged-models", experiment_id=experiment))["model"]["info"]["model_id"]
    await door.post("runs/log-metric", run_id=run, key="m", value=1, timestamp=1)
    await door.post("model-versions/create", name=model, source="s3://bucket/x")
    await door.put_file(f"{experiment}/{run}/artifacts/secret", b"x")
    requests: list[tuple[str, str, Any]] = [
        ("POST", "runs/log-metric", {"run_id": run, "key": "m", "value": 1, "timestamp": 1}),
        ("POST", "runs/log-batch", {"run_id": run, "metrics": [{"key": "m", "value": 1, "timestamp": 1}]}),
        ("POST", "runs/log-batch", {"run_id": run, "params": [{"key": "p", "value": "1"}]}),
        ("POST", "runs/set-tag", {"run_id": run, "key": "t", "value": "x"}),
        ("POST", "runs/update", {"run_id": run, "status": "FAILED"}),
        ("POST", "runs/delete", {"run_id": run}),
        ("POST", "runs/create", {"experiment_id": experiment}),
        ("POST", "experiments/delete", {"experiment_id": experiment}),
        ("POST", "logged-models", {"experiment_id": experiment}),
        ("PATCH", f"logged-models/{logged}", {"model_id": logged, "status": "LOGGED_MODEL_READY"}),
        ("DELETE", "registered-models/delete", {"name": model}),
        ("POST", "model-versions/create", {"name": model, "source": "s3://x"}),
        ("GET", f"runs/get?run_id={run}", None),
        ("GET", f"experiments/get?experiment_id={experiment}", None),
        ("GET", f"logged-models/{logged}", None),
        ("GET", f"registered-models/get?name={model}", None),
        ("GET", f"artifacts/list?run_id={run}", None),
        ("GET", f"{PROXY}?path={experiment}/{run}/artifacts", None),
        ("GET", f"{PROXY}/{experiment}/{run}/artifacts/secret", None),
        ("PUT", f"{PROXY}/{experiment}/{run}/artifacts/secret", "theirs"),
        ("DELETE", f"{PROXY}/{experiment}/{run}/artifacts/secret", None),
        ("GET", f"/get-artifact?run_id={run}&path=secret", None),
        ("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=x", "x"),
    ]
    for method, path, body in requests:
        refused = await stranger.refused(method, path, body)
        assert refused[:2] == (404, "RESOURCE_DOES_NOT_EXIST"), (method, path)
    assert await stranger.get("metrics/get-history", run_id=run, metric_key="m") == {}
    assert await stranger.post("runs/search", experiment_ids=[experiment]) == {}
    assert await stranger.post("logged-models/search", experiment_ids=[experiment]) == {}
    assert await stranger.get("registered-models/search") == {}
    assert (await door.http.get(f"{PROXY}/{experiment}/{run}/artifacts/secret")).content == b"x"
    metrics = (await door.run(run))["data"]["metrics"]
    assert metrics == [{"key": "m", "value": 1.0, "timestamp": 1, "step": 0}]


async def test_a_run_takes_no_models_of_another_project(door: Door, stranger: Door) -> None:
    logged = (await door.post("logged-models", experiment_id="0"))["model"]["info"]["model_id"]
    run = await stranger.a_run("0")
    metric = {"run_id": run, "key": "m", "value": 1, "timestamp": 1, "model_id": logged}
    assert (await stranger.refused("POST", "runs/log-metric", metric)).status == 400
    assert (
        await stranger.refused("POST", "runs/outputs", {"run_id": run, "models": [{"model_id": logged}]})
    ).status == 400
    name = await stranger.a_model()
    body = {"name": name, "source": f"models:/{logged}", "model_id": logged}
    assert (await stranger.refused("POST", "model-versions/create", body)).status in (400, 404)
    assert "metrics" not in (await door.get(f"logged-models/{logged}"))["model"]["data"]


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    server = start_server(tmp_path)
    with httpx.Client(base_url=f"{server.url}{API}/", timeout=30) as http:
        run = http.post("runs/create", json={"experiment_id": "0"}).json()["run"]["info"]["run_id"]
        for number in range(20):
            body = {
                "run_id": run,
                "metrics": [{"key": "m", "value": number, "timestamp": number}],
                "params": [{"key": f"p{number}", "value": "1"}],
            }
            assert http.post("runs/log-batch", json=body).status_code == 200
            alone = {"run_id": run, "key": "alone", "value": number, "timestamp": number}
            assert http.post("runs/log-metric", json=alone).status_code == 200
        assert http.put(f"{server.url}{PROXY}/0/{run}/artifacts/a", content=b"bytes").status_code == 200
    server.kill()
    with running(tmp_path) as again, httpx.Client(base_url=f"{again.url}{API}/", timeout=30) as http:
        for key in ("m", "alone"):
            points = http.get("metrics/get-history", params={"run_id": run, "metric_key": key}).json()["metrics"]
            assert [point["value"] for point in points] == list(range(20))
        assert len(http.get("runs/get", params={"run_id": run}).json()["run"]["data"]["params"]) == 20
        assert http.get(f"{again.url}{PROXY}/0/{run}/artifacts/a").content == b"bytes"
