"""Commands that bring instances over from the older schema, and take an import back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer
from rich.markup import escape
from rich.progress import Progress, TaskID

from infrastudio.cli.connection import JsonOption, ProjectOption, ServerOption, connect, console
from infrastudio.cli.import_mlflow_command import import_mlflow
from infrastudio.cli.import_reports import Outcome, as_json_values, print_done, print_plan
from infrastudio.cli.import_runs_command import import_runs
from infrastudio.cli.import_targets import ImportTarget, ServerTarget, opened_database
from infrastudio.cli.import_undo import delete_created, records_of, undo_updates
from infrastudio.contexts.instances.rules.candidates import Candidate, candidate
from infrastudio.contexts.instances.rules.older_schema import (
    Translation,
    TranslationRules,
    parse_columns,
    parse_words,
    translate,
)
from infrastudio.contexts.instances.schemas.imports import MAX_IMPORT_ROWS, ImportOptions, OnConflict
from infrastudio.kernel.batches import batches
from infrastudio.kernel.clock import SystemClock
from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.tables import ReadOptions
from infrastudio.server.data_folder import running_server
from infrastudio.server.settings import load_settings

SOURCE_NAME: Final = "older-schema"
DEFAULT_TABLE: Final = "inference_instances"
SHOWN: Final = 20
SQLITE_MAGIC: Final = b"SQLite format 3\0"

import_app = typer.Typer(help="Bring tables over from elsewhere.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(import_app, name="import")
    import_app.command("instances")(import_instances)
    import_app.command("mlflow")(import_mlflow)
    import_app.command("runs")(import_runs)
    import_app.command("undo")(undo_import)


def import_instances(
    source: Annotated[str, typer.Argument(help="A SQLite file, a CSV file or a database URL.")],
    table: Annotated[str, typer.Option(help="The table of a database.")] = DEFAULT_TABLE,
    words: Annotated[list[str] | None, typer.Option("--map", help="What a word means: status.running=active")] = None,
    columns: Annotated[list[str] | None, typer.Option("--column", help="Where a column is: cluster_name=site")] = None,
    encoding: Annotated[str, typer.Option(help="Of a CSV file.")] = "utf-8",
    on_conflict: Annotated[str, typer.Option(help="Instances that exist and differ: update, skip or fail.")] = "update",
    rename_duplicates: Annotated[bool, typer.Option("--rename-duplicates", help="Make names unique: x, x-2.")] = False,
    skip_invalid: Annotated[bool, typer.Option("--skip-invalid", help="Leave out rows with problems.")] = False,
    new_ids: Annotated[bool, typer.Option("--new-ids", help="Do not keep the ids of the source.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it, after the dry run, without asking.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring instances over from the older, wider schema: a dry run first; a second time nothing changes.

    Exit code 0: it can be done, or was; 1: rows have problems, or it failed; 2: the command is not understood.
    """
    if on_conflict not in ("update", "skip", "fail"):
        raise ValidationFailed.of("--on-conflict", f"{on_conflict!r} is none of update, skip and fail")
    rules = TranslationRules(parse_words(words or ()), parse_columns(columns or ()))
    told = translate(_source_rows(source, table, encoding), rules, rename_duplicates=rename_duplicates)
    if not told.rows:
        raise ValidationFailed.of("SOURCE", "has no rows")
    valid, invalid = _checked(told)
    wanted = ImportOptions(
        dry_run=True, on_conflict=cast("OnConflict", on_conflict), keep_ids=not new_ids, source=SOURCE_NAME
    )
    with _target(server, project, data) as target:
        planned = _sent(target, valid, wanted, "Dry run", quiet=as_json)
        planned.refuse(invalid)
        is_blocked = bool(planned.counts["failed"]) and not skip_invalid
        if not as_json:
            print_plan(told, planned, target.name)
        is_wanted = apply or (not as_json and not is_blocked and _is_confirmed(planned))
        done = None
        if is_wanted and not is_blocked:
            done = _sent(target, valid, wanted.model_copy(update={"dry_run": False}), "Import", quiet=as_json)
    if as_json:
        typer.echo(json.dumps(as_json_values(told, planned, done), indent=2))
    elif done is not None:
        print_done(done)
    elif is_blocked:
        console.print("Nothing was imported. Correct the source, or leave these rows out with --skip-invalid.")
    elif not is_wanted:
        console.print("Nothing was changed. Type the same with --apply to do it.")
    if is_blocked or (planned.counts["failed"] and not is_wanted):
        raise typer.Exit(1)


