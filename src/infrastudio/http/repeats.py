"""`Idempotency-Key`: the same request sent twice is done once."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request

from infrastudio.kernel.text import Text
from infrastudio.stores.db import Repeat


async def _repeat_key(
    request: Request, idempotency_key: Annotated[Text | None, Header(max_length=255, min_length=1)] = None
) -> Repeat | None:
    if idempotency_key is None:
        return None
    name = "\n".join((request.method, request.url.path, idempotency_key))
    body = request.url.query.encode() + b"\n" + await request.body()
    repeat = Repeat(hashlib.sha256(name.encode()).hexdigest(), hashlib.sha256(body).hexdigest())
    request.scope["studio.repeat"] = repeat
    return repeat


RepeatKey = Annotated[Repeat | None, Depends(_repeat_key)]
"""What identifies a keyed request; None: it has no key. The answer to a repeat says `Idempotency-Replayed: true`."""
