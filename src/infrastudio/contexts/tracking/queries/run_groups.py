"""Runs by what they have in common: how many there are, and how their metrics spread."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Double, Label, Row, Select, and_, case, func, literal, or_, select, type_coerce

from infrastudio.contexts.tracking.queries import experiments
from infrastudio.contexts.tracking.queries.fields import RUN_FIELDS
from infrastudio.contexts.tracking.queries.run_search import LIVE_ONLY, RunScope, narrowed, runs_at
from infrastudio.contexts.tracking.schemas.run_lists import GroupMetric, RunGroup, RunGroupPage
from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.filters import (
    And,
    Comparison,
    Expression,
    Field,
    FilterFields,
    Identifier,
    Kind,
    Operator,
    Ordering,
    Target,
    parse_order_by,
    print_filter,
    print_identifier,
)
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores.db import Snapshot
from infrastudio.stores.db.filter_compiler import FilterColumns, nulls_last
from infrastudio.stores.ledger import Moment, lists
from infrastudio.stores.ledger.lists import ListQuestion

MAX_FIELDS: Final = 3
MAX_METRICS: Final = 20
COUNT: Final = "runs"
"""What orders groups by how many runs they have."""
SCALE: Final = 2.0**-64
"""Sums of scaled values stay finite on databases that refuse infinite ones."""
LARGEST: Final = float(np.finfo(np.float64).max)

_ATTRIBUTES: Final = ("status", "user", "name", "experiment_id", "parent_id", "job_id", "attempts")
_ORDERS: Final = FilterFields(
    {**RUN_FIELDS.attributes, COUNT: Field(COUNT, Kind.NUMBER)}, RUN_FIELDS.collections, RUN_FIELDS.attribute_entities
)
_LARGEST_FIRST: Final = (Ordering(Identifier(None, COUNT), descending=True),)

GroupValue = str | int | None
Group = tuple[GroupValue, ...]


class GroupField(NamedTuple):
    """One thing by which runs are grouped."""

    identifier: Identifier
    target: Target

    def value(self, stored: Any) -> GroupValue:
        """Return a value as it goes over the wire."""
        return int(stored) if stored is not None and self.target.field.kind is Kind.NUMBER else stored

    def condition(self, value: GroupValue) -> Comparison:
        """Return the filter that a group's runs meet.

        Raises:
            ValueError: The grammar cannot say it.
        """
        if value is None:
            return Comparison(self.identifier, Operator.IS_NULL, None)
        return Comparison(self.identifier, Operator.EQUAL, value)


class _Grouped(NamedTuple):
    """All matching runs, joined with what they are grouped by."""

    statement: Select[Any]
    source: FilterColumns
    values: list[Label[Any]]


def run_groups(
    snapshot: Snapshot, request: PageRequest, scope: RunScope, by: str, *, at: Moment | None = None
) -> RunGroupPage:
    """Return a page of groups of the runs that match, with the spread of the metrics among `request.columns`.

    Args:
        snapshot: Carries the actor.
        request: Which runs; sorted by `runs`, by a field of `by` or by the mean of a metric.
        scope: Among which runs.
        by: Params, tags and attributes with commas between them, as in `columns` of a list.
        at: The moment that is asked about; then only attributes group, and there are no metrics.

    Raises:
        UnknownExperiment: An experiment of the scope does not exist for the actor.
        ValidationFailed: Something is not understood, or cannot be asked as of a moment.
    """
    fields = _fields(by)
    metrics = _metrics(request, at)
    for id in scope.experiment_ids or ():
        experiments.state(snapshot, id, at=at)
    asked = lists.understand(snapshot, request, _ORDERS, at=at, live_only=LIVE_ONLY | {COUNT})
    if at is None:
        asked = _live(asked, is_first=request.cursor is None)
    rows, total = _page(snapshot, request, scope, fields, asked)
    groups = [tuple(field.value(stored) for field, stored in zip(fields, row, strict=False)) for row in rows]
    spread = _spread(snapshot, request, scope, fields, asked, groups, metrics)
    return RunGroupPage(
        by=[print_identifier(field.identifier) for field in fields],
        items=[
            RunGroup(
                values=list(group),
                runs=row.runs,
                filter=_filter(asked.expression, fields, group),
                metrics=spread.get(group, {}),
            )
            for row, group in zip(rows, groups, strict=True)
        ],
        total=total,
        next_cursor=asked.next_cursor(len(rows), total),
    )


def _fields(by: str) -> list[GroupField]:
    """Return what runs are grouped by.

    Raises:
        ValidationFailed: It is too much, or none that groups runs.
    """
    texts = [part.strip() for part in by.split(",") if part.strip()]
    if not 1 <= len(texts) <= MAX_FIELDS:
        raise ValidationFailed.of("by", f"must name one to {MAX_FIELDS} fields", "params.lr")
    found = []
    for text in dict.fromkeys(texts):
        identifier = parse_order_by(text, parameter="by").identifier
        target = RUN_FIELDS.target(identifier, lambda field: field.sortable, "by")
        is_item = target.collection is not None and target.collection.name in ("parameter", "tag")
        if not is_item and target.field.column not in _ATTRIBUTES:
            raise ValidationFailed.of("by", f"{text!r} groups no runs; name params, tags or {', '.join(_ATTRIBUTES)}")
        found.append(GroupField(identifier, target))
    return found


def _metrics(request: PageRequest, at: Moment | None) -> list[str]:
    """Return the names of the metrics that are asked for.

    Raises:
        ValidationFailed: A column is none, there are too many, or they are asked for as of a moment.
    """
    names, problems = [], []
    for text in request.columns or ():
        identifier = parse_order_by(text, parameter="columns").identifier
        if _is_metric(identifier):
            names.append(identifier.key)
        else:
            problems.append(Problem("columns", f"{text!r} is no metric; groups show metrics only"))
    if len(names) > MAX_METRICS:
        problems.append(Problem("columns", f"must name at most {MAX_METRICS} metrics"))
    if names and at is not None:
        problems.append(Problem("as_of", "groups as of a moment have no metrics; leave columns out"))
    if problems:
        raise ValidationFailed(problems)
    return list(dict.fromkeys(names))


def _live(asked: ListQuestion, *, is_first: bool) -> ListQuestion:
    """Return the question about the live rows; behind the first page less the runs that were made since."""
    return replace(asked, seq=None, pinned=None if is_first else asked.head)


def _grouped(
    snapshot: Snapshot, request: PageRequest, scope: RunScope, fields: Sequence[GroupField], asked: ListQuestion
) -> _Grouped:
    source, statement = runs_at(snapshot, scope, asked)
    statement = narrowed(statement, source, request, asked)
    values: list[Label[Any]] = []
    for number, field in enumerate(fields):
        if field.target.collection is None:
            column = source.attributes[field.target.field.column]
        else:
            joined, on, column = source.collections[field.target.collection.name].joined(field.target.key, number)
            statement = statement.outerjoin(joined, on)
        values.append(column.value.label(f"value_{number}"))
    return _Grouped(statement, source, values)


def _page(
    snapshot: Snapshot, request: PageRequest, scope: RunScope, fields: Sequence[GroupField], asked: ListQuestion
) -> tuple[Sequence[Row[Any]], int]:
    """Return the values and counts of a page's groups, and how many groups there are."""
    orderings = asked.orderings or _LARGEST_FIRST
    metrics = list(dict.fromkeys(each.identifier.key for each in orderings if _is_metric(each.identifier)))
    grouped = _grouped(snapshot, request, scope, fields, asked)
    statement, columns = _with_metrics(grouped, metrics, len(fields))
    finite = [
        case((func.abs(column) < literal(LARGEST, Double()), column * literal(SCALE, Double()))).label(
            f"metric_{number}"
        )
        for number, column in enumerate(columns)
    ]
    members = statement.with_only_columns(*grouped.values, *finite).subquery()
    values = [members.c[f"value_{number}"] for number in range(len(fields))]
    means = {name: func.avg(members.c[f"metric_{number}"]) for number, name in enumerate(metrics)}
    groups = select(*values, func.count().label("runs")).group_by(*values)
    terms = [term for each in orderings for term in _terms(each, fields, values, means)]
    terms += [term for value in values for term in nulls_last(value, descending=False)]
    page = groups.order_by(*terms).offset(asked.offset).limit(asked.limit)
    rows = snapshot.execute(page.add_columns(func.count().over().label("total"))).all()
    if rows or not asked.offset:
        return rows, int(rows[0].total) if rows else 0
    return [], int(snapshot.execute(select(func.count()).select_from(groups.subquery())).scalar_one())


