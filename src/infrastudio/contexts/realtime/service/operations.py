"""Long work that is under way, or ended not long ago; in memory."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

from infrastudio.contexts.realtime.schemas import Operation, OperationFailure, OperationProgress
from infrastudio.contexts.realtime.service.board import Board
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock
from infrastudio.kernel.errors import (
    Conflict,
    NotFound,
    PermissionDenied,
    RateLimited,
    StudioError,
    Unavailable,
    ValidationFailed,
)
from infrastudio.kernel.ids import IdSource
from infrastudio.stores.db import Repeat

logger = logging.getLogger(__name__)

OPERATIONS_READ: Final = "operations.read"
OPERATIONS_WRITE: Final = "operations.write"
MOST: Final = 1000
MOST_ANNOUNCED_BYTES: Final = 32_768
"""A result that makes an operation larger is left out on sockets, whose frames are small, and asked for by id."""


class UnknownOperation(NotFound):
    """No such operation exists for the actor, or it ended too long ago."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no operation {id!r}.", id=id)


class OperationCanceled(Conflict):
    """Somebody asked the operation to end."""

    def __init__(self) -> None:
        super().__init__("The operation was canceled; nothing was changed.")


class ServerStopping(Unavailable):
    """The process ends before the operation does."""

    def __init__(self) -> None:
        super().__init__("The server stopped while this was under way; nothing was changed. Start it again.")


class RunningOperation:
    """Long work from inside. Its methods may be called from any thread."""

    def __init__(self, id: str, report: Callable[[OperationProgress], object]) -> None:
        self.id = id
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._progress: OperationProgress | None = None
        self._stop: StudioError | None = None

    def report(self, done: int, total: int | None, unit: str) -> None:
        """Tell how far the work has come. Cheap: only the latest of many reports in a row is passed on."""
        with self._lock:
            is_first, self._progress = self._progress is None, OperationProgress(done=done, total=total, unit=unit)
        if is_first:
            self._loop.call_soon_threadsafe(self._pass_on)

    def check(self) -> None:
        """Return if the work shall go on.

        Raises:
            OperationCanceled: Somebody asked it to end.
            ServerStopping: The process is about to end.
        """
        if self._stop is not None:
            raise self._stop

    def stop(self, why: StudioError) -> None:
        """Let the next `check` raise `why`."""
        self._stop = self._stop or why

    def _pass_on(self) -> None:
        with self._lock:
            progress, self._progress = self._progress, None
        if progress is not None:
            self._report(progress)


Work = Callable[[RunningOperation], Awaitable[Any]]
"""Returns the result, a JSON value; calls `check` often and raises what it raises, having changed nothing."""


