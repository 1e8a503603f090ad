"""The query parameters that every list takes."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.pages import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, PageRequest
from infrastudio.kernel.text import Text

ListText = Annotated[Text | None, Query(max_length=4000)]


async def page_parameters(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    offset: Annotated[int | None, Query(ge=0, le=MAX_OFFSET)] = None,
    cursor: ListText = None,
    sort: ListText = None,
    order: Annotated[Literal["asc", "desc"] | None, Query()] = None,
    q: ListText = None,
    filter: ListText = None,
    columns: ListText = None,
) -> PageRequest:
    """Return which part of a list is wanted; `cursor` and `offset` exclude each other."""
    if cursor is not None and offset is not None:
        raise ValidationFailed.of("offset", "cannot be used together with cursor; leave one of them out")
    return PageRequest(
        limit=limit,
        offset=offset or 0,
        cursor=cursor,
        sort=tuple(part.strip() for part in sort.split(",")) if sort else (),
        descending=None if order is None else order == "desc",
        q=q,
        filter=filter,
        columns=None if columns is None else tuple(part.strip() for part in columns.split(",") if part.strip()),
    )


PageParameters = Annotated[PageRequest, Depends(page_parameters)]