def _terms(
    ordering: Ordering,
    fields: Sequence[GroupField],
    values: Sequence[ColumnElement[Any]],
    means: Mapping[str, ColumnElement[Any]],
) -> list[ColumnElement[Any]]:
    """Return the terms of one part of the order of groups.

    Raises:
        ValidationFailed: Groups have nothing of this name.
    """
    identifier, descending = ordering.identifier, ordering.descending
    if identifier.entity is None and identifier.key == COUNT:
        return [func.count().desc() if descending else func.count().asc()]
    if _is_metric(identifier):
        return nulls_last(means[identifier.key], descending=descending)
    target = RUN_FIELDS.ordering(ordering, "sort")
    for field, value in zip(fields, values, strict=True):
        if field.target == target:
            return nulls_last(value, descending=descending)
    name = print_identifier(identifier)
    raise ValidationFailed.of("sort", f"{name} sorts no groups; name {COUNT}, a metric or what they are grouped by")


def _with_metrics(grouped: _Grouped, names: Sequence[str], number: int) -> tuple[Select[Any], list[ColumnElement[Any]]]:
    """Return the statement joined with latest values of metrics, and where they stand; joins count from `number`."""
    statement = grouped.statement
    columns: list[ColumnElement[Any]] = []
    for place, name in enumerate(names, number):
        joined, on, column = grouped.source.collections["metric"].joined(name, place)
        statement = statement.outerjoin(joined, on)
        columns.append(type_coerce(column.value, Double()))
    return statement, columns


