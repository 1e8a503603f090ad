"""Reads of artifacts: where a location belongs, what lies there, live and as of a moment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.queries import runs
from infrastudio.contexts.tracking.schemas.artifacts import (
    SCHEME,
    Artifact,
    ArtifactEntry,
    ArtifactPage,
    join,
    location_of,
    safe_path,
)
from infrastudio.contexts.tracking.tables.artifacts import ArtifactRow
from infrastudio.contexts.tracking.tables.experiments import ExperimentRow
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedSelect, Snapshot
from infrastudio.stores.ledger import EVENT_AT, Moment

READ: Final = "runs.read"
WRITE: Final = "runs.write"

_OWNER_ROOT: Final = re.compile(
    r"(?:(?P<run>[0-9a-f]{32})|models/(?P<model>m-[0-9a-f]{32}))/artifacts(?:/(?P<path>.*))?", re.DOTALL
)
"""What follows the root of an experiment where files of a run or logged model lie."""
_FILE_OF_TRACE: Final = re.compile(r"/traces/tr-[0-9a-f]{32}/artifacts/.", re.DOTALL)
_BEHIND_SLASH: Final = "0"
"""The character behind `/`: the end of all locations below a directory."""


_LOCATION: Final = PreparedSelect(
    select(ExperimentRow.id, ExperimentRow.artifact_location).where(ExperimentRow.id == bindparam("id"))
)


class UnknownArtifact(NotFound):
    """No file is at this place for the actor."""

    def __init__(self, location: str) -> None:
        super().__init__(f"There is no artifact {location!r}.", location=location)


@dataclass(frozen=True)
class Place:
    """Where a location belongs.

    Attributes:
        project_id: The project whose rights hold there.
        location: The whole path below the root of all artifacts, in its one spelling.
        path: The part behind the root of the owning run or logged model; without an owner, the whole location.
    """

    project_id: str
    location: str
    path: str
    experiment_id: str | None = None
    run_id: str | None = None
    logged_model_id: str | None = None

    @property
    def owner(self) -> str:
        """The entity whose file it is, as `run:<id>`; what belongs to no run and no model is the project's."""
        if self.run_id is not None:
            return f"run:{self.run_id}"
        if self.logged_model_id is not None:
            return f"logged_model:{self.logged_model_id}"
        return f"project:{self.project_id}"

    @property
    def digest(self) -> str:
        """The sha256 of the location."""
        return location_digest(self.location)


class Folder(NamedTuple):
    """Where the files of a run or logged model are: the URI that clients use, and the slug of its project."""

    uri: str
    project: str


def run_root(snapshot: Snapshot, run_id: str) -> Folder:
    """Return where the files of a run are that the actor may read.

    Raises:
        UnknownRun: It does not exist, or the actor may not read it.
    """
    run = runs.row(snapshot, run_id)
    location = snapshot.execute(
        select(ExperimentRow.artifact_location).where(ExperimentRow.id == run.experiment_id)
    ).scalar_one()
    return Folder(f"{location}/{run_id}/artifacts", projects.slug_of(snapshot, run.project_id))


def experiment_locations(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, str]:
    """Return where the artifacts of experiments are kept, by id; rights were checked before."""
    numbers = sorted({int(id) for id in ids})
    if len(numbers) == 1:
        rows = _LOCATION.rows(snapshot.connection, {"id": numbers[0]})
        return {str(id): location for id, location in rows}
    statement = select(ExperimentRow.id, ExperimentRow.artifact_location).where(ExperimentRow.id.in_(numbers))
    return {str(row.id): row.artifact_location for row in snapshot.execute(statement)}


def location_digest(location: str) -> str:
    """Return the sha256 by which a location is found."""
    return hashlib.sha256(location.encode()).hexdigest()


def locate(snapshot: Snapshot, location: str, *, right: str, project: str | None = None) -> Place:
    """Return where a location belongs, if the actor has `right` there.

    A location that begins with the number of an experiment belongs to that experiment's project. Any other one belongs
    to one project, where nobody else's files can ever be: `project`, by default the actor's own.

    Raises:
        UnsafePath: It leads out of its place.
        UnknownArtifact: The actor may not read there.
        PermissionDenied: The actor may read there and lacks `right`.
    """
    location = safe_path(location)
    root = _root_of(snapshot, location, project or snapshot.actor.project)
    if root is None:
        place = Place(projects.require(snapshot, project, right), location, location)
    else:
        place = _place_below(root, location)
    changes = _changed_by_writing(snapshot, place) if right == WRITE else place.owner
    projects.require_right(snapshot, place.project_id, right, unknown=UnknownArtifact(location), changes=changes)
    return place


def _changed_by_writing(snapshot: Snapshot, place: Place) -> str | None:
    """Return the entity that a write changes; a new file of a trace only adds, and belongs to whoever brings it."""
    if not _FILE_OF_TRACE.search(place.location):
        return place.owner
    if (found := row_at(snapshot, place)) is not None:
        return f"artifact:{found.id}"
    return place.owner if is_directory(snapshot, place) else None


