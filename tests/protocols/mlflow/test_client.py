"""The real `mlflow` client, unchanged, against a real server process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from mlflow import MlflowClient
from infrastudio.protocols.mlflow import RELEASE
from running_server import Server

# The client and the libraries that it loads warn of their own affairs; our server is another process.
pytestmark = pytest.mark.filterwarnings("ignore")


def test_runs_are_logged_with_the_fluent_functions(mlflow: Any, tracking: MlflowClient) -> None:
    with mlflow.start_run(run_name="parent", tags={"team": "vision"}, description="notes") as parent:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "name": "ü"})
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metric("loss", 0.25, step=2)
        mlflow.log_metrics({"acc": 0.9, "bad": float("nan"), "huge": float("inf")}, step=3)
        mlflow.set_tags({"a.b/c": 1})
        with mlflow.start_run(nested=True) as child:
            mlflow.log_metric("loss", 1)
    found = mlflow.get_run(parent.info.run_id)
    assert (found.info.run_name, found.info.status, found.data.params) == (
        "parent", "FINISHED", {"lr": "0.1", "depth": "3", "name": "ü"},
    )  # fmt: skip
    assert (found.data.metrics["loss"], found.data.metrics["acc"]) == (0.25, 0.9)
    assert (str(found.data.metrics["bad"]), found.data.metrics["huge"]) == ("nan", 1.7976931348623157e308)
    assert (found.data.tags["team"], found.data.tags["a.b/c"], found.data.tags["mlflow.note.content"]) == (
        "vision", "1", "notes",
    )  # fmt: skip
    assert found.info.end_time >= found.info.start_time > 0
    assert [m.value for m in tracking.get_metric_history(parent.info.run_id, "loss")] == [0.5, 0.25]
    assert mlflow.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id


def test_a_failing_run_is_failed_and_a_deleted_one_comes_back(mlflow: Any, tracking: MlflowClient) -> None:
    run_id = ""

    def fail() -> None:
        nonlocal run_id
        with mlflow.start_run() as run:
            run_id = run.info.run_id
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fail()
    assert tracking.get_run(run_id).info.status == "FAILED"
    tracking.delete_run(run_id)
    assert tracking.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(mlflow.MlflowException, match="must be in the 'active' state"):
        tracking.log_param(run_id, "p", 1)
    tracking.restore_run(run_id)
    tracking.log_param(run_id, "p", 1)
    with pytest.raises(mlflow.MlflowException, match="Changing param values is not allowed"):
        tracking.log_param(run_id, "p", 2)


def test_experiments_are_made_renamed_deleted_and_found(mlflow: Any, tracking: MlflowClient) -> None:
    from mlflow.entities import ViewType

    id = tracking.create_experiment("first name", tags={"a": "b"})
    tracking.set_experiment_tag(id, "c", "d")
    tracking.rename_experiment(id, "second name")
    assert tracking.get_experiment_by_name("first name") is None
    assert tracking.get_experiment_by_name("second name").tags == {"a": "b", "c": "d"}
    with pytest.raises(mlflow.MlflowException, match="already exists") as taken:
        tracking.create_experiment("second name")
    assert taken.value.error_code == "RESOURCE_ALREADY_EXISTS"
    tracking.delete_experiment(id)
    found = mlflow.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string="tags.a = 'b'")
    assert [experiment.experiment_id for experiment in found] == [id]
    tracking.restore_experiment(id)
    assert mlflow.set_experiment("second name").experiment_id == id
    assert tracking.get_experiment("0").name == "Default"


def test_runs_are_searched_filtered_ordered_and_paged(mlflow: Any, tracking: MlflowClient) -> None:
    for number in range(5):
        with mlflow.start_run(run_name=f"run-{number}"):
            mlflow.log_param("kind", "even" if number % 2 == 0 else "odd")
            if number != 4:
                mlflow.log_metric("score", number / 10)
    found = mlflow.search_runs(filter_string="params.kind = 'even'", order_by=["metrics.score DESC"])
    assert list(found["tags.mlflow.runName"]) == ["run-2", "run-0", "run-4"]
    found = mlflow.search_runs(filter_string="metrics.score >= 0.1 and attributes.run_name LIKE 'run-%'")
    assert set(found["metrics.score"]) == {0.1, 0.2, 0.3}
    experiment = [mlflow.search_experiments(max_results=1)[0].experiment_id]
    page, seen = tracking.search_runs(experiment, max_results=2), []
    while True:
        seen += [run.info.run_name for run in page]
        if not page.token:
            break
        page = tracking.search_runs(experiment, max_results=2, page_token=page.token)
    assert sorted(seen) == [f"run-{number}" for number in range(5)]
    with pytest.raises(mlflow.MlflowException, match="Invalid clause"):
        mlflow.search_runs(filter_string="params.kind = 'even' or params.kind = 'odd'")


def test_artifacts_of_every_kind_come_back_as_they_went(mlflow: Any, tracking: MlflowClient, tmp_path: Path) -> None:
    import matplotlib.pyplot as plt
    import numpy as np

    (tmp_path / "folder" / "sub dir").mkdir(parents=True)
    (tmp_path / "folder" / "sub dir" / "ü +%#.bin".replace("#", "")).write_bytes(bytes(range(256)) * 5000)
    (tmp_path / "folder" / "empty").touch()
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(tmp_path / "folder"), "data")
        mlflow.log_text("hällo", "notes/a b.txt")
        mlflow.log_dict({"a": [1, 2]}, "config.json")
        figure, axes = plt.subplots()
        axes.plot([1, 2])
        mlflow.log_figure(figure, "plots/figure.png")
        mlflow.log_image(np.zeros((4, 4), dtype=np.uint8), key="picture", step=1)
        mlflow.log_table({"x": [1], "y": ["a"]}, "table.json")
        mlflow.log_table({"x": [2], "y": ["b"]}, "table.json")
    id, uri = run.info.run_id, run.info.artifact_uri
    assert [f.path for f in tracking.list_artifacts(id)] == [
        "config.json", "data", "images", "notes", "plots", "table.json",
    ]  # fmt: skip
    assert [(f.path, f.is_dir) for f in tracking.list_artifacts(id, "data")] == [
        ("data/empty", False), ("data/sub dir", True),
    ]  # fmt: skip
    assert mlflow.artifacts.load_text(f"{uri}/notes/a b.txt") == "hällo"
    assert mlflow.artifacts.load_dict(f"{uri}/config.json") == {"a": [1, 2]}
    assert list(mlflow.load_table("table.json", run_ids=[id])["x"]) == [1, 2]
    local = Path(mlflow.artifacts.download_artifacts(run_id=id, artifact_path="data", dst_path=str(tmp_path / "copy")))
    assert (local / "sub dir" / "ü +%.bin").read_bytes() == bytes(range(256)) * 5000
    assert (local / "empty").read_bytes() == b""
    assert "mlflow.loggedImages" in tracking.get_run(id).data.tags


def test_a_model_is_logged_registered_and_loaded_by_every_address(mlflow: Any, tracking: MlflowClient) -> None:
    import pandas as pd
    from mlflow.models import infer_signature
    from sklearn.linear_model import LinearRegression

    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.0, 1.0, 0.0]})
    model = LinearRegression().fit(table, [1.0, 2.0, 3.0])
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=infer_signature(table, model.predict(table)),
            pip_requirements=["scikit-learn"],
            registered_model_name="regression",
            params={"alpha": "1"},
        )
    tracking.set_registered_model_alias("regression", "champion", 1)
    tracking.transition_model_version_stage("regression", 1, "Production")
    for uri in (
        "models:/regression@champion",
        "models:/regression/1",
        "models:/regression/latest",
        "models:/regression/Production",
        f"runs:/{run.info.run_id}/model",
        info.model_uri,
    ):
        loaded = mlflow.pyfunc.load_model(uri)
        assert loaded.predict(table).tolist() == pytest.approx([1.0, 2.0, 3.0]), uri
        assert loaded.metadata.signature.inputs.input_names() == ["a", "b"]
    version = tracking.get_model_version("regression", 1)
    assert (version.run_id, version.current_stage, version.aliases) == (run.info.run_id, "Production", ["champion"])
    logged = mlflow.get_logged_model(info.model_id)
    assert (logged.status, logged.params, logged.source_run_id) == ("READY", {"alpha": "1"}, run.info.run_id)
    assert (
        mlflow.search_logged_models(filter_string="name = 'model'", output_format="list")[0].model_id == logged.model_id
    )
    again = mlflow.register_model(f"runs:/{run.info.run_id}/model", "regression")
    assert (again.version, again.run_id) == ("2", run.info.run_id)
    copied = tracking.copy_model_version("models:/regression@champion", "regression-copy")
    assert mlflow.pyfunc.load_model(f"models:/regression-copy/{copied.version}").predict(table).shape == (3,)
    with pytest.raises(mlflow.MlflowException, match="not found"):
        tracking.get_model_version_by_alias("regression", "nobody")


def test_registered_models_are_searched_renamed_and_deleted(mlflow: Any, tracking: MlflowClient) -> None:
    tracking.create_registered_model("rename-me", tags={"a": "1"}, description="first")
    tracking.create_model_version("rename-me", source="s3://bucket/model", tags={"v": "1"})
    tracking.rename_registered_model("rename-me", "renamed")
    found = tracking.search_registered_models("name LIKE 'rename%' and tags.a = '1'")
    assert [(model.name, model.latest_versions[0].version) for model in found] == [("renamed", "1")]
    tracking.update_model_version("renamed", "1", description="text")
    tracking.set_model_version_tag("renamed", "1", "k", "v")
    version = tracking.search_model_versions("name = 'renamed'")[0]
    assert (version.description, version.tags) == ("text", {"v": "1", "k": "v"})
    tracking.delete_model_version("renamed", "1")
    assert tracking.create_model_version("renamed", source="s3://bucket/model").version == "2"
    tracking.delete_registered_model("renamed")
    with pytest.raises(mlflow.MlflowException, match="not found"):
        tracking.get_registered_model("renamed")


def test_prompts_are_registered_models_that_searches_hide(mlflow: Any) -> None:
    mlflow.genai.register_prompt("greeting", "Hello {{name}}!", commit_message="first")
    mlflow.genai.register_prompt("greeting", "Hi {{name}}!")
    mlflow.genai.set_prompt_alias("greeting", "live", 1)
    assert mlflow.genai.load_prompt("prompts:/greeting@live").format(name="Ada") == "Hello Ada!"
    assert mlflow.genai.load_prompt("prompts:/greeting/2").template == "Hi {{name}}!"
    assert "greeting" not in [model.name for model in mlflow.search_registered_models()]
    assert "greeting" in [prompt.name for prompt in mlflow.genai.search_prompts()]


@contextmanager
def autologging(mlflow: Any) -> Iterator[None]:
    mlflow.sklearn.autolog(extra_tags={"by": "autolog"})
    try:
        yield
    finally:
        mlflow.sklearn.autolog(disable=True)


def test_autolog_records_a_fit_with_its_model_and_dataset(mlflow: Any, tracking: MlflowClient) -> None:
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    table = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    with autologging(mlflow):
        LogisticRegression(C=0.5).fit(table, [0, 0, 1, 1])
    run = mlflow.last_active_run()
    found = tracking.get_run(run.info.run_id)
    assert (found.data.params["C"], found.data.metrics["training_score"], found.data.tags["by"]) == (
        "0.5", 1.0, "autolog",
    )  # fmt: skip
    assert [context.value for i in found.inputs.dataset_inputs for context in i.tags] == ["train"]
    (output,) = found.outputs.model_outputs
    logged = mlflow.get_logged_model(output.model_id)
    assert (logged.status, logged.source_run_id) == ("READY", run.info.run_id)
    assert {metric.key for metric in logged.metrics} >= {"training_score"}
    assert mlflow.sklearn.load_model(f"models:/{output.model_id}").predict(table).tolist() == [0, 0, 1, 1]
    assert [metric.value for metric in tracking.get_metric_history(run.info.run_id, "training_score")] == [1.0]


def test_many_threads_write_to_one_run(mlflow: Any, tracking: MlflowClient) -> None:
    with mlflow.start_run() as run:
        id = run.info.run_id

    def write(worker: int) -> None:
        for number in range(25):
            tracking.log_metric(id, f"metric-{worker}", number, step=number)
            tracking.set_tag(id, f"tag-{worker}-{number}", "x")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    found = tracking.get_run(id)
    assert [found.data.metrics[f"metric-{worker}"] for worker in range(8)] == [24.0] * 8
    assert len([tag for tag in found.data.tags if tag.startswith("tag-")]) == 200
    assert len(tracking.get_metric_history(id, "metric-3")) == 25


def test_metrics_can_be_logged_in_the_background(mlflow: Any, tracking: MlflowClient) -> None:
    with mlflow.start_run() as run:
        for step in range(50):
            mlflow.log_metric("loss", step, step=step, synchronous=False)
        mlflow.flush_async_logging()
    assert len(tracking.get_metric_history(run.info.run_id, "loss")) == 50


def test_a_workspace_is_a_project(mlflow: Any, server: Server) -> None:
    answer = httpx.get(f"{server.url}/api/3.0/mlflow/server-info").json()
    assert (answer["multipart_uploads_enabled"], answer["multipart_downloads_enabled"]) == (False, False)
    assert httpx.get(f"{server.url}/version").text == RELEASE
    unknown = {"X-MLFLOW-WORKSPACE": "nobody"}
    body = {"name": "elsewhere"}
    refused = httpx.post(f"{server.url}/api/2.0/mlflow/experiments/create", json=body, headers=unknown)
    assert (refused.status_code, refused.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
