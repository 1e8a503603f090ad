"""Hears of commits of other processes on a database server, which tells nobody by itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

LOOK_S: Final = 0.03
"""A look is one read of one row, so that a process costs its server some thirty of them a second, whatever follows."""
RETRY_S: Final = 1.0

logger = logging.getLogger(__name__)


class CommitWatch:
    """Looks at the end of the ledger, in a thread that the first who is interested starts."""

    def __init__(self, engine: Engine, head: Callable[[Connection], int], wake: Callable[[int], None]) -> None:
        self._engine = engine
        self._head = head
        self._wake = wake
        self._closed = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, unless that was begun before."""
        with self._starting:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="db-watch", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        last: int | None = None
        pause_s = 0.0
        while not self._closed.wait(pause_s):
            try:
                with self._engine.connect() as connection:
                    last = self._watch(connection.execution_options(isolation_level="AUTOCOMMIT"), last)
            except SQLAlchemyError:
                # Followers look by themselves too, and a request that meets this says so to somebody.
                logger.debug("the database does not answer", exc_info=True)
                pause_s = RETRY_S

    def _watch(self, connection: Connection, last: int | None) -> int | None:
        while not self._closed.wait(LOOK_S):
            seq = self._head(connection)
            if last is not None and seq != last:
                self._wake(seq)
            last = seq
        return last
