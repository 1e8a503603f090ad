"""Pages of the list as the JSON that clients get, made of rows without a model in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import orjson
from sqlalchemy import BigInteger, ColumnElement, bindparam, func, select, type_coerce

from infrastudio.contexts.instances.queries.columns import COLUMNS, PARTIAL, conditions, live, values_of
from infrastudio.contexts.instances.queries.instances import (
    READ,
    count,
    in_order,
    ordered,
    rights_on,
    select_matching,
    states_at,
)
from infrastudio.contexts.instances.schemas import Instance, InstanceFilter
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.clock import format_micros
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedPage, PreparedSelect, Snapshot, UtcDateTime, unindexed
from infrastudio.stores.ledger import Moment

FIELDS: Final = tuple(Instance.model_fields)
DEFAULTS: Final[Mapping[str, Any]] = {
    name: field.get_default() for name, field in Instance.model_fields.items() if not field.is_required()
}
"""What states have that were recorded before the field was there."""

_TIMES: Final = frozenset(column.name for column in COLUMNS if isinstance(column.type, UtcDateTime))
_RAW: Final = [
    type_coerce(column, BigInteger).label(column.name) if column.name in _TIMES else column for column in COLUMNS
]
"""The columns as numbers and text: times are microseconds."""
Way = Literal["look up", "walk", "scan"]
"""How matching instances are found: by the index of their project; along the index of an order, as far as needed;
or all that there are are looked at."""
_INDEXED_WHOLE: Final = frozenset({"updated_at", "replicas", "model_name", "cluster_name"})
"""Orders whose index serves a list that nothing narrows; in search of few it would look up each instance, all over."""
_INDEXED_FOR: Final[Mapping[Way, frozenset[str]]] = {
    "look up": frozenset({"id", "name"}),
    "walk": frozenset({"id", "name", *_INDEXED_WHOLE}),
    "scan": frozenset({"id"}),
}
"""Orders in which instances come by themselves."""
DENSE: Final = 5
"""With so many times as many matches as are wanted, one walks along an order until they are found."""
LARGE_SHARE: Final = 4
"""A project with one in so many instances is looked through by looking at those of all projects."""
_SIZE: Final = PreparedSelect(
    select(
        select(func.count()).where(InstanceRow.project_id == bindparam("project_id")).scalar_subquery().label("own"),
        select(func.max(InstanceRow.id)).scalar_subquery().label("greatest_id"),
    )
)
_NAMES: Final = tuple("project" if column.name == "project_id" else column.name for column in COLUMNS)


class JsonPage(NamedTuple):
    """A JSON array of instances, and how many there are in all."""

    body: bytes
    total: int


def page(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    *,
    project: str | None = None,
    skip: int = 0,
    limit: int = 100,
    sort: str = "id",
    descending: bool = False,
    at: Moment | None = None,
    with_rights: bool = False,
) -> JsonPage:
    """Return a part of the list, as `instances` does; `with_rights` adds what the actor may do with each."""
    if at is not None:
        states, total = states_at(
            snapshot, wanted, at, project=project, skip=skip, limit=limit, sort=sort, descending=descending
        )
        items = [_past(state) for state in states]
    elif project != projects.EVERY_PROJECT:
        project_id = projects.require(snapshot, project, READ)
        items, total = _live(snapshot, wanted, project_id, skip, limit, sort, descending)
    else:
        matching = select_matching(snapshot, wanted, project=project, at=None)
        total = snapshot.execute(count(matching)).scalar_one()
        part = ordered(matching, sort=sort, descending=descending, at=None).offset(skip).limit(limit)
        rows = snapshot.execute(part.with_only_columns(*_RAW)).all()
        items = [_item(row, projects.slug_of(snapshot, row.project_id)) for row in rows]
    if with_rights:
        rights = {slug: rights_on(snapshot, slug) for slug in {item["project"] for item in items}}
        items = [{**item, "can": rights[item["project"]]} for item in items]
    return JsonPage(orjson.dumps(items), total)


class _Question(NamedTuple):
    """A live page of one project, by the values that a filter compares with."""

    project_id: str
    values: dict[str, Any]
    sort: str
    descending: bool
    skip: int
    limit: int

    def rows(self, snapshot: Snapshot, way: Way) -> list[tuple[Any, ...]]:
        """Return the rows of the page."""
        part = {"project_id": self.project_id, "skip": self.skip, "limit": self.limit}
        statement = _rows(tuple(self.values), self.sort, self.descending, way)
        return statement.rows(snapshot.connection, self.values | part)

    def total(self, snapshot: Snapshot, way: Way) -> int:
        """Return how many match in all."""
        values = self.values | {"project_id": self.project_id}

        def count_rows() -> int:
            return int(_total(tuple(self.values), way).rows(snapshot.connection, values)[0][0])

        return snapshot.remembered(("instances", ledger.head(snapshot), *sorted(values.items())), count_rows)


def _live(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    project_id: str,
    skip: int,
    limit: int,
    sort: str,
    descending: bool,
) -> tuple[list[dict[str, Any]], int]:
    question = _Question(project_id, values_of(wanted), sort, descending, skip, limit)
    if question.values.keys() & PARTIAL.keys() and _is_large(snapshot, project_id):
        rows, total = _searched(snapshot, question)
    else:
        rows, total = _looked_up(snapshot, question)
    slug = projects.slug_of(snapshot, project_id)
    return [_item(row, slug) for row in rows], total


def _looked_up(snapshot: Snapshot, question: _Question) -> tuple[list[tuple[Any, ...]], int]:
    """Find the instances of a project by its index."""
    rows = question.rows(snapshot, "look up")
    if len(rows) < question.limit and (rows or question.skip == 0):
        return rows, question.skip + len(rows)  # the end is in sight: nobody looks at each instance a second time
    return rows, question.total(snapshot, "look up")


def _searched(snapshot: Snapshot, question: _Question) -> tuple[list[tuple[Any, ...]], int]:
    """Find a text in a project with a good part of all instances: to look them up one by one is dearer than to scan."""
    total = question.total(snapshot, "scan")
    if total <= question.skip:
        return [], total
    is_common = total > DENSE * (question.skip + question.limit)
    return question.rows(snapshot, "walk" if is_common else "scan"), total


def _is_large(snapshot: Snapshot, project_id: str) -> bool:
    """Does a project have a good part of all instances?"""

    def compare() -> bool:
        ((own, greatest_id),) = _SIZE.rows(snapshot.connection, {"project_id": project_id})
        return bool(own) and own * LARGE_SHARE >= greatest_id

    return snapshot.remembered(("large project", ledger.head(snapshot), project_id), compare)


@lru_cache(maxsize=256)
def _rows(filters: tuple[str, ...], sort: str, descending: bool, way: Way) -> PreparedPage:
    """Return the statement of live pages of one project that are narrowed and ordered alike."""
    is_indexed = sort in _INDEXED_FOR[way] or (sort in _INDEXED_WHOLE and not filters)
    part = select(InstanceRow.id).where(*_matching(filters, way))
    part = in_order(part, sort, live if is_indexed else _unindexed, InstanceRow.id, descending=descending)
    part = part.offset(bindparam("skip")).limit(bindparam("limit"))
    if is_indexed:
        return PreparedPage(part.with_only_columns(*_RAW))
    chosen = part.subquery("chosen")  # sorting carries along what it selects, of every instance: the id alone
    rows = select(*_RAW).join(chosen, InstanceRow.id == chosen.c.id)
    return PreparedPage(ordered(rows, sort=sort, descending=descending, at=None).limit(bindparam("limit")))


@lru_cache(maxsize=256)
def _total(filters: tuple[str, ...], way: Way) -> PreparedSelect:
    """Return the statement that counts the live instances of one project that match."""
    return PreparedSelect(select(func.count()).select_from(InstanceRow.__table__).where(*_matching(filters, way)))


def _matching(filters: tuple[str, ...], way: Way) -> list[ColumnElement[bool]]:
    own = (_unindexed if way == "scan" else live)("project_id") == bindparam("project_id")
    return [own, *conditions({field: bindparam(field) for field in filters}, live)]


def _unindexed(field: str) -> ColumnElement[Any]:
    return unindexed(live(field))


def _item(row: Sequence[Any], slug: str) -> dict[str, Any]:
    item = dict(zip(_NAMES, row, strict=True))
    created, updated = item["created_at"], item["updated_at"]
    item["project"] = slug
    item["created_at"] = told = format_micros(created)
    item["updated_at"] = told if updated == created else format_micros(updated)
    return item


def _past(after: str) -> dict[str, Any]:
    state = {**DEFAULTS, **orjson.loads(after)}
    return {field: state[field] for field in FIELDS}
