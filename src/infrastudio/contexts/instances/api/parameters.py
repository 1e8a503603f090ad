"""What the routes of instances take from a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request
from pydantic import BaseModel

from infrastudio.contexts.instances.schemas import (
    HistoryFilter,
    InstanceFilter,
    InstanceStatus,
    OperationType,
    Priority,
)
from infrastudio.http import Access, WriteAccess, name_ignored, reads, writes
from infrastudio.kernel.clock import parse_time
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import MAX_INTEGER, Text

Reader = Annotated[Access, Depends(reads("instances.read", ignores_unknown=True))]
Writer = Annotated[WriteAccess, Depends(writes("instances.write", ignores_unknown=True))]
InstanceId = Annotated[int, Path(ge=1, le=MAX_INTEGER)]
Word = Annotated[Text | None, Query(max_length=255)]
Order = Literal["asc", "desc"]
ProjectName = Annotated[Text | None, Query(max_length=63)]
NamePart = Annotated[Text | None, Query(max_length=255, description="Part of the name, in any case.")]
SearchText = Annotated[
    Text | None,
    Query(max_length=255, description="Part of name, model, cluster, image tag or description, in any case."),
]
Can = Annotated[Literal["0", "1"], Query(description="`1`: with the caller's rights on each instance.")]
READ_BACK = frozenset({"id", "created_at", "updated_at", "project", "version", "can"})
"""Fields of an answer that clients send back; ignored without a word."""


async def _instance_filter(
    name: NamePart = None,
    model_name: Word = None,
    cluster_name: Word = None,
    status: InstanceStatus | None = None,
    priority: Priority | None = None,
    q: SearchText = None,
) -> InstanceFilter:
    return InstanceFilter(
        name=name, model_name=model_name, cluster_name=cluster_name, status=status, priority=priority, q=q
    )


async def _history_filter(
    operation_type: OperationType | None = None,
    start_date: Annotated[Text | None, Query(max_length=64, description="The first moment that is wanted.")] = None,
    end_date: Annotated[
        Text | None, Query(max_length=64, description="The first moment that is not; a date means the end of its day.")
    ] = None,
    actor: Annotated[Text | None, Query(max_length=80, description="Who did it, such as `user:usr_…`.")] = None,
    field: Annotated[Text | None, Query(max_length=64, description="A field that must have changed.")] = None,
    q: SearchText = None,
) -> HistoryFilter:
    return HistoryFilter(
        operation_type=operation_type,
        start=None if start_date is None else _moment(start_date, "start_date", days=0),
        end=None if end_date is None else _moment(end_date, "end_date", days=1),
        actor=actor,
        field=field,
        q=q,
    )


ListFilter = Annotated[InstanceFilter, Depends(_instance_filter)]
"""What a list is narrowed to."""

RecordFilter = Annotated[HistoryFilter, Depends(_history_filter)]
"""What a history is narrowed to."""


async def name_ignored_fields(request: Request, known: type[BaseModel], *, also: Iterable[str] = ()) -> None:
    """Say which fields of the body nobody knows; they are ignored here, by contract."""
    body = await request.json()
    silent = {*known.model_fields, *also}
    name_ignored(request, sorted(name for name in body if name not in silent))


def _moment(text: str, parameter: str, *, days: int) -> datetime:
    """Return the moment that a time means, or a date: 00:00 UTC of it, `days` later."""
    try:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return parse_time(text)
        return parse_time(day.isoformat()) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise ValidationFailed.of(parameter, "is no moment", "an RFC 3339 time or a date") from error
