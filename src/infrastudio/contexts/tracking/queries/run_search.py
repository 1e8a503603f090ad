"""Lists of runs: filtered, ordered and cut on the server, live and as of a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.queries import experiments, runs
from infrastudio.contexts.tracking.queries.columns import run_columns, select_runs
from infrastudio.contexts.tracking.queries.fields import RUN_FIELDS
from infrastudio.contexts.tracking.schemas.runs import STATUSES, Run, RunPage, RunSummary
from infrastudio.contexts.tracking.tables.runs import RunRow
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.filters import Identifier, Ordering, parse_order_by
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, contains_folded
from infrastudio.stores.db.filter_compiler import FilterColumns, compile_filter, order_statement
from infrastudio.stores.ledger import BIRTH, EVENT_AT, EventRow, Moment, lists
from infrastudio.stores.ledger.filter_columns import columns_at
from infrastudio.stores.ledger.lists import ListQuestion
from infrastudio.stores.telemetry import LatestValue, TelemetryReader

NEWEST_FIRST: Final = (Ordering(Identifier(None, "created_at"), descending=True),)
OWN_COLUMNS: Final = frozenset(RunSummary.model_fields) - {"params", "tags", "metrics"}
LIVE_ONLY: Final = frozenset({"duration_s"})
"""Attributes that recorded states leave out."""
MIN_ID_PREFIX: Final = 4


class RunScope(NamedTuple):
    """Which runs a list is about, before any filter.

    Attributes:
        experiment_ids: Only runs of these; None: of all experiments. Those that do not exist hold none.
        project: Slug of a project, `*` for every readable one, None for the actor's own; not used with experiments.
        lifecycle: `active` or `deleted`; None: both.
    """

    experiment_ids: Sequence[str] | None = None
    project: str | None = None
    lifecycle: str | None = "active"


class Columns(NamedTuple):
    """Which params, tags and metrics a list shows; None: all."""

    params: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    metrics: tuple[str, ...] | None = None


def run_page(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    request: PageRequest,
    scope: RunScope,
    *,
    facets: Sequence[str] = (),
    at: Moment | None = None,
) -> RunPage:
    """Return a page of runs, live or as of a moment; by default the newest first.

    Raises:
        UnknownExperiment: An experiment of the scope does not exist for the actor.
        ValidationFailed: Filter, order, columns or cursor are not understood.
    """
    columns = _asked_columns(request.columns)
    for id in scope.experiment_ids or ():
        experiments.state(snapshot, id, at=at)
    asked = lists.understand(snapshot, request, RUN_FIELDS, at=at, live_only=LIVE_ONLY)
    keys, total = _keys(snapshot, request, scope, asked)
    states = _live_runs(snapshot, keys, columns) if asked.seq is None else _past_runs(snapshot, keys, columns)
    return RunPage(
        items=_summaries(telemetry, states, columns.metrics, at),
        total=total,
        next_cursor=asked.next_cursor(len(keys), total),
        facets={facet: _facet(snapshot, request, scope, asked, facet) for facet in facets} if facets else None,
    )


def _keys(snapshot: Snapshot, request: PageRequest, scope: RunScope, asked: ListQuestion) -> tuple[list[Any], int]:
    """Return the ids of a page's runs, or the numbers of their events in the past, and how many match in all.

    Keys are sorted instead of whole rows. Those that are dear to find, by a filter or in the past, are counted while
    they are sorted; without a filter an index counts them, and may give the order.
    """
    source, base = runs_at(snapshot, scope, asked)
    ordered = order_statement(base, asked.orderings or NEWEST_FIRST, RUN_FIELDS, source, parameter="sort")
    ordered = ordered.order_by(source.attributes["id"].value.desc())
    key = (RunRow.__table__.c.id if asked.seq is None else EVENT_AT.seq).label("key")
    found = narrowed(ordered, source, request, asked).with_only_columns(key)
    page = found.offset(asked.offset).limit(asked.limit)
    if asked.seq is not None or asked.expression is not None or request.q:
        rows = snapshot.execute(page.add_columns(func.count().over().label("total"))).all()
        if rows:
            return [row.key for row in rows], int(rows[0].total)
        keys = []
    else:
        keys = list(snapshot.execute(page).scalars())
    return keys, _count(snapshot, request, scope, asked)


def _count(snapshot: Snapshot, request: PageRequest, scope: RunScope, asked: ListQuestion) -> int:
    source, base = runs_at(snapshot, scope, asked)
    if asked.seq is None and asked.expression is None:  # SQLite would look for the stream of each run in vain
        base = select(RunRow.__table__).where(*scope_conditions(snapshot, scope, None))
    matching = narrowed(base, source, request, asked).with_only_columns(source.attributes["id"].value)
    return int(snapshot.execute(select(func.count()).select_from(matching.subquery())).scalar_one())


def runs_at(snapshot: Snapshot, scope: RunScope, asked: ListQuestion) -> tuple[FilterColumns, Select[Any]]:
    """Return where values stand, and the statement of all runs of a scope, live or as of the moment that is asked."""
    if asked.seq is None:
        source, statement = run_columns(snapshot.dialect), select_runs(snapshot.dialect)
    else:
        source, statement = columns_at(Run, RUN_FIELDS), ledger.select_states("run", asked.seq)
    return source, statement.where(*scope_conditions(snapshot, scope, asked.seq))


def narrowed(statement: Select[Any], source: FilterColumns, request: PageRequest, asked: ListQuestion) -> Select[Any]:
    """Return a statement of `runs_at` narrowed to the runs that match the request.

    Order it before: then a metric that is filtered and ordered by is looked up once.
    """
    statement = statement.where(compile_filter(asked.expression, RUN_FIELDS, source))
    if request.q:
        statement = statement.where(_text_condition(source, request.q))
    if asked.pinned is not None:
        statement = statement.where(lists.existed_at("run", RunRow.__table__.c.id, asked.pinned))
    return statement


def scope_conditions(snapshot: Snapshot, scope: RunScope, seq: int | None) -> list[ColumnElement[bool]]:
    """Return the conditions of a scope; a run never leaves its project and experiment, so those are today's."""
    is_live = seq is None
    conditions: list[ColumnElement[bool]] = []
    if scope.experiment_ids is None:
        column = RunRow.project_id if is_live else EVENT_AT.project_id
        conditions.append(projects.visible(snapshot, column, scope.project, runs.READ))
    else:
        numbers = [experiments.number_of(id) for id in scope.experiment_ids]
        mine = RunRow.experiment_id.in_(numbers)
        conditions.append(mine if is_live else BIRTH.entity_id.in_(select(RunRow.id).where(mine)))
        column = RunRow.project_id if is_live else EVENT_AT.project_id
        conditions.append(projects.visible(snapshot, column, projects.EVERY_PROJECT, runs.READ))
    if scope.lifecycle is not None:
        lifecycle = RunRow.lifecycle if is_live else ledger.json_value(EVENT_AT.after, "lifecycle")
        conditions.append(lifecycle == scope.lifecycle)
    return conditions


