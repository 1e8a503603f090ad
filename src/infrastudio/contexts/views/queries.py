"""Reads of saved views, live and as of a moment: those that are shared, and the actor's own."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, or_, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.views.schemas import SavedView, SavedViewPage, ViewPage
from infrastudio.contexts.views.tables import SavedViewRow
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.filters import EQUALITY, MEMBERSHIP, PRESENCE, Field, FilterFields, Identifier, Kind, Ordering
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

READ: Final = "views.read"
ENTITY: Final = "saved_view"
NEWEST_FIRST: Final = (Ordering(Identifier(None, "created_at"), descending=True),)

FIELDS: Final = FilterFields(
    {
        "id": Field("id"),
        "name": Field("name"),
        "page": Field("page", operators=EQUALITY | MEMBERSHIP),
        "about": Field("about", operators=EQUALITY | MEMBERSHIP | PRESENCE),
        "owner": Field("owner", operators=EQUALITY | MEMBERSHIP),
        "visibility": Field("visibility", Kind.CHOICE, choices={"own": "own", "shared": "shared"}),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
    }
)
"""What views can be filtered and ordered by."""

_view = SavedViewRow.__table__
_LIVE: Final = FilterColumns(
    {
        "id": FieldColumn(_view.c.id, _view.c.id),
        "name": FieldColumn(_view.c.name, _view.c.name_folded),
        "page": FieldColumn(_view.c.page),
        "about": FieldColumn(_view.c.about, nullable=True),
        "owner": FieldColumn(_view.c.owner),
        "visibility": FieldColumn(_view.c.visibility),
        "created_at": moment_column(_view.c.created_at),
        "updated_at": moment_column(_view.c.updated_at),
    }
)


class UnknownView(NotFound):
    """No such view exists for the actor."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no saved view {id!r}.", id=id)


def row(snapshot: Snapshot, id: str, *, right: str = READ) -> Row[Any]:
    """Return the row of a view that the actor may see, and on which it has `right`.

    Raises:
        UnknownView: It does not exist, or the actor may not see it.
        PermissionDenied: The actor may see it and lacks `right`.
    """
    found = snapshot.execute(select(_view).where(_view.c.id == id)).one_or_none()
    if found is None:
        raise UnknownView(id)
    projects.require_right(
        snapshot, found.project_id, right, unknown=UnknownView(id), read_right=READ, changes=f"{ENTITY}:{id}"
    )
    if found.visibility != "shared" and found.owner != snapshot.actor.ref:
        raise UnknownView(id)
    return found


def view_of(snapshot: Snapshot, found: Row[Any]) -> SavedView:
    """Return the view that a row holds."""
    return SavedView.model_validate({**found._asdict(), "project": projects.slug_of(snapshot, found.project_id)})


def view(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> SavedView:
    """Return one view, live or as of a moment."""
    if at is None:
        return view_of(snapshot, row(snapshot, id))
    past = ledger.state_at(snapshot, ENTITY, id, at.seq)
    if past is None:
        raise UnknownView(id)
    project_id = projects.id_of(snapshot, past["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownView(id))
    if past["visibility"] != "shared" and past["owner"] != snapshot.actor.ref:
        raise UnknownView(id)
    return SavedView.model_validate(past)


def views(
    snapshot: Snapshot,
    request: PageRequest,
    *,
    project: str | None = None,
    page: ViewPage | None = None,
    about: str | None = None,
    at: Moment | None = None,
) -> SavedViewPage:
    """Return a page of the views that are shared or the actor's own; by default the newest first.

    Args:
        snapshot: Carries the actor.
        request: Which part of the list.
        project: Slug of a project, `*` for every readable one, None for the actor's own.
        page: Only views of this page.
        about: Only views for the page of this entity, and those for every one; None: all.
        at: The moment that is asked about; None: live.

    Raises:
        ValidationFailed: Filter, order, columns or cursor are not understood.
    """
    lists.require_columns(request, SavedView)
    asked = lists.understand(snapshot, request, FIELDS, at=at, live_only=frozenset())
    is_live = asked.seq is None
    source = _LIVE if is_live else columns_at(SavedView, FIELDS)
    base = select(_view) if asked.seq is None else ledger.select_states(ENTITY, asked.seq)
    project_id = _view.c.project_id if is_live else EVENT_AT.project_id
    conditions = [
        projects.visible(snapshot, project_id, project, READ),
        _is_listed(snapshot, source),
        compile_filter(asked.expression, FIELDS, source),
    ]
    columns = source.attributes
    if page is not None:
        conditions.append(columns["page"].value == page)
    if about is not None:
        conditions.append(or_(columns["about"].value.is_(None), columns["about"].value == about))
    if request.q:
        conditions.append(contains_folded(columns["name"].folded, request.q))
    statement = base.where(*conditions)
    total = int(snapshot.execute(select(func.count()).select_from(statement.subquery())).scalar_one())
    ordered = order_statement(statement, asked.orderings or NEWEST_FIRST, FIELDS, source, parameter="sort")
    ordered = ordered.order_by(columns["id"].value.desc()).offset(asked.offset).limit(asked.limit)
    found = snapshot.execute(ordered).all()
    items = [view_of(snapshot, one) if is_live else ledger.state_of(snapshot, one, SavedView, ENTITY) for one in found]
    return SavedViewPage(items=items, total=total, next_cursor=asked.next_cursor(len(found), total))


def _is_listed(snapshot: Snapshot, source: FilterColumns) -> ColumnElement[bool]:
    columns = source.attributes
    return or_(columns["visibility"].value == "shared", columns["owner"].value == snapshot.actor.ref)
