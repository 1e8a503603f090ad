"""The `studio` command."""

from __future__ import annotations

import sys

import typer

from infrastudio.cli.on_demand import CommandsOnDemand
from infrastudio.kernel.errors import StudioError

app = typer.Typer(
    name="studio",
    cls=CommandsOnDemand,
    help="AI Infra Studio: one control plane for the whole life of an AI model.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# Without a callback Typer refuses an application that has no commands yet.
app.callback()(lambda: None)


def main() -> None:
    """Run a command; a failure that was foreseen is one line and exit code 1."""
    try:
        app()
    except StudioError as error:
        from rich.console import Console

        Console(stderr=True).print(f"[bold red]error[/]: {error.message}", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
