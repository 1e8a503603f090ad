"""Pages of the list as the JSON that clients get, made of rows without a model in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

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
_INDEXED: Final = frozenset({"id", "name"})
"""Orders in which an index has the instances of a project already."""
_INDEXED_WHOLE: Final = frozenset({"updated_at", "replicas", "model_name", "cluster_name"})
"""Orders whose index serves a list that nothing narrows; in search of few it would look up each instance, all over."""
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


class _Prepared(NamedTuple):
    rows: PreparedPage
    total: PreparedSelect


def _live(
    snapshot: Snapshot,
    wanted: InstanceFilter,
    project_id: str,
    skip: int,
    limit: int,
    sort: str,
    descending: bool,
) -> tuple[list[dict[str, Any]], int]:
    values = values_of(wanted)
    looks_at_all = not PARTIAL.keys().isdisjoint(values) and _is_large(snapshot, project_id)
    prepared = _prepared(tuple(values), sort, descending, looks_at_all=looks_at_all)
    values["project_id"] = project_id
    rows = prepared.rows.rows(snapshot.connection, values | {"skip": skip, "limit": limit})

    def count_rows() -> int:
        return int(prepared.total.rows(snapshot.connection, values)[0][0])

    slug = projects.slug_of(snapshot, project_id)
    items = [_item(row, slug) for row in rows]
    if len(rows) < limit and (rows or skip == 0):  # the end is in sight: nobody looks at each instance a second time
        return items, skip + len(rows)
    key = ("instances", ledger.head(snapshot), *sorted(values.items()))
    return items, snapshot.remembered(key, count_rows)


def _is_large(snapshot: Snapshot, project_id: str) -> bool:
    """Does a project have a good part of all instances, so that to look at all is cheaper than to look up its own?"""

    def compare() -> bool:
        ((own, greatest_id),) = _SIZE.rows(snapshot.connection, {"project_id": project_id})
        return bool(own) and own * LARGE_SHARE >= greatest_id

    return snapshot.remembered(("large project", ledger.head(snapshot), project_id), compare)


@lru_cache(maxsize=256)
def _prepared(filters: tuple[str, ...], sort: str, descending: bool, *, looks_at_all: bool) -> _Prepared:
    """Return the statements of live pages of one project that are narrowed and ordered alike."""
    own = (_unindexed if looks_at_all else live)("project_id") == bindparam("project_id")
    matching = conditions({field: bindparam(field) for field in filters}, live)
    is_indexed = sort == "id" if looks_at_all else sort in _INDEXED or (sort in _INDEXED_WHOLE and not filters)
    part = select(InstanceRow.id).where(own, *matching)
    part = in_order(part, sort, live if is_indexed else _unindexed, InstanceRow.id, descending=descending)
    part = part.offset(bindparam("skip")).limit(bindparam("limit"))
    if is_indexed:
        rows = part.with_only_columns(*_RAW)
    else:  # sorting carries along what it selects, of every instance: the id alone
        chosen = part.subquery("chosen")
        rows = select(*_RAW).join(chosen, InstanceRow.id == chosen.c.id)
        rows = ordered(rows, sort=sort, descending=descending, at=None).limit(bindparam("limit"))
    return _Prepared(
        PreparedPage(rows),
        PreparedSelect(select(func.count()).select_from(InstanceRow.__table__).where(own, *matching)),
    )


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
