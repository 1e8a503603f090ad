"""The unmodified client of the environment that the suite runs in, and the server that it talks to."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mlflow import MlflowClient


@pytest.fixture
def mlflow() -> Iterator[Any]:
    """The `mlflow` module with a new experiment set."""
    import mlflow

    mlflow.set_tracking_uri(os.environ["STUDIO_URL"])
    mlflow.set_experiment(f"experiment-{uuid.uuid4().hex[:12]}")
    yield mlflow
    while mlflow.active_run() is not None:
        mlflow.end_run()


@pytest.fixture
def tracking(mlflow: Any) -> MlflowClient:
    """A client of the library."""
    from mlflow import MlflowClient

    return MlflowClient()


@pytest.fixture
def name() -> str:
    """A name that no other test has."""
    return f"name-{uuid.uuid4().hex[:12]}"