class Operations:
    """Starts, follows and ends operations; called in the event loop. Those of a process that ends are gone."""

    def __init__(self, clock: Clock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids
        self._operations: dict[str, tuple[str, Operation]] = {}
        self._running: dict[str, tuple[RunningOperation, asyncio.Task[None]]] = {}
        self._repeats: dict[tuple[str, str], tuple[str, str]] = {}
        """By actor and keyed request: the digest of the body, and the operation that it started."""
        self.board = Board(clock)

    def start(
        self, kind: str, *, project_id: str, project: str, progress: OperationProgress | None = None
    ) -> Operation:
        """Return a new operation that runs.

        Raises:
            RateLimited: Too many run already.
        """
        self._forget_ended()
        now = self._clock.now()
        return self._post(
            project_id,
            Operation(
                id=self._ids.prefixed("ope"),
                kind=kind,
                status="running",
                project=project,
                progress=progress,
                result=None,
                error=None,
                created_at=now,
                updated_at=now,
            ),
        )

    def launch(self, kind: str, work: Work, *, project_id: str, project: str) -> Operation:
        """Do work beside the requests and return its operation, which ends as the work does.

        Raises:
            RateLimited: Too many run already.
        """
        operation = self.start(kind, project_id=project_id, project=project)
        running = RunningOperation(operation.id, lambda progress: self._hear(operation.id, progress))
        task = asyncio.create_task(self._carry(running, work), name=f"operation {operation.id}")
        self._running[operation.id] = running, task
        return operation

    def started_by(self, actor: Actor, repeat: Repeat | None) -> Operation | None:
        """Return the operation that the same keyed request started before; None when there is none.

        Raises:
            ValidationFailed: The key was used with another body.
        """
        known = self._repeats.get((actor.ref, repeat.request)) if repeat else None
        if repeat is None or known is None or known[1] not in self._operations:
            return None
        digest, id = known
        if digest != repeat.body_digest:
            raise ValidationFailed.of("Idempotency-Key", "was used before with another body; use a new key")
        repeat.replayed = True
        return self._operations[id][1]

    def remember(self, actor: Actor, repeat: Repeat | None, operation: Operation) -> None:
        """Keep which operation a keyed request started, as long as the operation is kept."""
        if repeat is not None:
            self._repeats[actor.ref, repeat.request] = repeat.body_digest, operation.id

    def report(self, id: str, progress: OperationProgress) -> Operation:
        """Tell how far an operation has come."""
        return self._change(id, progress=progress)

    def succeed(self, id: str, result: Any = None) -> Operation:
        """Tell that an operation is done; `result` is a JSON value."""
        return self._change(id, status="succeeded", result=result)

    def fail(self, id: str, error: Exception) -> Operation:
        """Tell that an operation failed; the text of an unforeseen failure is withheld."""
        known = error if isinstance(error, StudioError) else StudioError("Something went wrong on our side.")
        failure = OperationFailure(type=known.type, message=known.message, details=known.details)
        status = "canceled" if isinstance(error, OperationCanceled) else "failed"
        return self._change(id, status=status, error=failure)

    def get(self, actor: Actor, id: str) -> Operation:
        """Return an operation.

        Raises:
            UnknownOperation: It does not exist for the actor.
        """
        found = self._operations.get(id)
        if found is None or not actor.may(OPERATIONS_READ, found[0]):
            raise UnknownOperation(id)
        return found[1]

    def cancel(self, actor: Actor, id: str) -> Operation:
        """Ask an operation to end and return it as it is now; one that has ended stays as it ended.

        Raises:
            UnknownOperation: It does not exist for the actor.
            PermissionDenied: The actor may read it and not end it.
        """
        operation = self.get(actor, id)
        if not actor.may(OPERATIONS_WRITE, self._operations[id][0]):
            raise PermissionDenied(f"This needs the right {OPERATIONS_WRITE!r} in the project.", right=OPERATIONS_WRITE)
        if id in self._running:
            self._running[id][0].stop(OperationCanceled())
        return operation

    async def run(self) -> None:
        """Wait for the end of the process, then end what still runs; for the supervisor."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Let everything that runs fail because the server stops, and wait until it has."""
        running = list(self._running.values())
        for operation, _ in running:
            operation.stop(ServerStopping())
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)

    async def _carry(self, running: RunningOperation, work: Work) -> None:
        try:
            result = await work(running)
        except Exception as error:
            if not isinstance(error, StudioError):
                logger.exception("the operation %s failed", running.id)
            self.fail(running.id, error)
        else:
            self.succeed(running.id, result)
        finally:
            del self._running[running.id]

    def _hear(self, id: str, progress: OperationProgress) -> None:
        """Note a report of running work; one that comes behind the end says nothing."""
        if id in self._running:
            self.report(id, progress)

    def _change(self, id: str, **changed: Any) -> Operation:
        if id not in self._operations:
            raise UnknownOperation(id)
        project_id, before = self._operations[id]
        return self._post(project_id, before.model_copy(update=changed | {"updated_at": self._clock.now()}))

    def _post(self, project_id: str, operation: Operation) -> Operation:
        self._operations[operation.id] = (project_id, operation)
        announced = operation.model_dump_json().encode()
        if len(announced) > MOST_ANNOUNCED_BYTES:
            announced = operation.model_copy(update={"result": None}).model_dump_json().encode()
        self.board.post(operation.id, project_id, announced)
        return operation

    def _forget_ended(self) -> None:
        if len(self._operations) < MOST:
            return
        ended = next((id for id, (_, operation) in self._operations.items() if operation.status != "running"), None)
        if ended is None:
            raise RateLimited("Too many operations run already; try again when some have ended.", retry_after_s=10)
        del self._operations[ended]
        self._repeats = {key: known for key, known in self._repeats.items() if known[1] != ended}
        self.board.take_down(ended)