def _place_below(root: _Root, location: str) -> Place:
    match = _OWNER_ROOT.fullmatch(location[len(root.location) :].lstrip("/"))
    if match is None:
        return Place(root.project_id, location, location, root.experiment_id)
    path = match["path"] or ""
    return Place(root.project_id, location, path, root.experiment_id, match["run"], match["model"])


def artifact(snapshot: Snapshot, place: Place) -> Artifact:
    """Return the file at a place.

    Raises:
        UnknownArtifact: There is none.
    """
    row = snapshot.execute(
        select(ArtifactRow.__table__).where(
            ArtifactRow.project_id == place.project_id, ArtifactRow.location_digest == place.digest
        )
    ).one_or_none()
    if row is None:
        raise UnknownArtifact(place.location)
    return _artifact(snapshot, row)


def find(snapshot: Snapshot, location: str) -> Artifact:
    """Return the file at a location that the actor may read."""
    return artifact(snapshot, locate(snapshot, location, right=READ))


def directory(
    snapshot: Snapshot,
    location: str,
    *,
    relative_to: str | None = None,
    project: str | None = None,
    at: Moment | None = None,
) -> list[ArtifactEntry]:
    """Return what lies directly in a directory, in the order of names; nothing for a file and for what is not there.

    Args:
        snapshot: Carries the actor.
        location: The directory.
        relative_to: The location that paths are relative to; None: the directory itself.
        project: See `locate`.
        at: The moment that is asked about; None: live.
    """
    place = locate(snapshot, location, right=READ, project=project)
    prefix = f"{place.location}/" if place.location else ""
    base = safe_path(relative_to) if relative_to is not None else place.location
    shown = f"{place.location[len(base) :].strip('/')}/".lstrip("/")
    return _children(below(snapshot, place, at=at), prefix, shown)


def page_of(
    snapshot: Snapshot, folder: Folder, path: str, *, limit: int, offset: int = 0, at: Moment | None = None
) -> ArtifactPage:
    """Return a part of a directory in a folder, live or as of a moment; paths are relative to the folder."""
    root = location_of(folder.uri)
    if root is None:
        return ArtifactPage(items=[], total=0)
    entries = directory(snapshot, join(root, safe_path(path)), relative_to=root, project=folder.project, at=at)
    return ArtifactPage(items=entries[offset : offset + limit], total=len(entries))


def file_of(snapshot: Snapshot, folder: Folder, path: str, *, at: Moment | None = None) -> Artifact:
    """Return a file in a folder by its path there, live or as of a moment.

    Raises:
        UnknownArtifact: There is none.
    """
    root = location_of(folder.uri)
    if root is None:
        raise UnknownArtifact(path)
    place = locate(snapshot, join(root, safe_path(path)), right=READ, project=folder.project)
    return file_at(snapshot, place, at=at)


def page_of_run(
    snapshot: Snapshot, run_id: str, path: str, *, limit: int, offset: int = 0, at: Moment | None = None
) -> ArtifactPage:
    """Return a part of a directory of a run, live or as of a moment; paths are relative to the run's root."""
    return page_of(snapshot, run_root(snapshot, run_id), path, limit=limit, offset=offset, at=at)


def file_of_run(snapshot: Snapshot, run_id: str, path: str, *, at: Moment | None = None) -> Artifact:
    """Return a file of a run, live or as of a moment.

    Raises:
        UnknownArtifact: There is none.
    """
    return file_of(snapshot, run_root(snapshot, run_id), path, at=at)


def file_at(snapshot: Snapshot, place: Place, *, at: Moment | None = None) -> Artifact:
    """Return the file at a place, live or as of a moment.

    Raises:
        UnknownArtifact: There is none.
    """
    if at is None:
        return artifact(snapshot, place)
    found = [file for file in _files_at(snapshot, place, at) if file.location == place.location]
    if not found:
        raise UnknownArtifact(place.location)
    return found[0]


def below(snapshot: Snapshot, place: Place, *, at: Moment | None = None) -> list[Artifact]:
    """Return every file below a directory, by location."""
    if at is not None:
        return [file for file in _files_at(snapshot, place, at) if file.location != place.location]
    rows = snapshot.execute(select(ArtifactRow.__table__).where(_under(place)).order_by(ArtifactRow.location))
    return [_artifact(snapshot, row) for row in rows]


def files_below(snapshot: Snapshot, location: str, *, project: str | None = None) -> list[Artifact]:
    """Return every file below a location that the actor may read, by location; see `locate` for `project`."""
    return below(snapshot, locate(snapshot, location, right=READ, project=project))


def in_the_way(snapshot: Snapshot, place: Place) -> str | None:
    """Return the location of what keeps a file from being at a place: a file above it, or a directory there."""
    parents = list(_parents(place.location))
    row = snapshot.execute(
        select(ArtifactRow.location)
        .where(
            ArtifactRow.project_id == place.project_id,
            ArtifactRow.location_digest.in_([location_digest(parent) for parent in parents]),
        )
        .limit(1)
    ).scalar_one_or_none()
    if row is not None:
        return str(row)
    return place.location if is_directory(snapshot, place) else None


