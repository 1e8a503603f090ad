"""Which metrics, params and tags some runs have, found by a part of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

from sqlalchemy import ColumnElement, Select, func, literal, select

from infrastudio.contexts.tracking.queries import experiments
from infrastudio.contexts.tracking.queries.run_search import RunScope, scope_conditions
from infrastudio.contexts.tracking.schemas.run_lists import ColumnKind, RunColumn, RunColumnPage
from infrastudio.contexts.tracking.tables.items import table_of
from infrastudio.contexts.tracking.tables.runs import RunParamRow, RunRow, RunTagRow
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.filters import Identifier, print_identifier
from infrastudio.kernel.pages import decode_cursor, encode_cursor
from infrastudio.kernel.text import casefold
from infrastudio.stores.db import Snapshot, contains_folded
from infrastudio.stores.telemetry import search_tables

KINDS: Final[tuple[ColumnKind, ...]] = get_args(ColumnKind)
ENTITIES: Final[dict[ColumnKind, str]] = {"metric": "metrics", "param": "params", "tag": "tags"}
KEYS_AT_ONCE: Final = 500
MAX_MISSES: Final = 100
"""A page ends after so many keys that only other runs have: to find that out means to look at all runs of the scope."""

_ITEMS: Final = {"param": table_of(RunParamRow), "tag": table_of(RunTagRow)}


def run_columns(
    snapshot: Snapshot,
    scope: RunScope,
    *,
    q: str = "",
    kinds: Sequence[ColumnKind] = (),
    cursor: str | None = None,
    limit: int = 50,
) -> RunColumnPage:
    """Return the keys of metrics, params and tags that contain `q`, whatever the case, and that runs of a scope have.

    Raises:
        UnknownExperiment: An experiment of the scope does not exist for the actor.
        ValidationFailed: The cursor did not come from here.
    """
    for id in scope.experiment_ids or ():
        experiments.state(snapshot, id)
    conditions = scope_conditions(snapshot, scope, None)
    wanted = [kind for kind in KINDS if not kinds or kind in kinds]
    start, after, before = _read_cursor(cursor, wanted)
    found: list[RunColumn] = []
    misses = 0
    for kind in wanted[start:]:
        for key in _candidates(snapshot, kind, q, after):
            if len(found) == limit or misses == MAX_MISSES:
                return _page(found, before, encode_cursor({"k": kind, "a": after, "n": before + len(found)}))
            after = key
            if _is_used(snapshot, kind, key, conditions):
                found.append(_column(kind, key))
            else:
                misses += 1
        after = ""
    return _page(found, before, None)


def _page(found: list[RunColumn], before: int, next_cursor: str | None) -> RunColumnPage:
    total = before + len(found)
    return RunColumnPage(items=found, total=total, total_exact=next_cursor is None, next_cursor=next_cursor)


def _column(kind: ColumnKind, key: str) -> RunColumn:
    return RunColumn(column=print_identifier(Identifier(ENTITIES[kind], key)), kind=kind, key=key)


def _read_cursor(cursor: str | None, wanted: Sequence[ColumnKind]) -> tuple[int, str, int]:
    """Return the place of the kind to go on with, the key to go on after, and how many were found before."""
    if cursor is None:
        return 0, "", 0
    values = decode_cursor(cursor)
    kind, after, before = values.get("k"), values.get("a"), values.get("n")
    if kind not in wanted or not isinstance(after, str) or not isinstance(before, int):
        raise ValidationFailed.of("cursor", "is not a cursor of this list; leave it out to start from the first page")
    return wanted.index(kind), after, before


def _candidates(snapshot: Snapshot, kind: ColumnKind, q: str, after: str) -> Iterator[str]:
    """Yield the keys that contain `q`, whoever has them, in order."""
    while True:
        keys = snapshot.execute(_next_metrics(snapshot, q, after) if kind == "metric" else _next_items(kind, after))
        some = list(keys.scalars())
        yield from (key for key in some if casefold(q) in casefold(key))
        if len(some) < KEYS_AT_ONCE:
            return
        after = some[-1]


def _next_metrics(snapshot: Snapshot, q: str, after: str) -> Select[Any]:
    series = search_tables(snapshot.dialect).series.c
    plain = (series.model_id == "", series.dataset_name == "", series.dataset_digest == "")
    statement = select(series.name).where(*plain, series.name > after).order_by(series.name).limit(KEYS_AT_ONCE)
    return statement.where(contains_folded(series.folded_name, q)) if q else statement


def _next_items(kind: ColumnKind, after: str) -> Select[Any]:
    """Return the statement of the next keys, each found by a seek: a key stands in a row of every run."""
    items = _ITEMS[kind].c
    first = select(select(func.min(items.key)).where(items.key > after).scalar_subquery().label("key"))
    keys = first.cte("keys", recursive=True)
    following = select(func.min(items.key)).where(items.key > keys.c.key).correlate(keys).scalar_subquery()
    keys = keys.union_all(select(following).where(keys.c.key.is_not(None)))
    return select(keys.c.key).where(keys.c.key.is_not(None)).limit(KEYS_AT_ONCE)


def _is_used(snapshot: Snapshot, kind: ColumnKind, key: str, conditions: Sequence[ColumnElement[bool]]) -> bool:
    """Has one of the runs that meet the conditions something under this key?"""
    run = RunRow.__table__
    if kind == "metric":
        tables = search_tables(snapshot.dialect)
        stream, latest, series = tables.stream, tables.latest, tables.series
        plain = (series.c.model_id == "", series.c.dataset_name == "", series.c.dataset_digest == "")
        number = select(series.c.series_id).where(series.c.name == key, *plain).scalar_subquery()
        owned = (stream.c.entity == "run", latest.c.series_id == number)
        values = latest.join(stream, stream.c.stream_id == latest.c.stream_id)
        statement = select(literal(1)).select_from(values.join(run, run.c.id == stream.c.owner_id)).where(*owned)
    else:
        items = _ITEMS[kind]
        statement = select(literal(1)).select_from(items.join(run, run.c.id == items.c.run_id))
        statement = statement.where(items.c.key == key)
    return snapshot.execute(statement.where(*conditions).limit(1)).first() is not None
