"""The sockets, and the state of long work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, WebSocket

from infrastudio.contexts.realtime.api.app_session import AppSession
from infrastudio.contexts.realtime.api.run_session import RunSession
from infrastudio.contexts.realtime.schemas import Operation
from infrastudio.contexts.realtime.service import Hub
from infrastudio.http import Access, WriteAccess, reads, resource, writes
from infrastudio.kernel.text import Text

router = APIRouter(tags=["realtime"])

Sockets = Annotated[Hub, Depends(resource(Hub))]
OperationId = Annotated[Text, Path(max_length=64)]
Reader = Annotated[Access, Depends(reads("operations.read"))]
Writer = Annotated[WriteAccess, Depends(writes("operations.write"))]


@router.websocket("/ws")
async def app_socket(socket: WebSocket, hub: Sockets) -> None:
    """Send the topics that the client subscribes to."""
    await AppSession(socket, hub).run()


@router.websocket("/ws/runs/{id}")
async def run_socket(socket: WebSocket, hub: Sockets, id: str) -> None:
    """Send a run's status, metric points, log lines and timeline events."""
    await RunSession(socket, hub, id, socket.query_params.get("since")).run()


@router.get("/api/operations/{id}")
async def get_operation(id: OperationId, reader: Reader, hub: Sockets) -> Operation:
    """Return how long work stands; it is live on the topic `operations`, there without a result of over 32 kB."""
    return hub.operations.get(reader.actor, id)


@router.post("/api/operations/{id}/cancel")
async def cancel_operation(id: OperationId, writer: Writer, hub: Sockets) -> Operation:
    """Ask long work to end without effect; what is past the point of return ends as it would have.

    A repeat changes nothing, with or without a key; what has ended is answered as it ended.
    """
    return hub.operations.cancel(writer.actor, id)
