"""The route of many writes at once."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel

from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.api.parameters import READ_BACK, Writer, name_ignored_fields
from infrastudio.contexts.instances.schemas import BulkDelete, BulkIn, BulkRestore, BulkResult, BulkUpdate, InstanceIn
from infrastudio.http import ProjectParameter, name_ignored
from infrastudio.http.envelope import EnvelopeRoute

_ROWS: Final[dict[str, type[BaseModel]]] = {
    "create": InstanceIn,
    "update": BulkUpdate,
    "delete": BulkDelete,
    "restore": BulkRestore,
}

router = APIRouter(prefix="/api/instances", tags=["instances"], route_class=EnvelopeRoute)


@router.post("/bulk")
async def write_instances(
    body: BulkIn, request: Request, writer: Writer, project: ProjectParameter = None
) -> BulkResult:
    """Create, update, delete and restore many instances: all or nothing."""
    result = await writer.write(service.bulk, body, project=project)
    await name_ignored_fields(request, BulkIn)
    name_ignored(request, _ignored_in_rows(await request.json()))
    return result


def _ignored_in_rows(body: dict[str, Any]) -> list[str]:
    """Return the fields of rows that nobody knows, each once as `<group>.<field>`."""
    return sorted(
        {
            f"{group}.{name}"
            for group, rows in _ROWS.items()
            for row in body.get(group, ())
            for name in row.keys() - rows.model_fields.keys() - READ_BACK
        }
    )
