"""What can be done with projects."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy import update as sql_update

from infrastudio.contexts.projects import queries
from infrastudio.contexts.projects.events import ProjectCreated, ProjectUpdated
from infrastudio.contexts.projects.schemas import Project, ProjectIn, ProjectUpdate
from infrastudio.contexts.projects.tables import ProjectRow
from infrastudio.kernel.actor import ALL_PROJECTS
from infrastudio.kernel.diff import diff, state_json
from infrastudio.kernel.errors import Conflict, PermissionDenied, PreconditionFailed
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork

WRITE: Final = "projects.write"
DEFAULT_SLUG: Final = "default"


class SlugTaken(Conflict):
    """Another project already has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"A project {slug!r} already exists.", field="slug", value=slug)


class StaleVersion(PreconditionFailed):
    """The project changed since the client read it."""

    def __init__(self, expected: int, current: Project, changes_since: list[dict[str, Any]]) -> None:
        super().__init__(
            f"The project {current.slug!r} is at version {current.version}, not {expected}.",
            expected_version=expected,
            current_version=current.version,
            current=state_json(current),
            changes_since=changes_since,
        )


def create(uow: UnitOfWork, body: ProjectIn) -> Project:
    """Make a project.

    Raises:
        SlugTaken: The slug is in use.
        PermissionDenied: Only who has `projects.write` everywhere may make one.
    """
    if WRITE not in uow.actor.grants.get(ALL_PROJECTS, ()):
        raise PermissionDenied(f"This needs the right {WRITE!r} on all projects.", right=WRITE)
    project = Project(
        id=uow.ids.prefixed("prj"),
        slug=body.slug,
        name=body.name,
        description=body.description,
        created_at=uow.now,
        updated_at=uow.now,
        version=1,
    )
    stored = project.model_dump() | {"name_folded": casefold(project.name)}
    uow.change(insert(ProjectRow).values(stored), on_conflict=SlugTaken(body.slug))
    ledger.append(uow, ProjectCreated(after=project, changes=diff(None, project)), project_id=project.id)
    return project


def update(uow: UnitOfWork, slug: str, body: ProjectUpdate, *, expected: int | None = None) -> Project:
    """Change the given fields of a project; those not sent stay as they are.

    Raises:
        UnknownProject: There is no such project for the actor.
        PermissionDenied: The actor lacks `projects.write` in it.
        StaleVersion: It changed since `expected`.
    """
    id = queries.require(uow, slug, WRITE)
    before = queries.project(uow, slug)
    if expected is not None and expected != before.version:
        raise StaleVersion(expected, before, ledger.changes_since(uow, "project", id, expected))
    asked = {field: value for field, value in body.provided().items() if getattr(before, field) != value}
    if not asked:
        return before
    after = before.model_copy(update=asked | {"updated_at": uow.now, "version": before.version + 1})
    stored = after.model_dump() | {"name_folded": casefold(after.name)}
    uow.change(sql_update(ProjectRow).where(ProjectRow.id == id).values(stored))
    ledger.append(uow, ProjectUpdated(after=after, changes=diff(before, after)), project_id=id)
    return after


def ensure_default(uow: UnitOfWork) -> None:
    """Make the project `default` in a new database."""
    if uow.execute(select(ProjectRow.id).where(ProjectRow.slug == DEFAULT_SLUG)).one_or_none() is None:
        create(uow, ProjectIn(slug=DEFAULT_SLUG, name="Default"))
