"""The databases that suites run on: the run's own servers, or those that variables name."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text

from database_servers import MariaDbProgram, PostgresProgram, ServerProgram, shared_server
from infrastudio.stores.db.settings import parse_url

SERVERS = {"postgresql": PostgresProgram(), "mariadb": MariaDbProgram()}


class DatabaseServer:
    """A server in which suites make databases of their own."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.url = make_url(url)

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{uuid.uuid4().hex[:16]}"
        self.execute(f"create database {name}")
        return self.url.set(database=name).render_as_string(hide_password=False)

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