def _text_condition(source: FilterColumns, q: str) -> ColumnElement[bool]:
    id, name = source.attributes["id"].value, source.attributes["name"].folded
    condition = contains_folded(name, q)
    if len(q) < MIN_ID_PREFIX:
        return condition
    return or_(condition, func.substr(id, 1, len(q)) == q)


def _facet(
    snapshot: Snapshot, request: PageRequest, scope: RunScope, asked: ListQuestion, facet: str
) -> dict[str, int]:
    if facet != "status":
        raise ValidationFailed.of("facets", f"{facet!r} cannot be counted; use status")
    source, base = runs_at(snapshot, scope, asked)
    status = source.attributes["status"].value.label("facet")
    values = narrowed(base, source, request, asked).with_only_columns(status).subquery()
    counted = select(values.c.facet, func.count().label("runs")).group_by(values.c.facet)
    counts = {row.facet: row.runs for row in snapshot.execute(counted)}
    return {status: counts.get(status, 0) for status in STATUSES}


def _live_runs(snapshot: Snapshot, ids: Sequence[str], columns: Columns) -> list[Run]:
    params, tags = runs.params_of(snapshot, ids, columns.params), runs.tags_of(snapshot, ids, columns.tags)
    return [
        runs.run_of(snapshot, row).model_copy(update={"params": params[row.id], "tags": tags[row.id]})
        for row in runs.rows_of(snapshot, ids)
    ]


def _past_runs(snapshot: Snapshot, seqs: Sequence[int], columns: Columns) -> list[Run]:
    statement = select(EventRow.seq, EventRow.entity_id, EventRow.full, EventRow.after).where(EventRow.seq.in_(seqs))
    events = {event.seq: event for event in snapshot.execute(statement)}
    return [_past_run(snapshot, events[seq], columns) for seq in seqs]


def _past_run(snapshot: Snapshot, event: Row[Any], columns: Columns) -> Run:
    state = Run.model_validate_json(event.after)
    items = {"params": state.params, "tags": state.tags}
    if not event.full and (columns.params != () or columns.tags != ()):
        items = ledger.collections_at(snapshot, "run", event.entity_id, event.seq, ("params", "tags"))
    shown = {"params": _only(items["params"], columns.params), "tags": _only(items["tags"], columns.tags)}
    return state.model_copy(update=shown)


def _only(items: dict[str, str], keys: tuple[str, ...] | None) -> dict[str, str]:
    """Return the items in the order of their keys, all or the asked-for ones."""
    return {key: items[key] for key in sorted(items) if keys is None or key in keys}


def summary(run: Run, latest: Mapping[str, LatestValue]) -> RunSummary:
    """Return a run as lists show it."""
    fields = {name: getattr(run, name) for name in RunSummary.model_fields if name != "metrics"}
    return RunSummary.model_validate(fields | {"metrics": {name: latest[name].value for name in sorted(latest)}})


def _summaries(
    telemetry: TelemetryReader, states: Sequence[Run], names: tuple[str, ...] | None, at: Moment | None
) -> list[RunSummary]:
    latest: Mapping[str, Mapping[str, LatestValue]] = {}
    if states and names != ():
        received_by = None if at is None else to_micros(at.at)
        latest = telemetry.latest("run", [state.id for state in states], names, received_by=received_by)
    return [summary(state, latest.get(state.id, {})) for state in states]


def _asked_columns(asked: tuple[str, ...] | None) -> Columns:
    """Return the params, tags and metrics among the asked-for columns.

    Raises:
        ValidationFailed: One of them is none that a run has.
    """
    if asked is None:
        return Columns()
    found: dict[str, list[str]] = {"parameter": [], "tag": [], "metric": []}
    names = {alias: each.name for each in RUN_FIELDS.collections for alias in (each.name, *each.aliases)}
    problems = []
    for text in asked:
        identifier = parse_order_by(text, parameter="columns").identifier
        collection = names.get(identifier.entity or "")
        if collection in found:
            found[collection].append(identifier.key)
        elif identifier.entity is not None or identifier.key not in OWN_COLUMNS:
            problems.append(Problem("columns", f"{text!r} is no column", suggestion="metrics.acc, params.lr or status"))
    if problems:
        raise ValidationFailed(problems)
    return Columns(tuple(found["parameter"]), tuple(found["tag"]), tuple(found["metric"]))
