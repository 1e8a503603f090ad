"""Sees from outside that the server seals what streams have gathered."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

LOOK_S: Final = 0.002
COUNTS: Final = "SELECT (SELECT max(chunk_id) FROM point_chunk), (SELECT count(*) FROM line_chunk)"


class SealedChunks:
    """The chunks in a telemetry file that another process writes to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def wait_for_more(self, timeout_s: float) -> bool:
        """Return once a step of sealing has been committed; False when none was in time."""
        until = time.monotonic() + timeout_s
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as connection:
            before = connection.execute(COUNTS).fetchone()
            while connection.execute(COUNTS).fetchone() == before:
                if time.monotonic() > until:
                    return False
                time.sleep(LOOK_S)  # between two looks: another process writes, and tells nobody
        return True
