"""The peer of `instance_reads`: a bare FastAPI route that runs one SELECT by sqlite3 and answers with msgspec.

    python plain_list.py FILE PORT

It reads the database file of our own server. `/rows?skip=` selects and encodes a hundred rows at each request, `/bytes`
answers the first hundred from memory. Both are `async def` and read in the event loop, the fastest plain way for short
reads.
"""

from __future__ import annotations

import sqlite3
import sys

import msgspec
import uvicorn
from fastapi import FastAPI, Response

app = FastAPI()


@app.get("/rows")
async def rows(skip: int = 0) -> Response:
    """Select and encode."""
    return Response(answer(skip), media_type="application/json")


@app.get("/bytes")
async def from_memory() -> Response:
    """Answer what was encoded at the start."""
    return Response(app.state.bytes, media_type="application/json")


@app.get("/health")
async def health() -> Response:
    """Tell that the server answers."""
    return Response(b"{}", media_type="application/json")


def answer(skip: int) -> bytes:
    """Return the next hundred instances as a JSON array of objects."""
    cursor = app.state.connection.execute(app.state.statement, (skip,))
    return msgspec.json.encode([dict(zip(app.state.names, row, strict=True)) for row in cursor])


def main() -> None:
    """Serve."""
    file, port = sys.argv[1], int(sys.argv[2])
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)
    table = connection.execute("pragma table_info(instance)").fetchall()
    app.state.connection = connection
    app.state.names = [name for _, name, *_ in table if name != "project_id" and not name.endswith("_folded")]
    app.state.statement = f"select {', '.join(app.state.names)} from instance order by id limit 100 offset ?"
    app.state.bytes = answer(0)
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
