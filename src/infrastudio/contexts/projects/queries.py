"""Reads of projects, and from slug to id and back for everybody above."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from infrastudio.contexts.identity.permissions import ENTITY_RIGHTS
from infrastudio.contexts.projects.schemas import Project, ProjectPage
from infrastudio.contexts.projects.tables import ProjectRow
from infrastudio.kernel.errors import NotFound, PermissionDenied
from infrastudio.kernel.filters import Field, FilterFields, Identifier, Kind, Ordering
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, contains_folded
from infrastudio.stores.db.filter_compiler import (
    FieldColumn,
    FilterColumns,
    compile_filter,
    moment_column,
    order_statement,
)
from infrastudio.stores.ledger import EVENT_AT, Moment, lists
from infrastudio.stores.ledger.filter_columns import columns_at

EVERY_PROJECT: Final = "*"
READ: Final = "projects.read"
NEWEST_FIRST: Final = (Ordering(Identifier(None, "created_at"), descending=True),)

FIELDS: Final = FilterFields(
    {
        "id": Field("id"),
        "slug": Field("slug"),
        "name": Field("name"),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
    },
    attribute_entities=("attribute", "attributes", "attr", "project"),
)
"""What projects can be filtered and ordered by."""

_project = ProjectRow.__table__
_LIVE: Final = FilterColumns(
    {
        "id": FieldColumn(_project.c.id, _project.c.id),
        "slug": FieldColumn(_project.c.slug, _project.c.slug),
        "name": FieldColumn(_project.c.name, _project.c.name_folded),
        "created_at": moment_column(_project.c.created_at),
        "updated_at": moment_column(_project.c.updated_at),
    }
)


_RETENTION: Final = select(
    _project.c.id, _project.c.slug, _project.c.metric_retention_days, _project.c.log_retention_days
)


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


def visible_ids(snapshot: Snapshot, slug: str | None, right: str) -> frozenset[str] | None:
    """Return the ids of the projects that a list may show, as `visible` says; None: all."""
    if slug != EVERY_PROJECT:
        return frozenset({require(snapshot, slug, right)})
    return snapshot.actor.projects_with(right)


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


def project(snapshot: Snapshot, slug: str, *, at: Moment | None = None) -> Project:
    """Return a project by its slug, live or as of a moment."""
    project_id = require(snapshot, slug, READ)
    if at is None:
        row = snapshot.execute(select(ProjectRow.__table__).where(ProjectRow.id == project_id)).one()
        return Project.model_validate(row)
    past = ledger.state_at(snapshot, "project", project_id, at.seq)
    if past is None:
        raise UnknownProject(slug)
    return Project.model_validate(past)


class Retention(NamedTuple):
    """For how many days a project keeps its telemetry; None: for ever."""

    project_id: str
    slug: str
    metric_days: int | None
    log_days: int | None


def retentions(snapshot: Snapshot) -> list[Retention]:
    """Return the projects that do not keep all of their telemetry for ever."""
    is_limited = or_(_project.c.metric_retention_days.is_not(None), _project.c.log_retention_days.is_not(None))
    return list(map(Retention._make, snapshot.execute(_RETENTION.where(is_limited))))


def retention_of(snapshot: Snapshot, project_id: str) -> Retention:
    """Return for how long a project keeps its telemetry."""
    return Retention._make(snapshot.execute(_RETENTION.where(_project.c.id == project_id)).one())


def page(snapshot: Snapshot, request: PageRequest, *, at: Moment | None = None) -> ProjectPage:
    """Return a page of the projects that the actor may read, live or as of a moment; by default the newest first.

    Raises:
        ValidationFailed: Filter, order, columns or cursor are not understood.
    """
    lists.require_columns(request, Project)
    asked = lists.understand(snapshot, request, FIELDS, at=at, live_only=frozenset())
    is_live = asked.seq is None
    source = _LIVE if is_live else columns_at(Project, FIELDS)
    base = select(_project) if asked.seq is None else ledger.select_states("project", asked.seq)
    id = _project.c.id if is_live else EVENT_AT.entity_id
    statement = base.where(visible(snapshot, id, EVERY_PROJECT, READ), compile_filter(asked.expression, FIELDS, source))
    if request.q:
        parts = (source.attributes["name"].folded, source.attributes["slug"].folded)
        statement = statement.where(or_(*(contains_folded(part, request.q) for part in parts)))
    total = int(snapshot.execute(select(func.count()).select_from(statement.subquery())).scalar_one())
    ordered = order_statement(statement, asked.orderings or NEWEST_FIRST, FIELDS, source, parameter="sort")
    rows = snapshot.execute(ordered.order_by(id.desc()).offset(asked.offset).limit(asked.limit)).all()
    items = [
        Project.model_validate(row) if is_live else ledger.state_of(snapshot, row, Project, "project") for row in rows
    ]
    return ProjectPage(items=items, total=total, next_cursor=asked.next_cursor(len(rows), total))
