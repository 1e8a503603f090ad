"""Commands about what waits for another person: approvals."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from infrastudio.cli.connection import JsonOption, ProjectOption, ServerOption, connect, console
from infrastudio.cli.formats import age, status_text
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.sdk import Client
from infrastudio.sdk.transport import quoted

PATH: Final = "/api/approvals"
PENDING: Final = "status = 'pending'"
MIN_ID: Final = 4
"""Characters of the beginning of an id."""

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The id, or an unambiguous beginning of it.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", "-r", help="Why; it stands in the ledger.")]

approvals_app = typer.Typer(
    help="What was asked for and waits for another person.", no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(approvals_app, name="approvals")


@approvals_app.command("list")
def list_approvals(
    every: Annotated[bool, typer.Option("--all", help="Those that were decided on, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what waits, the newest first."""
    with connect(server, project) as client:
        page = client.get(PATH, limit=limit, filter=None if every else PENDING, project=project)
    if as_json:
        typer.echo(json.dumps(page, indent=2))
        return
    table = Table("id", "what", "status", "asked by", "why", "asked", header_style="bold")
    for item in page["items"]:
        why = escape(item["request_reason"] or "—")
        status = status_text(item["status"])
        table.add_row(item["id"], escape(item["title"]), status, item["requested_by"], why, age(item["created_at"]))
    console.print(table)
    if page["total"] > len(page["items"]):
        console.print(f"… and {page['total'] - len(page['items'])} more; --limit shows them")


@approvals_app.command()
def approve(
    id: IdArgument,
    reason: ReasonOption = None,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Confirm what another one asked for; it is done at once."""
    _decide(id, "approve", reason, server, project, as_json=as_json)


@approvals_app.command()
def reject(
    id: IdArgument,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; it stands in the ledger.")],
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse what another one asked for."""
    _decide(id, "reject", reason, server, project, as_json=as_json)


@approvals_app.command()
def withdraw(
    id: IdArgument,
    reason: ReasonOption = None,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back what you asked for."""
    _decide(id, "withdraw", reason, server, project, as_json=as_json)


def _decide(id: str, verb: str, reason: str | None, server: str | None, project: str | None, *, as_json: bool) -> None:
    with connect(server, project) as client:
        found = client.post(f"{PATH}/{quoted(_whole(client, id, project))}/{verb}", {"reason": reason})
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        console.print(escape(found["title"]), status_text(found["status"]))


def _whole(client: Client, id: str, project: str | None) -> str:
    """Return the id that begins so, among those that wait; an id that is none of them is left to the server.

    Raises:
        ValidationFailed: Several begin so.
    """
    waiting: list[dict[str, Any]] = client.get(PATH, limit=1000, filter=PENDING, project=project)["items"]
    found = [item["id"] for item in waiting if item["id"].removeprefix("apr_").startswith(id.removeprefix("apr_"))]
    if len(id.removeprefix("apr_")) < MIN_ID or not found:
        return id
    if len(found) > 1:
        raise ValidationFailed.of("ID", f"{len(found)} approvals begin with {id!r}: {', '.join(sorted(found))}")
    return str(found[0])
