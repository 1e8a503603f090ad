"""Writes a group into PostgreSQL, MariaDB or MySQL through SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Table,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import mysql, postgresql
from typing_extensions import override

from infrastudio.kernel.batches import batches
from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.group_commit import (
    Head,
    LatestByStream,
    LineRow,
    PointRow,
    SenderKey,
    WriteTransaction,
)
from infrastudio.stores.telemetry.identifiers import KnownIds, series_digest
from infrastudio.stores.telemetry.latest import LatestPoint, latest_point, stored_value
from infrastudio.stores.telemetry.values import SenderState, SeriesKey, StreamKey, StreamOwner

_stream, _series, _latest, _sender = tables.stream, tables.series, tables.latest, tables.sender

_EMPTY_HEAD: Final = {"points": 0, "lines": 0, "received_at": 0} | dict.fromkeys(tables.LEVEL_COLUMNS, 0)
_SAVE_HEAD: Final = (
    update(_stream)
    .where(_stream.c.stream_id == bindparam("number"))
    .values({name: bindparam(f"new_{name}") for name in _EMPTY_HEAD})
)


class StreamsChanged(Exception):
    """A stream was deleted after its number was looked up; the group must be begun again."""


class SqlTransaction(WriteTransaction):
    """One group on a connection. Streams and series that are new are committed before it, on one of their own.

    So nothing is inserted under a unique key while head rows are locked, and head rows are locked in the order of
    their numbers: servers that write at once wait for one another and never in a circle.
    """

    def __init__(self, connection: Connection, engine: Engine, known: KnownIds) -> None:
        self._connection = connection
        self._engine = engine
        self._known = known
        self._is_mysql = engine.dialect.name in ("mysql", "mariadb")

    @override
    def lock_heads(self, owners: Collection[StreamOwner]) -> dict[StreamKey, Head]:
        missing = sorted(owner for owner in owners if owner.key not in self._known.streams)
        if missing:
            self._make_streams(missing)
        numbers = {self._known.streams[owner.key] for owner in owners}
        columns = (_stream.c[name] for name in tables.LEVEL_COLUMNS)
        query = (
            select(_stream.c.stream_id, _stream.c.points, _stream.c.lines, _stream.c.received_at, *columns)
            .add_columns(_stream.c.entity, _stream.c.owner_id)
            .where(_stream.c.stream_id.in_(sorted(numbers)))
            .order_by(_stream.c.stream_id)
            .with_for_update()
        )
        heads = {}
        for number, points, lines, received_at, *levels, entity, owner_id in self._connection.execute(query):
            heads[StreamKey(entity, owner_id)] = Head(number, points, lines, received_at, levels)
        gone = {owner.key for owner in owners} - heads.keys()
        if gone:
            for key in gone:
                self._known.forget_stream(key)
            raise StreamsChanged
        return heads

    @override
    def series_ids(self, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, int]:
        known = self._known.series
        missing = sorted(key for key in keys if key not in known)
        if not missing:
            return known
        self._make_series(missing)
        return {key: known[key] for key in keys}

    @override
    def senders(self, keys: Collection[SenderKey]) -> dict[SenderKey, SenderState]:
        if not keys:
            return {}
        is_one = or_(
            *(
                and_(
                    _sender.c.stream_id == key.stream_id,
                    _sender.c.attempt == key.attempt,
                    _sender.c.source == key.source,
                )
                for key in keys
            )
        )
        rows = self._connection.execute(select(_sender).where(is_one))
        return {
            SenderKey(row.stream_id, row.attempt, row.source): SenderState(row.received, row.position) for row in rows
        }

    @override
    def insert_points(self, rows: Sequence[PointRow]) -> None:
        self._connection.execute(insert(tables.point_batch), [row._asdict() for row in rows])

    @override
    def insert_lines(self, rows: Sequence[LineRow]) -> None:
        self._connection.execute(insert(tables.line_batch), [row._asdict() for row in rows])

    @override
    def save_heads(self, heads: Sequence[Head]) -> None:
        rows = []
        for head in heads:
            values = (head.points, head.lines, head.received_at, *head.levels)
            names = (f"new_{name}" for name in _EMPTY_HEAD)
            rows.append({"number": head.stream_id, **dict(zip(names, values, strict=True))})
        self._connection.execute(_SAVE_HEAD, rows)

    @override
    def save_senders(self, senders: Mapping[SenderKey, SenderState]) -> None:
        rows = [
            {**key._asdict(), "received": state.received, "position": state.position} for key, state in senders.items()
        ]
        self._connection.execute(self._upsert(_sender, ("received", "position")), rows)

    @override
    def save_latest(self, points: LatestByStream) -> None:
        flat = {(stream_id, series_id): p for stream_id, some in points.items() for series_id, p in some.items()}
        if self._is_mysql:
            flat = self._later_than_stored(flat)
        names = ("stream_id", "series_id", "step", "time", "value", "attempt")
        rows = [
            dict(zip(names, (*ids, point[0], point[1], stored_value(point), point[4]), strict=True))
            for ids, point in sorted(flat.items())
        ]
        if rows:
            self._connection.execute(self._upsert(_latest, names[2:]), rows)

    def _upsert(self, table: Table, names: Sequence[str]) -> Insert:
        """Return the INSERT that overwrites; on PostgreSQL a latest point only by a later one."""
        if self._is_mysql:
            on_mysql = mysql.insert(table)
            return on_mysql.on_duplicate_key_update({name: on_mysql.inserted[name] for name in names})
        statement = postgresql.insert(table)
        new = statement.excluded
        condition = _order(new) > _order(table.c) if table is _latest else None
        return statement.on_conflict_do_update(
            index_elements=list(table.primary_key), set_={name: new[name] for name in names}, where=condition
        )

    def _later_than_stored(self, points: dict[tuple[int, int], LatestPoint]) -> dict[tuple[int, int], LatestPoint]:
        """Compare here what MariaDB cannot: nobody else changes these rows while the streams' heads are locked."""
        stored: dict[tuple[int, int], LatestPoint] = {}
        for some in batches(sorted(points)):
            is_one = tuple_(_latest.c.stream_id, _latest.c.series_id).in_(some)
            for row in self._connection.execute(select(_latest).where(is_one)):
                value = float("nan") if row.value is None else row.value
                stored[row.stream_id, row.series_id] = latest_point(row.step, row.time, value, row.attempt)
        return {ids: point for ids, point in points.items() if ids not in stored or point > stored[ids]}

    def _make_streams(self, owners: Sequence[StreamOwner]) -> None:
        rows = [
            {"project_id": owner.project_id, "entity": owner.entity, "owner_id": owner.id, **_EMPTY_HEAD}
            for owner in sorted(owners, key=lambda owner: owner.key)
        ]
        found: dict[StreamKey, int] = {}
        with self._engine.begin() as connection:
            connection.execute(self._insert_missing(_stream), rows)
        with self._engine.connect() as connection:
            for some in batches([tuple(owner.key) for owner in owners]):
                is_one = tuple_(_stream.c.entity, _stream.c.owner_id).in_(some)
                columns = (_stream.c.stream_id, _stream.c.entity, _stream.c.owner_id)
                for row in connection.execute(select(*columns).where(is_one)):
                    found[StreamKey(row.entity, row.owner_id)] = row.stream_id
        if len(found) < len({owner.key for owner in owners}):
            raise StreamsChanged
        self._known.learn(found, {})

    def _make_series(self, keys: Sequence[SeriesKey]) -> None:
        by_digest = {series_digest(key): key for key in keys}
        rows: list[dict[str, Any]] = [
            {"key_digest": digest, "folded_name": key.name.casefold(), **key._asdict()}
            for digest, key in sorted(by_digest.items())
        ]
        found: dict[SeriesKey, int] = {}
        with self._engine.begin() as connection:
            connection.execute(self._insert_missing(_series), rows)
        with self._engine.connect() as connection:
            for some in batches(list(by_digest)):
                query = select(_series.c.key_digest, _series.c.series_id).where(_series.c.key_digest.in_(some))
                for row in connection.execute(query):
                    found[by_digest[row.key_digest]] = row.series_id
        self._known.learn({}, found)

    def _insert_missing(self, table: Table) -> Insert:
        if self._is_mysql:
            return mysql.insert(table).prefix_with("IGNORE")
        return postgresql.insert(table).on_conflict_do_nothing()


def _order(columns: Any) -> ColumnElement[Any]:
    """The order of latest points as a row value: NaN, which is NULL, below every number."""
    return tuple_(
        columns.step, columns.time, columns.value.is_not(None), func.coalesce(columns.value, 0.0), columns.attempt
    )
