"""Everything that a client of MLflow 2 does with a tracking server and a registry."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mlflow import MlflowClient


def test_runs_and_their_children_are_logged(mlflow: Any, tracking: MlflowClient) -> None:
    with mlflow.start_run(run_name="parent", tags={"team": "vision"}) as parent:
        mlflow.log_params({"depth": 3, "name": "ü"})
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"bad": float("nan"), "huge": float("inf")}, step=3)
        with mlflow.start_run(nested=True) as child:
            mlflow.log_metric("loss", 1)
    found = mlflow.get_run(parent.info.run_id)
    assert (found.info.run_name, found.info.status, found.data.params["depth"]) == ("parent", "FINISHED", "3")
    assert math.isnan(found.data.metrics["bad"])
    history = tracking.get_metric_history(parent.info.run_id, "loss")
    assert [(point.step, point.value) for point in history] == [(step, 1 / (step + 1)) for step in range(5)]
    assert mlflow.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id


def test_a_batch_a_dataset_and_tags_are_logged(mlflow: Any, tracking: MlflowClient) -> None:
    import pandas as pd
    from mlflow.entities import Metric, Param, RunTag

    with mlflow.start_run() as run:
        metrics = [Metric(f"m{number}", number, 1, number) for number in range(900)]
        tracking.log_batch(run.info.run_id, metrics, [Param("p", "v")], [RunTag("t", "v")])
        mlflow.log_input(mlflow.data.from_pandas(pd.DataFrame({"a": [1, 2]}), name="numbers"), context="training")
    found = tracking.get_run(run.info.run_id)
    assert (len(found.data.metrics), found.data.params, found.data.tags["t"]) == (900, {"p": "v"}, "v")
    assert [given.dataset.name for given in found.inputs.dataset_inputs] == ["numbers"]


def test_runs_are_searched_and_paged(mlflow: Any, tracking: MlflowClient) -> None:
    for number in range(5):
        with mlflow.start_run(run_name=f"run-{number}"):
            mlflow.log_metric("score", number / 10)
    found = mlflow.search_runs(filter_string="metrics.score >= 0.2", order_by=["metrics.score DESC"])
    assert list(found["tags.mlflow.runName"]) == ["run-4", "run-3", "run-2"]
    experiment = [mlflow.get_run(found["run_id"][0]).info.experiment_id]
    first = tracking.search_runs(experiment, max_results=3)
    second = tracking.search_runs(experiment, max_results=3, page_token=first.token)
    assert (len(first), len(second), second.token) == (3, 2, None)


def test_artifacts_come_back_as_they_went(mlflow: Any, tmp_path: Path) -> None:
    (tmp_path / "sub dir").mkdir()
    (tmp_path / "sub dir" / "ü.bin").write_bytes(bytes(range(256)) * 5000)
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(tmp_path), "data")
        mlflow.log_dict({"a": [1, 2]}, "config.json")
        mlflow.log_table({"x": [1], "y": ["a"]}, "table.json")
        mlflow.log_text("hällo", "notes.txt")
    assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes.txt") == "hällo"
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/config.json") == {"a": [1, 2]}
    assert list(mlflow.load_table("table.json", run_ids=[run.info.run_id])["x"]) == [1]
    local = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="data/sub dir/ü.bin")
    assert Path(local).read_bytes() == bytes(range(256)) * 5000


def test_a_model_is_logged_registered_and_loaded_by_every_address(
    mlflow: Any, tracking: MlflowClient, name: str
) -> None:
    import pandas as pd
    from mlflow.models import infer_signature
    from sklearn.linear_model import LinearRegression

    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.0, 1.0, 0.0]})
    model = LinearRegression().fit(table, [1.0, 2.0, 3.0])
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(
            model,
            artifact_path="model",
            signature=infer_signature(table, model.predict(table)),
            pip_requirements=["scikit-learn"],
            registered_model_name=name,
        )
    tracking.set_registered_model_alias(name, "champion", "1")
    tracking.transition_model_version_stage(name, "1", "Staging")
    for uri in (
        f"models:/{name}@champion", f"models:/{name}/1", f"models:/{name}/latest", f"models:/{name}/Staging",
        f"runs:/{run.info.run_id}/model",
    ):  # fmt: skip
        loaded = mlflow.pyfunc.load_model(uri)
        assert loaded.predict(table).tolist() == pytest.approx([1.0, 2.0, 3.0]), uri
    version = tracking.get_model_version_by_alias(name, "champion")
    assert (version.version, version.run_id, version.current_stage) == ("1", run.info.run_id, "Staging")
    assert [found.version for found in tracking.search_model_versions(f"name = '{name}'")] == ["1"]


def test_autolog_records_a_fit(mlflow: Any, tracking: MlflowClient) -> None:
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog()
    try:
        LogisticRegression(C=0.5).fit(pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]}), [0, 0, 1, 1])
    finally:
        mlflow.sklearn.autolog(disable=True)
    found = tracking.get_run(mlflow.last_active_run().info.run_id)
    assert (found.data.params["C"], found.data.metrics["training_score"]) == ("0.5", 1.0)
    assert mlflow.sklearn.load_model(f"runs:/{found.info.run_id}/model").predict([[3.0]]).tolist() == [1]


def test_a_model_is_evaluated(mlflow: Any, tracking: MlflowClient) -> None:
    import pandas as pd

    table = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 2.0], "predicted": [0.0, 1.0, 3.0]})
    with mlflow.start_run() as run:
        found = mlflow.evaluate(data=table, targets="y", predictions="predicted", model_type="regressor")
    assert found.metrics["mean_absolute_error"] == pytest.approx(1 / 3)
    assert tracking.get_run(run.info.run_id).data.metrics["mean_absolute_error"] == pytest.approx(1 / 3)


def test_a_traced_function_is_found(mlflow: Any) -> None:
    @mlflow.trace
    def add(first: int, second: int) -> int:
        return first + second

    assert add(1, 2) == 3
    (trace,) = mlflow.search_traces(return_type="list")
    assert [span.name for span in trace.data.spans] == ["add"]


def test_errors_carry_their_code(mlflow: Any, tracking: MlflowClient) -> None:
    with pytest.raises(mlflow.MlflowException) as missing:
        tracking.get_run("0" * 32)
    assert missing.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    with mlflow.start_run():
        mlflow.log_param("p", 1)
        with pytest.raises(mlflow.MlflowException, match="Changing param values is not allowed"):
            mlflow.log_param("p", 2)
