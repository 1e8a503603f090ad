"""Imports as long operations: a file is read and checked beside the requests, then written in one unit of work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple

from infrastudio.contexts.instances.rules.candidates import Candidate, candidate, unknown_columns
from infrastudio.contexts.instances.schemas.imports import MAX_IMPORT_ROWS, ImportOptions, ImportReport
from infrastudio.contexts.instances.service.imports import WRITE, import_actor, import_instances, plan_import
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.realtime.schemas import Operation
from infrastudio.contexts.realtime.service import Operations, RunningOperation
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock
from infrastudio.kernel.errors import Problem, RateLimited, TooLarge
from infrastudio.kernel.tables import ReadOptions, TableFormat, UnreadableTable
from infrastudio.stores.db import Database, Repeat, Snapshot

KIND: Final = "instances.import"
MAX_IMPORTS: Final = 8
READ_AT_ONCE: Final = 2
CHECK_EVERY: Final = 500


class TooManyRows(TooLarge):
    """The file has more rows than one import takes."""

    def __init__(self) -> None:
        super().__init__(
            Problem(
                "file",
                f"has more than {MAX_IMPORT_ROWS} rows, which is all that one import takes, for while it is written "
                "everybody else waits; cut the file, each part is all or nothing (`studio import` does so)",
            )
        )


class Upload(NamedTuple):
    """A file that was sent, and how to read it."""

    file: BinaryIO
    format: TableFormat
    read: ReadOptions


@dataclass
class Table:
    """What was read of a file."""

    candidates: list[Candidate] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


class Importer:
    """Starts imports; those of a process that ends have done nothing."""

    def __init__(self, db: Database, operations: Operations, clock: Clock) -> None:
        self._db = db
        self._operations = operations
        self._clock = clock
        self._running = 0
        self._reading = asyncio.Semaphore(READ_AT_ONCE)

    async def start(
        self, actor: Actor, upload: Upload, options: ImportOptions, *, project: str | None, once: Repeat | None
    ) -> Operation:
        """Begin to import a file, which is closed at the end, and return the operation that tells of it.

        Raises:
            UnknownProject, PermissionDenied: The actor may not write there.
            RateLimited: Too many imports are under way.
        """
        try:
            project_id, slug = await self._db.read(actor, _target, project)
            known = self._operations.started_by(actor, once)
            if known is None and self._running >= MAX_IMPORTS:
                raise RateLimited("Too many imports are under way; try again when one has ended.", retry_after_s=5)
        except BaseException:
            upload.file.close()
            raise
        if known is not None:
            upload.file.close()
            return known

        async def work(running: RunningOperation) -> object:
            try:
                return (await self._import(actor, upload, options, slug, running)).model_dump(mode="json")
            finally:
                self._running -= 1
                upload.file.close()

        operation = self._operations.launch(KIND, work, project_id=project_id, project=slug)
        self._running += 1
        self._operations.remember(actor, once, operation)
        return operation

    async def _import(
        self, actor: Actor, upload: Upload, options: ImportOptions, project: str, running: RunningOperation
    ) -> ImportReport:
        async with self._reading:
            table = await asyncio.to_thread(self.read, upload, running.check, running.report)
        total = len(table.candidates)

        def check(done: int) -> None:
            running.check()
            running.report(done, total, "rows")

        if options.dry_run:
            return await self._db.read(
                actor, plan_import, table.candidates, options, project=project, unknown_columns=table.unknown
            )
        report = await self._db.write(
            import_actor(actor, options.source, running.id),
            import_instances,
            table.candidates,
            options,
            project=project,
            unknown_columns=table.unknown,
            check=check,
        )
        running.report(total, total, "rows")
        return report

    def read(
        self,
        upload: Upload,
        check: Callable[[], object] = lambda: None,
        report: Callable[[int, int | None, str], object] = lambda _done, _total, _unit: None,
    ) -> Table:
        """Return all rows of a file as instances that may be.

        Raises:
            UnreadableTable: It is broken, or has no rows.
            TooManyRows: It has more than one import takes.
        """
        table, now = Table(), self._clock.now()
        for row in upload.format.read(upload.file, upload.read):
            if len(table.candidates) >= MAX_IMPORT_ROWS:
                raise TooManyRows
            if row.number % CHECK_EVERY == 0:
                check()
                report(row.number, None, "rows read")
            table.candidates.append(candidate(row, is_typed=upload.format.is_typed, now=now))
            table.unknown |= unknown_columns(row.values)
        if not table.candidates:
            raise UnreadableTable("has no rows")
        return table


def _target(snapshot: Snapshot, project: str | None) -> tuple[str, str]:
    """Return id and slug of the project that is written to."""
    project_id = projects.require(snapshot, project, WRITE)
    return project_id, projects.slug_of(snapshot, project_id)
