"""Approvals as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, StringConstraints

from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Text
from infrastudio.kernel.versioned import Time, Value, Versioned

ApprovalStatus = Literal["pending", "approved", "rejected", "withdrawn", "expired"]

MAX_REASON: Final = 2000

Reason = Annotated[Text, StringConstraints(max_length=MAX_REASON)]


class Approval(Versioned):
    """Something that was asked for: a verb with its arguments, on one entity.

    Attributes:
        verb: What is done once it is approved, such as `model_version.transition`.
        entity, entity_id: What it is done to, as in the ledger.
        title: One line that says what will change.
        requested_by, decided_by: Actors by reference; whoever asked may withdraw it, and nobody else.
        expires_at: From when on it can no longer be approved.
    """

    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "expires_at")

    id: str
    project: str
    verb: str
    entity: str
    entity_id: str
    title: str
    arguments: dict[str, Any]
    status: ApprovalStatus
    requested_by: str
    request_reason: str | None
    decided_by: str | None
    decision_reason: str | None
    created_at: Time
    updated_at: Time
    expires_at: Time
    decided_at: Time | None


class ApprovalPage(Page[Approval]):
    """A page of approvals."""


class DecisionIn(Value):
    """Why somebody approves or withdraws, if they say so."""

    reason: Reason | None = None


class RejectionIn(Value):
    """Why somebody rejects."""

    reason: Annotated[Reason, Field(min_length=1)]
