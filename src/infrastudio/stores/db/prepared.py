"""Statements of hot paths: put into SQL once, run by the driver, their rows taken as it gives them.

Building, caching and reading such a statement the usual way costs several times what the database needs for it. Values
are bound as the types of their columns say.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    func,
    insert,
    select,
)
from typing_extensions import override

from infrastudio.kernel.batches import batches
from infrastudio.stores.db.driver import Values, conflict_told_as, execute, execute_many, fetch_all

Convert = Callable[[Any], Any]

_namedtuple: Any = namedtuple
"""Is typed for names that stand in the source only; those of a statement do not."""

UNKNOWN_TYPE: Final = None
"""What the driver says of a column's type; those of ours do not ask."""


class Record(Protocol):
    """A row whose values are attributes named as its columns."""

    def __getattr__(self, name: str) -> Any:
        """Return the value of a column."""
        ...

    def _asdict(self) -> dict[str, Any]: ...


class _Sql(NamedTuple):
    text: str
    order: Sequence[str] | None
    """Names by place, where the driver wants values by place."""
    literals: Mapping[str, Any]
    """Values that stand in the statement itself, by the names that they were given."""
    converts: Sequence[tuple[str, Convert]]
    """What makes a value what the driver takes, where the two differ."""

    def bound(self, values: Mapping[str, Any]) -> Values:
        """Return the values as the driver wants them."""
        named = {**self.literals, **values}
        for name, convert in self.converts:
            named[name] = convert(named[name])
        return named if self.order is None else tuple([named[name] for name in self.order])


class _Prepared:
    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | Update,
        columns: Sequence[str] | None = None,
        *,
        as_stored: bool = False,
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._as_stored = as_stored
        self._sql: dict[str, _Sql] = {}

    def sql(self, dialect: Dialect) -> _Sql:
        """Return the statement in the words of a database."""
        product = _product(dialect)
        known = self._sql.get(product)
        if known is None:
            compiled: Any = self._in_words(dialect).compile(dialect=dialect, column_keys=self._columns)
            order = compiled.positiontup if compiled.positional else None
            converts = [] if self._as_stored else list(_converts(compiled, dialect))
            known = self._sql[product] = _Sql(str(compiled), order, compiled.params, converts)
        return known

    def _in_words(self, dialect: Dialect) -> Any:
        return self._statement


class PreparedSelect(_Prepared):
    """A SELECT whose changing values are `bindparam`s."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        super().__init__(statement)
        self._selected = statement.selected_columns
        self._record: Callable[[Iterable[Any]], Record] = _namedtuple("Record", list(self._selected.keys()))._make
        self._readers: dict[str, Sequence[Convert | None]] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return all rows for these values as plain numbers and text; what a column type makes of them is left out."""
        sql = self.sql(connection.dialect)
        return fetch_all(connection, sql.text, sql.bound(values))

    def record(self, connection: Connection, values: Mapping[str, Any]) -> Record | None:
        """Return the one row for these values, as `records` does; None when there is none."""
        found = self.records(connection, values)
        if not found:
            return None
        (record,) = found
        return record

    def records(self, connection: Connection, values: Mapping[str, Any]) -> list[Record]:
        """Return all rows for these values, read as the types of their columns say."""
        readers = self._reading(connection.dialect)
        return [
            self._record(value if read is None else read(value) for value, read in zip(row, readers, strict=True))
            for row in self.rows(connection, values)
        ]

    def _reading(self, dialect: Dialect) -> Sequence[Convert | None]:
        known = self._readers.get(dialect.name)
        if known is None:
            types = [column.type.dialect_impl(dialect) for column in self._selected]
            known = self._readers[dialect.name] = [type.result_processor(dialect, UNKNOWN_TYPE) for type in types]
        return known


