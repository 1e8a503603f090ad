"""Reads of projects, and from slug to id and back for everybody above."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from infrastudio.contexts.identity.permissions import ENTITY_RIGHTS
from infrastudio.contexts.projects.schemas import Project, ProjectPage
from infrastudio.contexts.projects.tables import ProjectRow
from infrastudio.kernel.errors import NotFound, PermissionDenied
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot

EVERY_PROJECT = "*"


class UnknownProject(NotFound):
    """No project of this name exists for the actor."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no project {slug!r}.", field="project", value=slug)


def id_of(snapshot: Snapshot, slug: str) -> str | None:
    """Return the id of a project by its slug, which never changes; None when there is none."""
    return snapshot.cached(
        ("project-id", slug),
        lambda: snapshot.execute(select(ProjectRow.id).where(ProjectRow.slug == slug)).scalar_one_or_none(),
    )


def slug_of(snapshot: Snapshot, project_id: str) -> str:
    """Return the slug of a project that some row names."""
    slug: str | None = snapshot.cached(
        ("project-slug", project_id),
        lambda: snapshot.execute(select(ProjectRow.slug).where(ProjectRow.id == project_id)).scalar_one_or_none(),
    )
    if slug is None:
        raise UnknownProject(project_id)
    return slug


def slug_or_none(snapshot: Snapshot, project_id: str) -> str | None:
    """Return the slug of a project; None for entities and events that belong to none."""
    try:
        return slug_of(snapshot, project_id)
    except UnknownProject:
        return None


def require(snapshot: Snapshot, slug: str | None, right: str, *, read_right: str | None = None) -> str:
    """Return the id of the project that is meant (the actor's own, when `slug` is None), if the actor has the right.

    Raises:
        UnknownProject: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    wanted = slug or snapshot.actor.project
    project_id = id_of(snapshot, wanted)
    if project_id is None:
        raise UnknownProject(wanted)
    require_right(snapshot, project_id, right, unknown=UnknownProject(wanted), read_right=read_right)
    return project_id


def require_right(
    snapshot: Snapshot,
    project_id: str,
    right: str,
    *,
    unknown: NotFound,
    read_right: str | None = None,
    changes: str | None = None,
) -> None:
    """Check `right` on something of this project; what the actor may not even read does not exist for them.

    Args:
        snapshot: Carries the actor.
        project_id: The project of the entity.
        right: What is about to be done.
        unknown: Raised when the actor may not read the entity.
        read_right: The right to read such an entity; by default that of the same noun (`runs.write` → `runs.read`).
        changes: The entity, as `run:<id>`, if `right` is asked in order to change it; None: to read it or to add to it.

    Raises:
        unknown: The actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`, or may only change what is its own.
    """
    if snapshot.actor.may(right, project_id):
        if changes is not None and not right.endswith(".read"):
            _require_own(snapshot, changes)
        return
    if snapshot.actor.may(read_right or f"{right.partition('.')[0]}.read", project_id):
        raise PermissionDenied(f"This needs the right {right!r} in the project.", right=right)
    raise unknown


def require_unlimited(snapshot: Snapshot) -> None:
    """Refuse an actor of limited scope; for what changes also that which others may have put into an entity.

    Raises:
        PermissionDenied: The actor has such a scope.
    """
    if snapshot.actor.scope:
        raise PermissionDenied(f"This token may not do so: it is for {snapshot.actor.scope!r}.")


def _require_own(snapshot: Snapshot, entity: str) -> None:
    """Refuse an actor of limited scope who wants to change what is neither in it nor made by the actor."""
    actor = snapshot.actor
    if actor.scope in ("", entity) or ledger.maker(snapshot, *entity.split(":", 1)) == actor.ref:
        return
    raise PermissionDenied(f"This token may only change {actor.scope!r} and what it made itself.", entity=entity)


def visible(snapshot: Snapshot, column: Any, slug: str | None, right: str) -> ColumnElement[bool]:
    """Return the condition on a `project_id` column for what a list may show.

    `slug` None means the actor's own project, `*` every project where the actor has `right`.
    """
    if slug != EVERY_PROJECT:
        condition: ColumnElement[bool] = column == require(snapshot, slug, right)
        return condition
    allowed = snapshot.actor.projects_with(right)
    readable: ColumnElement[bool] = column.is_not(None) if allowed is None else column.in_(sorted(allowed))
    return readable


def visible_entities(snapshot: Snapshot, row: Any, slug: str | None, right: str) -> ColumnElement[bool]:
    """Return the condition on rows about entities of any kind: `right`, and that to read the entity itself.

    Args:
        snapshot: Carries the actor.
        row: What has the columns `project_id` and `entity`.
        slug: As for `visible`.
        right: That to read such rows, such as `events.read`.
    """
    conditions = [visible(snapshot, row.project_id, slug, right)]
    allowed = snapshot.actor.projects_with(right)
    for entity, own_right in ENTITY_RIGHTS.items():
        narrower = snapshot.actor.projects_with(own_right)
        if narrower is not None and (allowed is None or not allowed <= narrower):
            conditions.append(or_(row.entity != entity, row.project_id.in_(sorted(narrower))))
    return and_(*conditions)


def project(snapshot: Snapshot, slug: str) -> Project:
    """Return a project by its slug."""
    project_id = require(snapshot, slug, "projects.read")
    row = snapshot.execute(select(ProjectRow.__table__).where(ProjectRow.id == project_id)).one()
    return Project.model_validate(row)


def page(snapshot: Snapshot, request: PageRequest) -> ProjectPage:
    """Return the projects that the actor may read, by slug."""
    allowed = snapshot.actor.projects_with("projects.read")
    condition = ProjectRow.id.is_not(None) if allowed is None else ProjectRow.id.in_(sorted(allowed))
    rows = snapshot.execute(
        select(ProjectRow.__table__)
        .where(condition)
        .order_by(ProjectRow.slug)
        .offset(request.offset)
        .limit(request.limit)
    )
    total = snapshot.execute(select(func.count()).select_from(ProjectRow).where(condition)).scalar_one()
    return ProjectPage(items=[Project.model_validate(row) for row in rows], total=total)
