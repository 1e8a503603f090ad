"""How to reach a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from infrastudio.kernel.errors import ValidationFailed

DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}


@dataclass(frozen=True)
class ConnectionSettings:
    """What an engine is made of; `attach` names further SQLite files that reads may join, by schema name."""

    url: str
    pool_size: int = 10
    max_overflow: int = 20
    pool_recycle_s: int = 3600
    connect_timeout_s: float = 10.0
    synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL"
    attach: dict[str, Path] = field(default_factory=dict)


def parse_url(url: str) -> URL:
    """Return the SQLAlchemy URL with our driver for the database that `url` names.

    Raises:
        ValidationFailed: It is no database URL, or of a database we do not know.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValidationFailed.of("database_url", "is not a database URL", "sqlite:///studio.db") from error
    backend = parsed.drivername.partition("+")[0]
    if backend not in DRIVERS:
        raise ValidationFailed.of(
            "database_url", f"{backend!r} is not supported; use sqlite, postgresql, mysql or mariadb"
        )
    return parsed.set(drivername=DRIVERS[backend])
