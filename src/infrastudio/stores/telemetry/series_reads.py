"""Reads of names and latest values, each on a connection that holds one snapshot."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, select

from infrastudio.kernel.batches import batches
from infrastudio.stores.db import PreparedList, PreparedSelect, unindexed
from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.point_reads import matching_series, points_of, stream_id_of
from infrastudio.stores.telemetry.rankings import RankedMetric, Ranking
from infrastudio.stores.telemetry.reads import LatestValue, PointColumns, SeriesPage, SeriesSummary
from infrastudio.stores.telemetry.series_parts import Part, load_points, read_parts
from infrastudio.stores.telemetry.values import SeriesKey, StreamKey

_stream, _series, _latest = tables.stream, tables.series, tables.latest
_IS_PLAIN = and_(_series.c.model_id == "", _series.c.dataset_name == "", _series.c.dataset_digest == "")
_VALUES = (_latest.c.step, _latest.c.time, _latest.c.value, _latest.c.attempt)
_KEY = (_series.c.name, _series.c.model_id, _series.c.dataset_name, _series.c.dataset_digest)


def names(connection: Connection, project_id: str, entity: str, *, q: str, after: str, limit: int) -> list[str]:
    """Answer `TelemetryReader.names`."""
    used = (
        select(_latest.c.series_id)
        .join(_stream, _stream.c.stream_id == _latest.c.stream_id)
        .where(
            _latest.c.series_id == _series.c.series_id,
            _stream.c.project_id == project_id,
            _stream.c.entity == entity,
        )
        .exists()
    )
    query = select(_series.c.name).where(_IS_PLAIN, used, _series.c.name > after)
    if q:
        query = query.where(_contains(connection, q))
    return list(connection.scalars(query.order_by(_series.c.name).limit(limit)))


def series(connection: Connection, key: StreamKey, *, q: str, after: str, limit: int, variants: bool) -> SeriesPage:
    """Answer `TelemetryReader.series`."""
    stream_id = stream_id_of(connection, key)
    if stream_id is None:
        return SeriesPage((), None, 0)

    def within(query: Select[Any]) -> Select[Any]:
        query = query.join(_latest, _latest.c.series_id == _series.c.series_id)
        query = query.where(_latest.c.stream_id == stream_id, _IS_PLAIN)
        return query.where(_contains(connection, q)) if q else query

    total = connection.scalar(within(select(func.count()).select_from(_series))) or 0
    page = within(select(*_KEY, *_VALUES)).where(_series.c.name > after).order_by(_series.c.name).limit(limit + 1)
    rows = connection.execute(page).all()
    next_after = rows[limit - 1].name if len(rows) > limit else None
    rows = rows[:limit]
    if variants:
        rows = _with_variants(connection, stream_id, [row.name for row in rows])
    return SeriesPage(tuple(SeriesSummary(SeriesKey(*row[:4]), _value(row)) for row in rows), next_after, total)


_LATEST: Final = (
    select(_stream.c.owner_id, _series.c.name, *_VALUES)
    .select_from(_latest)
    .join(_stream, _stream.c.stream_id == _latest.c.stream_id)
    .join(_series, _series.c.series_id == _latest.c.series_id)
    .where(_stream.c.entity == bindparam("entity"), unindexed(_IS_PLAIN))
)
_LATEST_OF_OWNERS: Final = PreparedList(_LATEST, _stream.c.owner_id)


def latest(
    connection: Connection, entity: str, ids: Collection[str], names: Collection[str] | None
) -> dict[str, dict[str, LatestValue]]:
    """Answer `TelemetryReader.latest` as it is now."""
    owners = sorted(set(ids))
    if names is None:
        rows: Iterable[Any] = _LATEST_OF_OWNERS.rows(connection, owners, {"entity": entity})
    else:
        query = _LATEST.where(_latest.c.series_id.in_(_plain_ids(connection, names)))
        queries = (query.where(_stream.c.owner_id.in_(some)) for some in batches(owners))
        rows = (row for each in queries for row in connection.execute(each, {"entity": entity}))
    found: dict[str, dict[str, LatestValue]] = {}
    for owner_id, name, step, time, value, attempt in rows:
        found.setdefault(owner_id, {})[name] = LatestValue(step, time, math.nan if value is None else value, attempt)
    return found


_RANKING: Final = PreparedSelect(
    select(_stream.c.owner_id, _latest.c.value)
    .select_from(_series)
    .join(_latest, _latest.c.series_id == _series.c.series_id)
    .join(_stream, _stream.c.stream_id == _latest.c.stream_id)
    .where(_series.c.name == bindparam("name"), _IS_PLAIN, _stream.c.entity == bindparam("entity"))
    .where(_latest.c.value.is_not(None))
    .order_by(_latest.c.value)
)


def ranking(connection: Connection, metric: RankedMetric) -> Ranking:
    """Return the order of entities by their latest values of a metric."""
    rows = _RANKING.rows(connection, {"name": metric.name, "entity": metric.entity})
    return Ranking([id for id, _ in rows], array("d", [value for _, value in rows]))


def latest_received_by(
    connection: Connection, entity: str, ids: Collection[str], names: Collection[str] | None, received_by: int
) -> dict[str, dict[str, LatestValue]]:
    """Answer `TelemetryReader.latest` as it was, from the series themselves."""
    found: dict[str, dict[str, LatestValue]] = {}
    for owner_id in set(ids):
        stream_id = stream_id_of(connection, StreamKey(entity, owner_id))
        if stream_id is None:
            continue
        asked = _names_of(connection, stream_id) if names is None else names
        numbers = matching_series(connection, stream_id, [SeriesKey(name) for name in asked])
        parts = read_parts(connection, stream_id, frozenset().union(*numbers.values()), received_by)
        load_points(connection, parts)
        by_series: dict[int, list[Part]] = defaultdict(list)
        for part in parts:
            by_series[part.series_id].append(part)
        values = {}
        for key, some in numbers.items():
            points = points_of(connection, [part for number in some for part in by_series[number]])
            if len(points):
                values[key.name] = _latest_of(points)
        if values:
            found[owner_id] = values
    return found


def latest_of_models(
    connection: Connection, model_ids: Collection[str]
) -> dict[str, list[tuple[StreamKey, SeriesKey, LatestValue]]]:
    """Answer `TelemetryReader.latest_of_models`."""
    query = (
        select(*_KEY, *_VALUES, _stream.c.entity, _stream.c.owner_id)
        .select_from(_series)
        .join(_latest, _latest.c.series_id == _series.c.series_id)
        .join(_stream, _stream.c.stream_id == _latest.c.stream_id)
        .order_by(_series.c.name, _series.c.dataset_name, _series.c.dataset_digest, _stream.c.owner_id)
    )
    found: dict[str, list[tuple[StreamKey, SeriesKey, LatestValue]]] = {}
    for some in batches(sorted(set(model_ids) - {""})):
        for row in connection.execute(query.where(_series.c.model_id.in_(some), _stream.c.entity != tables.DELETED)):
            entry = (StreamKey(row.entity, row.owner_id), SeriesKey(*row[:4]), _value(row))
            found.setdefault(row.model_id, []).append(entry)
    return found


def _contains(connection: Connection, q: str) -> ColumnElement[bool]:
    """Partial search without LIKE, whose wildcards and folding differ between databases."""
    find = func.strpos if connection.dialect.name == "postgresql" else func.instr
    return find(_series.c.folded_name, q.casefold()) > 0


def _plain_ids(connection: Connection, names: Collection[str]) -> list[int]:
    ids: list[int] = []
    for some in batches(sorted(set(names))):
        ids += connection.scalars(select(_series.c.series_id).where(_IS_PLAIN, _series.c.name.in_(some)))
    return ids


def _names_of(connection: Connection, stream_id: int) -> list[str]:
    query = select(_series.c.name).join(_latest, _latest.c.series_id == _series.c.series_id)
    return list(connection.scalars(query.where(_latest.c.stream_id == stream_id, _IS_PLAIN)))


def _with_variants(connection: Connection, stream_id: int, names: Collection[str]) -> list[Row[Any]]:
    query = (
        select(*_KEY, *_VALUES)
        .join(_latest, _latest.c.series_id == _series.c.series_id)
        .where(_latest.c.stream_id == stream_id, _series.c.name.in_(names))
        .order_by(*_KEY)
    )
    return list(connection.execute(query))


def _value(row: Any) -> LatestValue:
    return LatestValue(row.step, row.time, math.nan if row.value is None else row.value, row.attempt)


def _latest_of(points: PointColumns) -> LatestValue:
    is_nan = np.isnan(points.values)
    order = np.lexsort((points.attempts, np.where(is_nan, 0.0, points.values), ~is_nan, points.times, points.steps))
    place = order[-1]
    return LatestValue(
        int(points.steps[place]), int(points.times[place]), float(points.values[place]), int(points.attempts[place])
    )
