"""Which server a command talks to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infrastudio.sdk import Client
from infrastudio.server.data_folder import running_server
from infrastudio.server.settings import load_settings

console = Console()

ServerOption = Annotated[
    str | None, typer.Option("--server", help="Address of the server; by default the one of the data folder.")
]
ProjectOption = Annotated[str | None, typer.Option("--project", "-p", help="Slug of the project.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def connect(server: str | None, project: str | None = None) -> Client:
    """Return a client: of the named server, of STUDIO_URL, of the data folder's server, or of the default address."""
    settings = load_settings().settings
    found = running_server(Path(settings.folder))
    url = server or os.environ.get("STUDIO_URL") or (found.url if found else None)
    return Client(
        url or f"http://{settings.host}:{settings.port}", token=os.environ.get("STUDIO_TOKEN"), project=project
    )
