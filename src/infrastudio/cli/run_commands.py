"""Commands about runs: run, runs, logs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from infrastudio.cli.connection import JsonOption, ProjectOption, ServerOption, connect, console
from infrastudio.cli.formats import age, duration, status_text
from infrastudio.kernel.errors import Conflict, NotFound, ValidationFailed
from infrastudio.sdk import Client

FOLLOW_PAUSE_S: Final = 0.5
ENDED: Final = frozenset({"succeeded", "failed", "canceled"})
LEVEL_STYLES: Final = {"error": "red", "warning": "yellow", "warn": "yellow", "debug": "dim", "critical": "bold red"}
MIN_PREFIX: Final = 4

RunId = Annotated[str, typer.Argument(help="Id of the run, or its first characters (at least 4).")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(run)
    app.command()(runs)
    app.command()(logs)


def run(
    context: typer.Context,
    config: Annotated[Path | None, typer.Argument(help="A YAML or JSON config; or a command after --.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    experiment: Annotated[str | None, typer.Option(help="Name of the experiment.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Print the log until the run has ended.")] = False,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a run: from a config, or of any command: `studio run -- python train.py`."""
    body: dict[str, Any]
    if config is not None and config.suffix in (".yaml", ".yml", ".json") and not context.args:
        if not config.is_file():
            raise ValidationFailed.of("config", f"there is no file {config}")
        body = {"language": "json" if config.suffix == ".json" else "yaml", "content": config.read_text()}
    else:
        command = [*([str(config)] if config is not None else []), *context.args]
        if not command:
            raise ValidationFailed.of("config", "name a config file, or a command after `--`")
        body = {"command": command, "cwd": str(Path.cwd())}
    body |= {key: value for key, value in (("name", name), ("experiment", experiment)) if value is not None}
    with connect(server, project) as client:
        started = client.post("/api/runs", body)
        if as_json and not follow:
            typer.echo(json.dumps(started, indent=2))
        elif not as_json:
            console.print(
                f"run [bold]{escape(str(started['name']))}[/] {started['id']}  {client.url}/runs/{started['id']}"
            )
        if follow:
            _follow(client, started["id"])
            ended = client.get(f"/api/runs/{started['id']}")
            if as_json:
                typer.echo(json.dumps(ended, indent=2))
            if ended["status"] != "succeeded":
                raise typer.Exit(1)


def runs(
    run_id: Annotated[str | None, typer.Argument(help="One run in detail; left out: the list.")] = None,
    filter: Annotated[str | None, typer.Option("--filter", help="metrics.acc > 0.9 and params.lr = '0.01'")] = None,
    experiment: Annotated[str | None, typer.Option(help="Id of an experiment.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List runs, newest first, or show one."""
    with connect(server, project) as client:
        if run_id is not None:
            _show_run(client.get(f"/api/runs/{full_run_id(client, run_id)}"), as_json=as_json)
            return
        path = f"/api/experiments/{experiment}/runs" if experiment else "/api/runs"
        page = client.get(path, filter=filter, limit=limit)
    if as_json:
        typer.echo(json.dumps(page, indent=2))
        return
    table = Table("run", "name", "status", "started", "duration", "job", header_style="bold")
    for item in page["items"]:
        table.add_row(
            item["id"][:8], escape(item["name"]), status_text(item["status"]), age(item["started_at"]),
            duration(item["started_at"], item["ended_at"]), item["job_id"] or "—",
        )  # fmt: skip
    console.print(table)
    console.print(f"{len(page['items'])} of {page['total']}", style="dim")


def logs(
    run_id: RunId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")] = False,
    tail: Annotated[int | None, typer.Option(min=1, max=100_000, help="Only the last lines.")] = None,
    level: Annotated[str | None, typer.Option(help="Only lines of this level.")] = None,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the log of a run."""
    with connect(server, project) as client:
        id = full_run_id(client, run_id)
        if follow:
            _follow(client, id, level=level, as_json=as_json)
            return
        first = 1
        if tail is not None:
            total = client.get(f"/api/runs/{id}/logs", limit=1)["total"]
            first = max(1, total - tail + 1)
        for line in _lines(client, id, first, level):
            _print_line(line, as_json=as_json)


def full_run_id(client: Client, prefix: str) -> str:
    """Return the one run whose id begins with `prefix`."""
    if len(prefix) == 32:
        return prefix
    if len(prefix) < MIN_PREFIX:
        raise ValidationFailed.of("run", f"give at least {MIN_PREFIX} characters of the id")
    found = [item for item in client.get("/api/search", q=prefix, limit=50)["items"] if item["entity"] == "run"]
    matches = sorted({item["id"] for item in found if item["id"].startswith(prefix)})
    if not matches:
        raise NotFound(f"No run has an id that begins with {prefix!r}.")
    if len(matches) > 1:
        raise Conflict(f"{prefix!r} is the beginning of {len(matches)} runs: {', '.join(matches[:5])}.")
    return str(matches[0])


def _lines(client: Client, id: str, first: int, level: str | None) -> Iterator[dict[str, Any]]:
    """Yield what is there from line `first` on."""
    while True:
        page = client.get(f"/api/runs/{id}/logs", from_line=first, limit=1000, level=level)
        yield from page["items"]
        if not page["items"] or page["next_cursor"] is None:
            return
        first = page["items"][-1]["line"] + 1


def _follow(client: Client, id: str, *, level: str | None = None, as_json: bool = False) -> None:
    """Print lines until the run has ended and all were printed."""
    first = 1
    while True:
        has_ended = client.get(f"/api/runs/{id}")["status"] in ENDED
        for line in _lines(client, id, first, level):
            _print_line(line, as_json=as_json)
            first = line["line"] + 1
        if has_ended:
            return
        time.sleep(FOLLOW_PAUSE_S)  # between two looks at the server


def _print_line(line: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(line))
        return
    style = LEVEL_STYLES.get(line["level"] or "", "")
    text = Text(f"{line['time'][11:23]:<12} ", style="dim")
    text.append_text(Text.from_ansi(line["text"], style=style))
    console.print(text, soft_wrap=True, highlight=False)


def _show_run(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    console.print(f"[bold]{escape(found['name'])}[/] {found['id']}  ", status_text(found["status"]))
    for title in ("params", "metrics", "tags"):
        if found[title]:
            table = Table(title, "value", header_style="bold")
            for key, value in sorted(found[title].items()):
                table.add_row(escape(key), escape(str(value)))
            console.print(table)
