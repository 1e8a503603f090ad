"""The live story of `studio demo`: from an empty folder to a served model, each step for real."""

from __future__ import annotations

import importlib
import json
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from infrastudio.cli.model_commands import wait_until_ready
from infrastudio.kernel.errors import Unavailable
from infrastudio.sdk import Client
from infrastudio.server.data_folder import DataFolder

console = Console()

R = TypeVar("R")

REQUESTS: Final = 500
EPOCHS: Final = 60
MODEL: Final = "digits-classifier"
DEPLOYMENT: Final = "digits"
START_DEADLINE_S: Final = 60.0
TRAIN_DEADLINE_S: Final = 300.0
READY_DEADLINE_S: Final = 120.0
PAUSE_S: Final = 0.1
STOP_S: Final = 60.0

CONFIG: Final = f"""\
name: digits-sgd
description: A linear classifier of handwritten digits
experiment: digits
tags: [demo]
training:
  recipe: digits
  hyperparams:
    epochs: {EPOCHS}
    learning_rate: 0.0005
    batch_size: 512
  seed: 7
register:
  model: {MODEL}
  alias: champion
"""


@dataclass(frozen=True)
class Answers:
    """What came back over the wire: how long each request took in milliseconds, and which class was said."""

    latencies_ms: list[float]
    classes: list[int]

    def quantile_ms(self, share: float) -> float:
        """Return the latency that `share` of the requests stayed below."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(demo)


def demo(
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 8000,
    exit_after: Annotated[bool, typer.Option("--exit", help="Stop everything at the end.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="An empty data folder.", show_default="temporary")] = None,
) -> None:
    """Record weeks of a fleet, then train, register, deploy and ask a real model, on an empty data folder."""
    started = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a script started it in the background
        signal.signal(number, signal.default_int_handler)
    folder = data or Path(tempfile.mkdtemp(prefix="infrastudio-demo-"))
    DataFolder(folder).release()  # where a server runs already, say so at once
    local = LocalModel()
    with _progress() as progress, running(folder, port, progress) as (client, server):
        run = _train(client, progress)
        version = _registered(client, progress, run["id"])
        local.load(client.url, f"models:/{MODEL}@champion")
        deployment = _deploy(client, progress, version)
        pixels, labels = test_rows()
        answers = _ask(progress, deployment["endpoint"], pixels)
        expected = local.predict(pixels)
        wire_accuracy, local_accuracy = accuracy(answers.classes, labels), accuracy(expected, labels)
        progress.stop()
        _print_summary(client.url, run, version, deployment, answers, wire_accuracy, time.monotonic() - started)
        if wire_accuracy != local_accuracy:
            raise Unavailable(f"The wire says {wire_accuracy:.4f}, the local model {local_accuracy:.4f}.")
        if exit_after:
            return
        console.print("The server is up; [bold]Ctrl-C[/] stops it.")
        _wait_for_interrupt(server)


class LocalModel:
    """The same model in this process; what takes seconds to import and to load is done beside the other steps."""

    def __init__(self) -> None:
        self._imported = _in_background(_import_libraries)
        self._model: Future[Any] | None = None

    def load(self, tracking_uri: str, model_uri: str) -> None:
        """Begin to download and load the model."""
        self._model = _in_background(lambda: self._load(tracking_uri, model_uri))

    def predict(self, rows: Any) -> list[int]:
        """Return the class of each row, once the model is loaded."""
        if self._model is None:
            raise Unavailable("The local model was not asked to load.")
        return [int(found) for found in self._model.result().predict(rows)]

    def _load(self, tracking_uri: str, model_uri: str) -> Any:
        self._imported.result()
        import mlflow

        mlflow.set_tracking_uri(tracking_uri)
        return mlflow.sklearn.load_model(model_uri)


@contextmanager
def running(folder: Path, port: int, progress: Progress) -> Iterator[tuple[Client, subprocess.Popen[str]]]:
    """Start a server of our own that records the past; at the end stop it, and before it all that would outlive it."""
    log = folder / "demo.log"
    with log.open("wb") as errors:
        command = (sys.executable, "-m", "infrastudio.cli.demo.server", str(folder), str(port))
        # a session of its own: Ctrl-C in the terminal is for the demo, which ends the server in order
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True)  # noqa: S603  our own program
    try:
        lines = _lines_of(server)
        task = progress.add_task("Record six weeks of a fleet", total=1)
        _next(lines, log)
        progress.update(task, completed=1)
        with Client(_next(lines, log)) as client:
            try:
                yield client, server
            finally:
                _stop_processes(client)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(STOP_S)


def test_rows() -> tuple[Any, list[int]]:
    """Return the last 500 digits as rows of 64 pixels, and what they are."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    return pixels[-REQUESTS:], [int(label) for label in labels[-REQUESTS:]]


def accuracy(found: list[int], labels: list[int]) -> float:
    """Return the share of the rows whose class was found."""
    return sum(a == b for a, b in zip(found, labels, strict=True)) / len(labels)


def _train(client: Client, progress: Progress) -> dict[str, Any]:
    task = progress.add_task("Train a classifier through the mlflow client", total=EPOCHS)
    run: dict[str, Any] = client.post("/api/runs", {"language": "yaml", "content": CONFIG})
    until = time.monotonic() + TRAIN_DEADLINE_S
    while run["status"] in ("queued", "running"):
        if time.monotonic() > until:
            raise Unavailable(f"The run {run['id']} has not ended after {TRAIN_DEADLINE_S:.0f} s.")
        time.sleep(PAUSE_S)  # between two looks at the server
        run = client.get(f"/api/runs/{run['id']}")
        names = client.get(f"/api/runs/{run['id']}/metrics/names", q="accuracy")["items"]
        progress.update(task, completed=max((item["step"] or 0 for item in names), default=0))
    if run["status"] != "succeeded":
        lines = client.get(f"/api/runs/{run['id']}/logs", limit=20, direction="backward")["items"]
        shown = "\n".join(line["text"] for line in lines)
        raise Unavailable(f"The run {run['id']} {run['status']}: {run.get('status_reason')}\n{shown}")
    progress.update(task, completed=EPOCHS)
    return run


