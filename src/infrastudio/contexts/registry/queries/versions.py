"""Reads of model versions, live and as of a moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries import items
from infrastudio.contexts.registry.queries.columns import version_columns
from infrastudio.contexts.registry.queries.fields import VERSION_FIELDS
from infrastudio.contexts.registry.queries.models import READ, model, model_row
from infrastudio.contexts.registry.queries.search import NEWEST_FIRST, Found, Search, run_search
from infrastudio.contexts.registry.schemas import ModelState, ModelVersion, ModelVersionPage, Stage, VersionState
from infrastudio.contexts.registry.tables import ModelRow, ModelVersionRow
from infrastudio.kernel.clock import EPOCH
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedSelect, Record, Snapshot, contains_folded
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Moment, lists
from infrastudio.stores.ledger.filter_columns import columns_at

_table: Final = ModelVersionRow.__table__.c
_models: Final = ModelRow.__table__.c
_BY_NUMBER: Final = PreparedSelect(
    select(ModelVersionRow.__table__).where(_table.model_id == bindparam("model"), _table.number == bindparam("number"))
)


def _latest(of: ColumnElement[bool]) -> Select[Any]:
    """Return the statement that reads the newest version in each stage of some models."""
    newest = select(func.max(_table.number).label("number"), _table.model_id).where(of)
    chosen = newest.group_by(_table.model_id, _table.stage).subquery()
    return (
        select(ModelVersionRow.__table__)
        .join(chosen, (chosen.c.model_id == _table.model_id) & (chosen.c.number == _table.number))
        .order_by(_table.number)
    )


_LATEST: Final = _latest(_table.model_id.in_(bindparam("models", expanding=True)))
_LATEST_OF_ONE: Final = PreparedSelect(_latest(_table.model_id == bindparam("model")))


class UnknownVersion(NotFound):
    """No such version exists for the actor."""

    def __init__(self, model: str, number: int) -> None:
        super().__init__(f"Model {model!r} has no version {number}.", field="version", value=number)
        self.model, self.number = model, number


class UnknownAlias(NotFound):
    """The model has no such alias."""

    def __init__(self, model: str, alias: str) -> None:
        super().__init__(f"Model {model!r} has no alias {alias!r}.", field="alias", value=alias)
        self.model, self.alias = model, alias


def version_row(
    snapshot: Snapshot, model: str, number: int, *, right: str = READ, project: str | None = None
) -> tuple[Record, Record]:
    """Return the rows of a model and of one of its versions, if the actor has `right` on them.

    Raises:
        UnknownModel, UnknownVersion: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    owner = model_row(snapshot, model, right=right, project=project, only_adds=True)
    return owner, _row_of(snapshot, owner, number, right)


def _row_of(snapshot: Snapshot, owner: Record, number: int, right: str = READ) -> Record:
    found = _BY_NUMBER.record(snapshot.connection, {"model": owner.id, "number": number})
    unknown = UnknownVersion(owner.name, number)
    if found is None:
        raise unknown
    projects.require_right(snapshot, found.project_id, right, unknown=unknown, changes=f"model_version:{found.id}")
    return found


def states_of(snapshot: Snapshot, rows: Sequence[Record]) -> list[VersionState]:
    """Return the versions that rows hold, as the ledger keeps them."""
    tags = items.version_tags(snapshot, [row.id for row in rows])
    return [
        VersionState.model_validate(
            {
                **row._asdict(),
                "project": projects.slug_of(snapshot, row.project_id),
                "tags": tags.get(row.id, {}),
            }
        )
        for row in rows
    ]


def shown(snapshot: Snapshot, states: Sequence[VersionState], names: dict[str, str]) -> list[ModelVersion]:
    """Return versions as clients see them; `names` are those of their models by id."""
    aliases = items.aliases(snapshot, list(names))
    makers = ledger.makers(snapshot, "model_version", [state.id for state in states])
    return [
        ModelVersion(
            **dict(state),
            model=names[state.model_id],
            registered_by=makers.get(state.id),
            aliases=tuple(alias for alias, number in aliases.get(state.model_id, {}).items() if number == state.number),
        )
        for state in states
    ]