def _spread(
    snapshot: Snapshot,
    request: PageRequest,
    scope: RunScope,
    fields: Sequence[GroupField],
    asked: ListQuestion,
    groups: Sequence[Group],
    names: Sequence[str],
) -> dict[Group, dict[str, GroupMetric]]:
    """Return how metrics spread in each of the groups."""
    if not names or not groups:
        return {}
    grouped = _grouped(snapshot, request, scope, fields, asked)
    joined, columns = _with_metrics(grouped, names, len(fields))
    statement = joined.where(or_(*(_is_in(group, grouped.values) for group in groups)))
    collected = {group: [array("d") for _ in names] for group in groups}
    for row in snapshot.stream(statement.with_only_columns(*grouped.values, *columns)):
        group = tuple(field.value(stored) for field, stored in zip(fields, row, strict=False))
        for values, value in zip(collected[group], row[len(fields) :], strict=True):
            if value is not None and abs(value) < LARGEST:
                values.append(value)
    return {
        group: {name: _summary(values) for name, values in zip(names, found, strict=True)}
        for group, found in collected.items()
    }


def _is_in(group: Group, columns: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    return and_(
        *(
            column.is_(None) if value is None else column == value
            for column, value in zip((each.element for each in columns), group, strict=True)
        )
    )


def _summary(values: array[float]) -> GroupMetric:
    """Return what is told of the values; they are brought near 1 by a power of two, so that no square is infinite."""
    numbers = np.asarray(values)
    if not len(numbers):
        return GroupMetric(count=0, mean=None, sd=None, min=None, max=None)
    _, exponent = np.frexp(np.abs(numbers).max())
    scaled = np.ldexp(numbers, -exponent)
    sd = float(np.ldexp(scaled.std(ddof=1), exponent)) if len(numbers) > 1 else None
    mean = float(np.ldexp(scaled.mean(), exponent))
    return GroupMetric(count=len(numbers), mean=mean, sd=sd, min=float(numbers.min()), max=float(numbers.max()))


def _filter(asked: Expression | None, fields: Sequence[GroupField], group: Group) -> str | None:
    """Return the filter of the runs of a group; None where a value cannot be written."""
    try:
        own = tuple(field.condition(value) for field, value in zip(fields, group, strict=True))
    except ValueError:
        return None
    parts = own if asked is None else (asked, *own)
    return print_filter(parts[0] if len(parts) == 1 else And(parts))


def _is_metric(identifier: Identifier) -> bool:
    return identifier.entity in ("metric", "metrics")
