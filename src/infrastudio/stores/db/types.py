"""Column types that hold the same values on every database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, String, Text, TypeDecorator
from sqlalchemy import Boolean as SqlBoolean
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.dialects.mysql.base import MySQLTypeCompiler
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.clock import from_micros, to_micros

MARIADB_COLLATION = "utf8mb4_nopad_bin"
MYSQL_COLLATION = "utf8mb4_0900_bin"

Boolean = SqlBoolean(create_constraint=False)


@compiles(mysql.VARCHAR, "mysql")
@compiles(mysql.LONGTEXT, "mysql")
def _collated(type_: mysql.VARCHAR | mysql.LONGTEXT, compiler: MySQLTypeCompiler, **kw: Any) -> str:
    """Columns and migrations name the collation of MariaDB: by bytes, blanks count. MySQL has another name for it."""
    made: str = getattr(compiler, f"visit_{type_.__visit_name__}")(type_, **kw)
    is_mariadb = compiler.dialect.is_mariadb
    return made if is_mariadb else made.replace(MARIADB_COLLATION, MYSQL_COLLATION)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as a BIGINT of microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


def text_column(length: int) -> TypeEngine[str]:
    """Return the type of text of at most `length` characters, compared byte by byte on every database."""
    return (
        String(length)
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation=MARIADB_COLLATION), "mysql", "mariadb")
    )


LongText: TypeEngine[str] = (
    Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(charset="utf8mb4", collation=MARIADB_COLLATION), "mysql", "mariadb")
)
"""Text without a limit, compared byte by byte."""

LongBytes: TypeEngine[bytes] = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
"""Bytes without a limit."""


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value kept as the text of its canonical form."""

    impl = LongText
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


AutoId = BigInteger().with_variant(Integer(), "sqlite")
"""A counted integer id; with `sqlite_autoincrement=True` on its table, numbers never come back on SQLite either."""
