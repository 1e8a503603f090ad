"""Reads of instances, live and as of a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Row, Select, bindparam, cast, func, select

from infrastudio.contexts.instances.queries.columns import (
    COLUMNS,
    REMEMBERED,
    Columns,
    chosen,
    conditions,
    live,
    past,
    values_of,
    written,
)
from infrastudio.contexts.instances.schemas import Instance, InstanceFilter, InstanceView
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.errors import NotFound, ValidationFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedSelect, Record, Snapshot
from infrastudio.stores.ledger import BIRTH, EVENT_AT, EventRow, Moment

READ: Final = "instances.read"
LIFE: Final = ("instance.created", "instance.deleted")
"""The kinds of events with which an instance comes, for the first time or again, and goes."""
_BY_ID: Final = PreparedSelect(select(*COLUMNS).where(InstanceRow.id == bindparam("id")))
SORTABLE: Final = tuple(column.name for column in COLUMNS if column.name != "project_id")


class UnknownInstance(NotFound):
    """No such instance exists for the actor."""

    def __init__(self, id: int) -> None:
        super().__init__(f"There is no instance {id}.", id=id)


class InstanceList(NamedTuple):
    """Some instances, and how many there are in all."""

    items: list[Instance]
    total: int


def row(snapshot: Snapshot, id: int, *, right: str) -> Record:
    """Return the row of an instance on which the actor has `right`.

    Raises:
        UnknownInstance: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = row_or_none(snapshot, id)
    if found is None:
        raise UnknownInstance(id)
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownInstance(id))
    return found


def row_or_none(snapshot: Snapshot, id: int) -> Record | None:
    """Return the row of an instance whoever asks; None when there is none now."""
    return _BY_ID.record(snapshot.connection, {"id": id})


def rows(snapshot: Snapshot, *where: ColumnElement[bool]) -> list[Row[Any]]:
    """Return the rows of instances that meet conditions, whoever asks."""
    return list(snapshot.execute(select(*COLUMNS).where(*where)))


def last_id(snapshot: Snapshot) -> int:
    """Return the greatest id that an instance ever had; 0 before the first one."""
    born = select(EventRow.entity_id).where(EventRow.kind == "instance.created", EventRow.version == 1)
    found = snapshot.execute(born.order_by(EventRow.seq.desc()).limit(1)).scalar_one_or_none()
    return int(found or 0)


def instance_of(snapshot: Snapshot, row: Record) -> Instance:
    """Return the instance that a row holds."""
    project = projects.slug_of(snapshot, row.project_id)
    return Instance.model_validate({**row._asdict(), "project": project})


