"""How to reach a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from infrastudio.kernel.errors import ValidationFailed

DRIVERS: Final = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
DEFAULT_PORTS: Final = {"postgresql": 5432, "mysql": 3306}


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
        ValidationFailed: It is no database URL, of a database we do not know, or its password cannot be told from
            the rest. The message never holds the password.
    """
    scheme = url.partition(":")[0].partition("+")[0]
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        if scheme in DRIVERS and url.count("@") > 1:
            raise _not_encoded(url) from None  # what SQLAlchemy says quotes a piece of the password
        raise ValidationFailed.of("database_url", "is not a database URL", "sqlite:///studio.db") from error
    backend = parsed.get_backend_name()
    if backend not in DRIVERS:
        raise ValidationFailed.of(
            "database_url", f"{backend!r} is not supported; use sqlite, postgresql, mysql or mariadb"
        )
    driver = DRIVERS[backend]
    if not driver.startswith("sqlite"):
        if "@" in f"{parsed.host}{parsed.database}" or (parsed.database is None and "@" in url.partition("?")[2]):
            raise _not_encoded(url)
        if not parsed.database:
            raise ValidationFailed.of("database_url", f"names no database; end it with /NAME: {shown_url(parsed)}")
    return parsed.set(drivername=driver)


def shown_url(url: URL) -> str:
    """Return the URL as it may be shown: without the password, and without the name of our driver."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def _not_encoded(url: str) -> ValidationFailed:
    """Return the failure that says how to write a password with special characters, without saying the password."""
    scheme, _, rest = url.partition("://")
    user, place = rest.partition(":")[0], rest.rpartition("@")[2]
    return ValidationFailed.of(
        "database_url",
        "the password holds characters that have a meaning in a URL. Write @ as %40, : as %3A, / as %2F, ? as %3F, "
        f"# as %23 and % as %25: {scheme}://{user}:PASSWORD@{place} "
        "(python3 -c 'import getpass, urllib.parse as u; print(u.quote(getpass.getpass(), safe=\"\"))' asks for it "
        "and prints it so written)",
    )
