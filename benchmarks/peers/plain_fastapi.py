"""The peer of `ledger_writes`: FastAPI, the same bodies and answers, a plain driver, one commit a request.

    python plain_fastapi.py FILE|URL PORT

With sqlite3 routes write in the event loop: one connection needs no lock and no thread, which is the fastest plain way
(a `def` route costs a thread hop and shares one writer all the same), `synchronous=FULL` as ours. With psycopg and
PyMySQL they write in threads, on connections of a pool.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import queue
import sqlite3
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from typing_extensions import override

Result = TypeVar("Result")
Execute = Callable[[str, Sequence[Any]], Any]
"""Runs a statement with `?` for its values and returns the first row of what it brings, if it brings rows."""

FIELDS: Final = (
    "name", "model_name", "model_version", "cluster_name", "image_tag", "replicas", "pp", "cp", "tp", "status",
    "priority", "description", "created_at", "updated_at", "version",
)  # fmt: skip
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
APPEND: Final = (
    "insert into event (at, kind, entity, entity_id, version, actor, changes, {after}) "
    "values (?, ?, 'instance', ?, ?, 'user:local', ?, ?)"
)
CREATE: Final = f"insert into instance ({', '.join(FIELDS)}) values ({', '.join('?' * len(FIELDS))}) returning id"
READ: Final = f"select {', '.join(FIELDS)} from instance where id = ?"
Words = Annotated[str, Field(min_length=1, max_length=255)]


class InstanceIn(BaseModel):
    """A new instance."""

    name: Words
    model_name: Words
    model_version: Annotated[str, Field(min_length=1, max_length=50)] = "latest"
    cluster_name: Words
    image_tag: Words
    replicas: Annotated[int, Field(ge=1, le=100)] = 1
    pp: Annotated[int, Field(ge=1, le=16)] = 1
    cp: Annotated[int, Field(ge=1, le=64)] = 8
    tp: Annotated[int, Field(ge=1, le=16)] = 1
    status: Annotated[str, Field(pattern="^(active|inactive|pending|error)$")] = "active"
    priority: Annotated[str, Field(pattern="^(low|medium|high|critical)$")] = "medium"
    description: Annotated[str, Field(max_length=2000)] = ""


class InstanceUpdate(BaseModel):
    """Any subset of the fields."""

    name: Words | None = None
    model_name: Words | None = None
    replicas: Annotated[int, Field(ge=1, le=100)] | None = None
    priority: Annotated[str, Field(pattern="^(low|medium|high|critical)$")] | None = None
    description: Annotated[str, Field(max_length=2000)] | None = None


class Instance(InstanceIn):
    """An instance as it is answered."""

    id: int
    created_at: str
    updated_at: str
    version: int


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

    @override
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

    @override
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


def create_app(store: PlainStore) -> FastAPI:
    """Return the application on one database."""
    app = FastAPI()
    insert_event = APPEND.format(after=store.after)

    def append(execute: Execute, kind: str, id: int, after: dict[str, Any], changes: dict[str, Any]) -> None:
        texts = json.dumps(changes), json.dumps(after)
        execute(insert_event, (after["updated_at"], kind, str(id), after["version"], *texts))

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/instances", status_code=201)
    async def create(body: InstanceIn) -> Instance:
        def work(execute: Execute) -> Instance:
            now = _now()
            state = body.model_dump() | {"created_at": now, "updated_at": now, "version": 1}
            id = execute(CREATE, [state[field] for field in FIELDS])[0]
            changes = {field: {"old": None, "new": value} for field, value in state.items()}
            append(execute, "instance.created", id, state, changes)
            return Instance(id=id, **state)

        made: Instance = await store.run(work)
        return made

    @app.put("/api/instances/{id}")
    async def update(id: int, body: InstanceUpdate) -> Instance:
        def work(execute: Execute) -> Instance:
            row = execute(READ + store.lock, (id,))
            if row is None:
                raise HTTPException(404)
            before = dict(zip(FIELDS, row, strict=True))
            asked = {f: value for f, value in body.model_dump(exclude_unset=True).items() if before[f] != value}
            after = before | asked | {"updated_at": _now(), "version": before["version"] + 1}
            changed = {f: {"old": before[f], "new": after[f]} for f in FIELDS if before[f] != after[f]}
            sets = ", ".join(f"{field} = ?" for field in changed)
            execute(f"update instance set {sets} where id = ?", [*(after[field] for field in changed), id])
            append(execute, "instance.updated", id, after, changed)
            return Instance(id=id, **after)

        made: Instance = await store.run(work)
        return made

    return app


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat()


def main() -> None:
    """Serve on the given port."""
    store: PlainStore = ServerStore(sys.argv[1]) if "://" in sys.argv[1] else SqliteStore(sys.argv[1])
    uvicorn.run(
        create_app(store), host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools",
        access_log=False, log_level="warning",
    )  # fmt: skip


if __name__ == "__main__":
    main()
