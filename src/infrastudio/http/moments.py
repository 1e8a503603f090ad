"""`as_of`: from the query parameter to a closed moment of the ledger."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Depends, Query, Request

from infrastudio.http.dependencies import caller, database
from infrastudio.kernel.text import Text
from infrastudio.stores.ledger import Moment, resolve_as_of


async def _as_of(
    request: Request,
    as_of: Annotated[
        Text | None, Query(max_length=64, description="An RFC 3339 time, `now` or `seq:<number>`; left out: live.")
    ] = None,
) -> Moment | None:
    if as_of is None:
        return None
    moment = await asyncio.to_thread(resolve_as_of, database(request), caller(request), as_of)
    request.scope["studio.answer_headers"]["x-as-of-seq"] = str(moment.seq)
    return moment


AsOf = Annotated[Moment | None, Depends(_as_of)]
"""The moment that is asked about; None: live."""
