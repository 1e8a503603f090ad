"""Reads of instances, live and as of a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, select

from infrastudio.contexts.instances.schemas import Instance, InstanceFilter
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.errors import NotFound, ValidationFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, UtcDateTime, contains_folded
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Moment

SORTABLE: Final = tuple(
    column.name for column in InstanceRow.__table__.columns if column.name not in ("project_id", "name_folded")
)

Columns = Callable[[str], ColumnElement[Any]]


class UnknownInstance(NotFound):
    """No such instance exists for the actor."""

    def __init__(self, id: int) -> None:
        super().__init__(f"There is no instance {id}.", id=id)


class InstanceList(NamedTuple):
    """Some instances, and how many there are in all."""

    items: list[Instance]
    total: int


def row(snapshot: Snapshot, id: int, *, right: str) -> Row[Any]:
    """Return the row of an instance on which the actor has `right`.

    Raises:
        UnknownInstance: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = snapshot.execute(select(InstanceRow.__table__).where(InstanceRow.id == id)).one_or_none()
    if found is None:
        raise UnknownInstance(id)
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownInstance(id))
    return found


def instance_of(snapshot: Snapshot, row: Row[Any]) -> Instance:
    """Return the instance that a row holds."""
    project = projects.slug_of(snapshot, row.project_id)
    return Instance.model_validate({**row._mapping, "project": project})


def instance(snapshot: Snapshot, id: int, *, at: Moment | None = None) -> Instance:
    """Return one instance, live or as of a moment."""
    if at is None:
        return instance_of(snapshot, row(snapshot, id, right="instances.read"))
    state = ledger.state_at(snapshot, "instance", str(id), at.seq)
    if state is None:
        raise UnknownInstance(id)
    project_id = projects.id_of(snapshot, state["project"]) or ""
    projects.require_right(snapshot, project_id, "instances.read", unknown=UnknownInstance(id))
    return Instance.model_validate(state)


def instances(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    *,
    project: str | None = None,
    skip: int = 0,
    limit: int = 100,
    sort: str = "id",
    descending: bool = False,
    at: Moment | None = None,
) -> InstanceList:
    """Return a part of the list, live or as of a moment; by default ascending by id."""
    if sort not in SORTABLE:
        raise ValidationFailed.of("sort", f"is not a field of an instance; use one of {', '.join(SORTABLE)}")
    columns = _live if at is None else _past
    visible = projects.visible(
        snapshot, InstanceRow.project_id if at is None else EVENT_AT.project_id, project, "instances.read"
    )
    base = select(InstanceRow.__table__) if at is None else ledger.select_states("instance", at.seq)
    matching = base.where(visible, *_conditions(wanted, columns))
    total = snapshot.execute(_count(matching)).scalar_one()
    by_id = InstanceRow.id if at is None else BIRTH.seq
    order = [by_id] if sort == "id" else [columns(sort), by_id]
    ordered = matching.order_by(*(column.desc() if descending else column.asc() for column in order))
    rows = snapshot.execute(ordered.offset(skip).limit(limit)).all()
    if at is None:
        return InstanceList([instance_of(snapshot, found) for found in rows], total)
    return InstanceList([Instance.model_validate_json(found.after) for found in rows], total)


def _live(field: str) -> ColumnElement[Any]:
    column: ColumnElement[Any] = InstanceRow.__table__.c[field]
    return column


def _past(field: str) -> ColumnElement[Any]:
    column = InstanceRow.__table__.c[field]
    if isinstance(column.type, UtcDateTime):
        return ledger.json_value(EVENT_AT.after, f"{field}_us", int)
    return ledger.json_value(EVENT_AT.after, field, column.type.python_type)


def _conditions(wanted: InstanceFilter, columns: Columns) -> list[ColumnElement[bool]]:
    exact = wanted.model_dump(exclude={"name", "q"}, exclude_none=True)
    conditions: list[ColumnElement[bool]] = [columns(field) == value for field, value in exact.items()]
    if wanted.name:
        conditions.append(contains_folded(columns("name_folded"), wanted.name))
    if wanted.q:
        conditions.append(contains_folded(columns("name_folded"), wanted.q))
    return conditions


def _count(statement: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(statement.order_by(None).subquery())
