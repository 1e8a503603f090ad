"""The typed clients against a real server: answers, refusals, pages, repeats, moments of the past."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from typing_extensions import override

from infrastudio.kernel.retry import RetryPolicy
from infrastudio.sdk import AsyncClient, Client, ServerUnreachable
from infrastudio.sdk.errors import (
    AnswerNotUnderstood,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
    ServiceUnavailable,
    ValidationError,
)
from infrastudio.sdk.models_gen import (
    ExperimentIn,
    ExperimentUpdate,
    InstanceIn,
    LogLineIn,
    LogLinesIn,
    MetricPointIn,
    MetricPointsIn,
    RunIn,
    RunUpdate,
)
from running_server import Server
from sdk.programs import NOBODY

QUICK = RetryPolicy(max_attempts=3, base_delay_s=0.01)


def a_run(client: Client, **fields: str) -> str:
    return client.experiments.create_experiment_run("0", RunIn(**fields)).id  # type: ignore[arg-type]  # any field


def test_answers_are_values_of_their_types(client: Client) -> None:
    made = client.experiments.create_experiment(ExperimentIn(name="typed", tags={"a": "1"}))
    assert client.experiments.get_experiment(made.id) == made
    assert (made.name, made.tags, made.created_at.tzinfo is not None) == ("typed", {"a": "1"}, True)
    changed = client.experiments.update_experiment(made.id, ExperimentUpdate(description="new"), if_match=made.version)
    assert (changed.description, changed.name) == ("new", "typed")
    assert client.experiments.get_experiment(made.id, as_of=made.updated_at.isoformat()).description == ""


def test_numbers_that_json_has_not_come_back(client: Client) -> None:
    id = a_run(client)
    points = [
        MetricPointIn(name="x", value=float(value), step=step) for step, value in enumerate(("inf", "-inf", "nan"))
    ]
    assert client.runs.log_metrics(id, MetricPointsIn(points=points)).count == 3
    [series] = client.runs.get_metrics(id, name=["x"], x="step").series
    assert [str(point.value) for point in series.points] == ["inf", "-inf", "nan"]


def test_refusals_are_exceptions_by_their_type_and_carry_the_envelope(client: Client) -> None:
    with pytest.raises(ResourceNotFound) as missing:
        client.runs.get_run("0" * 32)
    assert (missing.value.status, missing.value.error_type) == (404, "RESOURCE_NOT_FOUND")
    assert missing.value.request_id
    made = client.experiments.create_experiment(ExperimentIn(name="taken"))
    with pytest.raises(ResourceConflict) as taken:
        client.experiments.create_experiment(ExperimentIn(name="taken"))
    assert taken.value.details["field"] == "name"
    client.experiments.update_experiment(made.id, ExperimentUpdate(description="1"))
    with pytest.raises(PreconditionFailed):
        client.experiments.update_experiment(made.id, ExperimentUpdate(description="2"), if_match=made.version)
    with pytest.raises(ValidationError) as invalid:
        client.runs.log_metrics(a_run(client), MetricPointsIn(points=[MetricPointIn(name="", value=1)]))
    assert invalid.value.details["problems"][0]["path"] == "points.0.name"
    with pytest.raises(ServerUnreachable), Client(NOBODY, retries=QUICK) as nobody:
        nobody.runs.list_runs()


def test_lists_are_walked_page_by_page(client: Client) -> None:
    experiment = client.experiments.create_experiment(ExperimentIn(name="many"))
    ids = {client.experiments.create_experiment_run(experiment.id, RunIn()).id for _ in range(5)}
    assert {run.id for run in client.experiments.iterate_experiment_runs(experiment.id)} == ids
    pages = [client.experiments.list_experiment_runs(experiment.id, limit=2)]
    while pages[-1].next_cursor is not None:
        pages.append(client.experiments.list_experiment_runs(experiment.id, limit=2, cursor=pages[-1].next_cursor))
    assert [len(page.items) for page in pages] == [2, 2, 1]
    instance = client.instances.create_instance(InstanceIn(name="one", model_name="m", cluster_name="c", image_tag="i"))
    assert [item.id for item in client.instances.iterate_instances()] == [instance.id]
    assert [item.history_id for item in client.instances.iterate_history(instance.id)] != []


def test_a_write_that_is_sent_twice_is_done_once(client: Client) -> None:
    body = ExperimentIn(name="once")
    first = client.experiments.create_experiment(body, idempotency_key="one")
    assert client.experiments.create_experiment(body, idempotency_key="one").id == first.id


def test_a_run_goes_on_in_a_new_attempt_and_says_which_one_something_is_of(client: Client) -> None:
    id = a_run(client, id="ab" * 16)
    assert id == "ab" * 16
    with pytest.raises(ResourceConflict):
        a_run(client, id=id)
    client.runs.update_run(id, RunUpdate(status="failed", status_reason="lost"))
    again = client.runs.resume_run(id)
    assert (again.attempts, again.status, again.status_reason, again.ended_at) == (2, "running", None, None)
    assert client.runs.resume_run(id, if_match=again.version).attempts == 3
    for attempt in (1, 3):
        client.runs.log_metrics(id, MetricPointsIn(points=[MetricPointIn(name="x", value=attempt)], attempt=attempt))
        client.runs.log_lines(id, LogLinesIn(lines=[LogLineIn(text="x")], first=1, attempt=attempt))
    found = client.runs.get_metrics(id, name=["x"], attempts="all").series
    assert [(series.attempt, series.points[0].value) for series in found] == [(1, 1.0), (3, 3.0)]
    for call in (
        lambda: client.runs.log_metrics(id, MetricPointsIn(points=[MetricPointIn(name="x", value=1)], attempt=4)),
        lambda: client.runs.log_lines(id, LogLinesIn(lines=[LogLineIn(text="x")], first=1, attempt=4)),
    ):
        with pytest.raises(ValidationError, match="at most 3"):
            call()


def test_the_attempts_of_a_job_are_the_jobs(client: Client) -> None:
    started = client.post("/api/runs", {"command": ["true"]})
    with pytest.raises(ResourceConflict, match="retry that instead"):
        client.runs.resume_run(started["id"])


async def test_the_asynchronous_client_does_the_same(server: Server) -> None:
    async with AsyncClient(server.url) as client:
        made = await client.experiments.create_experiment(ExperimentIn(name="asynchronous"))
        ids = {(await client.experiments.create_experiment_run(made.id, RunIn())).id for _ in range(3)}
        assert {run.id async for run in client.experiments.iterate_experiment_runs(made.id)} == ids
        with pytest.raises(ResourceNotFound):
            await client.runs.get_run("0" * 32)
    with pytest.raises(ServerUnreachable):
        async with AsyncClient(NOBODY, retries=QUICK) as nobody:
            await nobody.runs.list_runs()


class Unreliable(BaseHTTPRequestHandler):
    """A server that is busy at first, and then answers what nobody knows."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.path, self.headers["Idempotency-Key"]))
        is_busy = len(self.asked) < 3
        body = b'{"error": {"type": "SERVICE_UNAVAILABLE", "message": "busy"}}' if is_busy else b'{"odd": 1}'
        self.send_response(503 if is_busy else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def unreliable() -> Iterator[str]:
    Unreliable.asked = []
    with HTTPServer(("127.0.0.1", 0), Unreliable) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_busy_server_is_asked_again_by_the_same_key_and_an_odd_answer_is_told(unreliable: str) -> None:
    with Client(unreliable, retries=QUICK) as client, pytest.raises(AnswerNotUnderstood, match="different releases"):
        client.experiments.create_experiment(ExperimentIn(name="x"))
    assert len(Unreliable.asked) == 3
    assert len(set(Unreliable.asked)) == 1


def test_a_busy_server_is_not_asked_for_ever(unreliable: str) -> None:
    policy = RetryPolicy(max_attempts=2, base_delay_s=0.01)
    with Client(unreliable, retries=policy) as client, pytest.raises(ServiceUnavailable, match="busy"):
        client.experiments.create_experiment(ExperimentIn(name="x"))
    assert len(Unreliable.asked) == 2


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import infrastudio", ("httpx", "pydantic", "msgspec", "infrastudio.sdk")),
        (
            "import infrastudio as studio; studio.init",
            ("sqlalchemy", "fastapi", "starlette", "uvicorn", "numpy", "psutil", "mlflow", "infrastudio.contexts"),
        ),
    ],
)
def test_importing_brings_only_what_is_needed(code: str, unwanted: tuple[str, ...]) -> None:
    program = f"{code}\nimport sys\nprint([name for name in {unwanted!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
