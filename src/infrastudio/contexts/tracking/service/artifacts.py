"""Recording files whose bytes are stored already, and removing them."""

from __future__ import annotations

from sqlalchemy import delete as sql_delete
from sqlalchemy import insert, update

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.events.artifacts import ArtifactDeleted, ArtifactWritten
from infrastudio.contexts.tracking.queries import artifacts as queries
from infrastudio.contexts.tracking.queries.artifacts import WRITE, Place
from infrastudio.contexts.tracking.schemas.artifacts import Artifact, UnsafePath
from infrastudio.contexts.tracking.tables.artifacts import ArtifactRow
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import Conflict
from infrastudio.stores import ledger
from infrastudio.stores.blobs import Blob
from infrastudio.stores.db import UnitOfWork


class PlaceTaken(Conflict):
    """A file is where a directory should be, or the other way round."""

    def __init__(self, location: str, taken: str) -> None:
        super().__init__(f"{location!r} cannot be a file: {taken!r} is in the way.", location=location, taken=taken)


def write(uow: UnitOfWork, location: str, blob: Blob) -> Artifact:
    """Record that a file is at a location; what was there is replaced.

    Raises:
        UnsafePath: The location leads out of its place.
        PlaceTaken: The name is that of a directory, or lies below a file.
        UnknownArtifact, PermissionDenied: The actor may not write there.
    """
    place = queries.locate(uow, location, right=WRITE)
    if not place.path:
        raise UnsafePath.of("path", "Invalid path", "the name of a file")
    before = queries.row_at(uow, place)
    if before is None:
        return _create(uow, place, blob)
    if (before.sha256, before.size_bytes) == (blob.sha256, blob.size_bytes):
        return before
    after = before.model_copy(
        update={
            "sha256": blob.sha256,
            "size_bytes": blob.size_bytes,
            "updated_at": uow.now,
            "version": before.version + 1,
        }
    )
    changed = {field: getattr(after, field) for field in ("sha256", "size_bytes", "updated_at", "version")}
    uow.change(update(ArtifactRow).where(ArtifactRow.id == after.id).values(changed))
    ledger.append(uow, ArtifactWritten(after=after, changes=diff(before, after)), project_id=place.project_id)
    return after


def delete(uow: UnitOfWork, location: str) -> int:
    """Remove a file, or a directory with all that is in it; return how many files there were. Missing is fine.

    Raises:
        UnknownArtifact, PermissionDenied: The actor may not write there.
    """
    place = queries.locate(uow, location, right=WRITE)
    found = queries.row_at(uow, place) if place.location else None
    files = [found] if found is not None else queries.below(uow, place)
    for file in files:
        uow.change(sql_delete(ArtifactRow).where(ArtifactRow.id == file.id))
        event = ArtifactDeleted(after=None, changes=diff(file, None), entity_id=file.id, version=file.version + 1)
        ledger.append(uow, event, project_id=place.project_id)
    return len(files)


def _create(uow: UnitOfWork, place: Place, blob: Blob) -> Artifact:
    taken = queries.in_the_way(uow, place)
    if taken is not None:
        raise PlaceTaken(place.location, taken)
    artifact = Artifact(
        id=uow.ids.prefixed("art"),
        project=projects.slug_of(uow, place.project_id),
        location=place.location,
        location_digest=place.digest,
        path=place.path,
        experiment_id=place.experiment_id,
        run_id=place.run_id,
        logged_model_id=place.logged_model_id,
        sha256=blob.sha256,
        size_bytes=blob.size_bytes,
        created_at=uow.now,
        updated_at=uow.now,
        version=1,
    )
    stored = artifact.model_dump(exclude={"project"}) | {"project_id": place.project_id}
    uow.change(insert(ArtifactRow).values(stored))
    ledger.append(uow, ArtifactWritten(after=artifact, changes=diff(None, artifact)), project_id=place.project_id)
    return artifact
