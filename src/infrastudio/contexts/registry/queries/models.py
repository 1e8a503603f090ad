"""Reads of models, live and as of a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries import items, summaries
from infrastudio.contexts.registry.queries.columns import model_columns
from infrastudio.contexts.registry.queries.fields import MODEL_FIELDS
from infrastudio.contexts.registry.queries.search import NEWEST_FIRST, Found, Search, run_search
from infrastudio.contexts.registry.schemas import Model, ModelPage, ModelState
from infrastudio.contexts.registry.tables import ModelRow
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedSelect, Record, Snapshot, contains_folded
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Moment, lists
from infrastudio.stores.ledger.filter_columns import columns_at
from infrastudio.stores.ledger.lists import ListQuestion

READ: Final = "registry.read"
WRITE: Final = "registry.write"
ID_PREFIX: Final = "mdl_"

_table: Final = ModelRow.__table__.c
_BY_ID: Final = PreparedSelect(select(ModelRow.__table__).where(_table.id == bindparam("id")))
_BY_NAME: Final = PreparedSelect(
    select(ModelRow.__table__).where(_table.project_id == bindparam("project"), _table.name == bindparam("name"))
)


class UnknownModel(NotFound):
    """No such model exists for the actor."""

    def __init__(self, model: str) -> None:
        super().__init__(f"There is no model {model!r}.", field="model", value=model)
        self.model = model


def model_row(
    snapshot: Snapshot, model: str, *, right: str = READ, project: str | None = None, only_adds: bool = False
) -> Record:
    """Return the row of a model, by its id or by its name in a project, if the actor has `right` on it.

    Args:
        snapshot: Carries the actor.
        model: Id or name.
        right: What is asked for.
        project: The project of the name.
        only_adds: Nothing that others made is changed, so that a token of limited scope may do it too.

    Raises:
        UnknownModel: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = _BY_ID.record(snapshot.connection, {"id": model}) if model.startswith(ID_PREFIX) else None
    if found is None:
        project_id = projects.require(snapshot, project, READ)
        found = _BY_NAME.record(snapshot.connection, {"project": project_id, "name": model})
    if found is None:
        raise UnknownModel(model)
    changes = None if only_adds else f"model:{found.id}"
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownModel(model), changes=changes)
    return found


def models_of(snapshot: Snapshot, rows: Sequence[Record]) -> list[ModelState]:
    """Return the models that rows hold, with their tags and aliases."""
    ids = [row.id for row in rows]
    tags, aliases = items.model_tags(snapshot, ids), items.aliases(snapshot, ids)
    return [
        ModelState.model_validate(
            {
                **row._asdict(),
                "project": projects.slug_of(snapshot, row.project_id),
                "tags": tags.get(row.id, {}),
                "aliases": aliases.get(row.id, {}),
            }
        )
        for row in rows
    ]


def model(snapshot: Snapshot, model: str, *, project: str | None = None, at: Moment | None = None) -> ModelState:
    """Return one model by its id or name, live or as of a moment."""
    if at is None:
        return models_of(snapshot, [model_row(snapshot, model, project=project)])[0]
    if not model.startswith(ID_PREFIX):
        return _named_at(snapshot, model, project, at)
    state = ledger.state_at(snapshot, "model", model, at.seq, collections=ModelState.collections)
    if state is None:
        raise UnknownModel(model)
    project_id = projects.id_of(snapshot, state["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownModel(model))
    return ModelState.model_validate(state)


def summary(snapshot: Snapshot, name: str, *, project: str | None = None, at: Moment | None = None) -> Model:
    """Return one model as clients see it, live or as of a moment."""
    state = model(snapshot, name, project=project, at=at)
    return summaries.shown(snapshot, [state], seq=None if at is None else at.seq)[0]


def models(snapshot: Snapshot, search: Search, *, project: str | None = None) -> Found[ModelState]:
    """Return a part of the live models that match a search, by name unless ordered otherwise."""
    base = select(ModelRow.__table__).where(projects.visible(snapshot, _table.project_id, project, READ))
    return _live(snapshot, base, search)


def page(
    snapshot: Snapshot, request: PageRequest, *, project: str | None = None, at: Moment | None = None
) -> ModelPage:
    """Return a page of models, live or as of a moment; by default the newest first."""
    lists.require_columns(request, Model)
    asked = lists.understand(snapshot, request, MODEL_FIELDS, at=at, live_only=frozenset())
    orderings = asked.orderings or NEWEST_FIRST
    search = Search(MODEL_FIELDS, asked.expression, orderings, asked.limit, asked.offset)
    found = _page(snapshot, search, asked, project, request.q)
    return ModelPage(
        items=summaries.shown(snapshot, found.items, seq=asked.seq),
        total=found.total,
        next_cursor=asked.next_cursor(len(found.items), found.total),
    )


def _page(
    snapshot: Snapshot, search: Search, asked: ListQuestion, project: str | None, q: str | None
) -> Found[ModelState]:
    if asked.seq is None:
        base = select(ModelRow.__table__).where(projects.visible(snapshot, _table.project_id, project, READ))
        if q:
            base = base.where(contains_folded(_table.name_folded, q))
        if asked.pinned is not None:
            base = base.where(lists.existed_at("model", _table.id, asked.pinned))
        return _live(snapshot, base, search)
    base = _states(snapshot, project, asked.seq)
    if q:
        base = base.where(contains_folded(ledger.json_value(EVENT_AT.after, "name_folded"), q))

    def read(rows: list[Any]) -> list[ModelState]:
        return [ledger.state_of(snapshot, row, ModelState, "model") for row in rows]

    name: ColumnElement[Any] = ledger.json_value(EVENT_AT.after, "name")
    columns = columns_at(ModelState, search.fields)
    return run_search(snapshot, base, search, columns, tie_break=(name.asc(), BIRTH.entity_id.asc()), read=read)


def _live(snapshot: Snapshot, base: Select[Any], search: Search) -> Found[ModelState]:
    return run_search(
        snapshot,
        base,
        search,
        model_columns(),
        tie_break=(_table.name.asc(), _table.id.asc()),
        read=lambda rows: models_of(snapshot, rows),
    )


def _named_at(snapshot: Snapshot, name: str, project: str | None, at: Moment) -> ModelState:
    row = snapshot.execute(
        _states(snapshot, project, at.seq).where(ledger.json_value(EVENT_AT.after, "name") == name)
    ).one_or_none()
    if row is None:
        raise UnknownModel(name)
    return ledger.state_of(snapshot, row, ModelState, "model")


def _states(snapshot: Snapshot, project: str | None, seq: int) -> Select[Any]:
    visible = projects.visible(snapshot, EVENT_AT.project_id, project, READ)
    return ledger.select_states("model", seq).where(visible)
