"""The routes of instances: bare arrays and objects, as existing clients expect them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel

from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import (
    Instance,
    InstanceFilter,
    InstanceIn,
    InstanceStatus,
    InstanceUpdate,
    Priority,
)
from infrastudio.http import (
    AsOf,
    Db,
    IfMatch,
    IfNoneMatch,
    ProjectParameter,
    RepeatKey,
    from_ledger,
    name_ignored,
    requires,
    set_etag,
    set_location,
    unless_known,
)
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.text import MAX_INTEGER, Text

router = APIRouter(prefix="/api/instances", tags=["instances"])

Reader = Annotated[Actor, Depends(requires("instances.read", ignores_unknown=True))]
Writer = Annotated[Actor, Depends(requires("instances.write", ignores_unknown=True))]
InstanceId = Annotated[int, Path(ge=1, le=MAX_INTEGER)]
Word = Annotated[Text | None, Query(max_length=255)]
READ_BACK = frozenset({"id", "created_at", "updated_at", "project", "version"})
"""Fields of an answer that clients send back; ignored without a word."""


class Deleted(BaseModel):
    """The answer to a deletion."""

    message: str = "Instance deleted successfully"


@router.get("", dependencies=[from_ledger])
async def list_instances(
    response: Response,
    reader: Reader,
    db: Db,
    at: AsOf,
    project: ProjectParameter,
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    name: Annotated[Text | None, Query(max_length=255, description="Part of the name, in any case.")] = None,
    model_name: Word = None,
    cluster_name: Word = None,
    status: InstanceStatus | None = None,
    priority: Priority | None = None,
    q: Word = None,
    sort: Word = None,
    order: Literal["asc", "desc"] = "asc",
) -> list[Instance]:
    """Return a part of the fleet; the header `X-Total-Count` tells how many match in all."""
    wanted = InstanceFilter(
        name=name, model_name=model_name, cluster_name=cluster_name, status=status, priority=priority, q=q
    )
    found = await db.read(
        reader,
        queries.instances,
        wanted,
        project=project,
        skip=skip,
        limit=limit,
        sort=sort or "id",
        descending=order == "desc",
        at=at,
    )
    response.headers["X-Total-Count"] = str(found.total)
    return found.items


@router.post("", status_code=201)
async def create_instance(
    body: InstanceIn,
    request: Request,
    response: Response,
    writer: Writer,
    db: Db,
    project: ProjectParameter,
    key: RepeatKey,
) -> Instance:
    """Add an instance to the fleet."""
    instance = await db.write_once(writer, key, service.create, body, project=project)
    set_location(request, response, f"/api/instances/{instance.id}")
    await _name_ignored_fields(request)
    set_etag(response, instance.version)
    return instance


@router.get("/{id}", response_model=Instance)
async def get_instance(
    id: InstanceId, response: Response, reader: Reader, db: Db, at: AsOf, known: IfNoneMatch
) -> Instance | Response:
    """Return one instance."""
    return unless_known(response, known, await db.read(reader, queries.instance, id, at=at))


@router.put("/{id}")
async def update_instance(
    id: InstanceId,
    body: InstanceUpdate,
    request: Request,
    response: Response,
    writer: Writer,
    db: Db,
    seen: IfMatch,
    key: RepeatKey,
) -> Instance:
    """Change any subset of an instance's fields."""
    instance = await db.write_once(writer, key, service.update, id, body, expected=seen)
    await _name_ignored_fields(request)
    set_etag(response, instance.version)
    return instance


@router.delete("/{id}")
async def delete_instance(id: InstanceId, writer: Writer, db: Db, seen: IfMatch, key: RepeatKey) -> Deleted:
    """Take an instance out of the fleet."""
    await db.write_once(writer, key, service.delete, id, expected=seen)
    return Deleted()


async def _name_ignored_fields(request: Request) -> None:
    """Say which fields of the body nobody knows; they are ignored here, by contract."""
    body = await request.json()
    name_ignored(
        request, sorted(name for name in body if name not in InstanceIn.model_fields and name not in READ_BACK)
    )
