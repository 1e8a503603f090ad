"""Instances from a table: planned row by row, then all done in one unit of work or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.rules.candidates import Candidate
from infrastudio.contexts.instances.schemas import Instance
from infrastudio.contexts.instances.schemas.imports import (
    MAX_REPORTED_ROWS,
    ImportAction,
    ImportedRow,
    ImportOptions,
    ImportReport,
    RowProblem,
)
from infrastudio.contexts.instances.service.instances import add_all, change
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.batches import batches
from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.stores.db import Snapshot, UnitOfWork

WRITE: Final = "instances.write"
CHECK_EVERY: Final = 200
_ORDER: Final[tuple[ImportAction, ...]] = ("failed", "created", "updated", "skipped", "unchanged")

MAX_UNKNOWN_COLUMNS: Final = 100

Check = Callable[[int], object]
"""Is told how many rows are done, and raises where the import shall end."""


class ImportRefused(ValidationFailed):
    """Some rows cannot be imported, so none was; carries the report."""

    def __init__(self, report: ImportReport) -> None:
        count = report.failed
        rows = "1 row has problems" if count == 1 else f"{count} rows have problems"
        super().__init__(
            [
                Problem(f"rows.{row.row}.{problem.path}", problem.message)
                for row in report.rows
                for problem in row.problems
            ][:MAX_REPORTED_ROWS],
            f"Nothing was imported: {rows}.",
        )
        self.details["report"] = report.model_dump(mode="json")


@dataclass
class _Planned:
    candidate: Candidate
    action: ImportAction
    existing: Instance | None = None
    values: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    id: int = 0


def import_actor(actor: Actor, source: str, import_id: str) -> Actor:
    """Return the actor of an import, as the ledger names it: the source acts, and labels say on whose behalf."""
    return replace(
        actor,
        ref=f"import:{source}",
        labels={**actor.labels, "import": source, "import_id": import_id, "by": actor.ref},
    )


def plan_import(
    snapshot: Snapshot,
    candidates: Sequence[Candidate],
    options: ImportOptions,
    *,
    project: str | None = None,
    unknown_columns: Iterable[str] = (),
) -> ImportReport:
    """Return what importing these rows would do now."""
    project_id = projects.require(snapshot, project, WRITE)
    planned = _plan(snapshot, candidates, options, project_id)
    return _report(planned, {}, dry_run=True, unknown_columns=unknown_columns)


def import_instances(
    uow: UnitOfWork,
    candidates: Sequence[Candidate],
    options: ImportOptions,
    *,
    project: str | None = None,
    unknown_columns: Iterable[str] = (),
    check: Check = lambda _done: None,
) -> ImportReport:
    """Create and update instances by their names within the project; a second time everything is unchanged.

    Raises:
        ImportRefused: At least one row has a problem; nothing is done.
    """
    project_id = projects.require(uow, project, WRITE)
    planned = _plan(uow, candidates, options, project_id)
    if any(each.action == "failed" for each in planned):
        raise ImportRefused(_report(planned, {}, dry_run=False, unknown_columns=unknown_columns))
    slug = projects.slug_of(uow, project_id)
    new = _with_ids(planned, options, last=queries.last_id(uow))
    done, number = dict[int, Instance](), 0
    for part in batches(new):
        check(number)
        made = [_new(each, uow.now, slug) for each in part]
        add_all(uow, made, project_id=project_id)
        done |= {each.candidate.row: instance for each, instance in zip(part, made, strict=True)}
        number += len(part)
    for each in planned:
        if each.action == "updated" and each.existing is not None:
            if number % CHECK_EVERY == 0:
                check(number)
            done[each.candidate.row] = _update(uow, each, each.existing, project_id)
            number += 1
    return _report(planned, done, dry_run=False, unknown_columns=unknown_columns)


def _plan(
    snapshot: Snapshot, candidates: Sequence[Candidate], options: ImportOptions, project_id: str
) -> list[_Planned]:
    names = [each.body.name for each in candidates if each.body is not None]
    existing = {
        row.name: queries.instance_of(snapshot, row)
        for part in batches(names)
        for row in queries.rows(snapshot, InstanceRow.project_id == project_id, InstanceRow.name.in_(part))
    }
    first: dict[str, int] = {}
    return [_planned(each, existing, first, options) for each in candidates]


def _planned(
    candidate: Candidate, existing: dict[str, Instance], first: dict[str, int], options: ImportOptions
) -> _Planned:
    body = candidate.body
    if body is None:
        return _Planned(candidate, "failed", problems=candidate.problems)
    other = first.setdefault(body.name, candidate.row)
    if other != candidate.row:
        problem = Problem("name", f"is that of row {other} too; names are unique within a project")
        return _Planned(candidate, "failed", problems=(problem,))
    found = existing.get(body.name)
    if found is None:
        return _Planned(candidate, "created", values=body.values())
    values = {name: value for name, value in body.values().items() if name in candidate.given}
    if all(getattr(found, name) == value for name, value in values.items()):
        return _Planned(candidate, "unchanged", found)
    if options.on_conflict == "update":
        return _Planned(candidate, "updated", found, values)
    if options.on_conflict == "skip":
        return _Planned(candidate, "skipped", found)
    differing = ", ".join(sorted(name for name, value in values.items() if getattr(found, name) != value))
    problem = Problem("name", f"is that of instance {found.id}, which differs in {differing}")
    return _Planned(candidate, "failed", found, problems=(problem,))


def _with_ids(planned: Sequence[_Planned], options: ImportOptions, *, last: int) -> list[_Planned]:
    """Return the rows that become instances in the order of the ids that they get: as-of lists are in that of birth.

    An id of the source is free when it lies behind the last one that was ever given: ids are never used again.
    """
    new = [each for each in planned if each.action == "created"]
    kept: list[_Planned] = []
    if options.keep_ids:
        for each in sorted(new, key=lambda each: (each.candidate.id or 0, each.candidate.row)):
            if (each.candidate.id or 0) > last:
                each.id = last = each.candidate.id or 0
                kept.append(each)
    mapped = [each for each in new if not each.id]
    for each in mapped:
        each.id = last = last + 1
    return [*kept, *mapped]


def _new(each: _Planned, now: datetime, project: str) -> Instance:
    row = each.candidate
    created_at = row.created_at or row.updated_at or now
    updated_at = row.updated_at or created_at
    return Instance(**each.values, id=each.id, project=project, created_at=created_at, updated_at=updated_at, version=1)


def _update(uow: UnitOfWork, each: _Planned, existing: Instance, project_id: str) -> Instance:
    """Change an instance. Its own `updated_at` from an export lies in the past of that change and says nothing."""
    told = each.candidate.updated_at
    later = told if told and told > existing.updated_at else None
    return change(uow, existing, each.values, project_id=project_id, updated_at=later)


def _report(
    planned: Sequence[_Planned], done: dict[int, Instance], *, dry_run: bool, unknown_columns: Iterable[str]
) -> ImportReport:
    counts = dict.fromkeys(_ORDER, 0)
    for each in planned:
        counts[each.action] += 1
    shown = sorted(planned, key=lambda each: (_ORDER.index(each.action), each.candidate.row))[:MAX_REPORTED_ROWS]
    return ImportReport(
        dry_run=dry_run,
        **counts,
        rows=[_reported(each, done.get(each.candidate.row)) for each in shown],
        unknown_columns=sorted(unknown_columns)[:MAX_UNKNOWN_COLUMNS],
        mapped_ids=dict(_mapped_ids(planned, done)),
    )


def _reported(each: _Planned, done: Instance | None) -> ImportedRow:
    instance = done or each.existing
    return ImportedRow(
        row=each.candidate.row,
        action=each.action,
        id=None if instance is None else instance.id,
        name=each.candidate.name,
        problems=tuple(RowProblem(path=one.path, message=one.message, value=one.value) for one in each.problems),
    )


def _mapped_ids(planned: Sequence[_Planned], done: dict[int, Instance]) -> Iterator[tuple[str, int]]:
    for each in planned:
        instance = done.get(each.candidate.row) or each.existing
        if instance is not None and each.candidate.id not in (None, instance.id):
            yield str(each.candidate.id), instance.id
