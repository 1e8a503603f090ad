"""Serving from end to end: a real server, a model that the real client registered, and kills of replicas and server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from infrastudio.drivers.runtimes import processes
from running_server import Server, clean_environment, start_server
from served_models import light_model

DEADLINE_S = 60.0
CLIENTS = 4

REGISTER = """
import sys
import mlflow
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

mlflow.set_tracking_uri(sys.argv[1])
rows, kinds = load_iris(return_X_y=True)
for strength in (1.0, 1e-6):
    model = LogisticRegression(C=strength, max_iter=500).fit(rows, kinds)
    mlflow.sklearn.log_model(
        model, name="model", signature=infer_signature(rows, model.predict(rows)), serialization_format="cloudpickle",
        registered_model_name="iris", pip_requirements=["scikit-learn"],
    )
"""

SETOSA, VIRGINICA = [5.1, 3.5, 1.4, 0.2], [6.9, 3.1, 5.4, 2.1]


def tensor(rows: list[list[float]], **fields: Any) -> dict[str, Any]:
    """An inference request of one tensor."""
    data = [number for row in rows for number in row]
    shape = [len(rows), len(rows[0])]
    return {"inputs": [{"name": "input-0", "datatype": "FP64", "shape": shape, "data": data} | fields]}


class Studio:
    """A server on a data folder; it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: Server = start_server(folder)

    @property
    def url(self) -> str:
        return self.server.url

    def kill_and_start_again(self) -> None:
        self.server.kill()
        self.server = start_server(self.folder)
        until = time.monotonic() + DEADLINE_S
        while not httpx.get(f"{self.url}/v2/health/ready", timeout=30).is_success:
            assert time.monotonic() < until
            time.sleep(0.02)

    def ask(self, method: str, path: str, *, status: int | None = None, **options: Any) -> httpx.Response:
        """Ask the server, which must answer with `status`, by default with any success."""
        answer = httpx.request(method, f"{self.url}{path}", timeout=30, **options)
        assert answer.is_success if status is None else answer.status_code == status, (path, answer.text)
        return answer

    def infer(self, path: str, asked: dict[str, Any], *, status: int | None = None, **headers: str) -> httpx.Response:
        """Ask a model, as `ask` does."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", f"{path}/infer", json=asked, headers=named, status=status)

    def deploy(self, name: str, model: str = "iris", **fields: Any) -> str:
        """Deploy a model, wait until it is ready, and return its id."""
        body = {"name": name, "model_name": model, "model_version": 1} | fields
        id: str = self.ask("POST", "/api/deployments", json=body).json()["id"]
        self.until(id, lambda found: found["state"] == "ready")
        return id

    def until(self, id: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until something holds for a deployment, and return it."""
        until = time.monotonic() + DEADLINE_S
        while not is_so(found := self.deployment(id)):
            assert found["state"] != "failed", (found, self.replicas(id))
            assert time.monotonic() < until, (found, self.replicas(id))
            time.sleep(0.02)
        return found

    def deployment(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/api/deployments/{id}").json()
        return found

    def replicas(self, id: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.ask("GET", f"/api/deployments/{id}/replicas").json()["items"]
        return items

    def pids(self, id: str) -> set[int]:
        """The processes that answer for a deployment."""
        return {replica["pid"] for replica in self.replicas(id) if replica["state"] == "ready"}

    def stop(self, id: str) -> None:
        self.ask("POST", f"/api/deployments/{id}/stop")
        self.until(id, lambda found: found["state"] == "stopped")

    def close(self) -> None:
        """End the server, and whatever a failed test left running."""
        self.server.process.send_signal(signal.SIGINT)
        self.server.process.wait(30)
        for path in self.folder.glob("replicas/*/pid.json"):
            record = processes.read_json(path)
            assert record is not None
            name = processes.ProcessName(record["pid"], record["start"], record["boot"])
            processes.send_signal(name, signal.SIGKILL)


def register_light_model(studio: Studio, folder: Path) -> None:
    """Register a model that sleeps for negative seconds, by plain requests."""
    experiment = studio.ask("POST", "/api/experiments", json={"name": "light"}).json()
    run = studio.ask("POST", f"/api/experiments/{experiment['id']}/runs", json={}).json()
    root = f"/api/2.0/mlflow-artifacts/artifacts/{experiment['id']}/{run['id']}/artifacts/model"
    for path in light_model(folder).rglob("*"):
        if path.is_file():
            studio.ask("PUT", f"{root}/{path.relative_to(folder)}", content=path.read_bytes())
    studio.ask("POST", "/api/registry/models", json={"name": "light"})
    version = {"source": f"runs:/{run['id']}/model", "run_id": run["id"]}
    studio.ask("POST", "/api/registry/models/light/versions", json=version)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("studio") / "data")
    try:
        environment = clean_environment(MLFLOW_DISABLE_TELEMETRY="true", GIT_PYTHON_REFRESH="quiet")
        done = subprocess.run([sys.executable, "-c", REGISTER, studio.url], env=environment, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        register_light_model(studio, tmp_path_factory.mktemp("light") / "model")
        yield studio
    finally:
        studio.close()


@pytest.fixture(scope="module")
def iris(studio: Studio) -> str:
    """The id of a deployment of the name `iris`."""
    return studio.deploy("iris")


def test_a_deployment_answers_at_its_own_address_and_at_the_root(studio: Studio, iris: str) -> None:
    endpoint = studio.deployment(iris)["endpoint"]
    assert endpoint == f"{studio.url}/serve/default/iris"
    for path in ("/serve/default/iris/v2/models/iris", "/v2/models/iris", "/v2/models/iris/versions/1"):
        answer = studio.infer(path, tensor([SETOSA, VIRGINICA]))
        assert (answer.headers["x-model-version"], len(answer.headers["x-request-id"])) == ("1", 32)
        said = answer.json()
        assert (said["model_name"], said["outputs"][0]["data"]) == ("iris", [0, 2])
        metadata = studio.ask("GET", path).json()
        assert (metadata["name"], metadata["versions"]) == ("iris", ["1"])
        assert metadata["inputs"] == [{"name": "input-0", "datatype": "FP64", "shape": [-1, 4]}]
        studio.ask("GET", f"{path}/ready")
    studio.ask("GET", "/serve/default/iris/v2/health/ready")
    assert studio.ask("GET", "/v2/health/live").json() == {}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (tensor([[1.0, 2.0]]), ["input-0", "4"]),
        (tensor([SETOSA], shape=[2, 4]), ["input-0", "4 elements"]),
        (tensor([SETOSA], datatype="BYTES"), ["input-0", "FP64"]),
        ({"rows": [SETOSA]}, ["inputs"]),
    ],
)
def test_a_wrong_tensor_is_refused_in_clear_words(
    studio: Studio, iris: str, asked: dict[str, Any], words: list[str]
) -> None:
    error = studio.infer("/v2/models/iris", asked, status=400).json()["error"]
    assert all(word in error for word in words), error


