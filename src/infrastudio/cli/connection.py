"""Which server a command talks to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infrastudio.sdk import Client
from infrastudio.sdk.transport import NO_RETRIES
from infrastudio.server.data_folder import running_server
from infrastudio.server.settings import load_settings

console = Console()

ServerOption = Annotated[
    str | None, typer.Option("--server", help="Address of the server; by default the one of the data folder.")
]
ProjectOption = Annotated[str | None, typer.Option("--project", "-p", help="Slug of the project.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def connect(server: str | None, project: str | None = None) -> Client:
    """Return a client of the server that `server_address` names; a failure is told at once."""
    url = server_address(server)
    return Client(url, token=os.environ.get("STUDIO_TOKEN"), project=project, retries=NO_RETRIES)


def server_address(server: str | None) -> str:
    """Return the named address, that of STUDIO_URL, of the data folder's server, or the default one."""
    settings = load_settings().settings
    found = running_server(Path(settings.folder))
    url = server or os.environ.get("STUDIO_URL") or (found.url if found else None)
    return (url or f"http://{settings.host}:{settings.port}").rstrip("/")
