"""The sockets, and the state of long work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, WebSocket

from infrastudio.contexts.realtime.api.app_session import AppSession
from infrastudio.contexts.realtime.api.run_session import RunSession
from infrastudio.contexts.realtime.schemas import Operation
from infrastudio.contexts.realtime.service import Hub
from infrastudio.http import requires, resource
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.text import Text

router = APIRouter(tags=["realtime"])

Sockets = Annotated[Hub, Depends(resource(Hub))]
Reader = Annotated[Actor, Depends(requires("operations.read"))]


@router.websocket("/ws")
async def app_socket(socket: WebSocket, hub: Sockets) -> None:
    """Send the topics that the client subscribes to."""
    await AppSession(socket, hub).run()


@router.websocket("/ws/runs/{id}")
async def run_socket(socket: WebSocket, hub: Sockets, id: str) -> None:
    """Send a run's status, metric points, log lines and timeline events."""
    await RunSession(socket, hub, id, socket.query_params.get("since")).run()


@router.get("/api/operations/{id}")
async def get_operation(id: Annotated[Text, Path(max_length=64)], reader: Reader, hub: Sockets) -> Operation:
    """Return how long work stands; it is live on the topic `operations`."""
    return hub.operations.get(reader, id)
