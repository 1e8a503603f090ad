"""Migrations on every database: cut short, run by two at once, refused where the tables are somebody else's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, inspect, text

from conftest import SERVER_FIXTURES, server_of, studio_on
from infrastudio.kernel.errors import StudioError
from infrastudio.migrations import LATEST, UnknownSchema, upgrade
from infrastudio.migrations.upgrade import schema_of
from infrastudio.stores.db import ConnectionSettings
from infrastudio.stores.db.engines import write_engine

BINARY_COLLATIONS = {"mariadb": "utf8mb4_nopad_bin", "mysql": "utf8mb4_0900_bin"}
"""Under which trailing blanks count too."""


class CutShort(Exception):
    """As if the process had been killed."""


@pytest.fixture(params=("sqlite", *SERVER_FIXTURES))
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'studio.db'}"
        return
    server = server_of(request.param, request)
    url = server.new_database()
    yield url
    server.drop_database(url)


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    engine = write_engine(ConnectionSettings(url))
    yield engine
    engine.dispose()


def upgrade_until(engine: Engine, statements: int) -> None:
    """Upgrade, and stop dead after so many changes of the schema."""
    done = 0

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal done
        if statement.lstrip().upper().startswith(("CREATE", "INSERT")):
            done += 1
            if done > statements:
                raise CutShort

    event.listen(engine, "before_cursor_execute", count)
    try:
        with pytest.raises(CutShort):
            upgrade(engine)
    finally:
        event.remove(engine, "before_cursor_execute", count)


def test_a_migration_that_was_cut_short_is_finished_by_the_next_start(empty: str) -> None:
    with engine_of(empty) as engine:
        for statements in (2, 9, 60):
            upgrade_until(engine, statements)
        assert upgrade(engine)
        assert not upgrade(engine)
        with engine.connect() as connection:
            assert schema_of(connection) == LATEST
            assert connection.execute(text("select count(*) from ledger_clock")).scalar_one() == 1
            indexes = {index["name"] for index in inspect(connection).get_indexes("event")}
    assert {"ix_event_at", "ix_event_kind_seq"} <= indexes


def test_two_servers_that_start_at_once_take_turns(empty: str) -> None:
    with engine_of(empty) as one, engine_of(empty) as other, ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(upgrade, (one, other))) == [False, True]


def test_a_new_file_is_waited_for_while_another_server_writes_to_it(tmp_path: Path) -> None:
    """Until it has a write-ahead log, SQLite refuses to give it one instead of waiting."""
    file = tmp_path / "studio.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE begun (id)")
    with engine_of(f"sqlite:///{file}") as engine, ThreadPoolExecutor(1) as threads:
        opened = threads.submit(lambda: engine.connect().close())
        with pytest.raises(TimeoutError):
            opened.result(timeout=0.3)
        other.execute("COMMIT")
        opened.result(timeout=30)
    other.close()


def test_the_tables_of_an_older_inventory_are_left_as_they_are(empty: str, tmp_path: Path) -> None:
    with engine_of(empty) as engine:
        with engine.begin() as connection:
            connection.execute(text("create table inference_instances (id integer primary key)"))
        with pytest.raises(UnknownSchema, match=r"studio import instances .*://"):
            upgrade(engine)
        with pytest.raises(StudioError, match="studio import instances"), studio_on(tmp_path / "data", empty):
            pass
        assert inspect(engine).get_table_names() == ["inference_instances"]


@pytest.mark.parametrize("kind", [kind for kind in BINARY_COLLATIONS if kind in SERVER_FIXTURES])
def test_every_text_is_compared_byte_by_byte(kind: str, request: pytest.FixtureRequest) -> None:
    """The server's default ignores case; a column that does not name its collation would show here."""
    server = server_of(kind, request)
    url = server.new_database()
    with studio_of_tables(url) as engine, engine.connect() as connection:
        columns = text(
            "select concat(table_name, '.', column_name), collation_name from information_schema.columns "
            "where table_schema = database() and collation_name is not null and table_name <> 'studio_schema'"
        )
        found = {row[0]: row[1] for row in connection.execute(columns)}
    server.drop_database(url)
    assert "event.entity_id" in found
    assert "series.name" in found
    assert set(found.values()) == {BINARY_COLLATIONS[kind]}


@contextmanager
def studio_of_tables(url: str) -> Iterator[Engine]:
    """An engine of a database with all tables, those of telemetry too."""
    from infrastudio.stores.telemetry.schema import create_schema

    with engine_of(url) as engine:
        upgrade(engine)
        create_schema(engine)
        yield engine