def undo_import(
    import_id: Annotated[str, typer.Argument(help="The id that the import told: ope_…")],
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only say what would be done.")] = False,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an import back: delete what it created and undo what it changed, unless it changed again since."""
    with connect(server, project) as client:
        records = list(records_of(client, import_id))
        if not records:
            raise ValidationFailed.of("IMPORT_ID", f"no instance was changed by an import {import_id!r}")
        created = [each for each in records if each["operation_type"] == "create"]
        updated = [each for each in records if each["operation_type"] == "update"]
        kept: list[str] = []
        if apply:
            kept = [*delete_created(client, created), *undo_updates(client, updated)]
    if as_json:
        found = {"created": len(created), "updated": len(updated), "applied": apply, "kept": kept}
        typer.echo(json.dumps(found, indent=2))
    else:
        verb = "Took back" if apply else "Would take back"
        console.print(f"{verb} {len(created)} creations and {len(updated)} changes of the import {import_id}.")
        for line in kept[:SHOWN]:
            console.print(f"  [yellow]kept[/] {escape(line)}", highlight=False, soft_wrap=True)
        if not apply:
            console.print("Type the same with --apply to do it.")
    if kept:
        raise typer.Exit(1)


def _source_rows(source: str, table: str, encoding: str) -> Iterable[Mapping[str, Any]]:
    """Return the rows of a file or a database."""
    from infrastudio.drivers.tables import CsvFormat
    from infrastudio.drivers.tables.database import read_table, sqlite_url

    if "://" in source:
        return read_table(source, table)
    path = Path(source).expanduser()
    try:
        with path.open("rb") as file:
            if file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC:
                return read_table(sqlite_url(path), table)
            file.seek(0)
            rows = list(CsvFormat().read(file, ReadOptions(encoding=encoding)))
    except OSError as error:
        raise ValidationFailed.of("SOURCE", f"{source} cannot be read: {error.strerror}") from error
    broken = next((row for row in rows if row.problem), None)
    if broken is not None:
        raise ValidationFailed.of("SOURCE", f"row {broken.number} {broken.problem}")
    return [row.values for row in rows]


@contextmanager
def _target(server: str | None, project: str | None, data: Path | None) -> Iterator[ImportTarget]:
    settings = load_settings({"data": data}).settings
    found = running_server(settings.folder)
    if server is None and found is None and "STUDIO_URL" not in os.environ:
        with opened_database(settings, project) as target:
            yield target
    else:
        with connect(server or (found.url if found else None), project) as client:
            yield ServerTarget(client)


def _sent(
    target: ImportTarget, rows: Sequence[Candidate], options: ImportOptions, title: str, *, quiet: bool
) -> Outcome:
    """Send all rows in parts, each all or nothing; a part that failed can be sent again, what is done stays done."""
    outcome, done = Outcome(), 0
    with Progress(console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task(title, total=len(rows))
        for part in batches(rows, MAX_IMPORT_ROWS):
            import_id, report = target.send(part, options, _watch(progress, task, done))
            outcome.add(import_id if not options.dry_run else None, report)
            done += len(part)
    return outcome


def _watch(progress: Progress, task: TaskID, before: int) -> Callable[[int], object]:
    """Return what shows how far a part is."""
    return lambda done: progress.update(task, completed=before + done)


def _checked(told: Translation) -> tuple[list[Candidate], list[Candidate]]:
    """Return the rows that may be instances, and those with problems: every second bearer of a name has one too."""
    now = SystemClock().now()
    valid: dict[str, Candidate] = {}
    invalid: list[Candidate] = []
    for row in told.rows:
        found = candidate(row, is_typed=False, now=now)
        if found.body is None:
            invalid.append(found)
        elif (other := valid.setdefault(found.body.name, found)) is not found:
            problem = Problem("name", f"is that of row {other.row} too; --rename-duplicates makes it unique")
            invalid.append(found._replace(body=None, problems=(problem,)))
    return list(valid.values()), invalid


def _is_confirmed(planned: Outcome) -> bool:
    """Ask whoever sits at the terminal; nobody there means no."""
    if not sys.stdin.isatty() or not planned.writes:
        return False
    return typer.confirm(f"Import these {planned.writes} instances now?")
