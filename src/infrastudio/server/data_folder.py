"""The data folder belongs to one server at a time."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any, Final, NamedTuple

from infrastudio.kernel.errors import Conflict, Unavailable

LOCK_NAME: Final = "server.lock"


class ServerInfo(NamedTuple):
    """A running server: its process and its address."""

    pid: int
    url: str


class FolderInUse(Conflict):
    """Another server works on this data folder."""

    def __init__(self, folder: Path, owner: ServerInfo | None) -> None:
        who = f"by the server with pid {owner.pid} at {owner.url}" if owner else "by another server"
        super().__init__(f"The data folder {folder} is in use {who}. Stop it, or choose another folder with --data.")


class FolderNotWritable(Unavailable):
    """Nothing can be stored in the data folder."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"The data folder {folder} cannot be written to ({why}). Choose another one with --data.")


class DataFolder:
    """Holds the lock of a data folder until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Make the folder where it is missing and take its lock.

        Raises:
            FolderNotWritable: It cannot be made or written to.
            FolderInUse: Another server holds it.
        """
        self._path = folder / LOCK_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderNotWritable(folder, error.strerror or str(error)) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise FolderInUse(folder, running_server(folder)) from error

    def announce(self, url: str) -> None:
        """Write who serves here and at which address."""
        text = json.dumps({"pid": os.getpid(), "url": url}).encode()
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text, 0)

    def release(self) -> None:
        """Give the folder back."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


def running_server(folder: Path) -> ServerInfo | None:
    """Return the server that holds a data folder; None when there is none."""
    try:
        file = os.open(folder / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        values: dict[str, Any] = json.loads(os.pread(file, 4096, 0) or b"{}")
        return ServerInfo(values["pid"], values["url"]) if values else None
    finally:
        os.close(file)
    return None
