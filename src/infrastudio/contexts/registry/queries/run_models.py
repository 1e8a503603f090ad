"""What a run left to the registry: its logged models, the versions made of them, and where its files went."""

from __future__ import annotations

from typing import Final

from infrastudio.contexts.registry.queries import logged_models, versions
from infrastudio.contexts.registry.queries.provenance import Maker, provenance_of
from infrastudio.contexts.registry.schemas import ArtifactProvenance, RunModel, RunModels, VersionReference
from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.queries.runs import run
from infrastudio.contexts.tracking.schemas.artifacts import safe_path
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment

MOST_MODELS: Final = 100
MOST_VERSIONS: Final = 200


def models_of_run(snapshot: Snapshot, run_id: str, *, at: Moment | None = None) -> RunModels:
    """Return the models that a run has logged and the versions that come from it, live or as of a moment.

    Raises:
        UnknownRun: It does not exist, or the actor may not read it.
    """
    found = run(snapshot, run_id, at=at)
    logged, total = logged_models.made_by_run(snapshot, run_id, most=MOST_MODELS, at=at)
    registered = versions.of_origin(snapshot, run_id, [each.id for each in logged], most=MOST_VERSIONS, at=at)
    return RunModels(
        items=[
            RunModel(
                id=each.id,
                name=each.name,
                model_type=each.model_type,
                status=each.status,
                step=found.model_outputs.get(each.id),
                created_at=each.created_at,
            )
            for each in logged
        ],
        total=total,
        versions=[
            VersionReference(
                model_id=each.model_id,
                model=each.model,
                number=each.number,
                stage=each.stage,
                aliases=each.aliases,
                logged_model_id=each.logged_model_id,
            )
            for each in registered
        ],
    )


def provenance_of_run_file(
    snapshot: Snapshot, run_id: str, path: str, *, at: Moment | None = None
) -> ArtifactProvenance:
    """Return who wrote a file of a run, and which versions and deployments use it."""
    found = artifacts.file_of_run(snapshot, run_id, path, at=at)
    return provenance_of(snapshot, found, safe_path(path), Maker(run_id, found.logged_model_id), at=at)


def provenance_of_model_file(snapshot: Snapshot, id: str, path: str, *, at: Moment | None = None) -> ArtifactProvenance:
    """Return which run and step made a file of a logged model, who wrote it, and who uses it."""
    model = logged_models.logged_model(snapshot, id, at=at)
    found = artifacts.file_of(snapshot, artifacts.Folder(model.location, model.project), path, at=at)
    return provenance_of(snapshot, found, safe_path(path), Maker(found.run_id or model.source_run_id, id), at=at)
