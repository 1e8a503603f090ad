"""The command that brings everything over from MLflow."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from infrastudio.cli.connection import JsonOption, ProjectOption, ServerOption, console, server_address
from infrastudio.cli.mlflow_import.importer import import_everything
from infrastudio.cli.mlflow_import.report import Report
from infrastudio.cli.mlflow_import.source import MlflowSource
from infrastudio.cli.mlflow_import.target import ImportTarget
from infrastudio.cli.mlflow_import.work import ImportWork
from infrastudio.sdk import Client

SHOWN: Final = 20
TIMEOUT_S: Final = 120.0


def import_mlflow(
    source: Annotated[str, typer.Argument(help="URL of a tracking server or its database, a SQLite file, or mlruns.")],
    artifacts: Annotated[bool, typer.Option(help="Bring the files over, too.")] = True,
    apply: Annotated[bool, typer.Option("--apply", help="Do it, after the dry run, without asking.")] = False,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring everything over from MLflow: a dry run first; a second time only what is new or has changed there.

    Ids of runs and numbers of versions stay where they are free. It may be killed and begun again. Exit code 0: it can
    be done, or was; 1: something could not be imported.
    """
    opened = MlflowSource(source)
    with Client(server_address(server), project=project, timeout_s=TIMEOUT_S) as client:
        target = ImportTarget(client, project)
        planned = _done(opened, target, is_dry=True, with_files=artifacts, quiet=as_json)
        if not as_json:
            _print(planned, f"Dry run against {target.name}")
        done = None
        if planned.writes and (apply or (not as_json and _is_confirmed(planned))):
            done = _done(opened, target, is_dry=False, with_files=artifacts, quiet=as_json)
    if as_json:
        typer.echo(json.dumps({"plan": planned.as_json(), "applied": done and done.as_json()}, indent=2))
    elif done is not None:
        _print(done, "Imported")
    elif planned.writes:
        console.print("Nothing was changed. Type the same with --apply to do it.")
    if (done or planned).problems:
        raise typer.Exit(1)


def _done(source: MlflowSource, target: ImportTarget, *, is_dry: bool, with_files: bool, quiet: bool) -> Report:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("Dry run" if is_dry else "Import", total=None)
        work = ImportWork(
            source, target, is_dry, with_files, lambda text: progress.update(task, description=escape(text[:80]))
        )
        import_everything(work)
    return work.report


def _print(report: Report, title: str) -> None:
    table = Table(
        "", "created", "updated", "unchanged", "failed", title=title, title_justify="left", header_style="bold"
    )
    for kind, counts in report.counts.items():
        numbers = (counts.created, counts.updated, counts.unchanged, counts.failed)
        table.add_row(kind.replace("_", " "), *map(str, numbers))
    console.print(table)
    lines = [f"{old} → {new}" for old, new in report.mapped_ids.items()]
    for title_, found, style in (("other ids here", lines, ""), ("problems", report.problems, "red")):
        if found:
            console.print(f"{len(found)} {title_}:", style=style)
        for line in found[:SHOWN]:
            console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
        if len(found) > SHOWN:
            console.print(f"  … and {len(found) - SHOWN} more; --json tells all of them")


def _is_confirmed(planned: Report) -> bool:
    """Ask whoever sits at the terminal; nobody there means no."""
    return sys.stdin.isatty() and typer.confirm(f"Import these {planned.writes} entities now?")
