"""What can be done with saved views."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, insert, select
from sqlalchemy import update as sql_update

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.views import queries
from infrastudio.contexts.views.events import SavedViewCreated, SavedViewDeleted, SavedViewUpdated
from infrastudio.contexts.views.schemas import SavedView, SavedViewIn, SavedViewUpdate
from infrastudio.contexts.views.tables import SavedViewRow
from infrastudio.kernel.diff import diff, state_json
from infrastudio.kernel.errors import Conflict, PreconditionFailed
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork

WRITE: Final = "views.write"
MAX_VIEWS: Final = 500
"""Of one owner in one project."""

_view = SavedViewRow.__table__


class NameTaken(Conflict):
    """The owner already has a view of this name for the page."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A view of this page by the same owner is named {name!r}.", field="name", value=name)


class TooManyViews(Conflict):
    """The owner has as many views as one may have in a project."""

    def __init__(self) -> None:
        super().__init__(f"You already have {MAX_VIEWS} views in this project; delete one first.")


class StaleView(PreconditionFailed):
    """The view changed since the client read it."""

    def __init__(self, uow: UnitOfWork, expected: int, current: SavedView) -> None:
        super().__init__(
            f"The view {current.name!r} is at version {current.version}, not {expected}.",
            expected_version=expected,
            current_version=current.version,
            current=state_json(current),
            changes_since=ledger.changes_since(uow, queries.ENTITY, current.id, expected),
        )


def create(uow: UnitOfWork, body: SavedViewIn, *, project: str | None = None) -> SavedView:
    """Save a view; it is the actor's.

    Raises:
        NameTaken: The actor has a view of this name for the page.
        TooManyViews: The actor has too many already.
    """
    project_id = projects.require(uow, project, WRITE)
    mine = (SavedViewRow.project_id == project_id, SavedViewRow.owner == uow.actor.ref)
    if uow.execute(select(func.count()).select_from(_view).where(*mine)).scalar_one() >= MAX_VIEWS:
        raise TooManyViews
    view = SavedView(
        id=uow.ids.prefixed("viw"),
        project=projects.slug_of(uow, project_id),
        **body.model_dump(),
        owner=uow.actor.ref,
        created_at=uow.now,
        updated_at=uow.now,
        version=1,
    )
    stored = view.model_dump(exclude={"project"}) | {"project_id": project_id, "name_folded": casefold(view.name)}
    uow.change(insert(SavedViewRow).values(stored), on_conflict=NameTaken(view.name))
    ledger.append(uow, SavedViewCreated(after=view, changes=diff(None, view)), project_id=project_id)
    return view


def update(uow: UnitOfWork, id: str, body: SavedViewUpdate, *, expected: int | None = None) -> SavedView:
    """Change the given fields of a view, one's own or a shared one; those not sent stay as they are.

    Raises:
        NameTaken: Its owner has another view of the new name for the page.
        StaleView: It changed since `expected`.
    """
    project_id, before = _seen(uow, id, expected)
    asked = {name: value for name, value in body.provided().items() if getattr(before, name) != value}
    if not asked:
        return before
    after = before.model_copy(update={**asked, "updated_at": uow.now, "version": before.version + 1})
    stored = {**asked, "updated_at": after.updated_at, "version": after.version, "name_folded": casefold(after.name)}
    uow.change(sql_update(SavedViewRow).where(SavedViewRow.id == id).values(stored), on_conflict=NameTaken(after.name))
    ledger.append(uow, SavedViewUpdated(after=after, changes=diff(before, after)), project_id=project_id)
    return after


def delete(uow: UnitOfWork, id: str, *, expected: int | None = None) -> None:
    """Remove a view, one's own or a shared one; its history stays.

    Raises:
        StaleView: It changed since `expected`.
    """
    project_id, before = _seen(uow, id, expected)
    uow.change(sql_delete(SavedViewRow).where(SavedViewRow.id == id))
    gone = SavedViewDeleted(after=None, changes=diff(before, None), entity_id=id, version=before.version + 1)
    ledger.append(uow, gone, project_id=project_id)


def _seen(uow: UnitOfWork, id: str, expected: int | None) -> tuple[str, SavedView]:
    """Return a view that the actor may change, at the version that the client has seen, and the id of its project."""
    row = queries.row(uow, id, right=WRITE)
    before = queries.view_of(uow, row)
    if expected is not None and expected != before.version:
        raise StaleView(uow, expected, before)
    return row.project_id, before
