"""`studio doctor`: what keeps a server from starting or working, and what to type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.server.settings import load_settings

console = Console()

MARKS: Final = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]"}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(doctor)


def doctor(
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.", show_default="~/.infrastudio")] = None,
    port: Annotated[int | None, typer.Option(help="The port to look at.", show_default="8000")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Look at everything a server needs; exit code 1 when something would keep it from working."""
    from infrastudio.server.doctor import Check, examine

    checks: list[Check] = []

    def tell(check: Check) -> None:
        checks.append(check)
        if not as_json:
            text = f"{MARKS[check.status]} {check.name}: {escape(check.message)}"
            console.print(text, highlight=False, soft_wrap=True)
            if check.fix is not None:
                console.print(f"  [bold]→[/] {escape(check.fix)}", highlight=False, soft_wrap=True)

    try:
        loaded = load_settings({"data": data, "port": port})
    except ValidationFailed as error:
        for problem in error.problems:
            tell(
                Check(
                    "settings",
                    "failed",
                    f"{problem.path}: {problem.message}.",
                    "Correct it; `studio config` shows all.",
                )
            )
    else:
        for check in examine(loaded):
            tell(check)
    found = sum(check.status == "failed" for check in checks)
    if as_json:
        typer.echo(json.dumps({"failed": found, "checks": [check.as_json() for check in checks]}, indent=2))
    elif found:
        console.print(f"{found} of {len(checks)} failed.", highlight=False)
    if found:
        raise typer.Exit(1)
