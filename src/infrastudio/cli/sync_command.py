"""The command that sends what programs have left on this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from infrastudio.cli.connection import JsonOption, console
from infrastudio.sdk import Client
from infrastudio.sdk.sender import send_leftovers
from infrastudio.sdk.spool import leftovers, spool_root
from infrastudio.sdk.transport import NO_RETRIES


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(sync)


def sync(
    spool: Annotated[
        Path | None, typer.Option(help="The folder; by default STUDIO_SPOOL or ~/.infrastudio/spool.")
    ] = None,
    server: Annotated[str | None, typer.Option(help="Send all of it here, whatever server it was meant for.")] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only say what waits.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send what the SDK has left on the disk: its server was away, or its program was killed.

    Programs that still run send their own. Exit code 1: something still waits.
    """
    root = spool or spool_root()
    told = _waiting(root) if list_only else _sent(root, server)
    if as_json:
        typer.echo(json.dumps(told, indent=2))
    else:
        for each in told:
            line = (
                f"run {each['run_id'][:8]}: {each['sent']} sent, {each['refused']} refused, {each['waiting']} waiting"
            )
            why = f" ({'; '.join(each['problems'])})" if each["problems"] else ""
            console.print(escape(f"{line} for {each['server']}{why}"), highlight=False, soft_wrap=True)
        if not told:
            console.print(f"Nothing waits in {root}.", highlight=False)
    if not list_only and any(each["waiting"] for each in told):
        raise typer.Exit(1)


def _waiting(root: Path) -> list[dict[str, Any]]:
    found = []
    for spool in leftovers(root):
        told = {"run_id": spool.header.run_id, "server": spool.header.server, "sent": 0, "refused": 0}
        found.append(told | {"waiting": spool.waiting(), "problems": []})
        spool.close()
    return found


def _sent(root: Path, server: str | None) -> list[dict[str, Any]]:
    found = []
    token = os.environ.get("STUDIO_TOKEN")
    for spool, delivery, why in send_leftovers(
        root, lambda url: Client(server or url, token=token, retries=NO_RETRIES)
    ):
        told = {"run_id": spool.header.run_id, "server": server or spool.header.server, "sent": delivery.sent}
        told |= {"refused": delivery.refused, "waiting": spool.waiting()}
        found.append(told | {"problems": [*delivery.problems, *([why] if why else [])]})
    return found
