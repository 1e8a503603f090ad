"""The routes of instances: bare arrays and objects, as existing clients expect them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.api.parameters import (
    READ_BACK,
    Can,
    InstanceId,
    ListFilter,
    Reader,
    Writer,
    name_ignored_fields,
)
from infrastudio.contexts.instances.schemas import (
    Deleted,
    FleetSummary,
    Instance,
    InstanceIn,
    InstanceUpdate,
    InstanceView,
)
from infrastudio.http import (
    AsOf,
    IfMatch,
    IfNoneMatch,
    ProjectParameter,
    from_ledger,
    set_etag,
    set_location,
    unless_known,
)
from infrastudio.http.envelope import EnvelopeRoute

router = APIRouter(prefix="/api/instances", tags=["instances"], route_class=EnvelopeRoute)


@router.get("/summary", dependencies=[from_ledger])
async def summarize_instances(
    reader: Reader, at: AsOf, wanted: ListFilter, project: ProjectParameter = None
) -> FleetSummary:
    """Return how many instances of which sort match, and how many replicas they have."""
    return await reader.read(queries.summary, wanted, project=project, at=at)


@router.post("", status_code=201)
async def create_instance(
    body: InstanceIn, request: Request, response: Response, writer: Writer, project: ProjectParameter = None
) -> Instance:
    """Add an instance to the fleet."""
    instance = await writer.write(service.create, body, project=project)
    set_location(request, response, f"/api/instances/{instance.id}")
    await name_ignored_fields(request, InstanceIn, also=READ_BACK)
    set_etag(response, instance.version)
    return instance


@router.get("/{id}", response_model=InstanceView, response_model_exclude_none=True)
async def get_instance(
    id: InstanceId, response: Response, reader: Reader, at: AsOf, known: IfNoneMatch, can: Can = "0"
) -> Instance | Response:
    """Return one instance."""
    if can == "0":
        return unless_known(response, known, await reader.read(queries.instance, id, at=at))
    view = await reader.read(queries.view, id, at=at)
    set_etag(response, view.version)
    return view


@router.put("/{id}")
async def update_instance(
    id: InstanceId, body: InstanceUpdate, request: Request, response: Response, writer: Writer, seen: IfMatch
) -> Instance:
    """Change any subset of an instance's fields."""
    instance = await writer.write(service.update, id, body, expected=seen)
    await name_ignored_fields(request, InstanceUpdate, also=READ_BACK)
    set_etag(response, instance.version)
    return instance


@router.delete("/{id}")
async def delete_instance(id: InstanceId, writer: Writer, seen: IfMatch) -> Deleted:
    """Take an instance out of the fleet."""
    await writer.write(service.delete, id, expected=seen)
    return Deleted()
