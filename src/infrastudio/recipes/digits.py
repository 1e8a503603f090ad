"""Trains a linear classifier on the digits that scikit-learn brings along: `python -m infrastudio.recipes.digits`.

It logs one point of each metric an epoch, a confusion matrix, a report and the model, by the unmodified mlflow client,
which finds the server and the run in the environment. Without those it works too, as any mlflow program does.
"""

from __future__ import annotations

import argparse
import csv
import io
import logging
import math
import sys
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import mlflow
import numpy as np
import sklearn
import skops
from mlflow.models import infer_signature
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import classification_report, confusion_matrix, log_loss
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

logger = logging.getLogger("digits")

Floats = NDArray[np.float64]
Classes = NDArray[np.int64]

BRIGHTEST: Final = 16.0
"""Pixels of the data are 0…16."""
DIVERGED: Final = 1e3
"""A loss beyond it does not come back."""


class Data(NamedTuple):
    """Images as rows of 64 pixels in 0..1, and the digits that they show."""

    train_x: Floats
    train_y: Classes
    val_x: Floats
    val_y: Classes


class Diverged(ArithmeticError):
    """The training ran away: nothing that follows would be worth anything."""


def load_data(seed: int) -> Data:
    """Return the data, a quarter of it for validation."""
    pixels, digits = load_digits(return_X_y=True)
    train_x, val_x, train_y, val_y = train_test_split(
        pixels / BRIGHTEST, digits, test_size=0.25, random_state=seed, stratify=digits
    )
    return Data(train_x, train_y, val_x, val_y)


def train_epoch(model: Any, data: Data, order: NDArray[np.intp], batch_size: int) -> None:
    """Show the model every training image once, in the given order."""
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        model.partial_fit(data.train_x[batch], data.train_y[batch], classes=np.arange(10))


def measure(model: Any, data: Data) -> dict[str, float]:
    """Return loss and accuracy on both parts of the data.

    Raises:
        Diverged: The loss is not a number any more, or absurd.
    """
    metrics = {}
    for prefix, x, y in (("", data.train_x, data.train_y), ("val_", data.val_x, data.val_y)):
        scores = model.decision_function(x)
        if not np.isfinite(scores).all():
            raise Diverged("loss is nan")
        probabilities = model.predict_proba(x)
        metrics[f"{prefix}loss"] = float(log_loss(y, probabilities, labels=np.arange(10)))
        metrics[f"{prefix}accuracy"] = float((scores.argmax(axis=1) == y).mean())
    if not math.isfinite(metrics["loss"]) or metrics["loss"] > DIVERGED:
        raise Diverged(f"loss diverged: {metrics['loss']}")
    return metrics


def train(arguments: argparse.Namespace, data: Data) -> Any:
    """Train the model and log a point of every metric an epoch."""
    model = SGDClassifier(
        loss="log_loss", learning_rate="constant", eta0=arguments.learning_rate, random_state=arguments.seed
    )
    random = np.random.default_rng(arguments.seed)
    best = 0.0
    for epoch in range(1, arguments.epochs + 1):
        started = time.perf_counter()
        train_epoch(model, data, random.permutation(len(data.train_y)), arguments.batch_size)
        metrics = measure(model, data)
        metrics["epoch_s"] = time.perf_counter() - started
        metrics["images_per_s"] = len(data.train_y) / metrics["epoch_s"]
        mlflow.log_metrics(metrics, step=epoch)
        logger.info(
            "epoch %d/%d loss=%.4f accuracy=%.4f val_loss=%.4f val_accuracy=%.4f",
            epoch, arguments.epochs, *(metrics[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy")),
        )  # fmt: skip
        if metrics["val_accuracy"] < best - 0.05:
            logger.warning("val_accuracy fell from %.4f to %.4f", best, metrics["val_accuracy"])
        best = max(best, metrics["val_accuracy"])
        if arguments.pace_s:
            time.sleep(arguments.pace_s)  # asked for, so that people can watch
    return model


def log_results(model: Any, data: Data) -> None:
    """Log what the model gets right and wrong: a confusion matrix and a report."""
    predicted = model.predict(data.val_x)
    matrix = confusion_matrix(data.val_y, predicted, labels=np.arange(10)).tolist()
    mlflow.log_dict({"labels": list(range(10)), "matrix": matrix}, "evaluation/confusion_matrix.json")
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["actual", *(f"predicted_{digit}" for digit in range(10))])
    rows.writerows([digit, *counts] for digit, counts in enumerate(matrix))
    mlflow.log_text(table.getvalue(), "evaluation/confusion_matrix.csv")
    report = classification_report(data.val_y, predicted, digits=4)
    mlflow.log_text(report, "evaluation/report.txt")
    logger.info("validation report\n%s", report)


def log_model(model: Any, data: Data, register: str | None, alias: str | None) -> None:
    """Log the model with its signature and what it needs; register it if a name is given."""
    examples = data.val_x[:5]
    logged = mlflow.sklearn.log_model(
        model,
        name="model",
        signature=infer_signature(examples, model.predict(examples)),
        pip_requirements=[
            f"scikit-learn=={sklearn.__version__}",
            f"numpy=={np.__version__}",
            f"skops=={skops.__version__}",
        ],
        registered_model_name=register,
    )
    logger.info("logged the model as %s", logged.model_uri)
    if register is not None:
        logger.info("registered it as version %s of %s", logged.registered_model_version, register)
        if alias is not None:
            mlflow.MlflowClient().set_registered_model_alias(register, alias, str(logged.registered_model_version))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="digits", description="Train a classifier of handwritten digits.")
    parser.add_argument("--epochs", type=_at_least(int, 1), default=60)
    parser.add_argument("--learning-rate", type=_more_than_0, default=0.01)
    parser.add_argument("--batch-size", type=_at_least(int, 1), default=128)
    parser.add_argument("--seed", type=_at_least(int, 0), default=0)
    parser.add_argument("--register", metavar="NAME", help="Register the model under this name.")
    parser.add_argument("--alias", help="Give the registered version this alias.")
    parser.add_argument("--pace-s", type=_at_least(float, 0), default=0.0, help="Seconds to wait after each epoch.")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Train, log, and register if asked to."""
    arguments = parse(argv)
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", force=True
    )
    with mlflow.start_run():
        mlflow.log_params(
            {name: getattr(arguments, name) for name in ("epochs", "learning_rate", "batch_size", "seed")}
        )
        data = load_data(arguments.seed)
        logger.info("%d images to train with, %d to validate", len(data.train_y), len(data.val_y))
        with threadpool_limits(limits=1):  # threads that multiply matrices as small as these wait for one another
            model = train(arguments, data)
        log_results(model, data)
        log_model(model, data, arguments.register, arguments.alias)
    logger.info("done")


def _at_least(kind: type[int] | type[float], least: float) -> Any:
    def read(text: str) -> float:
        value = kind(text)
        if not value >= least:
            raise argparse.ArgumentTypeError(f"must be {least} or more")
        return value

    read.__name__ = kind.__name__
    return read


def _more_than_0(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


if __name__ == "__main__":
    main()
