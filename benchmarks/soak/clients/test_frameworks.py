"""What the newest client logs by itself while a framework trains."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from mlflow import MlflowClient

ROWS = np.random.default_rng(1).normal(size=(200, 4)).astype(np.float32)
LABELS = (ROWS.sum(axis=1) > 0).astype(np.int64)
ROUNDS = 12


def test_xgboost(mlflow: Any, tracking: MlflowClient) -> None:
    import xgboost

    mlflow.xgboost.autolog()
    try:
        data = xgboost.DMatrix(ROWS, LABELS)
        parameters = {"objective": "binary:logistic", "max_depth": 2, "eval_metric": "logloss"}
        model = xgboost.train(parameters, data, num_boost_round=ROUNDS, evals=[(data, "train")], verbose_eval=False)
    finally:
        mlflow.xgboost.autolog(disable=True)
    found = tracking.get_run(mlflow.last_active_run().info.run_id)
    assert (found.data.params["max_depth"], found.info.status) == ("2", "FINISHED")
    history = tracking.get_metric_history(found.info.run_id, "train-logloss")
    assert [point.step for point in history] == list(range(ROUNDS))
    (output,) = found.outputs.model_outputs
    loaded = mlflow.xgboost.load_model(f"models:/{output.model_id}")
    assert loaded.predict(data) == pytest.approx(model.predict(data))
    assert {file.path for file in tracking.list_artifacts(found.info.run_id)} >= {"feature_importance_weight.json"}


def test_lightgbm(mlflow: Any, tracking: MlflowClient) -> None:
    import lightgbm

    mlflow.lightgbm.autolog()
    try:
        data = lightgbm.Dataset(ROWS, LABELS)
        parameters = {"objective": "binary", "num_leaves": 4, "verbose": -1}
        model = lightgbm.train(parameters, data, num_boost_round=ROUNDS, valid_sets=[data], valid_names=["train"])
    finally:
        mlflow.lightgbm.autolog(disable=True)
    found = tracking.get_run(mlflow.last_active_run().info.run_id)
    assert found.data.params["num_leaves"] == "4"
    assert len(tracking.get_metric_history(found.info.run_id, "train-binary_logloss")) == ROUNDS
    (output,) = found.outputs.model_outputs
    loaded = mlflow.lightgbm.load_model(f"models:/{output.model_id}")
    assert loaded.predict(ROWS) == pytest.approx(model.predict(ROWS))


def test_pytorch(mlflow: Any, tracking: MlflowClient) -> None:
    import lightning
    import torch

    class Classifier(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 2)

        def training_step(self, batch: Any, _: int) -> Any:
            rows, labels = batch
            loss = torch.nn.functional.cross_entropy(self.layer(rows), labels)
            self.log("loss", loss, on_epoch=True, on_step=False)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.1)

        def forward(self, rows: Any) -> Any:
            return self.layer(rows)

    data = torch.utils.data.TensorDataset(torch.from_numpy(ROWS), torch.from_numpy(LABELS))
    mlflow.pytorch.autolog()
    try:
        options = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "accelerator": "cpu"}
        trainer = lightning.Trainer(max_epochs=4, **options)
        model = Classifier()
        trainer.fit(model, torch.utils.data.DataLoader(data, batch_size=50))
    finally:
        mlflow.pytorch.autolog(disable=True)
    found = tracking.get_run(mlflow.last_active_run().info.run_id)
    history = tracking.get_metric_history(found.info.run_id, "loss")
    assert len(history) == 4
    assert history[-1].value < history[0].value
    assert found.data.params["optimizer_name"] == "SGD"


def test_a_torch_module_is_loaded_as_it_was_logged(mlflow: Any) -> None:
    import torch

    module = torch.nn.Linear(4, 2)
    with mlflow.start_run():
        info = mlflow.pytorch.log_model(module, name="module", pip_requirements=["torch"], input_example=ROWS[:2])
    loaded = mlflow.pytorch.load_model(info.model_uri)
    assert torch.equal(loaded(torch.from_numpy(ROWS)), module(torch.from_numpy(ROWS)))


def test_system_metrics_are_metrics_of_the_run(mlflow: Any, tracking: MlflowClient) -> None:
    mlflow.set_system_metrics_sampling_interval(1)
    mlflow.set_system_metrics_samples_before_logging(1)
    until = time.monotonic() + 60
    with mlflow.start_run(log_system_metrics=True) as run:
        while "system/cpu_utilization_percentage" not in tracking.get_run(run.info.run_id).data.metrics:
            assert time.monotonic() < until, "no system metric came"
            time.sleep(0.2)  # between two looks
    found = tracking.get_run(run.info.run_id).data.metrics
    assert 0 <= found["system/cpu_utilization_percentage"] <= 100
    assert {"system/system_memory_usage_megabytes", "system/disk_usage_percentage"} <= found.keys()
