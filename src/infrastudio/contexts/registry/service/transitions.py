"""Moving versions from stage to stage: at once, or by a request that another person approves."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from infrastudio.contexts.approvals import service as approvals
from infrastudio.contexts.approvals.schemas import Approval
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry import rules
from infrastudio.contexts.registry.events import ModelVersionTransitioned
from infrastudio.contexts.registry.queries import versions
from infrastudio.contexts.registry.schemas import (
    ModelState,
    ModelVersion,
    Stage,
    TransitionIn,
    TransitionRequestIn,
    VersionState,
)
from infrastudio.contexts.registry.service.models import record_version
from infrastudio.contexts.registry.service.version_states import COMMUTING, shown, store, writable
from infrastudio.contexts.registry.tables import ModelVersionRow
from infrastudio.contexts.tracking.service.versions import require_version
from infrastudio.kernel.errors import Conflict, ValidationFailed
from infrastudio.stores.db import UnitOfWork

TRANSITION: Final = "model_version.transition"
"""How approvals call what `carry_out` does."""

_table: Final = ModelVersionRow.__table__


class ApprovalRequired(Conflict):
    """A stage of the model is protected: versions enter and leave it only by a request that another person approves."""

    def __init__(self, owner: ModelState, version: VersionState, stage: Stage) -> None:
        protected = " and ".join(owner.protected_stages)
        super().__init__(
            f"Model {owner.name!r} protects {protected}: version {version.number} goes from {version.stage} to {stage} "
            "by a request that another person approves. Request it by POST "
            f"/api/registry/models/{owner.id}/versions/{version.number}/transition-requests.",
            protected_stages=list(owner.protected_stages),
            request=f"/api/registry/models/{owner.id}/versions/{version.number}/transition-requests",
        )


class StageChanged(Conflict):
    """The version is no longer in the stage from which it was asked to go."""

    def __init__(self, version: VersionState, expected: str) -> None:
        super().__init__(
            f"Version {version.number} went from {expected} to {version.stage} since this was asked for. "
            "Reject the request, and ask again if it is still wanted.",
            stage=version.stage,
            expected_stage=expected,
        )


def transition(
    uow: UnitOfWork,
    model: str,
    number: int,
    stage: Stage,
    *,
    archive_existing: bool = False,
    expected: int | None = None,
    project: str | None = None,
) -> ModelVersion:
    """Move a version to a stage, and if asked for those that are there to the archive.

    Raises:
        ApprovalRequired: The model protects the stage that it enters or leaves.
        StaleVersion: It changed since `expected`.
    """
    owner, before = writable(uow, model, number, project)
    require_version(uow, "model_version", before.id, before, expected, commuting=COMMUTING)
    if rules.needs_approval(owner.protected_stages, before.stage, stage):
        raise ApprovalRequired(owner, before, stage)
    return _move(uow, owner, before, TransitionIn(stage=stage, archive_existing=archive_existing))


def request_transition(
    uow: UnitOfWork,
    model: str,
    number: int,
    body: TransitionRequestIn,
    *,
    expected: int | None = None,
    project: str | None = None,
) -> Approval:
    """Ask for a transition that another person shall approve, whether the model demands it or not.

    Raises:
        ValidationFailed: The version is in this stage already.
        AlreadyAsked: The same waits for a decision already.
        StaleVersion: It changed since `expected`.
    """
    owner, before = writable(uow, model, number, project)
    require_version(uow, "model_version", before.id, before, expected, commuting=COMMUTING)
    if body.stage == before.stage:
        raise ValidationFailed.of("stage", f"version {number} is in {body.stage} already")
    wanted = {"stage": body.stage, "archive_existing": body.archive_existing, "from_stage": before.stage}
    return approvals.ask(
        uow,
        project_id=projects.id_of(uow, owner.project) or "",
        verb=TRANSITION,
        entity="model_version",
        entity_id=before.id,
        title=f"{owner.name} version {number}: {before.stage} → {body.stage}",
        arguments=wanted,
        reason=body.reason,
    )


def carry_out(uow: UnitOfWork, approval: Approval, *, cause: str) -> None:
    """Move a version as it was approved; a verb of approvals.

    Raises:
        StageChanged: It went to another stage since it was asked for.
        UnknownModel, UnknownVersion: It is gone.
    """
    model_id, _, number = approval.entity_id.rpartition("/")
    owner, before = writable(uow, model_id, int(number), None)
    wanted = approval.arguments
    if before.stage != wanted["from_stage"]:
        raise StageChanged(before, wanted["from_stage"])
    _move(uow, owner, before, TransitionIn(stage=wanted["stage"], archive_existing=wanted["archive_existing"]), cause)


def _move(
    uow: UnitOfWork, owner: ModelState, before: VersionState, wanted: TransitionIn, cause: str | None = None
) -> ModelVersion:
    if wanted.archive_existing and wanted.stage in ("staging", "production"):
        rows = uow.execute(
            select(_table)
            .where(_table.c.model_id == owner.id, _table.c.stage == wanted.stage, _table.c.number != before.number)
            .order_by(_table.c.number)
        ).all()
        for other in versions.states_of(uow, rows):
            archived = {"stage": "archived", "revised_at": uow.now}
            store(uow, other, archived, ModelVersionTransitioned, cause=cause)
    moved = {"stage": wanted.stage, "revised_at": uow.now}
    after = store(uow, before, moved, ModelVersionTransitioned, cause=cause)
    record_version(uow, owner)
    return shown(uow, owner, after)
