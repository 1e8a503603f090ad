"""What can be done with projects."""

from __future__ import annotations

from typing import Final

from sqlalchemy import insert, select

from infrastudio.contexts.projects.events import ProjectCreated
from infrastudio.contexts.projects.schemas import Project, ProjectIn
from infrastudio.contexts.projects.tables import ProjectRow
from infrastudio.kernel.actor import ALL_PROJECTS
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import Conflict, PermissionDenied
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork

DEFAULT_SLUG: Final = "default"


class SlugTaken(Conflict):
    """Another project already has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"A project {slug!r} already exists.", field="slug", value=slug)


def create(uow: UnitOfWork, body: ProjectIn) -> Project:
    """Make a project.

    Raises:
        SlugTaken: The slug is in use.
        PermissionDenied: Only who has `projects.write` everywhere may make one.
    """
    if "projects.write" not in uow.actor.grants.get(ALL_PROJECTS, ()):
        raise PermissionDenied("This needs the right 'projects.write' on all projects.", right="projects.write")
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


def ensure_default(uow: UnitOfWork) -> None:
    """Make the project `default` in a new database."""
    if uow.execute(select(ProjectRow.id).where(ProjectRow.slug == DEFAULT_SLUG)).one_or_none() is None:
        create(uow, ProjectIn(slug=DEFAULT_SLUG, name="Default"))