def test_what_is_not_served_is_not_found(studio: Studio, iris: str) -> None:
    for path in ("/v2/models/nobody", "/serve/default/nobody/v2/models/nobody", "/v2/models/iris/versions/9"):
        said = studio.ask("POST", f"{path}/infer", json=tensor([SETOSA]), status=404).json()
        assert "error" in said
    studio.ask("POST", "/v2/models/iris/infer", json=tensor([SETOSA]), headers={"X-Studio-Project": "x"}, status=404)
    studio.ask(
        "POST", "/v2/models/iris/infer", json=tensor([SETOSA]), headers={"Authorization": "Bearer x"}, status=401
    )


def test_a_killed_replica_is_replaced(studio: Studio, iris: str) -> None:
    (pid,) = studio.pids(iris)
    os.kill(pid, signal.SIGKILL)
    studio.until(iris, lambda _: studio.pids(iris) not in (set(), {pid}))
    studio.infer("/v2/models/iris", tensor([SETOSA]))
    first, *_, last = reversed(studio.replicas(iris))
    assert (first["state"], first["reason"]) == ("failed", "it was killed")
    assert (last["state"], last["restarts"]) == ("ready", 1)


def test_a_new_server_adopts_the_replicas_of_the_one_that_was_killed(studio: Studio, iris: str) -> None:
    before = studio.pids(iris)
    studio.kill_and_start_again()
    answer = studio.infer("/v2/models/iris", tensor([VIRGINICA]))
    assert answer.json()["outputs"][0]["data"] == [2]
    assert studio.until(iris, lambda found: found["state"] == "ready")["replicas"] == {"desired": 1, "ready": 1}
    assert studio.pids(iris) == before


