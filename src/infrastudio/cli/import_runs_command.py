"""The command that makes runs of the rows of a CSV file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import track

from infrastudio.cli.connection import JsonOption, ProjectOption, ServerOption, console, server_address
from infrastudio.cli.mlflow_import.report import Report
from infrastudio.cli.mlflow_import.target import DIGEST_TAG, SOURCE_TAG, ImportTarget
from infrastudio.cli.run_rows import ImportedRun, columns_of, run_of
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.tables import ReadOptions
from infrastudio.sdk import Client

SHOWN = 20


def import_runs(
    file: Annotated[Path, typer.Argument(help="A CSV file, one run in each row.")],
    experiment: Annotated[str, typer.Option(help="Name of the experiment, made where it is missing.")] = "Default",
    columns: Annotated[
        list[str] | None, typer.Option("--column", help="What a column is: metrics.acc=Accuracy, name=Title")
    ] = None,
    encoding: Annotated[str, typer.Option(help="Of the file.")] = "utf-8",
    apply: Annotated[bool, typer.Option("--apply", help="Do it, after the dry run, without asking.")] = False,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a run of each row of a CSV file: a dry run first; a second time nothing changes.

    Columns: name, status, start_time, end_time, run_id, params.x, metrics.y, tags.z. Exit code 0: it can be done, or
    was; 1: rows have problems, and none is imported.
    """
    rows, told = _read(file, columns or (), encoding, experiment)
    problems = [f"row {row.number}: {problem}" for row in rows for problem in row.problems]
    with Client(server_address(server), project=project) as client:
        target = ImportTarget(client, project)
        report = Report(problems=problems)
        new = [row for row in rows if not row.problems and _is_new(target, row, report)]
        new = new if not problems else []
        if not as_json:
            _print_plan(told, rows, new, problems)
        is_wanted = bool(new) and (apply or (not as_json and _is_confirmed(len(new))))
        if is_wanted:
            id = _experiment_id(target, experiment)
            for row in track(new, "Import", console=console, transient=True, disable=as_json):
                _write(target, row, id, file.name)
    report.counts["runs"].created = len(new)
    if as_json:
        told_runs = {"plan": vars(report.counts["runs"]), "columns": told, "problems": problems}
        typer.echo(json.dumps(told_runs | {"applied": is_wanted}, indent=2))
    elif is_wanted:
        console.print(f"Imported {len(new)} runs into the experiment {escape(experiment)}.")
    elif new:
        console.print("Nothing was changed. Type the same with --apply to do it.")
    if problems:
        raise typer.Exit(1)


def _read(file: Path, columns: Any, encoding: str, experiment: str) -> tuple[list[ImportedRun], dict[str, str | None]]:
    """Return the rows of the file, and what each of its columns is; None: nothing."""
    from infrastudio.drivers.tables import CsvFormat

    try:
        with file.open("rb") as opened:
            rows = list(CsvFormat().read(opened, ReadOptions(encoding=encoding)))
    except OSError as error:
        raise ValidationFailed.of("FILE", f"{file} cannot be read: {error.strerror}") from error
    if not rows:
        raise ValidationFailed.of("FILE", "has no rows")
    names = columns_of(rows[0].values, columns)
    seen: dict[str, int] = {}
    return [run_of(row, names, experiment, seen) for row in rows], names


def _is_new(target: ImportTarget, row: ImportedRun, report: Report) -> bool:
    """Is the run not there yet, or another one, or was it left half done?"""
    found = target.run(row.id)
    if found is not None and found["tags"].get(DIGEST_TAG) == row.digest():
        report.counts["runs"].unchanged += 1
        return False
    if found is not None and SOURCE_TAG not in found["tags"]:
        report.problems.append(f"row {row.number}: a run with the id {row.id} is there already, and not from a file")
        return False
    return True


def _experiment_id(target: ImportTarget, name: str) -> str:
    found = target.experiments().get(name)
    return str((found or target.create_experiment(name, {}))["id"])


def _write(target: ImportTarget, row: ImportedRun, experiment_id: str, source: str) -> None:
    """Write a run; its digest comes last, so that one left half done is done anew."""
    if target.run(row.id) is None:
        tags = {SOURCE_TAG: f"{source} row {row.number}"}
        body = {"id": row.id, "name": row.name, "started_at": row.started_at, "tags": tags}
        target.create_run(experiment_id, body)
    target.log_params(row.id, row.params)
    target.log_points(row.id, row.points())
    ended = {} if row.status in ("running", "queued") else {"ended_at": row.ended_at or row.started_at}
    target.update_run(row.id, {"status": row.status, "tags": {**row.tags, DIGEST_TAG: row.digest()}, **ended})


def _print_plan(
    told: dict[str, str | None], rows: list[ImportedRun], new: list[ImportedRun], problems: list[str]
) -> None:
    used = ", ".join(f"{ours} ({theirs})" if ours != theirs else ours for theirs, ours in told.items() if ours)
    console.print(f"Read {len(rows)} rows. Columns: {escape(used)}.", highlight=False)
    unused = [theirs for theirs, ours in told.items() if ours is None]
    if unused:
        hint = f"--column metrics.{unused[0]}={unused[0]}"
        console.print(f"Left out, say what they are by {escape(hint)}: {escape(', '.join(unused))}.", highlight=False)
    for problem in problems[:SHOWN]:
        console.print(f"  [red]problem[/] {escape(problem)}", highlight=False, soft_wrap=True)
    console.print(f"{len(new)} runs to write, {len(rows) - len(new)} there already or with problems.")


def _is_confirmed(count: int) -> bool:
    """Ask whoever sits at the terminal; nobody there means no."""
    return sys.stdin.isatty() and typer.confirm(f"Import these {count} runs now?")
