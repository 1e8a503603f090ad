"""What one database does in fewer steps than the others, and a join whose left side is read first on all of them."""

from __future__ import annotations

from typing import Any, Self

from sqlalchemy import BigInteger, Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Join
from typing_extensions import override


class OrderedJoin(Join):
    """For each row of the left side those of the right are looked up, as in `CROSS JOIN … ON` on SQLite.

    Without statistics SQLite takes ten rows for a guess at any equality: joined to their entities by a seek for each
    pair, all events of a project would come first. PostgreSQL has statistics and no such words.
    """

    __visit_name__ = "join"
    inherit_cache = True


@compiles(OrderedJoin, "sqlite")
def _sqlite(join: OrderedJoin, compiler: SQLCompiler, **kw: Any) -> str:
    return _joined(join, compiler, **kw).replace(" JOIN ", " CROSS JOIN ", 1)


@compiles(OrderedJoin, "mysql")
def _mysql(join: OrderedJoin, compiler: SQLCompiler, **kw: Any) -> str:
    return _joined(join, compiler, **kw).replace(" INNER JOIN ", " STRAIGHT_JOIN ", 1)


def _joined(join: OrderedJoin, compiler: SQLCompiler, **kw: Any) -> str:
    text: str = compiler.visit_join(join, **kw)  # type: ignore[no-untyped-call]  # SQLAlchemy does not type its visitors
    return text


class OrOnSqlite(FunctionElement[bool]):
    """A condition, and another way to say the same that only SQLite understands: by its row numbers.

    There an index leads to the number of a row, and any other key through a second index to that number first.
    """

    name = "or_on_sqlite"
    type = Boolean()
    inherit_cache = True

    def __init__(self, usual: ColumnElement[bool], on_sqlite: ColumnElement[bool]) -> None:
        super().__init__(usual, on_sqlite)

    @property
    def usual(self) -> ColumnElement[bool]:
        """What all databases understand."""
        usual, _ = self.clauses
        return usual

    @property
    def on_sqlite(self) -> ColumnElement[bool]:
        """The same by row numbers."""
        _, on_sqlite = self.clauses
        return on_sqlite

    @override
    def self_group(self, against: object = None) -> Self:
        """Stay as it is: both ways are comparisons, and `… = 1` behind them would keep SQLite from the index."""
        return self


@compiles(OrOnSqlite)
def _usual(condition: OrOnSqlite, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(condition.usual, **kw)


@compiles(OrOnSqlite, "sqlite")
def _on_sqlite(condition: OrOnSqlite, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(condition.on_sqlite, **kw)


class OrOnMariaDb(FunctionElement[int]):
    """A number, and another way to find the same that only MariaDB is told of."""

    name = "or_on_mariadb"
    type = BigInteger()
    inherit_cache = True

    def __init__(self, usual: ColumnElement[int], on_mariadb: ColumnElement[int]) -> None:
        super().__init__(usual, on_mariadb)


@compiles(OrOnMariaDb)
def _usual_number(number: OrOnMariaDb, compiler: SQLCompiler, **kw: Any) -> str:
    usual, _ = number.clauses
    return compiler.process(usual, **kw)


@compiles(OrOnMariaDb, "mysql")
def _on_mariadb(number: OrOnMariaDb, compiler: SQLCompiler, **kw: Any) -> str:
    usual, on_mariadb = number.clauses
    is_mariadb = compiler.dialect.is_mariadb  # type: ignore[attr-defined]  # it is a MySQLDialect here
    return compiler.process(on_mariadb if is_mariadb else usual, **kw)
