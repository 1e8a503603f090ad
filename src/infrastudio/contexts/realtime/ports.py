"""What the sockets need from above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from starlette.types import Scope

from infrastudio.kernel.actor import Actor
from infrastudio.stores.ledger import Entry


class SocketAuthenticator(Protocol):
    """Recognises who opens a socket: by cookie, `Authorization` or subprotocol, never by the URL."""

    async def __call__(self, scope: Scope, /) -> Actor:
        """Return the actor, with the rights of this moment.

        Raises:
            NotAuthenticated: The credentials are not valid, or no longer.
            PermissionDenied: The request comes from a foreign page or was sent to a foreign name.
        """
        ...


class EventDescriber(Protocol):
    """Tells an event as an item of a timeline."""

    def __call__(self, entry: Entry, /) -> Mapping[str, Any]:
        """Return `{id, kind, lane, time, end_time, title, entity, entity_id}` as JSON values."""
        ...
