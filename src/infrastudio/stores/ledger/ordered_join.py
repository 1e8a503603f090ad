"""A join whose left side is read first, whatever the planner thinks of it, and what SQLite can do in fewer steps."""

from __future__ import annotations

from typing import Any, Self

from sqlalchemy import Boolean, ColumnElement
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
