"""Commands whose modules are imported when they are called: `studio up` need not wait for what an import needs."""

from __future__ import annotations

import importlib
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group
from typing_extensions import override

MODULES: Final = {
    "server_commands": ("up", "config", "openapi", "replay"),
    "demo.story": ("demo",),
    "doctor_command": ("doctor",),
    "run_commands": ("run", "runs", "logs"),
    "exec_command": ("exec",),
    "sync_command": ("sync",),
    "model_commands": ("models", "deploy"),
    "approval_commands": ("approvals",),
    "fleet_commands": ("instances", "export"),
    "import_commands": ("import",),
}
"""The modules of `infrastudio.cli` and the commands that their `register` adds."""
MODULE_OF: Final = {command: module for module, commands in MODULES.items() for command in commands}


class CommandsOnDemand(TyperGroup):
    """The group of all commands; it imports the module of the one that is asked for."""

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, in the order of the help."""
        return list(MODULE_OF)

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; for a name that is none all are imported, so that the nearest can be named."""
        for module in (MODULE_OF[cmd_name],) if cmd_name in MODULE_OF else MODULES:
            if not self.commands.keys() >= set(MODULES[module]):
                self.commands.update(commands_of(module))
        return super().get_command(ctx, cmd_name)


def commands_of(module: str) -> dict[str, Any]:
    """Import a module and return its commands by name."""
    app = typer.Typer(rich_markup_mode=None)
    app.callback()(lambda: None)
    importlib.import_module(f"infrastudio.cli.{module}").register(app)
    return dict(get_group(app).commands)
