"""A join whose left side is read first, whatever the planner thinks of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import Join


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
