"""The data folder, and what lies in it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from infrastudio.server.data_folder import running_server
from infrastudio.server.doctor.check import Check, failed, ok, warning
from infrastudio.server.settings import Settings

LITTLE_SPACE: Final = 1 << 30
"""Bytes; under it a warning."""
CHOOSE: Final = "Choose another folder with --data or STUDIO_DATA, or make this one writable: chown or chmod it."


def check_data_folder(settings: Settings) -> Check:
    """Tell whether the data folder can be had, who holds it, and whether the disk has room."""
    folder = settings.folder
    if (why := why_not_writable(folder)) is not None:
        return failed("data folder", f"{folder} cannot be written to: {why}.", CHOOSE)
    free = shutil.disk_usage(_existing(folder)).free
    if free < LITTLE_SPACE:
        message = f"The disk of {folder} has {free // (1 << 20)} MB left."
        return warning("data folder", message, "Free some space, or choose another folder with --data.")
    if (owner := running_server(folder)) is not None:
        return ok("data folder", f"{folder} is writable; the server with pid {owner.pid} at {owner.url} works on it.")
    return ok(
        "data folder", f"{folder} {'is' if folder.exists() else 'can be made and is'} writable; no server holds it."
    )


def check_blobs(settings: Settings) -> Check:
    """Tell whether artifacts can be stored."""
    folder = settings.folder / "blobs"
    if (why := why_not_writable(folder)) is not None:
        return failed("blob folder", f"{folder} cannot be written to: {why}.", CHOOSE)
    return ok("blob folder", f"{folder} {_is(folder)} writable.")


def check_telemetry(settings: Settings) -> Check:
    """Tell whether metrics and logs can be stored."""
    from infrastudio.stores.telemetry import FILE_NAME

    if not settings.uses_sqlite:
        return ok("telemetry", "Metrics and logs are stored in the database's server.")
    path = settings.folder / FILE_NAME
    if not path.exists():
        return ok("telemetry", f"{path} is not there yet; `studio up` makes it.")
    restore = "Restore it from a backup, or move it away: `studio up` makes an empty one."
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            version = connection.execute("select version from telemetry_schema").fetchone()
    except sqlite3.Error as error:
        return failed("telemetry", f"{path} cannot be read: {error}.", restore)
    return ok("telemetry", f"{path} is readable, schema {version[0] if version else 'empty'}.")


def why_not_writable(folder: Path) -> str | None:
    """Return why nothing can be stored in a folder, or in the one that it would be made in; None when it can."""
    place = _existing(folder)
    if not place.is_dir():
        return f"{place} is a file"
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"studio doctor")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return None


def _is(folder: Path) -> str:
    return "is" if folder.exists() else "can be made and is"


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
