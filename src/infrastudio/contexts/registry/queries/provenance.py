"""Where a file comes from and who uses it, whoever has it: a run, a logged model or a version."""

from __future__ import annotations

from typing import Final, NamedTuple

from infrastudio.contexts.registry.queries import users, versions
from infrastudio.contexts.registry.schemas import ArtifactProvenance, ArtifactUse
from infrastudio.contexts.timeline.queries.states import last_entry
from infrastudio.contexts.timeline.rules.edges import EntityName
from infrastudio.contexts.tracking.queries.runs import UnknownRun, run
from infrastudio.contexts.tracking.schemas.artifacts import Artifact, location_of
from infrastudio.contexts.tracking.schemas.runs import Run
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment

MOST_USES: Final = 100


class Maker(NamedTuple):
    """What left a file behind, as far as it is known."""

    run_id: str | None
    logged_model_id: str | None


def provenance_of(
    snapshot: Snapshot, found: Artifact, path: str, maker: Maker, *, at: Moment | None = None
) -> ArtifactProvenance:
    """Return which run and step made a file that is called `path`, who wrote it, and who uses it."""
    seq = ledger.head(snapshot) if at is None else at.seq
    made_by = _readable_run(snapshot, maker.run_id, at)
    logged = maker.logged_model_id
    written = last_entry(snapshot, EntityName("artifact", found.id), seq)
    uses = _uses(snapshot, found, at, seq)
    return ArtifactProvenance(
        path=path,
        sha256=found.sha256,
        size_bytes=found.size_bytes,
        run_id=maker.run_id,
        run_name=None if made_by is None else made_by.name,
        step=None if made_by is None or logged is None else made_by.model_outputs.get(logged),
        logged_model_id=logged,
        written_at=found.updated_at,
        written_by=None if written is None else written.actor,
        used_by=tuple(uses[:MOST_USES]),
        truncated=len(uses) > MOST_USES,
    )


def _readable_run(snapshot: Snapshot, run_id: str | None, at: Moment | None) -> Run | None:
    try:
        return None if run_id is None else run(snapshot, run_id, at=at)
    except UnknownRun:
        return None


def _uses(snapshot: Snapshot, found: Artifact, at: Moment | None, seq: int) -> list[ArtifactUse]:
    """Return the versions whose folder holds a file, and the deployments that serve them."""
    logged = () if found.logged_model_id is None else (found.logged_model_id,)
    made = versions.of_origin(snapshot, found.run_id, logged, most=MOST_USES + 1, at=at)
    holding = [version for version in made if _holds(version.location, found.location)]
    served = users.serving(snapshot, [version.id for version in holding], seq=seq)
    return [
        *(
            ArtifactUse(
                entity="model_version",
                entity_id=version.id,
                name=f"{version.model} version {version.number}",
                path=found.location[len(location_of(version.location) or "") :].lstrip("/"),
            )
            for version in holding
        ),
        *(
            ArtifactUse(entity="deployment", entity_id=user.id, name=user.name, path=None)
            for user in served
            if user.is_visible
        ),
    ]


def _holds(version_location: str, location: str) -> bool:
    root = location_of(version_location)
    return root is not None and (location == root or location.startswith(f"{root}/"))
