"""Make one scikit-learn model: in a folder for `mlflow models serve`, and registered at a tracking server.

python log_model.py TRACKING_URI FOLDER NAME
"""

from __future__ import annotations

import sys

import mlflow
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def main() -> None:
    """Train, save and register."""
    uri, folder, name = sys.argv[1:]
    rows, kinds = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500).fit(rows, kinds)
    told = {"signature": infer_signature(rows, model.predict(rows)), "pip_requirements": ["scikit-learn"]}
    mlflow.sklearn.save_model(model, folder, **told)
    mlflow.set_tracking_uri(uri)
    with mlflow.start_run():
        mlflow.sklearn.log_model(model, name="model", registered_model_name=name, **told)


if __name__ == "__main__":
    main()
