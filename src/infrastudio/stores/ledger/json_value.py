"""What stands in a column of JSON text, as SQL expressions that every database understands."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Double, String, cast, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from infrastudio.stores.db.types import MYSQL_COLLATION


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


class _HasKey(FunctionElement[bool]):
    """Is there a top-level key, whatever its value?"""

    name = "json_has_key"
    type = Boolean()
    inherit_cache = True


def has_key(column: Any, key: str) -> ColumnElement[bool]:
    """Return the condition that the JSON object in `column` has a top-level `key`, also where its value is null."""
    if not key.isidentifier():
        raise ValueError(f"{key!r} is not a field name")
    return _HasKey(column, literal_column(f"'{key}'"))


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> tuple[str, str]:
    column, key = element.clauses
    return compiler.process(column, **kw), compiler.process(key, **kw).strip("'")


@compiles(_JsonText, "sqlite")
def _sqlite_text(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"json_extract({column}, '$.{key}')"


@compiles(_JsonText, "postgresql")
def _postgresql_text(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"(CAST({column} AS json) ->> '{key}') COLLATE \"C\""


@compiles(_JsonText, "mysql")
def _mysql_text(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    if compiler.dialect.is_mariadb:  # type: ignore[attr-defined]  # it is a MySQLDialect here
        return f"json_value({column}, '$.{key}')"
    # MySQL compares what it takes out of JSON without the blanks at the end
    value = f"json_unquote(nullif(json_extract({column}, '$.{key}'), cast('null' as json)))"
    return f"({value} COLLATE {MYSQL_COLLATION})"


@compiles(_HasKey, "sqlite")
def _sqlite_key(element: _HasKey, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"json_type({column}, '$.{key}') IS NOT NULL"


@compiles(_HasKey, "postgresql")
def _postgresql_key(element: _HasKey, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"(CAST({column} AS json) -> '{key}') IS NOT NULL"


@compiles(_HasKey, "mysql")
def _mysql_key(element: _HasKey, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"json_contains_path({column}, 'one', '$.{key}')"


@compiles(_Double)
def _cast_to_double(element: _Double, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS DOUBLE PRECISION)"


@compiles(_Double, "mysql")
def _double_on_mysql(element: _Double, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} + 0e0)"
