"""`Idempotency-Key`: the same request sent twice is done once."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Header, Request

from infrastudio.kernel.text import Text
from infrastudio.stores.db import Repeat

RepeatKey = Annotated[Text | None, Header(max_length=255, min_length=1)]
"""What a client calls a request that it may send again; None: it has no key."""


async def repeat_of(request: Request, key: str) -> Repeat:
    """Return what identifies a keyed request. The answer to a repeat says `Idempotency-Replayed: true`."""
    name = "\n".join((request.method, request.url.path, key))
    body = request.url.query.encode() + b"\n" + await request.body()
    repeat = Repeat(hashlib.sha256(name.encode()).hexdigest(), hashlib.sha256(body).hexdigest())
    request.scope["studio.repeat"] = repeat
    return repeat
