"""Training from end to end: a real server, real programs, the real tracking client, and a server that is killed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from running_server import Server, running, start_server

DEADLINE_S = 240.0
EPOCHS = 50
ENDS = ("completed", "failed", "cancelled")

DIGITS = f"""\
name: digits by hand
experiment: digits
training:
  recipe: digits
  hyperparams: {{epochs: {EPOCHS}, learning_rate: 1e-2, pace_s: 0.02}}
  seed: 3
register: {{model: digits, alias: champion}}
environment:
  variables: {{MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: "1"}}
"""


class Studio:
    """A running server as a user's script sees it."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.server.url}{path}", json=body, timeout=30)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = httpx.get(f"{self.server.url}{path}", params=query, timeout=30)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def job(self, run: dict[str, Any]) -> dict[str, Any]:
        return self.get(f"/api/training/jobs/{run['job_id']}")

    def log(self, run: dict[str, Any]) -> list[str]:
        page = self.get(f"/api/runs/{run['id']}/logs", limit=1000)
        assert [line["line"] for line in page["items"]] == list(range(1, page["total"] + 1))
        return [line["text"] for line in page["items"]]

    def until(self, run: dict[str, Any], is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until something holds for the run's job, and return the job."""
        until = time.monotonic() + DEADLINE_S
        while not is_so(job := self.job(run)):
            assert time.monotonic() < until, (job, self.log(run)[-20:])
            time.sleep(0.05)
        return job

    def end_of(self, run: dict[str, Any]) -> dict[str, Any]:
        return self.until(run, lambda job: job["status"] in ENDS)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running(tmp_path_factory.mktemp("studio") / "data") as server:
        yield Studio(server)


def test_a_program_prints_logs_and_ends(studio: Studio) -> None:
    script = """
import json, os, sys, urllib.request
print("INFO I am", os.environ["STUDIO_JOB_ID"] and "a job")
print("WARNING to stderr", file=sys.stderr)
body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "loss", "value": 0.5, "step": 1, "timestamp": 1}
headers = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}
address = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
urllib.request.urlopen(urllib.request.Request(address, json.dumps(body).encode(), headers))
print(os.environ["MLFLOW_TRACKING_TOKEN"])
"""
    run = studio.post("/api/runs", name="by hand", experiment="stories", argv=["python3", "-c", script])
    job = studio.end_of(run)
    assert (job["status"], job["attempts"][0]["exit_code"]) == ("completed", 0), studio.log(run)
    assert sorted(studio.log(run)) == ["INFO I am a job", "WARNING to stderr", "stk_…"]
    read = studio.get(f"/api/runs/{run['id']}")
    assert (read["status"], read["metrics"], read["log_lines"]) == ("succeeded", {"loss": 0.5}, 3)
    levels = studio.get(f"/api/runs/{run['id']}/logs")["levels"]
    assert (levels["info"], levels["warning"]) == (1, 1)


def test_a_failure_is_named_although_the_program_said_that_it_finished(studio: Studio) -> None:
    run = studio.post("/api/runs", command="python3 -c 'import a_module_that_nobody_has'")
    job = studio.end_of(run)
    assert (job["status"], job["exit_reason"]["kind"]) == ("failed", "import_error")
    assert "a_module_that_nobody_has" in job["exit_reason"]["lines"][-1]
    assert studio.get(f"/api/runs/{run['id']}")["status"] == "failed"


def test_a_stop_ends_the_whole_program(studio: Studio, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    run = studio.post("/api/runs", command=f"sleep 600 & echo $! $$ > {pids}; echo ready; wait")
    studio.until(run, lambda _job: studio.log(run) == ["ready"])
    studio.post(f"/api/training/jobs/{run['job_id']}/stop")
    assert studio.end_of(run)["status"] == "cancelled"
    assert studio.get(f"/api/runs/{run['id']}")["status"] == "canceled"
    assert [pid for pid in pids.read_text().split() if is_alive(int(pid))] == []


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    return state not in b"ZX"


def test_training_goes_on_while_the_server_is_killed_and_started_again(tmp_path: Path) -> None:
    """The real client logs through the kill: each epoch is in the log and in every series once, and once only."""
    folder = tmp_path / "data"
    first = Studio(start_server(folder))
    run = first.post("/api/runs", content=DIGITS)
    job = first.until(run, lambda job: (job["progress"]["step"] or 0) >= 5)
    assert job["status"] == "running"
    first.server.kill()
    port = urlsplit(first.server.url).port
    with running(folder, "--port", str(port)) as server:
        studio = Studio(server)
        done = studio.end_of(run)
        assert (done["status"], len(done["attempts"])) == ("completed", 1), studio.log(run)[-20:]
        log = studio.log(run)
        epochs = [line.split(" epoch ")[1].split("/")[0] for line in log if " epoch " in line]
        assert epochs == [str(epoch) for epoch in range(1, EPOCHS + 1)]
        names = ["loss", "accuracy", "val_loss", "val_accuracy"]
        series = studio.get(f"/api/runs/{run['id']}/metrics", name=names, x="step")["series"]
        assert sorted(each["name"] for each in series) == sorted(names)
        for each in series:
            assert [point["step"] for point in each["points"]] == list(range(1, EPOCHS + 1))
        read = studio.get(f"/api/runs/{run['id']}")
        assert (read["status"], read["artifact_count"]) == ("succeeded", 3)
        assert read["metrics"]["val_accuracy"] > 0.9
        model = studio.get("/api/registry/models/digits")
        assert model["aliases"] == {"champion": 1}