def is_directory(snapshot: Snapshot, place: Place) -> bool:
    """Does anything lie below a place?"""
    found = snapshot.execute(select(ArtifactRow.id).where(_under(place)).limit(1)).scalar_one_or_none()
    return found is not None


def has_files(snapshot: Snapshot, location: str | None, *, project: str | None = None) -> bool:
    """Is a file or a directory at a location that the actor may read? See `locate` for `project`."""
    if location is None:
        return False
    place = locate(snapshot, location, right=READ, project=project)
    return row_at(snapshot, place) is not None or is_directory(snapshot, place)


def count(snapshot: Snapshot, run_id: str) -> int:
    """Return how many files a run has; rights were checked before."""
    statement = select(func.count()).select_from(ArtifactRow).where(ArtifactRow.run_id == run_id)
    return int(snapshot.execute(statement).scalar_one())


def row_at(snapshot: Snapshot, place: Place) -> Artifact | None:
    """Return the file at a place, None when there is none."""
    try:
        return artifact(snapshot, place)
    except UnknownArtifact:
        return None


class _Root(NamedTuple):
    """The root of an experiment's files."""

    experiment_id: str
    project_id: str
    location: str


def _root_of(snapshot: Snapshot, location: str, project: str) -> _Root | None:
    """Return the root of the experiment that a location lies under: by its number, else by a location of its own.

    A number means that experiment, whatever others call their locations; of those only the ones of `project` count.
    """
    first = location.partition("/")[0]
    if first.isascii() and first.isdecimal() and int(first[:20]) <= MAX_INTEGER:
        found = snapshot.execute(
            select(ExperimentRow.project_id).where(ExperimentRow.id == int(first))
        ).scalar_one_or_none()
        if found is not None:
            return _Root(str(int(first)), found, first)
    roots = {f"{SCHEME}:/{parent}": parent for parent in (*_parents(location), location) if parent}
    rows = snapshot.execute(
        select(ExperimentRow.id, ExperimentRow.project_id, ExperimentRow.artifact_location)
        .where(
            ExperimentRow.artifact_location.in_(roots),
            ExperimentRow.project_id == projects.id_of(snapshot, project),
        )
        .order_by(ExperimentRow.id)
    ).all()
    own = [_Root(str(row.id), row.project_id, roots[row.artifact_location]) for row in rows]
    return max(own, key=lambda root: len(root.location), default=None)


def _under(place: Place) -> ColumnElement[bool]:
    """Return the condition for the files below a directory, narrowed by an index where the owner is known."""
    conditions: list[ColumnElement[bool]] = [ArtifactRow.project_id == place.project_id]
    if place.location:
        conditions += [
            ArtifactRow.location >= f"{place.location}/",
            ArtifactRow.location < f"{place.location}{_BEHIND_SLASH}",
        ]
    if place.logged_model_id is not None:
        conditions.append(ArtifactRow.logged_model_id == place.logged_model_id)
    elif place.run_id is not None:
        conditions.append(ArtifactRow.run_id == place.run_id)
    elif place.experiment_id is not None:
        conditions.append(ArtifactRow.experiment_id == place.experiment_id)
    return and_(*conditions)


def _files_at(snapshot: Snapshot, place: Place, at: Moment) -> list[Artifact]:
    """Return the files that were at a place or below it, by location."""
    location = ledger.json_value(EVENT_AT.after, "location")
    conditions: list[ColumnElement[bool]] = [EVENT_AT.project_id == place.project_id]
    if place.location:
        inside = and_(location >= f"{place.location}/", location < f"{place.location}{_BEHIND_SLASH}")
        conditions.append(or_(location == place.location, inside))
    rows = snapshot.execute(ledger.select_states("artifact", at.seq).where(*conditions).order_by(location))
    return [Artifact.model_validate_json(row.after) for row in rows]


def _children(files: Iterable[Artifact], prefix: str, shown: str) -> list[ArtifactEntry]:
    entries: dict[str, ArtifactEntry] = {}
    for file in files:
        name, slash, _ = file.location[len(prefix) :].partition("/")
        if slash:
            entries.setdefault(name, ArtifactEntry(path=f"{shown}{name}", is_directory=True))
        else:
            entries[name] = entry_of(file, f"{shown}{name}")
    return [entries[name] for name in sorted(entries)]


def entry_of(file: Artifact, path: str) -> ArtifactEntry:
    """Return the entry that a file has in a listing."""
    return ArtifactEntry(
        path=path,
        is_directory=False,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        artifact_id=file.id,
        created_at=file.created_at,
        updated_at=file.updated_at,
        version=file.version,
    )


def _parents(location: str) -> Sequence[str]:
    parts = location.split("/")
    return [join(*parts[:end]) for end in range(1, len(parts))]


def _artifact(snapshot: Snapshot, row: Row[Any]) -> Artifact:
    return Artifact.model_validate({**row._mapping, "project": projects.slug_of(snapshot, row.project_id)})
