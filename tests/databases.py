"""The databases that suites run on: the run's own servers, or those that variables name."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from database_servers import MariaDbProgram, MySqlProgram, PostgresProgram, ServerProgram, shared_server
from infrastudio.migrations import upgrade
from infrastudio.stores.db import ConnectionSettings
from infrastudio.stores.db.engines import write_engine
from infrastudio.stores.db.settings import parse_url


def _servers() -> dict[str, ServerProgram]:
    """Return what suites run on; MySQL, which few machines have beside MariaDB, only where it is named or found."""
    servers: dict[str, ServerProgram] = {"postgresql": PostgresProgram(), "mariadb": MariaDbProgram()}
    mysql = MySqlProgram()
    return servers | ({"mysql": mysql} if os.environ.get(mysql.variable) or mysql.installed() else {})


SERVERS = _servers()


class DatabaseServer:
    """A server in which suites make databases of their own."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.url = make_url(url)
        self._template: str | None = None

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{uuid.uuid4().hex[:16]}"
        self.execute(f"create database {name}")
        return self.url.set(database=name).render_as_string(hide_password=False)

    def new_migrated_database(self) -> str:
        """Make a database with the newest schema and return its URL; much cheaper than to migrate an empty one."""
        if self._template is None:
            self._template = self.new_database()
            migrate(self._template)
        template = make_url(self._template)
        if self.kind == "postgresql":
            name = f"test_{uuid.uuid4().hex[:16]}"
            self.execute(f"create database {name} template {template.database}")
            return self.url.set(database=name).render_as_string(hide_password=False)
        url = self.new_database()
        _copy_tables(template, make_url(url))
        return url

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        force = " with (force)" if self.kind == "postgresql" else ""
        self.execute(f"drop database if exists {make_url(url).database}{force}")

    def execute(self, *statements: str) -> None:
        """Run statements as the server's administrator."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


def migrate(url: str) -> None:
    """Bring an empty database to the newest schema."""
    engine = write_engine(ConnectionSettings(url))
    upgrade(engine)
    engine.dispose()


def _copy_tables(source: URL, target: URL) -> None:
    """Copy the tables of a MariaDB or MySQL database with their few rows."""
    engine = create_engine(target)
    with engine.begin() as connection:
        connection.execute(text("set foreign_key_checks = 0"))
        for (table,) in connection.execute(text(f"show tables from {source.database}")).all():
            made = connection.execute(text(f"show create table {source.database}.{table}")).one()[1]
            connection.exec_driver_sql(made.replace("%", "%%"))
            connection.execute(text(f"insert into {table} select * from {source.database}.{table}"))
    engine.dispose()


@contextmanager
def running_server(kind: str) -> Iterator[DatabaseServer]:
    """Give the run's server of a kind; skips loudly where it is not installed."""
    program: ServerProgram = SERVERS[kind]
    if named := os.environ.get(program.variable):
        yield DatabaseServer(kind, parse_url(named).render_as_string(hide_password=False))
        return
    if not program.installed():
        pytest.skip(f"skipped: {program.name} is not installed (apt-get install {program.package})")
    with shared_server(program) as url:
        yield DatabaseServer(kind, url)
