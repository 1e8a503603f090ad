"""The peer of `ledger_writes`: FastAPI, the same bodies and answers, plain sqlite3, one commit a request.

    python plain_fastapi.py FILE PORT

Routes are `async def` and write in the event loop: one connection needs no lock and no thread, which is the fastest
plain way (a `def` route costs a thread hop and shares one writer all the same). `synchronous=FULL`, as ours.
"""

from __future__ import annotations

import datetime
import json
import sqlite3
import sys
from typing import Annotated, Any, Final

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

FIELDS: Final = (
    "name", "model_name", "model_version", "cluster_name", "image_tag", "replicas", "pp", "cp", "tp", "status",
    "priority", "description", "created_at", "updated_at", "version",
)  # fmt: skip
TABLES: Final = """
create table if not exists instance (
  id integer primary key autoincrement, name text not null unique, model_name text not null,
  model_version text not null, cluster_name text not null, image_tag text not null, replicas integer not null,
  pp integer not null, cp integer not null, tp integer not null, status text not null, priority text not null,
  description text not null,  created_at text not null, updated_at text not null, version integer not null);
create table if not exists event (
  seq integer primary key, at text not null, kind text not null, entity text not null, entity_id text not null,
  version integer not null, actor text not null, changes text not null, after text not null);
create index if not exists event_entity on event (entity, entity_id, seq);
"""
APPEND: Final = (
    "insert into event (at, kind, entity, entity_id, version, actor, changes, after) "
    "values (?, ?, 'instance', ?, ?, 'user:local', ?, ?)"
)
CREATE: Final = f"insert into instance ({', '.join(FIELDS)}) values ({', '.join('?' * len(FIELDS))})"
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


def create_app(connection: sqlite3.Connection) -> FastAPI:
    """Return the application on one connection."""
    app = FastAPI()

    def append(kind: str, id: int, after: dict[str, Any], changes: dict[str, Any]) -> None:
        texts = json.dumps(changes), json.dumps(after)
        connection.execute(APPEND, (after["updated_at"], kind, str(id), after["version"], *texts))

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/instances", status_code=201)
    async def create(body: InstanceIn) -> Instance:
        now = _now()
        state = body.model_dump() | {"created_at": now, "updated_at": now, "version": 1}
        with connection:
            connection.execute("begin immediate")
            id = connection.execute(CREATE, [state[field] for field in FIELDS]).lastrowid or 0
            changes = {field: {"old": None, "new": value} for field, value in state.items()}
            append("instance.created", id, state, changes)
        return Instance(id=id, **state)

    @app.put("/api/instances/{id}")
    async def update(id: int, body: InstanceUpdate) -> Instance:
        with connection:
            connection.execute("begin immediate")
            row = connection.execute(READ, (id,)).fetchone()
            if row is None:
                raise HTTPException(404)
            before = dict(zip(FIELDS, row, strict=True))
            asked = {f: value for f, value in body.model_dump(exclude_unset=True).items() if before[f] != value}
            after = before | asked | {"updated_at": _now(), "version": before["version"] + 1}
            changed = {f: {"old": before[f], "new": after[f]} for f in FIELDS if before[f] != after[f]}
            sets = ", ".join(f"{field} = ?" for field in changed)
            values = [after[field] for field in changed]
            connection.execute(f"update instance set {sets} where id = ?", [*values, id])
            append("instance.updated", id, after, changed)
        return Instance(id=id, **after)

    return app


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat()


def main() -> None:
    """Serve on the given port."""
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.executescript(TABLES)
    uvicorn.run(
        create_app(connection), host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools",
        access_log=False, log_level="warning",
    )  # fmt: skip


if __name__ == "__main__":
    main()
