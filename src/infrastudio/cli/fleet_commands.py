"""Commands about the fleet of inference instances: instances, export."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, get_args

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infrastudio.cli.connection import JsonOption, ProjectOption, ServerOption, connect, console
from infrastudio.cli.formats import age, status_text
from infrastudio.kernel.errors import Unavailable, ValidationFailed
from infrastudio.kernel.tables import FormatName

PAGE: Final = 1000
FORMATS: Final = get_args(FormatName)

FormatOption = Annotated[
    str | None, typer.Option("--format", "-f", help=f"{', '.join(FORMATS)}; by default what FILE ends with, else csv.")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; - or left out: standard output.")
]
NameOption = Annotated[str | None, typer.Option(help="Part of the name, in any case.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Exactly this model.")]
ClusterOption = Annotated[str | None, typer.Option("--cluster", help="Exactly this cluster.")]
StatusOption = Annotated[str | None, typer.Option(help="active, inactive, pending or error")]
PriorityOption = Annotated[str | None, typer.Option(help="low, medium, high or critical")]
SearchOption = Annotated[str | None, typer.Option("-q", "--search", help="Part of any text, in any case.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="A past moment: a time or seq:<number>.")]

export_app = typer.Typer(help="Write tables into files.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(instances)
    app.add_typer(export_app, name="export")
    export_app.command("instances")(export_instances)


def instances(
    name: NameOption = None,
    model: ModelOption = None,
    cluster: ClusterOption = None,
    status: StatusOption = None,
    priority: PriorityOption = None,
    search: SearchOption = None,
    sort: Annotated[str | None, typer.Option(help="The field to sort by.", show_default="id")] = None,
    descending: Annotated[bool, typer.Option("--desc", help="The greatest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 100,
    as_of: AsOfOption = None,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the inference instances of the fleet."""
    order = "desc" if descending else "asc"
    query = _filters(name, model, cluster, status, priority, search, as_of) | {"sort": sort, "order": order}
    found: list[dict[str, Any]] = []
    with connect(server, project) as client:
        while len(found) < limit:
            part = client.get("/api/instances", skip=len(found), limit=min(PAGE, limit - len(found)), **query)
            found += part
            if len(part) < PAGE:
                break
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    table = Table(header_style="bold")
    for column in ("id", "name", "status", "model", "cluster", "replicas", "priority", "updated"):
        table.add_column(column, no_wrap=column in ("id", "name"))
    for item in found:
        model_shown = f"{escape(item['model_name'])} {escape(item['model_version'])}"
        cluster_shown, replicas = escape(item["cluster_name"]), str(item["replicas"])
        table.add_row(
            str(item["id"]), escape(item["name"]), status_text(item["status"]), model_shown, cluster_shown, replicas,
            item["priority"], age(item["updated_at"]),
        )  # fmt: skip
    console.print(table)


def export_instances(
    output: OutputOption = None,
    format: FormatOption = None,
    history: Annotated[bool, typer.Option("--history", help="What happened, in place of what is.")] = False,
    id: Annotated[int | None, typer.Option("--id", min=1, help="With --history: of this instance only.")] = None,
    columns: Annotated[str | None, typer.Option(help="Names with commas between; all by default.")] = None,
    name: NameOption = None,
    model: ModelOption = None,
    cluster: ClusterOption = None,
    status: StatusOption = None,
    priority: PriorityOption = None,
    search: SearchOption = None,
    as_of: AsOfOption = None,
    server: ServerOption = None,
    project: ProjectOption = None,
) -> None:
    """Write the instances of the fleet, or their history, into a file, as of one moment."""
    path = "/api/instances/export"
    query = _filters(name, model, cluster, status, priority, search, as_of)
    if history or id is not None:
        path = "/api/instances/history/export" if id is None else f"/api/instances/{id}/history/export"
        only = {"model_name": model, "cluster_name": cluster, "status": status, "priority": priority}
        if any(only.values()):
            raise ValidationFailed.of("--history", "is narrowed by --name and --search only")
    with connect(server, project) as client, _written(output) as file:
        size = client.download(path, file, format=chosen_format(format, output), columns=columns, **query)
    if output is not None and str(output) != "-":
        Console(stderr=True).print(f"{size} bytes in {output}", highlight=False, soft_wrap=True)


def chosen_format(format: str | None, file: Path | None) -> str:
    """Return the format that was asked for, or that the name of a file ends with.

    Raises:
        ValidationFailed: There is no such format.
    """
    if format is not None:
        if format not in FORMATS:
            raise ValidationFailed.of("--format", f"{format!r} is none; known are {', '.join(FORMATS)}")
        return format
    suffix = "" if file is None else file.suffix.removeprefix(".").lower()
    return {"jsonl": "ndjson"}.get(suffix, suffix if suffix in FORMATS else "csv")


def _filters(
    name: str | None,
    model: str | None,
    cluster: str | None,
    status: str | None,
    priority: str | None,
    search: str | None,
    as_of: str | None,
) -> dict[str, str | None]:
    return {
        "name": name,
        "model_name": model,
        "cluster_name": cluster,
        "status": status,
        "priority": priority,
        "q": search,
        "as_of": as_of,
    }


@contextmanager
def _written(output: Path | None) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes its name only once it is whole."""
    if output is None or str(output) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise Unavailable(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
