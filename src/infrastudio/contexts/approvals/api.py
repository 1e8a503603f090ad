"""The routes of approvals. What can be asked for has routes of its own in the contexts above."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from infrastudio.contexts.approvals import queries, service
from infrastudio.contexts.approvals.ports import Verbs
from infrastudio.contexts.approvals.schemas import Approval, ApprovalPage, DecisionIn, RejectionIn
from infrastudio.http import (
    Access,
    AsOf,
    IfMatch,
    IfNoneMatch,
    PageParameters,
    ProjectParameter,
    WriteAccess,
    reads,
    resource,
    set_etag,
    unless_known,
    writes,
)
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/approvals", tags=["approvals"])

Reader = Annotated[Access, Depends(reads(queries.READ))]
Requester = Annotated[WriteAccess, Depends(writes(service.WRITE))]
Decider = Annotated[WriteAccess, Depends(writes(service.DECIDE))]
ApprovalId = Annotated[Text, Path(max_length=64)]
DoneByVerb = Annotated[Verbs, Depends(resource(Verbs))]


@router.get("")
async def list_approvals(
    reader: Reader, page: PageParameters, at: AsOf, project: ProjectParameter = None
) -> ApprovalPage:
    """Return a page of what was asked for, the newest first; `filter=status = 'pending'` is what waits."""
    return await reader.read(queries.page, page, project=project, at=at)


@router.get("/{id}", response_model=Approval)
async def get_approval(
    id: ApprovalId, response: Response, reader: Reader, at: AsOf, known: IfNoneMatch
) -> Approval | Response:
    """Return one approval."""
    return unless_known(response, known, await reader.read(queries.approval, id, at=at))


@router.post("/{id}/approve")
async def approve(
    id: ApprovalId, body: DecisionIn, response: Response, decider: Decider, verbs: DoneByVerb, seen: IfMatch
) -> Approval:
    """Confirm what another one asked for; it is done in the same transaction."""
    found = await decider.write(service.approve, id, verbs=verbs, reason=body.reason, expected=seen)
    set_etag(response, found.version)
    return found


@router.post("/{id}/reject")
async def reject(id: ApprovalId, body: RejectionIn, response: Response, decider: Decider, seen: IfMatch) -> Approval:
    """Refuse what another one asked for."""
    found = await decider.write(service.reject, id, reason=body.reason, expected=seen)
    set_etag(response, found.version)
    return found


@router.post("/{id}/withdraw")
async def withdraw(
    id: ApprovalId, body: DecisionIn, response: Response, requester: Requester, seen: IfMatch
) -> Approval:
    """Take back what the caller asked for."""
    found = await requester.write(service.withdraw, id, reason=body.reason, expected=seen)
    set_etag(response, found.version)
    return found
