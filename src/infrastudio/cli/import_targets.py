"""Where an import goes: to the server that runs, or by the services into the database when none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.rules.candidates import Candidate
from infrastudio.contexts.instances.schemas.imports import ImportOptions, ImportReport
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.errors import Conflict, ValidationFailed
from infrastudio.sdk import Client
from infrastudio.server.settings import Settings
from infrastudio.stores.db import Database

Watch = Callable[[int], object]
IMPORT_PATH: Final = "/api/instances/import"


class ImportFailed(Conflict):
    """The server did not import a part; says why."""

    def __init__(self, operation: Mapping[str, Any]) -> None:
        error = operation["error"] or {}
        super().__init__(error.get("message", "The import failed."), **(error.get("details") or {}))


class ImportTarget(Protocol):
    """Takes parts of an import, each all or nothing."""

    @property
    def name(self) -> str:
        """How a person calls it."""
        ...

    def send(self, rows: Sequence[Candidate], options: ImportOptions, watch: Watch) -> tuple[str | None, ImportReport]:
        """Import some rows and return the id of the import and what became of them."""
        ...


class ServerTarget:
    """A running server, by HTTP."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.name = client.url

    def send(self, rows: Sequence[Candidate], options: ImportOptions, watch: Watch) -> tuple[str | None, ImportReport]:
        """Upload the rows and wait for the end of the operation."""
        content = b"".join(orjson.dumps(_as_sent(row)) + b"\n" for row in rows)
        operation = self._client.upload(
            IMPORT_PATH,
            content,
            "application/x-ndjson",
            dry_run=int(options.dry_run),
            on_conflict=options.on_conflict,
            keep_ids=int(options.keep_ids),
            source=options.source,
        )
        ended = self._client.wait_for(operation, lambda found: watch((found["progress"] or {}).get("done", 0)))
        if ended["status"] != "succeeded":
            raise ImportFailed(ended)
        return ended["id"], ImportReport.model_validate(ended["result"])


class DatabaseTarget:
    """The database of a data folder on which no server runs."""

    def __init__(self, db: Database, name: str, project: str | None) -> None:
        self._db = db
        self._project = project
        self.name = name

    def send(self, rows: Sequence[Candidate], options: ImportOptions, watch: Watch) -> tuple[str | None, ImportReport]:
        """Write the rows in one unit of work."""
        if options.dry_run:
            with self._db.snapshot(SINGLE_USER) as snapshot:
                return None, service.plan_import(snapshot, rows, options, project=self._project)
        id = self._db.ids.prefixed("ope")
        with self._db.begin(service.import_actor(SINGLE_USER, options.source, id)) as uow:
            return id, service.import_instances(uow, rows, options, project=self._project, check=watch)


@contextmanager
def opened_database(settings: Settings, project: str | None) -> Iterator[DatabaseTarget]:
    """Open the database of a data folder as a target.

    Raises:
        ValidationFailed: There is none yet.
    """
    from infrastudio.server import wiring

    if settings.database_url is None and not (settings.folder / "studio.db").exists():
        where = f"no server runs on {settings.folder}, and there is no database in it; start one with `studio up`"
        raise ValidationFailed.of("--data", where)
    db = wiring.open_database(settings)
    try:
        yield DatabaseTarget(db, f"the database of {Path(settings.folder)}", project)
    finally:
        db.close()


def _as_sent(row: Candidate) -> dict[str, Any]:
    """Return a row that was checked here as the file has it: what the source gives, and nothing else."""
    if row.body is None:
        raise TypeError("a row with problems is not sent")
    values = {name: value for name, value in row.body.values().items() if name in row.given}
    times = {"created_at": row.created_at, "updated_at": row.updated_at}
    told = {name: format_time(moment) for name, moment in times.items() if moment is not None}
    return values | told | ({} if row.id is None else {"id": row.id})