def version(
    snapshot: Snapshot, model: str, number: int, *, project: str | None = None, at: Moment | None = None
) -> ModelVersion:
    """Return one version of a model, live or as of a moment."""
    if at is not None:
        return _version_at(snapshot, model, number, project, at)
    owner, row = version_row(snapshot, model, number, project=project)
    return shown(snapshot, states_of(snapshot, [row]), {owner.id: owner.name})[0]


def by_alias(snapshot: Snapshot, model: str, alias: str, *, project: str | None = None) -> ModelVersion:
    """Return the version that an alias means now.

    Raises:
        UnknownAlias: The model has no such alias.
    """
    owner = model_row(snapshot, model, project=project)
    number = items.aliases(snapshot, [owner.id]).get(owner.id, {}).get(alias)
    if number is None:
        raise UnknownAlias(owner.name, alias)
    row = _row_of(snapshot, owner, number)
    return shown(snapshot, states_of(snapshot, [row]), {owner.id: owner.name})[0]


def latest(
    snapshot: Snapshot, model: str, stages: Sequence[Stage] | None = None, *, project: str | None = None
) -> list[ModelVersion]:
    """Return the newest version in each of the stages (None: in each that has one), by number."""
    owner = model_row(snapshot, model, project=project)
    return latest_of_models(snapshot, {owner.id: owner.name}, stages)[owner.id]


def latest_of_models(
    snapshot: Snapshot, names: dict[str, str], stages: Sequence[Stage] | None = None
) -> dict[str, list[ModelVersion]]:
    """Return the newest version per stage of each model, by number; `names` are those of the models by id."""
    if len(names) == 1:
        rows: Sequence[Record] = _LATEST_OF_ONE.records(snapshot.connection, {"model": next(iter(names))})
    else:
        rows = snapshot.execute(_LATEST, {"models": list(names)}).all()
    if stages is not None:
        rows = [row for row in rows if row.stage in stages]
    found: dict[str, list[ModelVersion]] = {id: [] for id in names}
    for item in shown(snapshot, states_of(snapshot, rows), names):
        found[item.model_id].append(item)
    return found


def versions(snapshot: Snapshot, search: Search, *, project: str | None = None) -> Found[ModelVersion]:
    """Return a part of the live versions of all models, the last revised first unless ordered otherwise."""
    return _live(snapshot, _joined().where(projects.visible(snapshot, _table.project_id, project, READ)), search)


def page(
    snapshot: Snapshot,
    of_model: str,
    request: PageRequest,
    *,
    project: str | None = None,
    at: Moment | None = None,
) -> ModelVersionPage:
    """Return a page of the versions of one model, live or as of a moment; by default the newest first.

    The text `q` is looked for in where versions came from.
    """
    lists.require_columns(request, ModelVersion)
    asked = lists.understand(snapshot, request, VERSION_FIELDS, at=at, live_only=frozenset())
    orderings = asked.orderings or NEWEST_FIRST
    search = Search(VERSION_FIELDS, asked.expression, orderings, asked.limit, asked.offset)
    if asked.seq is None:
        base = _joined().where(_table.model_id == model_row(snapshot, of_model, project=project).id)
        if asked.pinned is not None:
            base = base.where(lists.existed_at("model_version", _table.id, asked.pinned))
        if request.q:
            base = base.where(contains_folded(_table.source_folded, request.q))
        found = _live(snapshot, base, search)
    else:
        found = _past(snapshot, search, of_model, project, asked.seq, request.q)
    return ModelVersionPage(
        items=found.items, total=found.total, next_cursor=asked.next_cursor(len(found.items), found.total)
    )


def _joined() -> Select[Any]:
    return select(ModelVersionRow.__table__, _models.name.label("model_name")).join(
        ModelRow.__table__, _models.id == _table.model_id
    )


def _live(snapshot: Snapshot, base: Select[Any], search: Search) -> Found[ModelVersion]:
    def read(rows: list[Any]) -> list[ModelVersion]:
        names = {row.model_id: row.model_name for row in rows}
        return shown(snapshot, states_of(snapshot, rows), names)

    tie_break = (_table.revised_at.desc(), _models.name.asc(), _table.number.desc(), _table.id.asc())
    return run_search(snapshot, base, search, version_columns(), tie_break=tie_break, read=read)


