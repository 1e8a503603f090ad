"""What the real client does around runs: datasets as inputs, copies, evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mlflow import MlflowClient

pytestmark = pytest.mark.filterwarnings("ignore")


def test_datasets_and_models_that_a_run_used_are_read_back(mlflow: Any, tracking: MlflowClient) -> None:
    import pandas as pd
    from mlflow.entities import LoggedModelInput

    table = pd.DataFrame({"x": [1.0, 2.0], "y": [0, 1]})
    dataset = mlflow.data.from_pandas(table, source="https://example.org/table.csv", name="table", targets="y")
    model = mlflow.create_external_model(name="judge")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training")
        mlflow.log_input(dataset, context="again")
        tracking.log_inputs(run.info.run_id, models=[LoggedModelInput(model.model_id)])
        mlflow.log_metric("acc", 0.5, model_id=model.model_id, dataset=dataset)
    found = tracking.get_run(run.info.run_id)
    (used,) = found.inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest, used.dataset.source_type) == ("table", dataset.digest, "http")
    assert {tag.key: tag.value for tag in used.tags} == {"mlflow.data.context": "training"}
    assert '"num_rows": 2' in used.dataset.profile
    assert mlflow.data.get_source(used).url == "https://example.org/table.csv"
    assert [each.model_id for each in found.inputs.model_inputs] == [model.model_id]
    (metric,) = mlflow.get_logged_model(model.model_id).metrics
    assert (metric.value, metric.dataset_name, metric.run_id) == (0.5, "table", run.info.run_id)
    (by_name,) = mlflow.search_runs(filter_string="dataset.name = 'table'", output_format="list")
    assert by_name.info.run_id == run.info.run_id


def test_a_version_is_copied_to_another_model(mlflow: Any, tracking: MlflowClient) -> None:
    def double(model_input: list[int]) -> list[int]:
        return [2 * each for each in model_input]

    mlflow.pyfunc.log_model(name="model", python_model=double, registered_model_name="staging.double",
                            pip_requirements=[])  # fmt: skip
    copied = tracking.copy_model_version("models:/staging.double/1", "production.double")
    assert (copied.name, copied.version, copied.source) == ("production.double", "1", "models:/staging.double/1")
    again = tracking.copy_model_version("models:/staging.double/1", "production.double")
    assert again.version == "2"
    assert mlflow.pyfunc.load_model("models:/production.double/2").predict([1, 2]) == [2, 4]


def test_a_model_is_evaluated_with_its_metrics_and_tables(mlflow: Any, tracking: MlflowClient) -> None:
    import pandas as pd

    table = pd.DataFrame({"prediction": [1.0, 2.0, 3.0], "target": [1.0, 2.0, 4.0]})
    with mlflow.start_run() as run:
        result = mlflow.models.evaluate(
            data=table, predictions="prediction", targets="target", model_type="regressor", evaluators="default"
        )
    assert result.metrics["mean_absolute_error"] == pytest.approx(1 / 3)
    found = tracking.get_run(run.info.run_id)
    assert found.data.metrics["mean_absolute_error"] == pytest.approx(1 / 3)
    assert len(found.inputs.dataset_inputs) == 1


def test_a_program_is_evaluated_by_scorers_over_its_traces(mlflow: Any) -> None:
    from mlflow.genai.scorers import scorer

    def exact(outputs: str, expectations: dict[str, str]) -> bool:
        return outputs == expectations["answer"]

    data = [
        {"inputs": {"word": "a"}, "expectations": {"answer": "A"}},
        {"inputs": {"word": "b"}, "expectations": {"answer": "C"}},
    ]
    result = mlflow.genai.evaluate(data=data, predict_fn=_upper, scorers=[scorer(exact)])
    assert result.metrics == {"exact/mean": 0.5}
    traces = mlflow.search_traces(run_id=result.run_id, return_type="list")
    said = [{each.name: each.value for each in trace.info.assessments} for trace in traces]
    by_answer = sorted(said, key=lambda each: each["answer"])
    assert by_answer == [{"answer": "A", "exact": True}, {"answer": "C", "exact": False}]


def _upper(word: str) -> str:
    return word.upper()


def test_what_is_refused_reaches_the_caller_at_once(mlflow: Any, tracking: MlflowClient) -> None:
    with pytest.raises(mlflow.MlflowException, match="follow its events instead") as refused:
        tracking.list_webhooks()
    assert refused.value.error_code == "NOT_IMPLEMENTED"
