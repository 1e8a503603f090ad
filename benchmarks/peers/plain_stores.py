"""Where the peer of `ledger_writes` keeps its two tables: plain drivers, one commit a request."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

Result = TypeVar("Result")
Execute = Callable[[str, Sequence[Any]], Any]
"""Runs a statement with `?` for its values and returns the first row of what it brings, if it brings rows."""

POOL: Final = 8
TABLES: Final = """
create table if not exists instance (
  id {id}, name varchar(255) not null unique, model_name varchar(255) not null,
  model_version varchar(50) not null, cluster_name varchar(255) not null, image_tag varchar(255) not null,
  replicas integer not null, pp integer not null, cp integer not null, tp integer not null,
  status varchar(20) not null, priority varchar(20) not null, description text not null,
  created_at varchar(40) not null, updated_at varchar(40) not null, version integer not null);
create table if not exists event (
  seq {id}, at varchar(40) not null, kind varchar(64) not null, entity varchar(32) not null,
  entity_id varchar(64) not null, version integer not null, actor varchar(80) not null, changes text not null,
  {after} text not null);
create index if not exists event_entity on event (entity, entity_id, seq);
"""


class PlainStore(Protocol):
    """A database behind a plain driver."""

    after: str
    """How the column `after` is written; it is a reserved word elsewhere."""
    lock: str
    """What ends a SELECT whose row will be changed."""

    async def run(self, work: Callable[[Execute], Result]) -> Result:
        """Run `work` in a transaction of its own and commit it."""
        ...


class SqliteStore(PlainStore):
    """One connection in the event loop needs no lock and no thread, which is the fastest plain way."""

    after = "after"
    lock = ""

    def __init__(self, file: str) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=full")
        self._connection.executescript(TABLES.format(id="integer primary key autoincrement", after=self.after))

    async def run(self, work: Callable[[Execute], Result]) -> Result:
        with self._connection:
            self._connection.execute("begin immediate")
            return work(lambda statement, values: self._connection.execute(statement, values).fetchone())


class ServerStore(PlainStore):
    """A pool of connections, each used in a thread: a driver waits for the network."""

    lock = " for update"

    def __init__(self, url: str) -> None:
        self._pool: queue.SimpleQueue[Any] = queue.SimpleQueue()
        is_postgresql = url.startswith("postgresql")
        self.after = "after" if is_postgresql else "`after`"
        for number in range(POOL):
            connection = _connect(url)
            if not number:
                key = "bigserial primary key" if is_postgresql else "bigint auto_increment primary key"
                with connection.cursor() as cursor:
                    for statement in TABLES.format(id=key, after=self.after).strip().split(";\n"):
                        cursor.execute(statement.rstrip(";"))
                connection.commit()
            self._pool.put(connection)

    async def run(self, work: Callable[[Execute], Result]) -> Result:
        return await asyncio.to_thread(self._run, work)

    def _run(self, work: Callable[[Execute], Result]) -> Result:
        connection = self._pool.get()
        try:
            with connection.cursor() as cursor:

                def execute(statement: str, values: Sequence[Any]) -> Any:
                    cursor.execute(statement.replace("?", "%s"), values)
                    return cursor.fetchone() if cursor.description else None

                result = work(execute)
            connection.commit()
            return result
        except BaseException:
            connection.rollback()
            raise
        finally:
            self._pool.put(connection)


def _connect(url: str) -> Any:
    if url.startswith("postgresql"):
        import psycopg

        return psycopg.connect(url)
    import pymysql

    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname, port=parts.port or 3306, user=parts.username, database=parts.path.strip("/"),
        charset="utf8mb4",
    )  # fmt: skip
