"""Commands about models and deployments: models, deploy."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.markup import escape
from rich.table import Table

from infrastudio.cli.connection import JsonOption, ProjectOption, ServerOption, connect, console
from infrastudio.cli.formats import age, status_text
from infrastudio.kernel.errors import Unavailable, ValidationFailed
from infrastudio.sdk import Client

WAIT_PAUSE_S: Final = 0.2


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(models)
    app.command()(deploy)


def models(
    model: Annotated[str | None, typer.Argument(help="The versions of one model; left out: all models.")] = None,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List registered models, or the versions of one."""
    with connect(server, project) as client:
        path = "/api/registry/models" if model is None else f"/api/registry/models/{quote(model, safe='')}/versions"
        page = client.get(path)
    if as_json:
        typer.echo(json.dumps(page, indent=2))
        return
    if model is None:
        table = Table("model", "latest", "aliases", "updated", header_style="bold")
        for item in page["items"]:
            aliases = ", ".join(
                f"@{alias} → {version}" for alias, version in sorted((item.get("aliases") or {}).items())
            )
            table.add_row(
                escape(item["name"]), str(item.get("latest_version") or "—"), aliases, age(item["updated_at"])
            )
    else:
        table = Table("version", "stage", "status", "run", "created", header_style="bold")
        for item in page["items"]:
            run = (item.get("run_id") or "—")[:8]
            table.add_row(str(item["number"]), item["stage"], item["status"], run, age(item["created_at"]))
    console.print(table)


def deploy(
    model: Annotated[str, typer.Argument(help="MODEL, MODEL/VERSION or MODEL@ALIAS.")],
    name: Annotated[str | None, typer.Option(help="Name of the deployment; by default that of the model.")] = None,
    environment: Annotated[str, typer.Option(help="staging or production")] = "staging",
    replicas: Annotated[int, typer.Option(min=1, max=64)] = 1,
    wait_s: Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait until it answers.")] = 60.0,
    server: ServerOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve a model version and wait until it answers."""
    body = deployment_body(model) | {"environment": environment, "replicas": replicas}
    body["name"] = name or body["model_name"].lower().replace("_", "-").replace(" ", "-")
    with connect(server, project) as client:
        deployment = client.post("/api/deployments", body)
        if wait_s > 0:
            deployment = wait_until_ready(client, deployment["id"], deadline_s=wait_s)
    if as_json:
        typer.echo(json.dumps(deployment, indent=2))
    else:
        console.print(
            f"[bold]{escape(deployment['name'])}[/]", status_text(deployment["state"]), deployment["endpoint"]
        )


def deployment_body(model: str) -> dict[str, Any]:
    """Return what MODEL, MODEL/VERSION or MODEL@ALIAS means in a request."""
    name, at, alias = model.partition("@")
    if at:
        return {"model_name": name, "model_alias": alias}
    name, slash, version = model.rpartition("/")
    if not slash:
        return {"model_name": model}
    if not version.isdecimal():
        raise ValidationFailed.of("model", f"{version!r} is not a version number", "MODEL/3 or MODEL@champion")
    return {"model_name": name, "model_version": int(version)}


def wait_until_ready(client: Client, id: str, *, deadline_s: float) -> dict[str, Any]:
    """Return the deployment once it is ready.

    Raises:
        Unavailable: It failed or was not ready in time; says why.
    """
    until = time.monotonic() + deadline_s
    while True:
        deployment: dict[str, Any] = client.get(f"/api/deployments/{id}")
        if deployment["state"] == "ready":
            return deployment
        if deployment["state"] in ("failed", "stopped") or time.monotonic() > until:
            reason = deployment.get("reason") or "no reason was given"
            raise Unavailable(f"The deployment {deployment['name']} is {deployment['state']}: {reason}.")
        time.sleep(WAIT_PAUSE_S)  # between two looks at the server
