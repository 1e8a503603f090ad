"""The routes of histories: pages of records, comparison, and the ways back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.api.parameters import (
    InstanceId,
    NamePart,
    Order,
    Reader,
    RecordFilter,
    Writer,
    name_ignored_fields,
)
from infrastudio.contexts.instances.schemas import Comparison, Deleted, HistoryItem, HistoryPage, Instance, RecordIn
from infrastudio.http import AsOf, IfMatch, ProjectParameter, from_ledger, set_etag
from infrastudio.http.envelope import EnvelopeRoute
from infrastudio.kernel.text import MAX_INTEGER

router = APIRouter(prefix="/api", tags=["instances"], route_class=EnvelopeRoute)

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
RecordParameter = Annotated[int, Query(ge=1, le=MAX_INTEGER, description="A `history_id` of this instance.")]


@router.get("/history", dependencies=[from_ledger])
@router.get("/instances/history", dependencies=[from_ledger])
async def get_fleet_history(
    reader: Reader,
    at: AsOf,
    wanted: RecordFilter,
    name: NamePart = None,
    limit: Limit = 50,
    offset: Offset = 0,
    order: Order = "desc",
    project: ProjectParameter = None,
) -> HistoryPage:
    """Return what happened to all instances, the deleted ones included, newest first."""
    wanted = wanted.model_copy(update={"name": name})
    return await reader.read(
        queries.fleet_history, wanted, project=project, limit=limit, offset=offset, descending=order == "desc", at=at
    )


@router.get("/history/{history_id}")
async def get_history_record(
    history_id: Annotated[int, Path(ge=1, le=MAX_INTEGER)], reader: Reader, at: AsOf
) -> HistoryItem:
    """Return one record of any instance's history."""
    return await reader.read(queries.record, history_id, at=at)


@router.get("/instances/{id}/history")
async def get_history(
    id: InstanceId,
    reader: Reader,
    at: AsOf,
    wanted: RecordFilter,
    limit: Limit = 50,
    offset: Offset = 0,
    order: Order = "desc",
) -> HistoryPage:
    """Return what happened to an instance, newest first; also when it is deleted."""
    return await reader.read(queries.history, id, wanted, limit=limit, offset=offset, descending=order == "desc", at=at)


@router.get("/instances/{id}/history/compare")
async def compare_history_records(
    id: InstanceId, reader: Reader, at: AsOf, a: RecordParameter, b: RecordParameter
) -> Comparison:
    """Return how an instance differs between two records of its history, and what happened from one to the other."""
    return await reader.read(queries.compare, id, a, b, at=at)


@router.post("/instances/{id}/restore")
async def restore_instance(
    id: InstanceId, body: RecordIn, request: Request, response: Response, writer: Writer, seen: IfMatch
) -> Instance:
    """Bring an instance back to what it was at a record of its history, also when it is deleted."""
    instance = await writer.write(service.restore, id, body.history_id, expected=seen)
    await name_ignored_fields(request, RecordIn)
    set_etag(response, instance.version)
    return instance


@router.post("/instances/{id}/undo")
async def undo_change(
    id: InstanceId, body: RecordIn, request: Request, response: Response, writer: Writer, seen: IfMatch
) -> Instance | Deleted:
    """Take one change of an instance back; refused where the same fields were changed again since."""
    instance = await writer.write(service.undo, id, body.history_id, expected=seen)
    await name_ignored_fields(request, RecordIn)
    if instance is None:
        return Deleted()
    set_etag(response, instance.version)
    return instance
