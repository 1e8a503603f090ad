"""The life of a replica: lock, record, load, warm up, listen, serve, drain, exit record."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infrastudio.kernel.clock import Clock, SystemClock
from infrastudio.replica import lifecycle
from infrastudio.replica.specification import Specification, read_specification

if TYPE_CHECKING:
    from infrastudio.replica.http_protocol import Connections

logger = logging.getLogger(__name__)

DEFAULT_DRAIN_S: Final = 30.0
IDLE_GRACE_S: Final = 0.25
"""How long a drained replica leaves idle connections open, so that a request on its way is not lost."""


def serve_folder(folder: Path, inherited_lock: int | None) -> int:
    """Serve what the folder's specification says until SIGTERM; return the exit code.

    Args:
        folder: The replica's own folder, with `replica.json`.
        inherited_lock: Descriptor of the folder's lock, locked by the starter; None: take it here.
    """
    clock = SystemClock()
    try:
        lifecycle.hold_lock(folder, inherited_lock)
    except BlockingIOError:
        logger.error("another process serves %s", folder)
        return 75
    lifecycle.write_process_record(folder)
    try:
        specification = read_specification(folder)
        _serve(specification, folder, clock)
    except Exception as error:  # the reason must reach the exit record, whatever it is
        logger.exception("replica failed")
        lifecycle.write_exit_record(folder, clock, code=1, reason=f"{type(error).__name__}: {error}")
        return 1
    return 0


def _serve(specification: Specification, folder: Path, clock: Clock) -> None:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        reason = runner.run(_run(specification, folder))
        # Written while the loop still catches SIGTERM: a second one must not end us without a record.
        lifecycle.write_exit_record(folder, clock, code=0, reason=reason)


async def _run(specification: Specification, folder: Path) -> str:
    from infrastudio.replica.batching import Batcher
    from infrastudio.replica.http_protocol import Connections, HttpConnection
    from infrastudio.replica.loaders import example_inputs, load_model
    from infrastudio.replica.service import InferenceService

    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, stopping.set)
    model = load_model(specification.model_path)
    batcher = Batcher(model, loop, max_queue=specification.max_queue)
    if model.signature.inputs:
        try:
            batcher.warm_up(example_inputs(model.signature))
        except Exception as error:  # a row of zeros need not be a row that the model takes
            logger.warning("the warm-up row was refused: %s", error)
    service = InferenceService(model, specification.model, specification.version, batcher)
    connections = Connections(service.handle, specification.body_limit_bytes)
    listener = lifecycle.listen(specification.socket_path)
    inode = specification.socket_path.stat().st_ino
    server = await loop.create_server(lambda: HttpConnection(connections), sock=listener)
    logger.info("serving %s version %d", specification.model, specification.version)
    await stopping.wait()
    lifecycle.unlink_own(specification.socket_path, inode)
    reason = await _drain(server, listener, connections, lifecycle.read_drain_s(folder, DEFAULT_DRAIN_S))
    batcher.close()
    return reason


async def _drain(server: asyncio.Server, listener: socket.socket, connections: Connections, drain_s: float) -> str:
    """Take no new connections, answer what is under way, then close; return how that went."""
    connections.is_draining = True
    while lifecycle.has_waiting_connections(listener):
        await _one_turn()  # the address is gone; who connected before must still be heard
    server.close()
    closing = asyncio.get_running_loop().call_later(min(IDLE_GRACE_S, drain_s), connections.close_idle)
    if not connections.open:
        connections.none_open.set()
    try:
        async with asyncio.timeout(drain_s + IDLE_GRACE_S):
            await connections.none_open.wait()
    except TimeoutError:
        unanswered = len(connections.open)
        for connection in list(connections.open):
            connection.abort()
        return f"stopped after {drain_s:g} s with {unanswered} connections still open"
    finally:
        closing.cancel()
    return "drained"


async def _one_turn() -> None:
    await asyncio.sleep(0)
