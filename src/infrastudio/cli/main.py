"""The `studio` command."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from infrastudio.cli import (
    doctor_command,
    exec_command,
    fleet_commands,
    import_commands,
    model_commands,
    run_commands,
    server_commands,
    sync_command,
)
from infrastudio.cli.demo import story
from infrastudio.kernel.errors import StudioError

app = typer.Typer(
    name="studio",
    help="AI Infra Studio: one control plane for the whole life of an AI model.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
server_commands.register(app)
story.register(app)
doctor_command.register(app)
run_commands.register(app)
exec_command.register(app)
model_commands.register(app)
fleet_commands.register(app)
import_commands.register(app)
sync_command.register(app)


def main() -> None:
    """Run a command; a failure that was foreseen is one line and exit code 1."""
    try:
        app()
    except StudioError as error:
        Console(stderr=True).print(f"[bold red]error[/]: {error.message}", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
