"""Models as users make them: trained by scikit-learn, logged by the real MLflow client into a local folder."""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from running_server import clean_environment

PROGRAM = """
import json, sys
import mlflow, numpy as np, pandas as pd
from mlflow.models import infer_signature
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input * 2

mlflow.set_tracking_uri("file:" + sys.argv[1])
numbers, kinds = load_iris(return_X_y=True)
table = pd.DataFrame(numbers, columns=["sepal length", "sepal width", "petal length", "petal width"])
mixed = pd.DataFrame({"city": ["Rome", "Oslo", "Rome", "Bonn"] * 10, "rent": np.arange(40.0)})
labels = np.array(["cheap"] * 20 + ["dear"] * 20)
by_column = ColumnTransformer([("city", OneHotEncoder(), ["city"]), ("rent", StandardScaler(), ["rent"])])
models = {
    "tensor": (LogisticRegression(max_iter=500).fit(numbers, kinds), numbers, "skops", "predict"),
    "columns": (
        make_pipeline(StandardScaler(), LogisticRegression()).fit(table, kinds), table, "cloudpickle", "predict_proba",
    ),
    "mixed": (make_pipeline(by_column, LogisticRegression()).fit(mixed, labels), mixed, "cloudpickle", "predict"),
}
known = {}
with mlflow.start_run():
    for name, (model, inputs, form, predict) in models.items():
        answers = getattr(model, predict)(inputs)
        logged = mlflow.sklearn.log_model(
            model, name=name, signature=infer_signature(inputs, answers), serialization_format=form,
            pyfunc_predict_fn=predict, pip_requirements=["scikit-learn"],
        )
        rows = inputs.to_dict("list") if hasattr(inputs, "to_dict") else inputs.tolist()
        known[name] = {"id": logged.model_id, "inputs": rows, "answers": answers.tolist()}
    logged = mlflow.pyfunc.log_model(
        name="custom", python_model=Doubler(), pip_requirements=["numpy"],
        signature=infer_signature(numbers, numbers * 2),
    )
    known["custom"] = {"id": logged.model_id, "inputs": numbers.tolist(), "answers": (numbers * 2).tolist()}
for entry in known.values():
    entry["folder"] = mlflow.artifacts.download_artifacts("models:/" + entry["id"])
print("KNOWN" + json.dumps(known))
"""


@dataclass(frozen=True)
class LoggedModel:
    """A model on disk, with rows and what the model itself says of them."""

    folder: Path
    inputs: object
    answers: object


@functools.cache
def logged_models() -> dict[str, LoggedModel]:
    """Return models `tensor`, `columns`, `mixed` (text and numbers) and `custom` (a pyfunc), made once per process."""
    folder = Path(tempfile.mkdtemp(prefix="studio-models-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = clean_environment(
        MLFLOW_ALLOW_FILE_STORE="true", MLFLOW_DISABLE_TELEMETRY="true", GIT_PYTHON_REFRESH="quiet"
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder / "store")],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("KNOWN")]
    if done.returncode or not lines:
        raise RuntimeError(f"the models were not logged: {done.stderr[-2000:]}")
    known = json.loads(lines[-1].removeprefix("KNOWN"))
    return {name: LoggedModel(Path(m["folder"]), m["inputs"], m["answers"]) for name, m in known.items()}


LIGHT_CODE = """
import time
import numpy as np

class Light:
    def predict(self, rows):
        if (rows == 13).any():
            raise ValueError("13 is refused")
        if (rows < 0).any():
            time.sleep(-float(rows.min()))
        return rows.sum(axis=1)
"""
LIGHT_MLMODEL = """
flavors: {sklearn: {pickled_model: model.pkl, serialization_format: pickle, code: code}}
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
"""


def light_model(folder: Path) -> Path:
    """Write a model that starts without scikit-learn: it adds up rows, refuses 13, and sleeps for negative seconds."""
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "light_model_code.py").write_text(LIGHT_CODE)
    (folder / "MLmodel").write_text(LIGHT_MLMODEL)
    (folder / "model.pkl").write_bytes(b"clight_model_code\nLight\n)R.")
    return folder