def _registered(client: Client, progress: Progress, run_id: str) -> dict[str, Any]:
    task = progress.add_task("Find the registered version", total=1)
    versions = client.get(f"/api/registry/models/{MODEL}/versions")["items"]
    version: dict[str, Any] = next(item for item in versions if item["run_id"] == run_id)
    progress.update(task, completed=1)
    return version


def _deploy(client: Client, progress: Progress, version: dict[str, Any]) -> dict[str, Any]:
    task = progress.add_task("Deploy it as a replica process", total=1)
    body = {"name": DEPLOYMENT, "model_name": MODEL, "model_version": version["number"], "environment": "production"}
    created = client.post("/api/deployments", body)
    deployment = wait_until_ready(client, created["id"], deadline_s=READY_DEADLINE_S)
    progress.update(task, completed=1)
    return deployment


def _ask(progress: Progress, endpoint: str, pixels: Any) -> Answers:
    """Send one row a request through the gateway, by the Open Inference Protocol."""
    task = progress.add_task("Ask it through the gateway", total=REQUESTS)
    answers = Answers([], [])
    with httpx.Client(base_url=endpoint) as http:
        tensor = http.get(f"/v2/models/{DEPLOYMENT}").raise_for_status().json()["inputs"][0]
        for row in pixels:
            inputs = [{"name": tensor["name"], "datatype": tensor["datatype"], "shape": [1, 64], "data": row.tolist()}]
            began = time.perf_counter()
            answer = http.post(f"/v2/models/{DEPLOYMENT}/infer", content=json.dumps({"inputs": inputs}))
            answers.latencies_ms.append((time.perf_counter() - began) * 1000)
            answers.classes.append(int(answer.raise_for_status().json()["outputs"][0]["data"][0]))
            progress.advance(task)
    return answers


def _stop_processes(client: Client) -> None:
    """End jobs and replicas: they outlive a server on purpose, but nobody would come back to this folder."""
    for job in client.items("/api/training/jobs"):
        if job["status"] in ("pending", "running"):
            client.post(f"/api/training/jobs/{job['id']}/stop")
    for deployment in client.items("/api/deployments"):
        client.post(f"/api/deployments/{deployment['id']}/stop")
    _wait_for(lambda: not _has_processes(client), "jobs and replicas do not stop")


def _has_processes(client: Client) -> bool:
    jobs = any(job["status"] in ("pending", "running") for job in client.items("/api/training/jobs"))
    return jobs or any(deployment["state"] != "stopped" for deployment in client.items("/api/deployments"))


def _print_summary(
    url: str,
    run: dict[str, Any],
    version: dict[str, Any],
    deployment: dict[str, Any],
    answers: Answers,
    wire_accuracy: float,
    seconds: float,
) -> None:
    table = Table(title=f"From config to answered requests in {seconds:.1f} s", show_header=False)
    table.add_row("Studio", url)
    table.add_row("Run", f"{run['name']}  {run['id'][:8]}  {url}/runs/{run['id']}")
    table.add_row(
        "Accuracy", f"{wire_accuracy:.4f} over the wire, equal to the local model on the same {REQUESTS} rows"
    )
    table.add_row("Model", f"{MODEL} version {version['number']} @champion")
    table.add_row("Deployment", f"{deployment['name']}  {deployment['endpoint']}")
    table.add_row("Latency", f"p50 {answers.quantile_ms(0.5):.2f} ms, p99 {answers.quantile_ms(0.99):.2f} ms")
    console.print(table)


def _lines_of(server: subprocess.Popen[str]) -> queue.SimpleQueue[str]:
    """Return what the server says, line by line as it says it; an empty line is its end."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in server.stdout or ():
            lines.put(line.strip())
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return lines


def _next(lines: queue.SimpleQueue[str], log: Path) -> str:
    """Return what the server says next; it says nothing more when it has failed."""
    try:
        line = lines.get(timeout=START_DEADLINE_S)
    except queue.Empty:
        raise Unavailable(f"After {START_DEADLINE_S:.0f} s the server does not answer.") from None
    if not line:
        raise Unavailable(log.read_text().strip() or "the server ended")
    return line


def _wait_for(is_done: Callable[[], bool], problem: str) -> None:
    until = time.monotonic() + START_DEADLINE_S
    while not is_done():
        if time.monotonic() > until:
            raise Unavailable(f"After {START_DEADLINE_S:.0f} s {problem}.")
        time.sleep(PAUSE_S)  # between two looks


def _wait_for_interrupt(server: subprocess.Popen[str]) -> None:
    try:
        server.wait()
    except KeyboardInterrupt:
        console.print("Stopping.")


def _in_background(call: Callable[[], R]) -> Future[R]:
    """Call it in a thread that nobody waits for at the end."""
    result: Future[R] = Future()

    def run() -> None:
        try:
            result.set_result(call())
        except BaseException as error:  # it belongs to who asks for the result
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result


def _import_libraries() -> None:
    for name in ("mlflow.sklearn", "sklearn.datasets", "skops.io"):  # slow to import, and wanted soon
        importlib.import_module(name)


def _progress() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
    )
    return Progress(*columns, TimeElapsedColumn(), console=console)
