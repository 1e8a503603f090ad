"""Long work that is under way, or ended not long ago; in memory."""

from __future__ import annotations

from typing import Any, Final

from infrastudio.contexts.realtime.schemas import Operation, OperationFailure, OperationProgress
from infrastudio.contexts.realtime.service.board import Board
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock
from infrastudio.kernel.errors import NotFound, RateLimited, StudioError
from infrastudio.kernel.ids import IdSource

OPERATIONS_READ: Final = "operations.read"
MOST: Final = 1000


class UnknownOperation(NotFound):
    """No such operation exists for the actor, or it ended too long ago."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no operation {id!r}.", id=id)


class Operations:
    """Starts, follows and ends operations; called in the event loop. Those of a process that ends are gone."""

    def __init__(self, clock: Clock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids
        self._operations: dict[str, tuple[str, Operation]] = {}
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
        return self._change(id, status="failed", error=failure)

    def get(self, actor: Actor, id: str) -> Operation:
        """Return an operation.

        Raises:
            UnknownOperation: It does not exist for the actor.
        """
        found = self._operations.get(id)
        if found is None or not actor.may(OPERATIONS_READ, found[0]):
            raise UnknownOperation(id)
        return found[1]

    def _change(self, id: str, **changed: Any) -> Operation:
        if id not in self._operations:
            raise UnknownOperation(id)
        project_id, before = self._operations[id]
        return self._post(project_id, before.model_copy(update=changed | {"updated_at": self._clock.now()}))

    def _post(self, project_id: str, operation: Operation) -> Operation:
        self._operations[operation.id] = (project_id, operation)
        self.board.post(operation.id, project_id, operation.model_dump_json().encode())
        return operation

    def _forget_ended(self) -> None:
        if len(self._operations) < MOST:
            return
        ended = next((id for id, (_, operation) in self._operations.items() if operation.status != "running"), None)
        if ended is None:
            raise RateLimited("Too many operations run already; try again when some have ended.", retry_after_s=10)
        del self._operations[ended]
        self.board.take_down(ended)
