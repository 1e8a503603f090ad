"""One request and its answer, for rows that stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from infrastudio.kernel.actor import Actor


@dataclass
class Exchange:
    """A request under way. `started` tells that an answer has begun, so that no failure can be sent any more."""

    scope: Scope
    receive: Receive
    send_raw: Send
    actor: Actor
    started: bool = field(default=False)

    def within(self, project: str) -> Exchange:
        """Return the same exchange for an actor who means `project` where a request names none."""
        return replace(self, actor=replace(self.actor, project=project))

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        self.started = True
        await self.send_raw(message)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives.

        Raises:
            ClientDisconnect: The client went away before the end.
        """
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                return


async def read_body(receive: Receive) -> bytes:
    """Return the whole body; its size was limited before.

    Raises:
        ClientDisconnect: The client went away before the end.
    """
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        return body
    parts: list[bytes] = []
    while message["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
    raise ClientDisconnect
