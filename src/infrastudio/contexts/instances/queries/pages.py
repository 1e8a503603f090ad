"""Pages of the list as the JSON that clients get, made of rows without a model in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import BigInteger, Row, type_coerce

from infrastudio.contexts.instances.queries.columns import COLUMNS
from infrastudio.contexts.instances.queries.instances import count, ordered, rights_on, select_matching
from infrastudio.contexts.instances.schemas import Instance, InstanceFilter
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.clock import format_micros
from infrastudio.stores.db import Snapshot, UtcDateTime
from infrastudio.stores.ledger import Moment

FIELDS: Final = tuple(Instance.model_fields)
DEFAULTS: Final[Mapping[str, Any]] = {
    name: field.get_default() for name, field in Instance.model_fields.items() if not field.is_required()
}
"""What states have that were recorded before the field was there."""

_TIMES: Final = tuple(column.name for column in COLUMNS if isinstance(column.type, UtcDateTime))
_RAW: Final = tuple(
    type_coerce(column, BigInteger).label(column.name) if column.name in _TIMES else column for column in COLUMNS
)
_NAMES: Final = tuple(column.name for column in COLUMNS)


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
    matching = select_matching(snapshot, wanted, project=project, at=at)
    total = snapshot.execute(count(matching)).scalar_one()
    part = ordered(matching, sort=sort, descending=descending, at=at).offset(skip).limit(limit)
    if at is None:
        items = [_live(snapshot, row) for row in snapshot.execute(part.with_only_columns(*_RAW))]
    else:
        items = [_past(row) for row in snapshot.execute(part)]
    if with_rights:
        rights = {slug: rights_on(snapshot, slug) for slug in {item["project"] for item in items}}
        items = [{**item, "can": rights[item["project"]]} for item in items]
    return JsonPage(orjson.dumps(items), total)


def _live(snapshot: Snapshot, row: Row[Any]) -> dict[str, Any]:
    item = dict(zip(_NAMES, row, strict=True))
    item["project"] = projects.slug_of(snapshot, item.pop("project_id"))
    for name in _TIMES:
        item[name] = format_micros(item[name])
    return item


def _past(row: Row[Any]) -> dict[str, Any]:
    state = {**DEFAULTS, **orjson.loads(row.after)}
    return {field: state[field] for field in FIELDS}
