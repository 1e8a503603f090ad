"""Has anybody written? Asked dozens of times a second, so it must cost next to nothing."""

from __future__ import annotations

import sqlite3
import threading

from sqlalchemy import URL


class ChangeProbe:
    """Tells on SQLite whether any connection of any process has committed since the last look.

    `PRAGMA data_version` reads a number in shared memory: microseconds, no snapshot, never a wait.
    """

    def __init__(self, url: URL) -> None:
        self._path = url.database if url.get_backend_name() == "sqlite" else None
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def version(self) -> int | None:
        """Return a number that is another one after each commit; None where the database has no such number."""
        if not self._path or self._path == ":memory:":
            return None
        with self._lock:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
