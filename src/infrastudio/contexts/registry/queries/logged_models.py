"""Reads of logged models."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, func, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries import items
from infrastudio.contexts.registry.queries.columns import Dataset, logged_model_columns
from infrastudio.contexts.registry.queries.models import READ
from infrastudio.contexts.registry.queries.search import Found, Search, run_search
from infrastudio.contexts.registry.schemas import LoggedModel
from infrastudio.contexts.registry.tables import LoggedModelRow
from infrastudio.contexts.tracking.queries.artifacts import Folder
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.text import is_storable
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Moment

_table: Final = LoggedModelRow.__table__.c


class UnknownLoggedModel(NotFound):
    """No such logged model exists for the actor, or it was deleted."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no logged model {id!r}.", field="logged_model_id", value=id)
        self.id = id


@dataclass(frozen=True)
class LoggedModelSearch:
    """What is wanted: of some experiments, with metrics counted on some datasets only, if any are named."""

    search: Search
    experiment_ids: Collection[str]
    datasets: Collection[Dataset] = ()


def logged_model_row(
    snapshot: Snapshot, id: str, *, right: str = READ, with_deleted: bool = False, only_adds: bool = False
) -> Row[Any]:
    """Return the row of a logged model on which the actor has `right`; for `only_adds` see `model_row`.

    Raises:
        UnknownLoggedModel: It does not exist, was deleted, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    if not is_storable(id):
        raise UnknownLoggedModel(id)
    found = snapshot.execute(select(LoggedModelRow.__table__).where(_table.id == id)).one_or_none()
    if found is None or (found.lifecycle == "deleted" and not with_deleted):
        raise UnknownLoggedModel(id)
    changes = None if only_adds else f"logged_model:{id}"
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownLoggedModel(id), changes=changes)
    return found


def logged_models_of(snapshot: Snapshot, rows: Sequence[Row[Any]]) -> list[LoggedModel]:
    """Return the logged models that rows hold, with their params and tags."""
    ids = [row.id for row in rows]
    params, tags = items.logged_model_params(snapshot, ids), items.logged_model_tags(snapshot, ids)
    return [
        LoggedModel.model_validate(
            {
                **row._mapping,
                "project": projects.slug_of(snapshot, row.project_id),
                "params": params.get(row.id, {}),
                "tags": tags.get(row.id, {}),
            }
        )
        for row in rows
    ]


def logged_model(snapshot: Snapshot, id: str, *, with_deleted: bool = False, at: Moment | None = None) -> LoggedModel:
    """Return one logged model, live or as of a moment."""
    if at is None:
        return logged_models_of(snapshot, [logged_model_row(snapshot, id, with_deleted=with_deleted)])[0]
    state = ledger.state_at(snapshot, "logged_model", id, at.seq, collections=LoggedModel.collections)
    if state is None or (state["lifecycle"] == "deleted" and not with_deleted):
        raise UnknownLoggedModel(id)
    project_id = projects.id_of(snapshot, state["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownLoggedModel(id))
    return LoggedModel.model_validate(state)


def made_by_run(
    snapshot: Snapshot, run_id: str, *, most: int, at: Moment | None = None
) -> tuple[list[LoggedModel], int]:
    """Return the logged models that a run has made, the newest first, `most` at most, and how many there are."""
    if at is not None:
        return _made_by_run_at(snapshot, run_id, most, at)
    made = select(LoggedModelRow.__table__).where(
        projects.visible(snapshot, _table.project_id, projects.EVERY_PROJECT, READ),
        _table.source_run_id == run_id,
        _table.lifecycle == "active",
    )
    total = int(snapshot.execute(select(func.count()).select_from(made.subquery())).scalar_one())
    rows = snapshot.execute(made.order_by(_table.created_at.desc(), _table.id).limit(most)).all()
    return logged_models_of(snapshot, rows), total


def _made_by_run_at(snapshot: Snapshot, run_id: str, most: int, at: Moment) -> tuple[list[LoggedModel], int]:
    rows = snapshot.execute(
        ledger.select_states("logged_model", at.seq)
        .where(
            projects.visible(snapshot, EVENT_AT.project_id, projects.EVERY_PROJECT, READ),
            ledger.json_value(EVENT_AT.after, "source_run_id") == run_id,
            ledger.json_value(EVENT_AT.after, "lifecycle") == "active",
        )
        .order_by(BIRTH.seq.desc())
    ).all()
    return [ledger.state_of(snapshot, row, LoggedModel, "logged_model") for row in rows[:most]], len(rows)


def folder(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> Folder:
    """Return where the files of a logged model are.

    Raises:
        UnknownLoggedModel: It does not exist, or the actor may not read it.
    """
    found = logged_model(snapshot, id, at=at)
    return Folder(found.location, found.project)


def newest_of_run(snapshot: Snapshot, run_id: str, name: str) -> LoggedModel | None:
    """Return the newest logged model of a name that a run has made; None where the actor can read none."""
    row = snapshot.execute(
        select(LoggedModelRow.__table__)
        .where(
            projects.visible(snapshot, _table.project_id, projects.EVERY_PROJECT, READ),
            _table.source_run_id == run_id,
            _table.name == name,
            _table.lifecycle == "active",
        )
        .order_by(_table.created_at.desc(), _table.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else logged_models_of(snapshot, [row])[0]


def project_of(snapshot: Snapshot, id: str) -> str | None:
    """Return the id of the project of a logged model that was not deleted; None when there is none."""
    if not is_storable(id):
        return None
    project_id: str | None = snapshot.execute(
        select(_table.project_id).where(_table.id == id, _table.lifecycle == "active")
    ).scalar_one_or_none()
    return project_id


def logged_models(snapshot: Snapshot, wanted: LoggedModelSearch) -> Found[LoggedModel]:
    """Return a part of the live logged models of some experiments, the newest first unless ordered otherwise."""
    base = select(LoggedModelRow.__table__).where(
        projects.visible(snapshot, _table.project_id, projects.EVERY_PROJECT, READ),
        _table.experiment_id.in_(list(wanted.experiment_ids)),
        _table.lifecycle == "active",
    )
    return run_search(
        snapshot,
        base,
        wanted.search,
        logged_model_columns(snapshot.dialect, wanted.datasets),
        tie_break=(_table.created_at.desc(), _table.id.asc()),
        read=lambda rows: logged_models_of(snapshot, rows),
    )
