"""What the guide says is the same as in MLflow, and what differs on purpose: each row of its table is asked of both."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.kernel.clock import from_millis
from infrastudio.server.wiring import Studio
from protocols.mlflow.requests import Door
from running_server import Server

pytestmark = pytest.mark.filterwarnings("ignore")

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "moving-from-mlflow.md"
ROW = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)
LARGEST = 1.7976931348623157e308
proven: set[str] = set()


def proves(row: str) -> Callable[[Any], Any]:
    """Say which row of the guide's table a test proves."""
    proven.add(row)
    return _itself


def _itself(test: Any) -> Any:
    return test


@pytest.fixture(scope="module")
def ours(server: Server, _client_settings: None) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(server.url, server.url)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory, _client_settings: None) -> Any:
    """A client of MLflow's own store."""
    from mlflow import MlflowClient

    uri = f"sqlite:///{tmp_path_factory.mktemp('theirs')}/mlflow.db"
    return MlflowClient(uri, uri)


@pytest.fixture(scope="module")
def native(server: Server) -> Any:
    """The Studio's own API."""
    with httpx.Client(base_url=server.url) as http:
        yield http


def a_run(client: Any, name: str) -> str:
    """A new run in an experiment of its own."""
    id: str = client.create_run(client.create_experiment(name), run_name="run").info.run_id
    return id


def events(native: httpx.Client, entity: str, id: str) -> list[dict[str, Any]]:
    found = native.get("/api/events", params={"entity": f"{entity}:{id}", "limit": 100})
    items: list[dict[str, Any]] = found.raise_for_status().json()["items"]
    return items


def test_every_row_of_the_table_is_proven_here() -> None:
    table = GUIDE.read_text().partition("## What is the same")[2].partition("\n## ")[0]
    rows = {match[1].strip() for match in ROW.finditer(table)} - {"", "---"}
    assert rows == proven


def story(client: Any) -> list[Any]:
    """Do what people do, and tell all that comes of it but what is made up."""
    from mlflow.entities import Metric, Param, RunTag
    from mlflow.exceptions import MlflowException

    told: list[Any] = []
    experiment = client.create_experiment("the same", tags={"team": "a"})
    ids = []
    for number in range(5):
        run = client.create_run(experiment, run_name=f"run {number}", start_time=1_790_000_000_000 + number)
        ids.append(run.info.run_id)
        metrics = [Metric("loss", 1 / (step + number + 1), 1_790_000_000_000, step) for step in range(3)]
        client.log_batch(
            ids[-1], metrics, [Param("lr", str(number))], [RunTag("parity", "odd" if number % 2 else "even")]
        )
    for filter in ("metrics.loss < 0.2", "params.lr = '3'", "tags.parity LIKE 'o%'", "attributes.run_name != 'run 1'"):
        found = client.search_runs([experiment], filter, order_by=["metrics.loss DESC"])
        told.append([(run.info.run_name, run.data.params, run.data.metrics) for run in found])
    first = client.search_runs([experiment], max_results=3)
    rest = client.search_runs([experiment], max_results=3, page_token=first.token)
    told.append([[run.info.run_name for run in page] for page in (first, rest)] + [rest.token])
    refused: tuple[Callable[[], Any], ...] = (
        lambda: client.create_experiment("the same"),
        lambda: client.get_run("0" * 32),
        lambda: client.log_metric(ids[0], "bad?", 1),
        lambda: client.search_runs([experiment], "metrics.loss = 'text'"),
        lambda: client.delete_tag(ids[0], "nothing"),
        lambda: client.get_model_version("nobody", "1"),
    )
    for attempt in refused:
        with pytest.raises(MlflowException) as error:
            attempt()
        told.append(error.value.error_code)
    told.append([len(id) for id in ids])
    return told


@proves("ids, names, params, tags, metrics, filters, pages, error codes")
def test_the_same_story_is_told_by_both(ours: Any, theirs: Any) -> None:
    assert story(ours) == story(theirs)


@proves("projects")
async def test_a_project_is_always_there_and_a_header_chooses_one(door: Door, studio: Studio) -> None:
    with studio.db.begin(SINGLE_USER) as uow:
        projects.create(uow, ProjectIn(slug="elsewhere", name="Elsewhere"))
    there = {"X-MLFLOW-WORKSPACE": "elsewhere"}
    made = await door.send("POST", "experiments/create", {"name": "only there"}, headers=there)
    kept = await door.http.get(f"/api/experiments/{made.json()['experiment_id']}")
    assert kept.json()["project"] == "elsewhere"
    assert (await door.refused("GET", "experiments/get-by-name?experiment_name=only+there")).status == 404


@proves("infinite metrics")
def test_infinity_is_kept_and_told_as_the_greatest_float(ours: Any, theirs: Any, native: httpx.Client) -> None:
    for client in (ours, theirs):
        run = a_run(client, "infinite")
        client.log_metric(run, "loss", math.inf)
        assert client.get_run(run).data.metrics == {"loss": LARGEST}
        if client is ours:
            answer = native.get(f"/api/runs/{run}/metrics", params={"name": "loss"}).json()
            assert [point["value"] for point in answer["series"][0]["points"]] == ["Infinity"]


@proves("the same point sent twice")
def test_a_point_is_stored_once(ours: Any, theirs: Any) -> None:
    for client in (ours, theirs):
        run = a_run(client, "twice")
        for _ in range(2):
            client.log_metric(run, "loss", 0.5, timestamp=1_790_000_000_000, step=3)
        assert len(client.get_metric_history(run, "loss")) == 1


