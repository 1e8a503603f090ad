"""Runs beside each other over HTTP: params, metrics, configs, curves, and what cannot be compared."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest

from contexts.tracking.making import a_run, an_experiment, history_of, log_metrics, write
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.queries import run_comparison
from infrastudio.contexts.tracking.queries.run_configs import flattened
from infrastudio.contexts.tracking.schemas import ExperimentIn, Run
from infrastudio.contexts.tracking.schemas.comparison import RunComparisonIn
from infrastudio.contexts.training import service as training
from infrastudio.kernel.actor import Actor
from infrastudio.server.wiring import Studio
from infrastudio.stores.telemetry import Point
from make import a_run_plan
from walks.world import token_for

PATH = "/api/runs/compare"


async def compared(client: httpx.AsyncClient, runs: list[Run] | list[str], **body: Any) -> Any:
    """What a comparison answers; the answer must be 200."""
    ids = [run if isinstance(run, str) else run.id for run in runs]
    answer = await client.post(PATH, json={"run_ids": ids} | body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, status: int = 422, **body: Any) -> Any:
    """What is wrong with a comparison."""
    answer = await client.post(PATH, json=body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    return error["details"].get("problems", error)


async def test_params_that_differ_come_first_and_a_missing_one_is_null(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    runs = [
        a_run(studio.db, params={"a": "1", "lr": "0.1", "z": "9"}),
        a_run(studio.db, params={"a": "1", "lr": "0.2", "z": "9"}),
        a_run(studio.db, params={"a": "1", "z": "8"}),
    ]
    told = await compared(client, runs, include=["params"])
    assert [run["id"] for run in told["runs"]] == [run.id for run in runs]
    assert told["params"] == {
        "items": [
            {"key": "lr", "values": ["0.1", "0.2", None], "differs": True},
            {"key": "z", "values": ["9", "9", "8"], "differs": True},
            {"key": "a", "values": ["1", "1", "1"], "differs": False},
        ],
        "differing": 2,
        "total": 3,
    }
    assert (told["metrics"], told["config"], told["curves"]) == (None, None, None)


async def test_metrics_are_told_as_differences_from_the_reference(studio: Studio, client: httpx.AsyncClient) -> None:
    values = [{"acc": 0.75, "loss": 1.0}, {"acc": 0.5, "loss": math.nan}, {"acc": 1.0}]
    runs = [a_run(studio.db) for _ in values]
    for run, own in zip(runs, values, strict=True):
        points = [Point(name, 1, 0, value) for name, value in own.items()]
        await log_metrics(studio.telemetry, studio.db, run, points)
    told = (await compared(client, runs, reference=runs[1].id))["metrics"]["items"]
    assert told == [
        {"name": "acc", "values": [0.75, 0.5, 1.0], "deltas": [0.25, 0.0, 0.5], "differs": True},
        {"name": "loss", "values": [1.0, "NaN", None], "deltas": [None, None, None], "differs": True},
    ]
    named = await compared(client, runs, metrics=["acc", "none"], include=["metrics"])
    assert [row["name"] for row in named["metrics"]["items"]] == ["acc"]


def a_job_run(studio: Studio, config: dict[str, Any]) -> str:
    """A run with a job that was started from this config."""
    plan = a_run_plan(config=config)
    return write(studio.db, training.create, plan).run_id


async def test_configs_are_compared_as_text_and_place_by_place(studio: Studio, client: httpx.AsyncClient) -> None:
    first = a_job_run(studio, {"optimizer": {"lr": 0.1, "name": "adam"}, "layers": [1, 2]})
    second = a_job_run(studio, {"layers": [1, 3, 4], "optimizer": {"name": "adam", "lr": "0.1"}})
    bare = a_run(studio.db).id
    config = (await compared(client, [first, second, bare]))["config"]
    assert config["texts"] == [
        "layers:\n- 1\n- 2\noptimizer:\n  lr: 0.1\n  name: adam\n",
        "layers:\n- 1\n- 3\n- 4\noptimizer:\n  lr: '0.1'\n  name: adam\n",
        None,
    ]
    assert config["differences"] == [
        {"path": "layers.1", "values": ["2", "3", None]},
        {"path": "layers.2", "values": [None, "4", None]},
        {"path": "optimizer.lr", "values": ["0.1", '"0.1"', None]},
    ]


def test_empty_parts_of_a_config_are_places_too() -> None:
    assert dict(flattened({"a": {}, "b": [], "c": {"d": None}})) == {"a": "{}", "b": "[]", "c.d": "null"}


async def test_curves_keep_extremes_within_their_buckets(studio: Studio, client: httpx.AsyncClient) -> None:
    runs = [a_run(studio.db), a_run(studio.db)]
    for place, run in enumerate(runs):
        points = [Point("loss", step, step * 1_000_000, 9.0 if step == 57 else float(place)) for step in range(100)]
        await log_metrics(studio.telemetry, studio.db, run, points)
    (told,) = (await compared(client, runs, include=[], curves={"metrics": ["loss"], "buckets": 10}))["curves"]
    assert (told["name"], [series["run_id"] for series in told["series"]]) == ("loss", [run.id for run in runs])
    for place, series in enumerate(told["series"]):
        assert series["resolution"]["kind"] == "bucket"
        assert len(series["points"]) <= 10
        assert max(point["max"] for point in series["points"]) == 9.0
        assert min(point["min"] for point in series["points"]) == place
    window = {"metrics": ["loss"], "x": "step", "from": "50", "to": "59"}
    (cut,) = (await compared(client, runs, include=[], curves=window))["curves"]
    assert [point["step"] for point in cut["series"][0]["points"]] == list(range(50, 60))
    (problem,) = await refused(client, run_ids=[run.id for run in runs], curves={"metrics": ["loss"], "from": "soon"})
    assert problem["path"] == "curves.from"


async def test_too_many_rows_of_curves_are_refused_with_what_would_fit(
    studio: Studio, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_comparison, "MAX_CURVE_ROWS", 100)
    ids = [a_run(studio.db).id for _ in range(2)]
    (problem,) = await refused(client, run_ids=ids, curves={"metrics": ["loss", "acc"], "buckets": 26})
    assert (problem["path"], problem["suggestion"]) == ("curves.buckets", "25")
    await compared(client, ids, curves={"metrics": ["loss", "acc"], "buckets": 25})


async def test_runs_of_a_moment_are_compared_as_they_were(studio: Studio, client: httpx.AsyncClient) -> None:
    runs = [a_run(studio.db, params={"lr": "1"}), a_run(studio.db, params={"lr": "2"})]
    await log_metrics(studio.telemetry, studio.db, runs[0], [Point("acc", 0, 0, 0.5)])
    write(studio.db, service.set_tags, runs[0].id, {"between": "1"})
    at = history_of(studio.db, "run", runs[0].id)[-1].at.isoformat()
    write(studio.db, service.log_params, runs[1].id, {"later": "1"})
    await log_metrics(studio.telemetry, studio.db, runs[0], [Point("acc", 1, 0, 0.9)])
    body = {"run_ids": [run.id for run in runs]}
    then = (await client.post(PATH, params={"as_of": at}, json=body)).json()
    assert [row["key"] for row in then["params"]["items"]] == ["lr"]
    assert then["metrics"]["items"][0]["values"] == [0.5, None]
    now = (await client.post(PATH, params={"as_of": "now"}, json=body)).json()
    assert now == await compared(client, runs)


async def test_what_cannot_be_compared_is_told_with_the_field(studio: Studio, client: httpx.AsyncClient) -> None:
    ids = [a_run(studio.db).id for _ in range(3)]
    for run_ids in ([], ids[:1], [f"{number:032x}" for number in range(51)]):
        (problem,) = await refused(client, run_ids=run_ids)
        assert problem["path"] == "run_ids"
    (problem,) = await refused(client, run_ids=ids[:1])
    assert problem["message"] == "must have at least 2 items"
    (problem,) = await refused(client, run_ids=ids, runs=ids)
    assert (problem["path"], problem["message"]) == ("runs", "is no field of this")
    (problem,) = await refused(client, run_ids=[*ids, ids[0]])
    assert (problem["path"], ids[0] in problem["message"]) == ("run_ids", True)
    (problem,) = await refused(client, run_ids=ids[:2], reference=ids[2])
    assert problem["path"] == "reference"
    error = await refused(client, 404, run_ids=[*ids, "f" * 32])
    assert "f" * 32 in error["message"]
    (problem,) = await refused(client, run_ids=ids, include=["tags"])
    assert problem["path"].startswith("include")


async def test_fifty_runs_are_compared_also_deleted_ones(studio: Studio, client: httpx.AsyncClient) -> None:
    experiment = an_experiment(studio.db)
    runs = [a_run(studio.db, experiment, params={"n": str(number)}) for number in range(50)]
    write(studio.db, service.delete_run, runs[7].id)
    told = await compared(client, runs)
    assert told["params"]["items"][0]["values"] == [str(number) for number in range(50)]
    assert told["runs"][7]["lifecycle"] == "deleted"


async def test_runs_of_a_project_that_the_caller_may_not_read_do_not_exist(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    mine = a_run(studio.db)
    with studio.db.begin(SINGLE_USER) as uow:
        projects.create(uow, ProjectIn(slug="theirs", name="Theirs"))
        elsewhere = service.create_experiment(uow, ExperimentIn(name="e"), project="theirs")
    theirs = a_run(studio.db, elsewhere)
    headers = {"authorization": f"Bearer {token_for(studio, 'default', 'viewer')}"}
    answer = await client.post(PATH, json={"run_ids": [mine.id, theirs.id]}, headers=headers)
    assert (answer.status_code, theirs.id in answer.text, "Theirs" in answer.text) == (404, True, False)


def test_configs_stay_out_of_sight_of_who_may_not_read_jobs(studio: Studio) -> None:
    job_run = a_job_run(studio, {"lr": 1})
    other = a_run(studio.db).id
    viewer = Actor(ref="user:x", grants={"*": frozenset({"runs.read"})})
    asked = RunComparisonIn(run_ids=[job_run, other])
    with studio.db.snapshot(viewer) as snapshot:
        body = run_comparison.comparison_json(snapshot, studio.telemetry, asked)
    assert b'"texts":[null,null]' in body
