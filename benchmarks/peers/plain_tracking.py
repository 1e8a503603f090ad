"""The least that a Python server of MLflow's hot writes can do: ASGI on uvicorn, orjson, sqlite3, one commit a request.

    python plain_tracking.py FOLDER PORT

It checks nothing, knows no rights, keeps no chain of hashes and answers no reads; a run is a row and an event in a file
with `synchronous=FULL`, a point a row in another one with NORMAL, as ours are. Writes happen in the event loop, where
one connection needs no lock and no thread. What it reaches is the limit of this way, not a product.
"""

from __future__ import annotations

import sqlite3
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import orjson
import uvicorn

LEDGER: Final = """
create table run (id text primary key, experiment_id text not null, start_time integer not null) without rowid;
create table param (run_id text not null, key text not null, value text not null, primary key (run_id, key))
  without rowid;
create table event (seq integer primary key, at integer not null, kind text not null, entity_id text not null,
  changes text not null);
create index event_entity on event (entity_id, seq);
"""
POINTS: Final = """
create table point (run_id text not null, key text not null, step integer not null, time integer not null,
  value real not null, primary key (run_id, key, step, time)) without rowid;
"""
API: Final = "/api/2.0/mlflow/runs/"
EVENT: Final = "insert into event (at, kind, entity_id, changes) values (?, ?, ?, ?)"

Body = dict[str, Any]


class PlainTracking:
    """Runs and points in two SQLite files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._ledger = _opened(folder / "ledger.db", LEDGER, synchronous="full")
        self._points = _opened(folder / "points.db", POINTS, synchronous="normal")

    def create(self, body: Body) -> Body:
        """Make a run."""
        id = uuid.uuid4().hex
        with self._ledger as ledger:
            ledger.execute("begin immediate")
            ledger.execute("insert into run values (?, ?, ?)", (id, body["experiment_id"], body["start_time"]))
            ledger.execute(EVENT, (time.time_ns(), "run.created", id, orjson.dumps(body)))
        return {"run": {"info": {"run_id": id, "status": "RUNNING", **body}, "data": {}}}

    def log_metric(self, body: Body) -> Body:
        """Store a point."""
        self._store(body["run_id"], [body])
        return {}

    def log_batch(self, body: Body) -> Body:
        """Store params and points."""
        id, params = body["run_id"], body.get("params", [])
        if params:
            with self._ledger as ledger:
                ledger.execute("begin immediate")
                rows = [(id, param["key"], param["value"]) for param in params]
                ledger.executemany("insert into param values (?, ?, ?)", rows)
                ledger.execute(EVENT, (time.time_ns(), "run.params_logged", id, orjson.dumps(params)))
        self._store(id, body["metrics"])
        return {}

    def _store(self, id: str, metrics: list[Body]) -> None:
        rows = [(id, one["key"], one.get("step", 0), one["timestamp"], one["value"]) for one in metrics]
        with self._points as points:
            points.execute("begin immediate")
            points.executemany("insert into point values (?, ?, ?, ?, ?)", rows)


def application(store: PlainTracking) -> Callable[..., Awaitable[None]]:
    """Return the ASGI application."""
    routes: dict[str, Callable[[Body], Body]] = {
        f"{API}create": store.create,
        f"{API}log-metric": store.log_metric,
        f"{API}log-batch": store.log_batch,
        "/health": lambda _: {},
    }

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        parts: list[bytes] = []
        is_whole = False
        while not is_whole:
            message = await receive()
            parts.append(message.get("body", b""))
            is_whole = not message.get("more_body", False)
        answer = orjson.dumps(routes[scope["path"]](orjson.loads(b"".join(parts) or b"{}")))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


def _opened(file: Path, tables: str, *, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute(f"pragma synchronous={synchronous}")
    connection.executescript(tables)
    return connection


def main() -> None:
    """Serve on the given port."""
    uvicorn.run(
        application(PlainTracking(Path(sys.argv[1]))), host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop",
        http="httptools", lifespan="off", access_log=False, log_level="warning",
    )  # fmt: skip


if __name__ == "__main__":
    main()
