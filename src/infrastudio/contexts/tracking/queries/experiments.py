"""Reads of experiments, live and as of a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Executable, Select, and_, bindparam, cast, func, or_, select, type_coerce
from sqlalchemy.types import BigInteger, String

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.queries.columns import experiment_columns
from infrastudio.contexts.tracking.queries.fields import EXPERIMENT_FIELDS
from infrastudio.contexts.tracking.schemas.experiments import (
    DEFAULT_NAME,
    Experiment,
    ExperimentPage,
    ExperimentView,
    RunCounts,
)
from infrastudio.contexts.tracking.tables.experiments import ExperimentRow, ExperimentTagRow
from infrastudio.contexts.tracking.tables.items import table_of
from infrastudio.contexts.tracking.tables.runs import RunRow
from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.filters import Expression, FilterFields, Identifier, Ordering
from infrastudio.kernel.pages import PageRequest
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedSelect, Record, Snapshot, contains_folded
from infrastudio.stores.db.filter_compiler import FilterColumns, compile_filter, order_statement
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Moment, lists
from infrastudio.stores.ledger.filter_columns import columns_at

READ: Final = "experiments.read"
WRITE: Final = "experiments.write"
_experiments = table_of(ExperimentRow)
_BY_ID: Final = PreparedSelect(select(_experiments).where(_experiments.c.id == bindparam("id")))
_ID_BY_NAME: Final = PreparedSelect(
    select(_experiments.c.id).where(
        _experiments.c.project_id == bindparam("project"), _experiments.c.name == bindparam("name")
    )
)
LIVE_ONLY: Final = frozenset({"last_run_at"})
NEWEST_FIRST: Final = (Ordering(Identifier(None, "created_at"), descending=True),)


class UnknownExperiment(NotFound):
    """No such experiment exists for the actor."""

    def __init__(self, id: str) -> None:
        super().__init__(f"No Experiment with id={id} exists", id=id)


class UnknownExperimentName(NotFound):
    """The project has no experiment of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Could not find experiment with name '{name}'", name=name)


class ExperimentSearch(NamedTuple):
    """What a client of another protocol asks for.

    Attributes:
        project: Slug of a project, `*` for every readable one, None for the actor's own.
        lifecycle: `active` or `deleted`; None: both.
    """

    project: str | None = None
    expression: Expression | None = None
    orderings: Sequence[Ordering] = ()
    fields: FilterFields = EXPERIMENT_FIELDS
    lifecycle: str | None = "active"
    limit: int = 1000
    offset: int = 0


def number_of(id: str) -> int:
    """Return the number that an experiment's id is; -1, which no experiment has, for other text."""
    number = int(id) if id.isascii() and id.isdecimal() and len(id) <= 19 else -1
    return number if number <= MAX_INTEGER and str(number) == id else -1


def row(snapshot: Snapshot, id: str, *, right: str = READ) -> Record:
    """Return the row of an experiment on which the actor has `right`; that to write runs only adds to it.

    Raises:
        UnknownExperiment: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = _BY_ID.record(snapshot.connection, {"id": number_of(id)})
    if found is None:
        raise UnknownExperiment(id)
    changes = f"experiment:{id}" if right == WRITE else None
    projects.require_right(
        snapshot, found.project_id, right, unknown=UnknownExperiment(id), read_right=READ, changes=changes
    )
    return found


def experiment_of(snapshot: Snapshot, row: Record, tags: Mapping[str, str] | None = None) -> Experiment:
    """Return the experiment that a row holds, with the given tags or none."""
    values = row._asdict()
    return Experiment.model_validate(
        {**values, "id": str(row.id), "project": projects.slug_of(snapshot, row.project_id), "tags": tags or {}}
    )


def tags_of(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return the tags of experiments by their number, those with none included."""
    tags: dict[int, dict[str, str]] = {number: {} for number in numbers}
    statement = select(ExperimentTagRow.experiment_id, ExperimentTagRow.key, ExperimentTagRow.value)
    statement = statement.where(ExperimentTagRow.experiment_id.in_(sorted(tags)))
    for item in snapshot.execute(statement.order_by(ExperimentTagRow.key)):
        tags[item.experiment_id][item.key] = item.value
    return tags


