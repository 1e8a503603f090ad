"""One scalar out of a column of JSON text, as a SQL expression on every database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Double, String, cast, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _JsonText(FunctionElement[str]):
    """The value at a top-level key as text; SQL NULL for a JSON null or a key that is not there."""

    name = "json_text"
    type = String()
    inherit_cache = True


class _Double(FunctionElement[float]):
    """A number in text as a double; MariaDB and MySQL have no cast to it."""

    name = "as_double"
    type = Double()
    inherit_cache = True


def json_value(column: Any, key: str, kind: type = str) -> ColumnElement[Any]:
    """Return the expression for `column`'s top-level `key` as `str`, `int` or `float`."""
    if not key.isidentifier():
        raise ValueError(f"{key!r} is not a field name")
    value = _JsonText(column, literal_column(f"'{key}'"))
    if kind is int:
        return cast(value, BigInteger)
    if kind is float:
        return _Double(value)
    return value


def _parts(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> tuple[str, str]:
    column, key = element.clauses
    return compiler.process(column, **kw), compiler.process(key, **kw).strip("'")


@compiles(_JsonText, "sqlite")
def _sqlite(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"json_extract({column}, '$.{key}')"


@compiles(_JsonText, "postgresql")
def _postgresql(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"(CAST({column} AS json) ->> '{key}') COLLATE \"C\""


@compiles(_JsonText, "mysql")
def _mysql(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    if compiler.dialect.is_mariadb:  # type: ignore[attr-defined]  # it is a MySQLDialect here
        return f"json_value({column}, '$.{key}')"
    return f"json_unquote(nullif(json_extract({column}, '$.{key}'), cast('null' as json)))"


@compiles(_Double)
def _cast_to_double(element: _Double, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS DOUBLE PRECISION)"


@compiles(_Double, "mysql")
def _double_on_mysql(element: _Double, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} + 0e0)"
