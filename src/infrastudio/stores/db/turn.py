"""Waiting for the turn to write, so that who waits longest comes first."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL


class WriteTurn:
    """One writing transaction at a time among the threads of this process, and on SQLite among processes too.

    SQLite lets waiting processes poll for its lock with growing pauses, so under load some wait for seconds. A file
    lock beside the database puts them in a queue of the operating system's; a killed owner frees it at once. Safety
    does not hang on it: the transaction that follows takes the database's own lock.
    """

    def __init__(self, url: URL) -> None:
        self._thread_lock = threading.Lock()
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        self._path = Path(f"{url.database}-turn") if is_file else None
        self._file: int | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Wait for the turn and keep it for the block."""
        with self._thread_lock:
            if self._path is None:
                yield
                return
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file back."""
        with self._thread_lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None