def experiment(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> ExperimentView:
    """Return one experiment, deleted ones too, with counts of its runs, live or as of a moment."""
    return _views(snapshot, [state(snapshot, id, at=at)], at=None if at is None else at.seq)[0]


def state(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> Experiment:
    """Return one experiment, deleted ones too, live or as of a moment.

    Raises:
        UnknownExperiment: It does not exist, or the actor may not read it.
    """
    if at is None:
        found = row(snapshot, id)
        return experiment_of(snapshot, found, tags_of(snapshot, [found.id])[found.id])
    past = ledger.state_at(snapshot, "experiment", id, at.seq, collections=Experiment.collections)
    if past is None:
        raise UnknownExperiment(id)
    project_id = projects.id_of(snapshot, past["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownExperiment(id))
    return Experiment.model_validate(past)


def experiment_by_name(snapshot: Snapshot, name: str, *, project: str | None = None) -> Experiment:
    """Return the experiment of a project that has this name, deleted or not.

    Raises:
        UnknownExperimentName: There is none.
    """
    project_id = projects.require(snapshot, project, READ)
    found = snapshot.execute(
        select(ExperimentRow.__table__).where(ExperimentRow.project_id == project_id, ExperimentRow.name == name)
    ).one_or_none()
    if found is None:
        raise UnknownExperimentName(name)
    return experiment_of(snapshot, found, tags_of(snapshot, [found.id])[found.id])


def default_experiment_id(snapshot: Snapshot, *, project: str | None = None) -> str:
    """Return the id of a project's default experiment: the one that clients call `0`.

    Raises:
        UnknownExperimentName: It was not made yet.
    """
    project_id = projects.require(snapshot, project, READ)
    found = _ID_BY_NAME.rows(snapshot.connection, {"project": project_id, "name": DEFAULT_NAME})
    if not found:
        raise UnknownExperimentName(DEFAULT_NAME)
    return str(found[0][0])


def search(snapshot: Snapshot, wanted: ExperimentSearch) -> list[Experiment]:
    """Return experiments in an order that ends with the greatest id first; by default the newest first."""
    columns = experiment_columns()
    statement = select(ExperimentRow.__table__).where(
        projects.visible(snapshot, ExperimentRow.project_id, wanted.project, READ),
        compile_filter(wanted.expression, wanted.fields, columns),
    )
    if wanted.lifecycle is not None:
        statement = statement.where(ExperimentRow.lifecycle == wanted.lifecycle)
    if wanted.orderings:
        statement = order_statement(statement, wanted.orderings, wanted.fields, columns)
    else:
        statement = statement.order_by(ExperimentRow.created_at.desc())
    rows = snapshot.execute(statement.order_by(ExperimentRow.id.desc()).offset(wanted.offset).limit(wanted.limit)).all()
    tags = tags_of(snapshot, [found.id for found in rows])
    return [experiment_of(snapshot, found, tags[found.id]) for found in rows]


def experiments(
    snapshot: Snapshot,
    request: PageRequest,
    *,
    project: str | None = None,
    lifecycle: str | None = "active",
    at: Moment | None = None,
) -> ExperimentPage:
    """Return a page of experiments, live or as of a moment; by default the newest first."""
    lists.require_columns(request, ExperimentView)
    asked = lists.understand(snapshot, request, EXPERIMENT_FIELDS, at=at, live_only=LIVE_ONLY)
    base, columns, number = _source(asked.seq)
    is_live = asked.seq is None
    statement = base.where(
        projects.visible(snapshot, ExperimentRow.project_id if is_live else EVENT_AT.project_id, project, READ),
        compile_filter(asked.expression, EXPERIMENT_FIELDS, columns),
    )
    if lifecycle is not None:
        statement = statement.where(columns.attributes["lifecycle"].value == lifecycle)
    if request.q:
        statement = statement.where(_text_condition(columns, request.q))
    if asked.pinned is not None:
        statement = statement.where(lists.existed_at("experiment", cast(ExperimentRow.id, String(20)), asked.pinned))
    total = snapshot.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    ordered = order_statement(
        statement, asked.orderings or NEWEST_FIRST, EXPERIMENT_FIELDS, columns, parameter="sort"
    ).order_by(number.desc())
    rows = snapshot.execute(ordered.offset(asked.offset).limit(asked.limit)).all()
    if is_live:
        tags = tags_of(snapshot, [found.id for found in rows])
        states = [experiment_of(snapshot, found, tags[found.id]) for found in rows]
    else:
        states = [ledger.state_of(snapshot, found, Experiment, "experiment") for found in rows]
    return ExperimentPage(
        items=_views(snapshot, states, at=asked.seq), total=total, next_cursor=asked.next_cursor(len(rows), total)
    )


def _source(seq: int | None) -> tuple[Select[Any], FilterColumns, ColumnElement[Any]]:
    """Return the statement to begin with, its columns, and the number that breaks ties."""
    if seq is None:
        return select(ExperimentRow.__table__), experiment_columns(), ExperimentRow.__table__.c.id
    by_number = cast(type_coerce(BIRTH.entity_id, String()), BigInteger)
    return ledger.select_states("experiment", seq), columns_at(Experiment, EXPERIMENT_FIELDS), by_number


def _text_condition(columns: FilterColumns, q: str) -> ColumnElement[bool]:
    name, id_text = columns.attributes["name"].folded, columns.attributes["id"].value
    return or_(contains_folded(name, q), id_text == q)


class _Activity(NamedTuple):
    counts: dict[str, int]
    last_run_at: datetime | None


def _views(snapshot: Snapshot, states: Sequence[Experiment], *, at: int | None) -> list[ExperimentView]:
    """Return experiments with counts of their active runs, live or at a ledger position."""
    activity = _activity(snapshot, [state.id for state in states], at)
    nothing = _Activity({}, None)
    views = []
    for state in states:
        counts, last_run_at = activity.get(state.id, nothing)
        values = state.model_dump() | {"runs": RunCounts(**counts), "last_run_at": last_run_at}
        views.append(ExperimentView.model_validate(values))
    return views


def _activity(snapshot: Snapshot, ids: Sequence[str], at: int | None) -> dict[str, _Activity]:
    found: dict[str, _Activity] = {}
    statement = _activity_live(ids) if at is None else _activity_at(ids, at)
    for group in snapshot.execute(statement):
        counts, last_run_at = found.get(str(group.experiment_id), _Activity({}, None))
        moment = from_micros(group.last_us)
        later = moment if last_run_at is None or moment > last_run_at else last_run_at
        found[str(group.experiment_id)] = _Activity(counts | {group.status: group.runs}, later)
    return found


def _activity_live(ids: Sequence[str]) -> Executable:
    last_us = type_coerce(func.max(func.coalesce(RunRow.started_at, RunRow.created_at)), BigInteger())
    return (
        select(RunRow.experiment_id, RunRow.status, func.count().label("runs"), last_us.label("last_us"))
        .where(RunRow.experiment_id.in_([number_of(id) for id in ids]), RunRow.lifecycle == "active")
        .group_by(RunRow.experiment_id, RunRow.status)
    )


def _activity_at(ids: Sequence[str], seq: int) -> Executable:
    after = EVENT_AT.after
    numbers = [number_of(id) for id in ids]
    runs = select(RunRow.id).where(RunRow.experiment_id.in_(numbers))
    parts = (
        ledger.json_value(after, "experiment_id").label("experiment_id"),
        ledger.json_value(after, "status").label("status"),
        func.coalesce(
            ledger.json_value(after, "started_at_us", int), ledger.json_value(after, "created_at_us", int)
        ).label("last_us"),
    )
    states = (
        ledger.select_states("run", seq, *parts)
        .where(and_(BIRTH.entity_id.in_(runs), ledger.json_value(after, "lifecycle") == "active"))
        .subquery()
    )
    columns = (states.c.experiment_id, states.c.status)
    return select(*columns, func.count().label("runs"), func.max(states.c.last_us).label("last_us")).group_by(*columns)
