"""Facts about approvals."""

from __future__ import annotations

from infrastudio.contexts.approvals.schemas import Approval
from infrastudio.stores.ledger import Event


class ApprovalRequested(Event, kind="approval.requested"):
    """Somebody asks for something that another one has to confirm."""

    after: Approval


class ApprovalApproved(Event, kind="approval.approved"):
    """Another one confirmed it; it is done in the same transaction."""

    after: Approval


class ApprovalRejected(Event, kind="approval.rejected"):
    """Another one refused it, and said why."""

    after: Approval


class ApprovalWithdrawn(Event, kind="approval.withdrawn"):
    """Whoever asked for it no longer wants it, or what it was about is gone."""

    after: Approval


class ApprovalExpired(Event, kind="approval.expired"):
    """Nobody decided in time."""

    after: Approval
