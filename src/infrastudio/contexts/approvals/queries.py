"""Reads of approvals, live and as of a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, get_args

from sqlalchemy import Row, func, select

from infrastudio.contexts.approvals.schemas import Approval, ApprovalPage, ApprovalStatus
from infrastudio.contexts.approvals.tables import ApprovalRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.filters import EQUALITY, MEMBERSHIP, Field, FilterFields, Identifier, Kind, Ordering
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.db.filter_compiler import (
    FieldColumn,
    FilterColumns,
    compile_filter,
    moment_column,
    order_statement,
)
from infrastudio.stores.ledger import EVENT_AT, Moment, lists
from infrastudio.stores.ledger.filter_columns import columns_at

READ: Final = "approvals.read"

_NEWEST_FIRST: Final = (Ordering(Identifier(None, "created_at"), descending=True),)
_IDENTIFIERS: Final = EQUALITY | MEMBERSHIP

FIELDS: Final = FilterFields(
    {
        "status": Field("status", Kind.CHOICE, choices={word: word for word in get_args(ApprovalStatus)}),
        "verb": Field("verb", operators=_IDENTIFIERS),
        "entity": Field("entity", operators=_IDENTIFIERS),
        "entity_id": Field("entity_id", operators=_IDENTIFIERS),
        "requested_by": Field("requested_by", operators=_IDENTIFIERS),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
        "expires_at": Field("expires_at", Kind.TIME),
    }
)
"""What approvals can be filtered and ordered by."""

_table: Final = ApprovalRow.__table__
_LIVE: Final = FilterColumns(
    {
        **{
            name: FieldColumn(_table.c[name], _table.c[name])
            for name in ("status", "verb", "entity", "entity_id", "requested_by")
        },
        **{name: moment_column(_table.c[name]) for name in ("created_at", "updated_at", "expires_at")},
    }
)


class UnknownApproval(NotFound):
    """No such approval exists for the actor."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no approval {id!r}.", field="approval", value=id)


def approval_row(snapshot: Snapshot, id: str, *, right: str = READ) -> Row[Any]:
    """Return the row of an approval on whose project the actor has `right`.

    Raises:
        UnknownApproval: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = snapshot.execute(select(_table).where(_table.c.id == id)).one_or_none()
    if found is None:
        raise UnknownApproval(id)
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownApproval(id), read_right=READ)
    return found


def approval_of(snapshot: Snapshot, row: Row[Any]) -> Approval:
    """Return the approval that a row holds."""
    return Approval.model_validate({**row._mapping, "project": projects.slug_of(snapshot, row.project_id)})


def approval(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> Approval:
    """Return one approval, live or as of a moment."""
    if at is None:
        return approval_of(snapshot, approval_row(snapshot, id))
    state = ledger.state_at(snapshot, "approval", id, at.seq)
    if state is None:
        raise UnknownApproval(id)
    project_id = projects.id_of(snapshot, state["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownApproval(id))
    return Approval.model_validate(state)


def page(
    snapshot: Snapshot, request: PageRequest, *, project: str | None = None, at: Moment | None = None
) -> ApprovalPage:
    """Return a page of approvals, live or as of a moment; by default the newest first."""
    lists.require_columns(request, Approval)
    asked = lists.understand(snapshot, request, FIELDS, at=at, live_only=frozenset())
    is_live = asked.seq is None
    source = _LIVE if is_live else columns_at(Approval, FIELDS)
    base = select(_table) if asked.seq is None else ledger.select_states("approval", asked.seq)
    id, project_id = (_table.c.id, _table.c.project_id) if is_live else (EVENT_AT.entity_id, EVENT_AT.project_id)
    statement = base.where(
        projects.visible(snapshot, project_id, project, READ), compile_filter(asked.expression, FIELDS, source)
    )
    total = int(snapshot.execute(select(func.count()).select_from(statement.subquery())).scalar_one())
    ordered = order_statement(statement, asked.orderings or _NEWEST_FIRST, FIELDS, source, parameter="sort")
    rows = snapshot.execute(ordered.order_by(id.desc()).offset(asked.offset).limit(asked.limit)).all()
    items = [
        approval_of(snapshot, row) if is_live else ledger.state_of(snapshot, row, Approval, "approval") for row in rows
    ]
    return ApprovalPage(items=items, total=total, next_cursor=asked.next_cursor(len(rows), total))


def pending(snapshot: Snapshot, entity: str, entity_ids: Sequence[str]) -> list[Approval]:
    """Return what waits for a decision on some entities, oldest first; rights were checked before."""
    rows = snapshot.execute(
        select(_table)
        .where(_table.c.entity == entity, _table.c.entity_id.in_(entity_ids), _table.c.status == "pending")
        .order_by(_table.c.created_at, _table.c.id)
    )
    return [approval_of(snapshot, row) for row in rows]


def due(snapshot: Snapshot, now: datetime, *, limit: int) -> list[Approval]:
    """Return what waits for a decision longer than it may, the longest first."""
    rows = snapshot.execute(
        select(_table)
        .where(_table.c.status == "pending", _table.c.expires_at <= now)
        .order_by(_table.c.expires_at, _table.c.id)
        .limit(limit)
    )
    return [approval_of(snapshot, row) for row in rows]
