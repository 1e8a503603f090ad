"""The command that runs a program here and makes what it prints the log of a run: `studio exec -- python train.py`."""

from __future__ import annotations

import os
import shlex
import signal
from functools import partial
from typing import Annotated, Final

import typer
from rich.console import Console

from infrastudio.cli.connection import ProjectOption, ServerOption, server_address
from infrastudio.cli.exec_program import NOT_FOUND, NOT_STARTED, CapturedProgram
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.sdk import Client, Run
from infrastudio.sdk.records import Status, StreamName
from infrastudio.sdk.run import header_of
from infrastudio.sdk.session import TIMEOUT_S, which_run
from infrastudio.sdk.transport import NO_RETRIES

BEGIN_TIMEOUT_S: Final = 10.0
HIDDEN: Final = "***"

errors = Console(stderr=True)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("exec", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(execute)


def execute(
    context: typer.Context,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    experiment: Annotated[str | None, typer.Option(help="Name of the experiment.")] = None,
    run: Annotated[str | None, typer.Option(help="Id of a run that goes on in a new attempt, or is made.")] = None,
    system_metrics: Annotated[bool, typer.Option(help="Log what the machine does, too.")] = True,
    server: ServerOption = None,
    project: ProjectOption = None,
) -> None:
    """Run a program here, as it is; its output becomes the log of a run, and goes on to the terminal.

    What the program logs by mlflow or by the SDK goes into the same run. Exit code: that of the program, 128 + n when
    signal n ended it, 127 when it was not found. A server that is away holds nothing up: `studio sync` sends the rest.
    """
    command = list(context.args)
    if not command:
        raise ValidationFailed.of("COMMAND", "name a program: studio exec -- python train.py")
    url, token = server_address(server), os.environ.get("STUDIO_TOKEN")
    try:
        run_id, begins, _ = which_run(run, "allow" if run else "never")
    except ValueError as error:
        raise ValidationFailed.of("--run", str(error).removeprefix("run ")) from error
    header = header_of(run_id=run_id, server=url, begins=begins, project=project, experiment=experiment, name=name)
    new_client = partial(Client, url, token=token, project=project, retries=NO_RETRIES, timeout_s=TIMEOUT_S)
    log = Run(header, new_client)
    log.set_tags({"mlflow.source.name": shlex.join(command), "mlflow.source.type": "LOCAL"})
    _say(f"run {log.url}")
    if not log.flush(BEGIN_TIMEOUT_S):
        _say(
            f"{log.obstacle or f'{url} does not answer in time.'} "
            "What is logged waits on the disk; `studio sync` sends it."
        )
    environment = _environment(log, url, token, project)
    code, status, reason = _outcome(CapturedProgram(command), log, environment, token, samples=system_metrics)
    report = log.finish(status, reason)
    if not report.is_complete:
        _say(str(report))
    raise typer.Exit(code)


def _outcome(
    program: CapturedProgram, log: Run, environment: dict[str, str], token: str | None, *, samples: bool
) -> tuple[int, Status, str | None]:
    """Run a program to its end; return the exit code of this command, and how the run ends."""

    def take(line: str, stream: StreamName) -> None:
        log.log_text(line.replace(token, HIDDEN) if token else line, stream=stream)

    def started(pid: int) -> None:
        if samples:
            log.log_system_metrics(pid=pid)

    try:
        code = program.run(environment, take, started)
    except OSError as error:
        is_missing = isinstance(error, FileNotFoundError)
        reason = f"it could not be started: {error.strerror or error}"
        _say(reason)
        return NOT_FOUND if is_missing else NOT_STARTED, "failed", reason
    if code == 0:
        return 0, "succeeded", None
    told = f"exit code {code}" if code > 0 else f"ended by {signal.Signals(-code).name}"
    return code if code > 0 else 128 - code, "canceled" if program.stopped_by else "failed", told


def _environment(log: Run, url: str, token: str | None, project: str | None) -> dict[str, str]:
    """Return the environment of the program: tracking clients, ours and mlflow's, find this run in it."""
    own = {
        "STUDIO_URL": url,
        "STUDIO_RUN_ID": log.id,
        "STUDIO_SYSTEM_METRICS": "0",
        "MLFLOW_TRACKING_URI": url,
        "MLFLOW_RUN_ID": log.id,
        "PYTHONUNBUFFERED": os.environ.get("PYTHONUNBUFFERED", "1"),
    }
    if log.attempt is not None:
        own["STUDIO_ATTEMPT"] = str(log.attempt)
    if token:
        own["MLFLOW_TRACKING_TOKEN"] = token
    if project:
        own["MLFLOW_WORKSPACE"] = project
    return {**os.environ, **own}


def _say(text: str) -> None:
    errors.print(f"studio: {text}", style="dim", markup=False, highlight=False, soft_wrap=True)
