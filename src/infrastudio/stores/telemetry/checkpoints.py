"""A thread that moves the write-ahead log into the database, so that no commit has to."""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

PACE_S: Final = 0.25


class CheckpointThread:
    """Checkpoints a SQLite file every quarter of a second through a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telemetry-checkpoints", daemon=True)

    def start(self) -> None:
        """Begin to checkpoint."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            while not self._stopping.wait(PACE_S):
                self._checkpoint(connection)
        finally:
            connection.close()

    def _checkpoint(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.OperationalError:
            logger.warning("A checkpoint of %s failed; it will be tried again.", self._path.name, exc_info=True)
