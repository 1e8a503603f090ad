"""What can be done with approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import insert, update

from infrastudio.contexts.approvals import queries
from infrastudio.contexts.approvals.events import (
    ApprovalApproved,
    ApprovalExpired,
    ApprovalRejected,
    ApprovalRequested,
    ApprovalWithdrawn,
)
from infrastudio.contexts.approvals.ports import Verbs
from infrastudio.contexts.approvals.schemas import Approval, ApprovalStatus
from infrastudio.contexts.approvals.tables import ApprovalRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.diff import diff, state_json
from infrastudio.kernel.errors import Conflict, PermissionDenied, PreconditionFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.ledger import Event

WRITE: Final = "approvals.write"
DECIDE: Final = "approvals.decide"
VALID_FOR: Final = timedelta(days=7)
MOST_AT_ONCE: Final = 100
"""Approvals that expire in one transaction."""


class AlreadyAsked(Conflict):
    """The same waits for a decision already."""

    def __init__(self, found: Approval) -> None:
        super().__init__(f"{found.title} was asked for already: {found.id}.", approval_id=found.id)


class AlreadyDecided(Conflict):
    """It no longer waits for a decision."""

    def __init__(self, found: Approval) -> None:
        super().__init__(f"The request {found.id} is {found.status} already.", status=found.status)


class Expired(Conflict):
    """It waited longer than it may."""

    def __init__(self, found: Approval) -> None:
        super().__init__(f"The request {found.id} has expired. Ask again.", expires_at=found.expires_at)


class OwnRequest(PermissionDenied):
    """Whoever asks cannot decide."""

    def __init__(self) -> None:
        super().__init__("Nobody decides on what they asked for themselves; another person has to.")


class NotRequester(PermissionDenied):
    """Only whoever asked can withdraw."""

    def __init__(self) -> None:
        super().__init__("Only whoever asked for it can withdraw it; you can reject it.")


class StaleApproval(PreconditionFailed):
    """It changed since the client read it."""

    def __init__(self, expected: int, current: Approval, changes_since: list[dict[str, Any]]) -> None:
        super().__init__(
            f"The request {current.id} is at version {current.version}, not {expected}.",
            expected_version=expected,
            current_version=current.version,
            current=state_json(current),
            changes_since=changes_since,
        )


def ask(
    uow: UnitOfWork,
    *,
    project_id: str,
    verb: str,
    entity: str,
    entity_id: str,
    title: str,
    arguments: Mapping[str, Any],
    reason: str | None = None,
) -> Approval:
    """Ask for something that another one has to confirm; part of the verbs of the contexts above, which check rights.

    Raises:
        AlreadyAsked: The same waits for a decision already.
    """
    for waiting in queries.pending(uow, entity, [entity_id]):
        if (waiting.verb, waiting.arguments) == (verb, dict(arguments)):
            raise AlreadyAsked(waiting)
    approval = Approval(
        id=uow.ids.prefixed("apr"),
        project=projects.slug_of(uow, project_id),
        verb=verb,
        entity=entity,
        entity_id=entity_id,
        title=title,
        arguments=dict(arguments),
        status="pending",
        requested_by=uow.actor.ref,
        request_reason=reason,
        decided_by=None,
        decision_reason=None,
        created_at=uow.now,
        updated_at=uow.now,
        expires_at=uow.now + VALID_FOR,
        decided_at=None,
        version=1,
    )
    uow.change(insert(ApprovalRow).values(approval.model_dump(exclude={"project"}) | {"project_id": project_id}))
    ledger.append(uow, ApprovalRequested(after=approval, changes=diff(None, approval)), project_id=project_id)
    return approval


def approve(
    uow: UnitOfWork, id: str, *, verbs: Verbs, reason: str | None = None, expected: int | None = None
) -> Approval:
    """Confirm what another one asked for, and do it; both or neither.

    Raises:
        OwnRequest: The actor asked for it.
        AlreadyDecided, Expired: It no longer waits.
        StudioError: It can no longer be done as it was asked for.
    """
    before = _waiting(uow, id, DECIDE, expected)
    _require_another(uow, before)
    if before.expires_at <= uow.now:
        raise Expired(before)
    after, event = _decide(uow, before, "approved", reason, ApprovalApproved)
    verbs.by_name[after.verb](uow, after, cause=event)
    return after


def reject(uow: UnitOfWork, id: str, *, reason: str, expected: int | None = None) -> Approval:
    """Refuse what another one asked for.

    Raises:
        OwnRequest: The actor asked for it, and withdraws it instead.
        AlreadyDecided: It no longer waits.
    """
    before = _waiting(uow, id, DECIDE, expected)
    _require_another(uow, before)
    return _decide(uow, before, "rejected", reason, ApprovalRejected)[0]


def withdraw(uow: UnitOfWork, id: str, *, reason: str | None = None, expected: int | None = None) -> Approval:
    """Take back what the actor asked for.

    Raises:
        NotRequester: Somebody else asked for it.
        AlreadyDecided: It no longer waits.
    """
    before = _waiting(uow, id, WRITE, expected)
    if before.requested_by != uow.actor.ref:
        raise NotRequester
    return _decide(uow, before, "withdrawn", reason, ApprovalWithdrawn)[0]


def close(uow: UnitOfWork, entity: str, entity_ids: Sequence[str], *, reason: str, cause: str | None = None) -> None:
    """Withdraw all that waits on entities that are gone; part of the verbs that remove them."""
    for waiting in queries.pending(uow, entity, entity_ids):
        _decide(uow, waiting, "withdrawn", reason, ApprovalWithdrawn, cause=cause)


def expire(uow: UnitOfWork) -> int:
    """End what has waited longer than it may; return how many there were, at most `MOST_AT_ONCE`."""
    found = queries.due(uow, uow.now, limit=MOST_AT_ONCE)
    for waiting in found:
        _decide(uow, waiting, "expired", None, ApprovalExpired)
    return len(found)


def _waiting(uow: UnitOfWork, id: str, right: str, expected: int | None) -> Approval:
    found = queries.approval_of(uow, queries.approval_row(uow, id, right=right))
    if expected is not None and expected != found.version:
        raise StaleApproval(expected, found, ledger.changes_since(uow, "approval", id, expected))
    if found.status != "pending":
        raise AlreadyDecided(found)
    return found


def _require_another(uow: UnitOfWork, approval: Approval) -> None:
    if approval.requested_by == uow.actor.ref:
        raise OwnRequest


def _decide(
    uow: UnitOfWork,
    before: Approval,
    status: ApprovalStatus,
    reason: str | None,
    event: type[Event],
    *,
    cause: str | None = None,
) -> tuple[Approval, str]:
    """Return the approval with its decision, and the id of the event that tells of it."""
    decision = {
        "status": status,
        "decided_by": uow.actor.ref,
        "decision_reason": reason,
        "decided_at": uow.now,
        "updated_at": uow.now,
        "version": before.version + 1,
    }
    after = before.model_copy(update=decision)
    uow.change(update(ApprovalRow).where(ApprovalRow.id == after.id).values(decision))
    told = event(after=after, changes=diff(before, after))
    return after, ledger.append(uow, told, project_id=projects.id_of(uow, after.project) or "", cause=cause)
