"""Artifacts: files that runs and logged models leave behind, by the place where clients put them."""

from __future__ import annotations

import re
from typing import ClassVar, Final
from urllib.parse import unquote

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import is_storable
from infrastudio.kernel.versioned import Time, Value, Versioned

SCHEME: Final = "mlflow-artifacts"
"""The scheme of locations that are kept here."""
MAX_LOCATION: Final = 4096
"""Characters of a whole location."""
MAX_SEGMENT_BYTES: Final = 255
"""What file systems take as a name."""
MAX_ENCODINGS: Final = 10

_FOREIGN: Final = re.compile(r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*:/|file:", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[/\\]")


class UnsafePath(ValidationFailed):
    """The path leads, or could lead, out of the place that it belongs to."""


class Artifact(Versioned):
    """A file. `location` is its whole path below the root of all artifacts, `path` the part below its owner's root."""

    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: str
    project: str
    location: str
    location_digest: str
    """The sha256 of the location: what is unique in a project."""
    path: str
    experiment_id: str | None
    run_id: str | None
    logged_model_id: str | None
    sha256: str
    size_bytes: int
    created_at: Time
    updated_at: Time


class ArtifactEntry(Value):
    """A file or a directory in a listing; `path` is relative to the root that was listed."""

    path: str
    is_directory: bool
    size_bytes: int | None = None
    sha256: str | None = None
    artifact_id: str | None = None
    created_at: Time | None = None
    updated_at: Time | None = None
    version: int | None = None


class ArtifactPage(Page[ArtifactEntry]):
    """A page of a directory."""


def safe_path(path: str) -> str:
    """Return a path below some root in its one spelling: segments joined by slashes; empty for the root itself.

    Raises:
        UnsafePath: It has a `..`, also percent-encoded however often, is absolute, names a drive, a scheme or a
            fragment, or cannot be a file's name.
    """
    plain = path
    for _ in range(MAX_ENCODINGS):
        _refuse_unsafe(plain)
        decoded = unquote(plain)
        if decoded == plain:
            break
        plain = decoded
    else:
        raise _unsafe()
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    if len(path) > MAX_LOCATION or any(len(segment.encode()) > MAX_SEGMENT_BYTES for segment in segments):
        raise _unsafe()
    return "/".join(segments)


def location_of(uri: str) -> str | None:
    """Return the location that a URI names, None for one that is not kept here.

    Raises:
        UnsafePath: It is kept here and leads somewhere else.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != SCHEME:
        return None
    if rest.startswith("//"):
        rest = rest[2:].partition("/")[2]
    return safe_path(rest.lstrip("/"))


def join(*parts: str) -> str:
    """Return the location of a path below another one."""
    return "/".join(part for part in parts if part)


def _refuse_unsafe(path: str) -> None:
    if (
        not is_storable(path)
        or "#" in path
        or path.startswith(("/", "\\"))
        or ".." in _SEPARATORS.split(path)
        or _FOREIGN.match(path)
    ):
        raise _unsafe()


def _unsafe() -> UnsafePath:
    return UnsafePath.of("path", "Invalid path", "a relative path without '..', '#' and drive or scheme")
