"""Commands that work on the server itself: up, config, openapi, replay."""

from __future__ import annotations

import json
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.server.settings import SECRET_FIELDS, LoadedSettings, Settings, load_settings, names_of

console = Console()

DataOption = Annotated[Path | None, typer.Option("--data", help="The data folder.", show_default="~/.infrastudio")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(up)
    app.command()(config)
    app.command()(openapi)
    app.command()(replay)


def up(
    data: DataOption = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one.", show_default="8000")] = None,
    production: Annotated[bool, typer.Option("--production", help="Serve real users.")] = False,
    dev: Annotated[bool, typer.Option("--dev", help="Start again when the source changes.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Start the server."""
    mode = "production" if production else None
    settings = load_settings({"data": data, "host": host, "port": port, "mode": mode}).settings
    if dev:
        _reload(settings)
        return
    from infrastudio.server.process import serve

    def ready(url: str) -> None:
        Console(stderr=True).print(f"AI Infra Studio answers at [bold]{url}[/] (data in {settings.folder})")
        if not no_open and sys.stdout.isatty():
            webbrowser.open(url)

    serve(settings, on_ready=ready)


def config(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the effective settings and where each comes from."""
    loaded = load_settings({"data": data})
    rows = [_setting_row(loaded, field) for field in Settings.model_fields]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("setting", "value", "origin", "variables", header_style="bold")
    for row in rows:
        value = "" if row["value"] is None else str(row["value"])
        table.add_row(row["setting"], value, row["origin"], ", ".join(row["variables"]))
    console.print(table)


def openapi(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write to.")] = None,
) -> None:
    """Print the OpenAPI document of the server."""
    from infrastudio.server.openapi import openapi_document

    text = json.dumps(openapi_document(), indent=2, sort_keys=True) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text)


def replay(
    data: DataOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the hash chain of the ledger and its keyframes too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove that all tables follow from the ledger; exit code 1 when they do not."""
    from infrastudio.contexts.identity.queries import SINGLE_USER
    from infrastudio.server import wiring
    from infrastudio.stores.ledger import head, verify_chain, verify_keyframes, verify_tables

    settings = load_settings({"data": data}).settings
    if settings.database_url is None and not (settings.folder / "studio.db").exists():
        raise ValidationFailed.of("--data", f"there is no database in {settings.folder}")
    db = wiring.open_database(settings)
    try:
        with db.snapshot(SINGLE_USER) as snapshot:
            findings = [*(verify_chain(snapshot) if verify else []), *verify_tables(snapshot)]
            for kind in wiring.REMEMBERED_KINDS if verify else ():
                findings += verify_keyframes(snapshot, kind)
            events = head(snapshot)
    finally:
        db.close()
    if as_json:
        found = [{"where": f.where, "message": f.message, "seq": f.seq} for f in findings]
        typer.echo(json.dumps({"events": events, "findings": found}))
    elif findings:
        for finding in findings:
            console.print(f"[red]✗[/] {finding}", highlight=False, soft_wrap=True)
    else:
        checked = "the chain holds and every table is" if verify else "every table is"
        console.print(f"[green]✓[/] {events} events: {checked} what the ledger tells")
    if findings:
        raise typer.Exit(1)


def _setting_row(loaded: LoadedSettings, field: str) -> dict[str, Any]:
    value = getattr(loaded.settings, field)
    shown = value if value is None or isinstance(value, bool | int | float) else str(value)
    if field in SECRET_FIELDS and value is not None:
        from infrastudio.stores.db.settings import parse_url

        shown = parse_url(value).render_as_string(hide_password=True)
    names = names_of(field)
    return {
        "setting": field,
        "value": shown,
        "origin": loaded.origins[field],
        "variables": [names.studio, *names.plain],
    }


def _reload(settings: Settings) -> None:
    """Run the server in a child process that is started again whenever the source changes."""
    from infrastudio.server.development import run_with_reload

    run_with_reload(settings)