def _version_at(snapshot: Snapshot, name: str, number: int, project: str | None, at: Moment) -> ModelVersion:
    owner = model(snapshot, name, project=project, at=at)
    state = ledger.state_at(
        snapshot, "model_version", version_id(owner.id, number), at.seq, collections=VersionState.collections
    )
    if state is None:
        raise UnknownVersion(owner.name, number)
    return with_aliases(snapshot, [VersionState.model_validate(state)], owner)[0]


def _past(
    snapshot: Snapshot, search: Search, of_model: str, project: str | None, seq: int, q: str | None
) -> Found[ModelVersion]:
    owner = model(snapshot, of_model, project=project, at=Moment(seq, EPOCH))
    base = ledger.select_states("model_version", seq).where(ledger.json_value(EVENT_AT.after, "model_id") == owner.id)
    if q:
        base = base.where(contains_folded(ledger.json_value(EVENT_AT.after, "source_folded"), q))

    def read(rows: list[Any]) -> list[ModelVersion]:
        states = [ledger.state_of(snapshot, row, VersionState, "model_version") for row in rows]
        return with_aliases(snapshot, states, owner)

    revised = ledger.json_value(EVENT_AT.after, "revised_at_us", int)
    number = ledger.json_value(EVENT_AT.after, "number", int)
    tie_break = (revised.desc(), number.desc(), BIRTH.entity_id.asc())
    return run_search(snapshot, base, search, columns_at(VersionState, search.fields), tie_break=tie_break, read=read)


def with_aliases(snapshot: Snapshot, states: Sequence[VersionState], owner: ModelState) -> list[ModelVersion]:
    """Return versions as clients saw them when their model was `owner`."""
    makers = ledger.makers(snapshot, "model_version", [state.id for state in states])
    return [
        ModelVersion(
            **dict(state),
            model=owner.name,
            registered_by=makers.get(state.id),
            aliases=tuple(sorted(alias for alias, number in owner.aliases.items() if number == state.number)),
        )
        for state in states
    ]


def readable(snapshot: Snapshot, project_id: Any) -> ColumnElement[bool]:
    """Return the condition that a column names a project whose versions the actor may read."""
    return projects.visible(snapshot, project_id, projects.EVERY_PROJECT, READ)


def of_origin(
    snapshot: Snapshot,
    run_id: str | None,
    logged_model_ids: Collection[str],
    *,
    most: int,
    at: Moment | None = None,
) -> list[ModelVersion]:
    """Return the versions that come from a run or one of some logged models, of those that the actor may read.

    Args:
        snapshot: Carries the actor.
        run_id: The run; None: of no run.
        logged_model_ids: The logged models.
        most: How many are returned at most.
        at: The moment that is asked about; None: live.
    """
    if run_id is None and not logged_model_ids:
        return []
    if at is not None:
        return _of_origin_at(snapshot, run_id, logged_model_ids, at)[:most]
    origins = _table.logged_model_id.in_(list(logged_model_ids))
    rows = snapshot.execute(
        select(ModelVersionRow.__table__, ModelRow.name.label("model_name"))
        .join(ModelRow.__table__, ModelRow.id == _table.model_id)
        .where(
            origins if run_id is None else or_(_table.run_id == run_id, origins),
            readable(snapshot, _table.project_id),
        )
        .order_by(ModelRow.name, _table.number)
        .limit(most)
    ).all()
    names = {row.model_id: row.model_name for row in rows}
    return shown(snapshot, states_of(snapshot, rows), names)


def _of_origin_at(
    snapshot: Snapshot, run_id: str | None, logged_model_ids: Collection[str], at: Moment
) -> list[ModelVersion]:
    origins = ledger.json_value(EVENT_AT.after, "logged_model_id").in_(list(logged_model_ids))
    rows = snapshot.execute(
        ledger.select_states("model_version", at.seq)
        .where(
            origins if run_id is None else or_(ledger.json_value(EVENT_AT.after, "run_id") == run_id, origins),
            readable(snapshot, EVENT_AT.project_id),
        )
        .order_by(BIRTH.seq)
    ).all()
    states = [ledger.state_of(snapshot, row, VersionState, "model_version") for row in rows]
    owners = {id: model(snapshot, id, at=at) for id in {state.model_id for state in states}}
    return [with_aliases(snapshot, [state], owners[state.model_id])[0] for state in states]


def version_id(model_id: str, number: int) -> str:
    """Return the id under which the ledger knows a version."""
    return f"{model_id}/{number}"
