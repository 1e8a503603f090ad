"""`Idempotency-Key`: the same request sent twice is done once."""

from __future__ import annotations

import hashlib
from typing import Final

from fastapi import Request

from infrastudio.http.asgi import declared_header, header
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores.db import Repeat

MAX_KEY: Final = 255
REPEAT_KEY: Final = declared_header(
    "idempotency-key",
    "What the client calls this request; sent again under the same name it changes nothing.",
    minLength=1,
    maxLength=MAX_KEY,
)


async def repeat_of(request: Request) -> Repeat | None:
    """Return what identifies a request that has a key. The answer to a repeat says `Idempotency-Replayed: true`.

    Raises:
        ValidationFailed: The key is empty or too long.
    """
    key = header(request.scope, b"idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY:
        raise ValidationFailed.of("Idempotency-Key", f"must have 1 to {MAX_KEY} characters")
    name = "\n".join((request.method, request.url.path, key))
    body = request.url.query.encode() + b"\n" + await request.body()
    repeat = Repeat(hashlib.sha256(name.encode()).hexdigest(), hashlib.sha256(body).hexdigest())
    request.scope["studio.repeat"] = repeat
    return repeat