def instance(snapshot: Snapshot, id: int, *, at: Moment | None = None) -> Instance:
    """Return one instance, live or as of a moment."""
    if at is None:
        return instance_of(snapshot, row(snapshot, id, right=READ))
    state = ledger.state_at(snapshot, "instance", str(id), at.seq)
    if state is None:
        raise UnknownInstance(id)
    project_id = projects.id_of(snapshot, state["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownInstance(id))
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
    if at is not None:
        states, total = states_at(
            snapshot, wanted, at, project=project, skip=skip, limit=limit, sort=sort, descending=descending
        )
        return InstanceList([Instance.model_validate_json(state) for state in states], total)
    matching = select_matching(snapshot, wanted, project=project, at=None)
    part = ordered(matching, sort=sort, descending=descending, at=None)
    total = snapshot.execute(count(matching)).scalar_one()
    rows = snapshot.execute(part.offset(skip).limit(limit)).all()
    return InstanceList([instance_of(snapshot, found) for found in rows], total)


def states_at(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    at: Moment,
    *,
    project: str | None,
    skip: int,
    limit: int,
    sort: str,
    descending: bool,
) -> tuple[list[str], int]:
    """Return a part of the list as of a moment as JSON texts, and how many match in all."""
    if sort == "id" and wanted == InstanceFilter():
        matching = select_matching(snapshot, wanted, project=project, at=at, in_order=True)
        part = ordered(matching.with_only_columns(EVENT_AT.after), descending=descending, at=at)
        states = list(snapshot.execute(part.offset(skip).limit(limit)).scalars())
        return states, _total_at(snapshot, at, project)
    allowed = projects.visible_ids(snapshot, project, READ)
    asked = ("instances", allowed, wanted, sort, descending)

    def read() -> Iterable[int]:
        known = ledger.remembered_states(snapshot, REMEMBERED, at.seq)
        if known is not None:
            return chosen(known, wanted, allowed, sort=sort, descending=descending)
        matching = select_matching(snapshot, wanted, project=project, at=at).with_only_columns(EVENT_AT.seq)
        by_id = cast(EVENT_AT.entity_id, BigInteger)
        return snapshot.execute(in_order(matching, sort, past, by_id, descending=descending)).scalars()

    _require_sortable(sort)
    seqs = ledger.remembered_order(snapshot, asked, at.seq, read)
    return ledger.recorded_texts(snapshot, seqs[skip : skip + limit]), len(seqs)


def _total_at(snapshot: Snapshot, at: Moment, project: str | None) -> int:
    """Return how many there were, without a look at each of them."""
    allowed = projects.visible_ids(snapshot, project, READ)
    counts = ledger.count_existing(snapshot, *LIFE, at.seq)
    return sum(number for project_id, number in counts.items() if allowed is None or project_id in allowed)


def view(snapshot: Snapshot, id: int, *, at: Moment | None = None) -> InstanceView:
    """Return one instance with the actor's rights on it."""
    found = instance(snapshot, id, at=at)
    return InstanceView(**found.__dict__, can=rights_on(snapshot, found.project))


def stream(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    *,
    project: str | None = None,
    sort: str = "id",
    descending: bool = False,
    at: Moment | None = None,
) -> Iterator[Instance]:
    """Yield all that match, in any order of a list, without holding them; the snapshot stays open meanwhile."""
    matching = select_matching(snapshot, wanted, project=project, at=at)
    for found in snapshot.stream(ordered(matching, sort=sort, descending=descending, at=at)):
        yield _read(snapshot, found, at)


def batch(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    *,
    project: str | None = None,
    at: Moment | None = None,
    behind: int = 0,
    size: int = 1000,
) -> list[Instance]:
    """Return the next instances by id that match, at most `size`; an empty list is the end.

    Args:
        snapshot: May be another one for each batch: as of a moment all batches together are one consistent list.
        wanted: The filter.
        project: As for lists.
        at: The moment; None: live.
        behind: The id that the batch before ended with.
        size: How many.
    """
    matching = select_matching(snapshot, wanted, project=project, at=at, in_order=True)
    if at is None:
        matching = matching.where(InstanceRow.id > behind)
    elif behind:
        matching = matching.where(BIRTH.seq > ledger.birth_seq("instance", str(behind)))
    rows = snapshot.execute(ordered(matching, at=at).limit(size)).all()
    return [_read(snapshot, found, at) for found in rows]


def select_matching(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    *,
    project: str | None,
    at: Moment | None,
    in_order: bool = False,
) -> Select[Any]:
    """Return the statement of the rows (live) or states (as of a moment) that match and that the actor may read.

    States come `in_order` of their ids at the price of a look at each birth: for pages by id.
    """
    column = InstanceRow.project_id if at is None else EVENT_AT.project_id
    visible = projects.visible(snapshot, column, project, READ)
    born_as = LIFE[0] if in_order else None
    values = values_of(wanted)
    if at is None:
        return select(*COLUMNS).where(visible, *conditions(values, live))
    states = ledger.select_states("instance", at.seq, born_as=born_as)
    return states.where(visible, *written(values), *conditions(values, past))


def rights_on(snapshot: Snapshot, project: str) -> list[str]:
    """Return what the actor may do with the instances of a project."""
    project_id = projects.id_of(snapshot, project) or ""
    return [right for right in (READ, "instances.write") if snapshot.actor.may(right, project_id)]


def ordered(matching: Select[Any], *, sort: str = "id", descending: bool = False, at: Moment | None) -> Select[Any]:
    """Return the rows or states of `select_matching` in an order of the list."""
    if at is None:
        return in_order(matching, sort, live, InstanceRow.id, descending=descending)
    return in_order(matching, sort, past, BIRTH.seq, descending=descending)


def in_order(matching: Select[Any], sort: str, columns: Columns, by_id: Any, *, descending: bool) -> Select[Any]:
    """Return a statement in an order of the list, by whatever `columns` says that a field is."""
    _require_sortable(sort)
    order = [by_id] if sort == "id" else [columns(sort), by_id]
    return matching.order_by(*(column.desc() if descending else column.asc() for column in order))


def _require_sortable(sort: str) -> None:
    if sort not in SORTABLE:
        raise ValidationFailed.of("sort", f"is not a field of an instance; use one of {', '.join(SORTABLE)}")


def _read(snapshot: Snapshot, found: Row[Any], at: Moment | None) -> Instance:
    return instance_of(snapshot, found) if at is None else Instance.model_validate_json(found.after)


def count(statement: Select[Any]) -> Select[Any]:
    """Return the statement that counts the rows of another one."""
    return select(func.count()).select_from(statement.order_by(None).subquery())
