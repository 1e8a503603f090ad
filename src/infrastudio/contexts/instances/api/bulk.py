"""The route of many writes at once."""

from __future__ import annotations

from fastapi import APIRouter, Request

from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.api.parameters import Writer, name_ignored_fields
from infrastudio.contexts.instances.schemas import BulkIn, BulkResult
from infrastudio.http import Db, ProjectParameter, RepeatKey
from infrastudio.http.envelope import EnvelopeRoute

router = APIRouter(prefix="/api/instances", tags=["instances"], route_class=EnvelopeRoute)


@router.post("/bulk")
async def write_instances(
    body: BulkIn, request: Request, writer: Writer, db: Db, project: ProjectParameter, key: RepeatKey
) -> BulkResult:
    """Create, update, delete and restore many instances: all or nothing."""
    result = await db.write_once(writer, key, service.bulk, body, project=project)
    await name_ignored_fields(request, BulkIn)
    return result
