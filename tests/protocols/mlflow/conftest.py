"""A Studio for MLflow clients: as a process for the real client, inside the test for single requests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from protocols.mlflow.requests import Door

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from running_server import Server

CLIENT_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # an answer that the client would repeat is a failure of ours
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "60",
    "MPLBACKEND": "Agg",
    "GIT_PYTHON_REFRESH": "quiet",
    "GIT_PYTHON_GIT_EXECUTABLE": "/no/git",  # GitPython leaves processes behind
}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server process that all tests with the real client share."""
    from running_server import running

    with running(tmp_path_factory.mktemp("mlflow")) as found:
        yield found


@pytest.fixture(scope="session")
def _client_settings(server: Server) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CLIENT_SETTINGS.items():
            patch.setenv(name, value)
        patch.setenv("MLFLOW_TRACKING_URI", server.url)
        yield


@pytest.fixture
def mlflow(_client_settings: None, server: Server) -> Iterator[Any]:
    """The `mlflow` module with a new experiment set; imported late, for it takes seconds."""
    import mlflow

    mlflow.set_tracking_uri(server.url)
    mlflow.set_experiment(f"experiment-{uuid.uuid4().hex[:12]}")
    yield mlflow
    while mlflow.active_run() is not None:
        mlflow.end_run()


@pytest.fixture
def tracking(mlflow: Any) -> MlflowClient:
    """A client of the real library."""
    from mlflow import MlflowClient

    return MlflowClient()


@pytest.fixture
def door(client: httpx.AsyncClient) -> Door:
    """Sends single requests to the whole application inside the test, on each kind of database."""
    return Door(client)
