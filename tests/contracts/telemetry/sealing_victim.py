"""Processes that seal a store once and end themselves by kill -9 before their n-th statement that writes.

Each is a fork of one that has imported everything and opened nothing, for that takes longer than the sealing. It reads
the n from its input, one a line, and writes how each of them ended.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from typing import Any

from sqlalchemy import Engine, create_engine, event

from contracts.telemetry.appender import open_store
from infrastudio.stores.telemetry import SealPolicy

WRITES = ("BEGIN IMMEDIATE", "INSERT", "DELETE", "UPDATE", "COMMIT")


class Countdown:
    """Lets some statements pass and then ends the process."""

    def __init__(self, left: int) -> None:
        self.left = left

    def hear(self, statement: str) -> None:
        if statement.lstrip().upper().startswith(WRITES):
            self.left -= 1
            if self.left < 0:
                os.kill(os.getpid(), signal.SIGKILL)


def arm(countdown: Countdown) -> None:
    """Hear of every statement, on connections of sqlite3 and on those of SQLAlchemy."""
    connect = sqlite3.connect

    def connect_and_listen(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(countdown.hear)
        return connection

    vars(sqlite3)["connect"] = connect_and_listen

    @event.listens_for(Engine, "before_cursor_execute")
    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        countdown.hear(statement)

    @event.listens_for(Engine, "commit")
    def commit(_connection: Any) -> None:
        countdown.hear("COMMIT")


async def seal_and_die(target: str, left: int) -> None:
    """Open the store first: only sealing is cut short."""
    countdown = Countdown(1 << 30)
    if "://" not in target:
        arm(countdown)
    store = open_store(target)
    if "://" in target:
        arm(countdown)
    countdown.left = left
    await store.seal(SealPolicy(batches=0, quiet_s=0))
    countdown.left = 1 << 30
    store.close()


def main(target: str) -> None:
    """Fork a victim for each line of the input."""
    if "://" in target:
        create_engine(target)  # imports the driver and connects to nothing
    for line in sys.stdin:
        victim = os.fork()
        if victim == 0:
            asyncio.run(seal_and_die(target, int(line)))
            os._exit(0)
        _, status = os.waitpid(victim, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