class Load:
    """What clients saw that ask without a pause."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[int, str | None]] = Counter()
        """How many answers there were, by status and version."""
        self.failures: list[str] = []


@contextmanager
def load_on(url: str) -> Iterator[Load]:
    """Ask again and again with several clients until the block ends; then every request has its answer."""
    load, is_over = Load(), threading.Event()

    def ask() -> None:
        with httpx.Client(timeout=30) as client:
            while not is_over.is_set():
                try:
                    answer = client.post(url, content=json.dumps(tensor([SETOSA])))
                except httpx.TransportError as error:
                    load.failures.append(repr(error))
                else:
                    load.answers[answer.status_code, answer.headers.get("x-model-version")] += 1

    with ThreadPoolExecutor(CLIENTS) as pool:
        asking = [pool.submit(ask) for _ in range(CLIENTS)]
        try:
            yield load
        finally:
            is_over.set()
        for client in asking:
            client.result()


def test_no_request_is_lost_while_the_version_changes(studio: Studio) -> None:
    id = studio.deploy("changing")
    (old,) = studio.pids(id)
    with load_on(f"{studio.url}/v2/models/changing/infer") as load:
        studio.ask("PATCH", f"/api/deployments/{id}", json={"model_version": 2})
        studio.until(id, lambda found: found["split"] == [{"version": 2, "weight": 1.0}])
        studio.until(id, lambda _: all(replica["pid"] != old for replica in studio.replicas(id)))
    assert load.failures == []
    assert set(load.answers) == {(200, "1"), (200, "2")}, load.answers
    studio.stop(id)


def test_a_stop_answers_what_is_under_way_and_a_deletion_frees_the_name(studio: Studio) -> None:
    id = studio.deploy("slow", "light")
    (pid,) = studio.pids(id)
    slow = {"inputs": [{"name": "input-0", "datatype": "FP64", "shape": [1, 2], "data": [-0.4, 1.0]}]}
    with ThreadPoolExecutor(CLIENTS) as pool:
        asked = [pool.submit(studio.ask, "POST", "/v2/models/slow/infer", json=slow) for _ in range(CLIENTS)]
        time.sleep(0.3)  # all are on their way, the first one is being answered
        studio.ask("POST", f"/api/deployments/{id}/stop")
        assert [answer.result().status_code for answer in asked] == [200] * CLIENTS
    studio.until(id, lambda found: found["state"] == "stopped")
    assert not Path(f"/proc/{pid}").exists()
    ended = studio.replicas(id)[0]
    assert (ended["state"], ended["reason"]) == ("stopped", "drained")
    until = time.monotonic() + DEADLINE_S
    while httpx.post(f"{studio.url}/v2/models/slow/infer", json=slow).status_code != 404:
        assert time.monotonic() < until
    studio.ask("DELETE", f"/api/deployments/{id}", status=204)
    studio.stop(studio.deploy("slow", "light"))
