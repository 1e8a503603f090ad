"""One writer per telemetry file: an exclusive lock on a file beside it, held as long as the process lives."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from infrastudio.stores.telemetry.errors import TelemetryInUse


class WriterLock:
    """Held from its making to `release`, or to the end of the process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock of the telemetry file at `path`.

        Raises:
            TelemetryInUse: Another writer holds it.
        """
        marker = path.with_name(path.name + ".lock")
        self._fd = os.open(marker, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(self._fd, 100).decode(errors="replace").strip() or "unknown"
            os.close(self._fd)
            raise TelemetryInUse(str(path), owner) from error
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"pid {os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process write; the marker stays, only its lock counts."""
        os.close(self._fd)