class PreparedPage(PreparedSelect):
    """A SELECT of many rows of whole numbers and text, with a LIMIT, which come as one row on SQLite.

    Its driver gives up the lock of the interpreter for each row. Several threads that read a hundred rows each then
    wait a hundred times for each other, and burn more time in that than in the database. So SQLite makes one text of
    all rows; the LIMIT keeps it from forgetting their order.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        super().__init__(statement)
        self._rows = statement.subquery("page")

    @override
    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        found = super().rows(connection, values)
        if connection.dialect.name != "sqlite":
            return found
        ((text,),) = found
        rows: list[tuple[Any, ...]] = orjson.loads(text)
        return rows

    @override
    def _in_words(self, dialect: Dialect) -> Any:
        if dialect.name != "sqlite":
            return self._statement
        return select(func.json_group_array(func.json_array(*self._rows.c)))


class PreparedList(_Prepared):
    """A SELECT of the rows in which a column is one of many texts or numbers, for lists of any length.

    On SQLite they travel as one JSON text, so that the statement stays the same for every length.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], column: ColumnElement[Any]) -> None:
        super().__init__(statement.where(column.in_(select(func.json_each(bindparam("listed")).table_valued("value")))))
        listed = column.in_(bindparam("listed", expanding=True))
        self._elsewhere = statement.where(listed)

    def rows(
        self, connection: Connection, listed: Collection[Any], values: Mapping[str, Any] = MappingProxyType({})
    ) -> list[tuple[Any, ...]]:
        """Return all rows for these values; on SQLite as plain numbers and text, so that columns must be such."""
        if connection.dialect.name == "sqlite":
            sql = self.sql(connection.dialect)
            return fetch_all(connection, sql.text, sql.bound({**values, "listed": orjson.dumps([*listed]).decode()}))
        found: list[tuple[Any, ...]] = []
        for some in batches(listed):
            found += map(tuple, connection.execute(self._elsewhere, {**values, "listed": some}))
        return found


class PreparedUpdate(_Prepared):
    """An UPDATE of the columns named, whose condition has `bindparam`s."""

    def __init__(self, statement: Update, columns: Sequence[str]) -> None:
        super().__init__(statement, columns)

    def run(self, connection: Connection, values: Mapping[str, Any], *, on_conflict: Exception | None = None) -> None:
        """Change rows.

        Raises:
            on_conflict: In place of the database's IntegrityError.
        """
        sql = self.sql(connection.dialect)
        with conflict_told_as(on_conflict):
            execute(connection, sql.text, sql.bound(values))


class PreparedInsert(_Prepared):
    """An INSERT of all columns of a table but those left to the database."""

    def __init__(self, table: Table, *, counted: str | None = None, as_stored: bool = False) -> None:
        """Prepare the statement.

        Args:
            table: Where rows come.
            counted: The column whose numbers the database counts.
            as_stored: Values come as the database keeps them, whatever the types of their columns say.
        """
        columns = [column.name for column in table.columns if column.name != counted]
        super().__init__(insert(table), columns, as_stored=as_stored)
        self._counted = None if counted is None else table.c[counted]

    def run(
        self, connection: Connection, rows: Sequence[Mapping[str, Any]], *, on_conflict: Exception | None = None
    ) -> None:
        """Insert rows.

        Raises:
            on_conflict: In place of the database's IntegrityError.
        """
        sql = self.sql(connection.dialect)
        with conflict_told_as(on_conflict):
            if len(rows) == 1:
                execute(connection, sql.text, sql.bound(rows[0]))
            else:
                execute_many(connection, sql.text, [sql.bound(row) for row in rows])

    def id(self, connection: Connection, values: Mapping[str, Any], *, on_conflict: Exception | None = None) -> int:
        """Insert one row and return the number that the database counted for it.

        Raises:
            on_conflict: In place of the database's IntegrityError.
        """
        sql = self.sql(connection.dialect)
        with conflict_told_as(on_conflict):
            if connection.dialect.insert_returning:
                return int(fetch_all(connection, sql.text, sql.bound(values))[0][0])
            return int(execute(connection, sql.text, sql.bound(values)).lastrowid)

    @override
    def _in_words(self, dialect: Dialect) -> Any:
        if self._counted is None or not dialect.insert_returning:
            return self._statement
        return insert(self._counted.table).returning(self._counted)


def _product(dialect: Dialect) -> str:
    """Tell MariaDB from MySQL, which go by one name and speak differently: MySQL has no RETURNING."""
    return "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name


def _converts(compiled: Any, dialect: Dialect) -> Iterator[tuple[str, Convert]]:
    for bind, name in compiled.bind_names.items():
        convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            yield name, convert