@proves("a run that goes on")
def test_points_know_their_attempt(ours: Any, theirs: Any, native: httpx.Client) -> None:
    for client in (ours, theirs):
        run = a_run(client, "goes on")
        client.log_metric(run, "loss", 1.0, step=0)
        client.set_terminated(run, "FAILED")
        if client is ours:
            native.post(f"/api/runs/{run}/resume").raise_for_status()
        else:
            client.update_run(run, status="RUNNING")
        client.log_metric(run, "loss", 2.0, step=0)
        assert sorted(point.value for point in client.get_metric_history(run, "loss")) == [1.0, 2.0]
        if client is ours:
            answer = native.get(f"/api/runs/{run}/metrics", params={"name": "loss", "attempts": "all"}).json()
            assert [(each["attempt"], each["points"][0]["value"]) for each in answer["series"]] == [(1, 1.0), (2, 2.0)]


@proves("a param that changes")
def test_a_param_stays_as_it_is(ours: Any, theirs: Any) -> None:
    from mlflow.exceptions import MlflowException

    for client in (ours, theirs):
        run = a_run(client, "changes")
        client.log_param(run, "lr", "1")
        with pytest.raises(MlflowException, match="Changing param values is not allowed"):
            client.log_param(run, "lr", "2")
        assert client.get_run(run).data.params == {"lr": "1"}


@proves("deletion")
def test_what_is_deleted_comes_back_and_the_ledger_knows_of_both(ours: Any, theirs: Any, native: httpx.Client) -> None:
    for client in (ours, theirs):
        run = a_run(client, "deleted")
        client.delete_run(run)
        assert client.get_run(run).info.lifecycle_stage == "deleted"
        client.restore_run(run)
        assert client.get_run(run).info.lifecycle_stage == "active"
        if client is ours:
            assert [each["kind"] for each in events(native, "run", run)][-2:] == ["run.deleted", "run.restored"]


@proves("stages of versions")
def test_a_stage_says_who_set_it_and_when(ours: Any, theirs: Any, native: httpx.Client) -> None:
    for client in (ours, theirs):
        client.create_registered_model("staged")
        client.create_model_version("staged", "s3://bucket/model")
        client.transition_model_version_stage("staged", "1", "Production")
        assert client.get_model_version("staged", "1").current_stage == "Production"
    model = native.get("/api/registry/models/staged").raise_for_status().json()["id"]
    _created, moved = events(native, "model_version", f"{model}/1")
    assert moved["changes"]["stage"]["new"] == "production"
    assert (moved["changes"]["stage"]["old"], moved["actor"]) == ("draft", "user:local")
    assert moved["at"]


@proves("history of a tag, an alias, a description")
def test_any_moment_of_a_tag_can_be_read(ours: Any, theirs: Any, native: httpx.Client) -> None:
    for client in (ours, theirs):
        run = a_run(client, "history")
        client.set_tag(run, "verdict", "first")
        seq = events(native, "run", run)[-1]["seq"] if client is ours else None
        client.set_tag(run, "verdict", "second")
        assert client.get_run(run).data.tags["verdict"] == "second"
        if client is ours:
            then = native.get(f"/api/runs/{run}", params={"as_of": f"seq:{seq}"}).json()
            assert then["tags"]["verdict"] == "first"


@proves("multipart and presigned uploads")
def test_files_go_through_the_server(native: httpx.Client) -> None:
    answer = native.post("/api/2.0/mlflow-artifacts/mpu/create/0/a", json={"path": "a", "num_parts": 2})
    assert (answer.status_code, answer.json()["error_code"]) == (501, "NOT_IMPLEMENTED")
    info = native.get("/api/3.0/mlflow/server-info").json()
    assert (info["multipart_uploads_enabled"], info["multipart_downloads_enabled"]) == (False, False)


@proves("when things were made that were imported")
def test_a_past_that_is_told_is_no_past_that_was_recorded(ours: Any, native: httpx.Client) -> None:
    """A run says when it began; when it came into being here is another fact."""
    run = ours.create_run("0", start_time=1_000_000_000_000).info.run_id
    kept = native.get(f"/api/runs/{run}").json()
    assert (kept["started_at"], kept["created_at"] > kept["started_at"]) == ("2001-09-09T01:46:40Z", True)
    assert events(native, "run", run)[0]["at"] > from_millis(1_000_000_000_000).isoformat()


@proves("filters on attributes of spans")
def test_the_value_of_an_attribute_is_what_is_compared(ours: Any, theirs: Any, server: Server) -> None:
    import mlflow

    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
        for client in (theirs, ours):
            mlflow.set_tracking_uri(client.tracking_uri)
            experiment = mlflow.set_experiment("attributes of spans").experiment_id
            with mlflow.start_span("answer", attributes={"model": "small"}):
                pass
            for filter in ("span.attributes.model LIKE '%small%'", "span.attributes.model = 'small'"):
                traces = client.search_traces(locations=[experiment], filter_string=filter, include_spans=False)
                found[filter, client is ours] = len(traces)
        mlflow.set_tracking_uri(server.url)
    assert found == {
        ("span.attributes.model LIKE '%small%'", False): 1,
        ("span.attributes.model LIKE '%small%'", True): 1,
        ("span.attributes.model = 'small'", False): 0,
        ("span.attributes.model = 'small'", True): 1,
    }
