"""The files of versions: which there are, and what each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from infrastudio.contexts.registry import rules
from infrastudio.contexts.registry.queries import versions
from infrastudio.contexts.registry.queries.provenance import Maker, provenance_of
from infrastudio.contexts.registry.queries.serving import NotKeptHere
from infrastudio.contexts.registry.schemas import (
    ArtifactProvenance,
    ModelVersion,
    VersionArtifact,
    VersionArtifactPage,
    VersionDetail,
)
from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.schemas.artifacts import Artifact, join, location_of, safe_path
from infrastudio.kernel.errors import PermissionDenied
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment

MOST_IN_DETAIL: Final = 100
"""Files that a version itself shows; a list of their own tells the rest."""

_NAMES_MODEL: Final = frozenset({"pickled_model", "model_data", "data", "serialized_model", "saved_model_dir"})
"""How flavors of an MLmodel file call the file that holds the model."""


class VersionFile(NamedTuple):
    """A file of a version, by its path below the version's folder."""

    path: str
    file: Artifact


def files_of(snapshot: Snapshot, version: ModelVersion, *, at: Moment | None = None) -> list[VersionFile]:
    """Return all files of a version by path, live or as of a moment; one alone where its location names a file.

    Raises:
        NotKeptHere: They lie in a storage that we cannot read.
    """
    root = location_of(version.location)
    if root is None:
        raise NotKeptHere(version)
    place = artifacts.locate(snapshot, root, right=artifacts.READ, project=version.project)
    found = artifacts.below(snapshot, place, at=at)
    if found:
        return [VersionFile(file.location[len(root) :].lstrip("/"), file) for file in found]
    try:
        alone = artifacts.file_at(snapshot, place, at=at)
    except artifacts.UnknownArtifact:
        return []
    return [VersionFile(root.rpartition("/")[2], alone)]


def detail(
    snapshot: Snapshot, model: str, number: int, *, project: str | None = None, at: Moment | None = None
) -> VersionDetail:
    """Return one version with its files, live or as of a moment."""
    version = versions.version(snapshot, model, number, project=project, at=at)
    try:
        files = files_of(snapshot, version, at=at)
    except (NotKeptHere, PermissionDenied, artifacts.UnknownArtifact):
        return VersionDetail(**dict(version), artifacts=(), artifact_count=None, size_bytes=None)
    return VersionDetail(
        **dict(version),
        artifacts=tuple(_told(version, each) for each in files[:MOST_IN_DETAIL]),
        artifact_count=len(files),
        size_bytes=sum(each.file.size_bytes for each in files),
    )


def page(
    snapshot: Snapshot,
    model: str,
    number: int,
    *,
    path: str = "",
    recursive: bool = False,
    limit: int,
    offset: int = 0,
    project: str | None = None,
    at: Moment | None = None,
) -> VersionArtifactPage:
    """Return a part of a directory of a version, directories first, or of all files below it; by path."""
    version = versions.version(snapshot, model, number, project=project, at=at)
    wanted = safe_path(path)
    files = files_of(snapshot, version, at=at)
    below = [each for each in files if not wanted or each.path.startswith(f"{wanted}/") or each.path == wanted]
    entries = [_told(version, each) for each in below] if recursive else list(_children(version, below, wanted))
    return VersionArtifactPage(
        items=entries[offset : offset + limit],
        total=len(entries),
        size_bytes=sum(each.file.size_bytes for each in below),
    )


def files(
    snapshot: Snapshot, model: str, number: int, *, project: str | None = None, at: Moment | None = None
) -> tuple[ModelVersion, list[VersionFile]]:
    """Return a version and all its files.

    Raises:
        NotKeptHere: They lie in a storage that we cannot read.
    """
    version = versions.version(snapshot, model, number, project=project, at=at)
    return version, files_of(snapshot, version, at=at)


def file(
    snapshot: Snapshot,
    model: str,
    number: int,
    path: str,
    *,
    project: str | None = None,
    at: Moment | None = None,
) -> Artifact:
    """Return a file of a version by its path below the version's folder.

    Raises:
        UnknownArtifact: There is none.
        NotKeptHere: Its files lie in a storage that we cannot read.
    """
    return _file(snapshot, versions.version(snapshot, model, number, project=project, at=at), path, at)


def provenance(
    snapshot: Snapshot,
    model: str,
    number: int,
    path: str,
    *,
    project: str | None = None,
    at: Moment | None = None,
) -> ArtifactProvenance:
    """Return which run and step made a file of a version, who wrote it, and who uses it."""
    version = versions.version(snapshot, model, number, project=project, at=at)
    found = _file(snapshot, version, path, at)
    maker = Maker(found.run_id or version.run_id, found.logged_model_id or version.logged_model_id)
    return provenance_of(snapshot, found, safe_path(path), maker, at=at)


def _file(snapshot: Snapshot, version: ModelVersion, path: str, at: Moment | None) -> Artifact:
    root = location_of(version.location)
    if root is None:
        raise NotKeptHere(version)
    wanted = safe_path(path)
    place = artifacts.locate(snapshot, join(root, wanted), right=artifacts.READ, project=version.project)
    try:
        return artifacts.file_at(snapshot, place, at=at)
    except artifacts.UnknownArtifact:
        if wanted and wanted == root.rpartition("/")[2]:  # the version is this one file
            alone = artifacts.locate(snapshot, root, right=artifacts.READ, project=version.project)
            return artifacts.file_at(snapshot, alone, at=at)
        raise


def _told(version: ModelVersion, each: VersionFile) -> VersionArtifact:
    metadata = dict(_named_by_flavors(version, each.path))
    kind = rules.type_of_artifact(each.path)
    if kind == "other" and _NAMES_MODEL & set(metadata.values()):
        kind = "model"
    return VersionArtifact(
        path=each.path,
        type=kind,
        size_bytes=each.file.size_bytes,
        sha256=each.file.sha256,
        updated_at=each.file.updated_at,
        metadata=metadata,
    )


def _named_by_flavors(version: ModelVersion, path: str) -> Iterator[tuple[str, Any]]:
    """Yield how flavors of the MLmodel file call a file, by the flavor: `sklearn` → `pickled_model`."""
    for flavor, said in sorted(version.flavors.items()):
        for name, value in sorted(said.items() if isinstance(said, dict) else ()):
            if isinstance(value, str) and value and (path == value or path.startswith(f"{value.rstrip('/')}/")):
                yield flavor, name
                break


def _children(version: ModelVersion, files: Sequence[VersionFile], directory: str) -> Iterable[VersionArtifact]:
    """Return what lies directly in a directory, directories first; each has the size of all that is in it."""
    prefix = f"{directory}/" if directory else ""
    sizes: dict[str, int] = {}
    own: list[VersionArtifact] = []
    for each in files:
        name, slash, _ = each.path.removeprefix(prefix).partition("/")
        if slash:
            sizes[prefix + name] = sizes.get(prefix + name, 0) + each.file.size_bytes
        else:
            own.append(_told(version, each))
    directories = (
        VersionArtifact(path=path, is_directory=True, type=None, size_bytes=size, sha256=None, updated_at=None)
        for path, size in sorted(sizes.items())
    )
    return [*directories, *own]
