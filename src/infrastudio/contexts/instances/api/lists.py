"""The route of the list, which is asked for more often than all others together."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import override

from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.api.parameters import (
    Can,
    ListFilter,
    NamePart,
    Order,
    ProjectName,
    Reader,
    SearchText,
    Word,
)
from infrastudio.contexts.instances.schemas import InstanceFilter, InstanceStatus, InstanceView, Priority
from infrastudio.http import AsOf, ProjectParameter, declare_from_ledger, from_ledger
from infrastudio.http.dependencies import caller, database
from infrastudio.http.envelope import EnvelopeRoute

Skip = Annotated[int, Query(ge=0, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=1000)]


class ListQuery(BaseModel):
    """The parameters of the list but for `as_of`, as one model: checked at once, where FastAPI checks one by one."""

    model_config = ConfigDict(extra="forbid")

    project: ProjectName = None
    skip: Skip = 0
    limit: Limit = 100
    name: NamePart = None
    model_name: Word = None
    cluster_name: Word = None
    status: InstanceStatus | None = None
    priority: Priority | None = None
    q: SearchText = None
    sort: Word = None
    order: Order = "asc"
    can: Can = "0"


class QuickListRoute(EnvelopeRoute):
    """Answers the usual questions by `ListQuery`; whatever is unusual or wrong takes the way of all routes."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_quickly(request: Request) -> Response:
            asked = _usual(request)
            return await answer(request) if asked is None else await _answer_quickly(request, asked)

        return answer_quickly


router = APIRouter(prefix="/api/instances", tags=["instances"], route_class=QuickListRoute)


@router.get("", dependencies=[from_ledger], response_model=list[InstanceView])
async def list_instances(
    reader: Reader,
    at: AsOf,
    wanted: ListFilter,
    skip: Skip = 0,
    limit: Limit = 100,
    sort: Word = None,
    order: Order = "asc",
    can: Can = "0",
    project: ProjectParameter = None,
) -> Response:
    """Return a part of the fleet; the header `X-Total-Count` tells how many match in all."""
    found = await reader.read(
        queries.page,
        wanted,
        project=project,
        skip=skip,
        limit=limit,
        sort=sort or "id",
        descending=order == "desc",
        at=at,
        with_rights=can == "1",
    )
    return _response(found)


async def _answer_quickly(request: Request, asked: ListQuery) -> Response:
    """Answer as `list_instances` does."""
    await declare_from_ledger(request)
    wanted = InstanceFilter(
        name=asked.name,
        model_name=asked.model_name,
        cluster_name=asked.cluster_name,
        status=asked.status,
        priority=asked.priority,
        q=asked.q,
    )
    found = await database(request).read(
        caller(request),
        queries.page,
        wanted,
        project=asked.project,
        skip=asked.skip,
        limit=asked.limit,
        sort=asked.sort or "id",
        descending=asked.order == "desc",
        with_rights=asked.can == "1",
    )
    return _response(found)


def _usual(request: Request) -> ListQuery | None:
    """Return what is asked by somebody with the right, without anything wrong, unknown or seldom; else None."""
    if "prefer" in request.headers or not caller(request).may_anywhere(queries.READ):
        return None
    try:
        return ListQuery.model_validate(dict(request.query_params))
    except ValidationError:
        return None


def _response(found: queries.JsonPage) -> Response:
    headers = {"X-Total-Count": str(found.total)}
    return Response(found.body, media_type="application/json", headers=headers)
