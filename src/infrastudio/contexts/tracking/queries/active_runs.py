"""Which runs may be written to, remembered: ingest asks for every request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.queries.runs import RunAccess, UnknownRun, run_exists_active
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import Conflict
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot, UnitOfWork
from infrastudio.stores.ledger import Entry

MAX_KEPT: Final = 100_000
LIFECYCLE_KINDS: Final = frozenset({"run.deleted", "run.restored", "run.status_changed"})
WRITE: Final = "runs.write"


class RunNotActive(Conflict):
    """A deleted run cannot be written to."""

    def __init__(self, id: str, lifecycle: str = "deleted") -> None:
        super().__init__(f"The run {id} must be in the 'active' state. Current state is {lifecycle}.", id=id)


Touch = Callable[[int, Sequence[str]], None]


def touch_runs(uow: UnitOfWork, ids: Iterable[str]) -> None:
    """Tell every `ActiveRuns` of this process which runs the unit of work is about to delete, restore or move on."""
    told, head = tuple(ids), ledger.head(uow)
    for touch in _listeners(uow):
        touch(head, told)


def _listeners(snapshot: Snapshot) -> list[Touch]:
    listeners = snapshot.cached("tracking: who forgets touched runs", list[Touch])
    assert listeners is not None  # noqa: S101  a list was made
    return listeners


class ActiveRuns:
    """Answers from memory whether a run exists, is active, and in which project.

    An answer is forgotten in the commit that makes it wrong, before that commit is acknowledged; what other processes
    commit is forgotten when the ledger tells of it.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, RunAccess] = {}
        self._touched: list[tuple[int, str]] = []
        self._generation = 0
        self._lock = threading.Lock()
        with db.snapshot(Actor(ref="controller:tracking")) as snapshot:
            _listeners(snapshot).append(self._touch)
        db.subscribe(self._after_commit)

    async def find(self, actor: Actor, id: str) -> RunAccess:
        """Return what a writer must know of a run.

        Raises:
            UnknownRun: It does not exist, or the actor may not read it.
            PermissionDenied: The actor may read it and must not write to it.
            RunNotActive: It was deleted.
        """
        access = self.known(actor, id)
        if access is None:
            access = await self._db.read(actor, self._load, id)
        if not access.is_active:
            raise RunNotActive(id)
        return access

    def known(self, actor: Actor, id: str) -> RunAccess | None:
        """Return what memory has of a run that the actor may write to; None: `find` has to look."""
        access = self._known.get(id)
        is_limited = actor.scope not in ("", f"run:{id}")
        if access is None or is_limited or not actor.may(WRITE, access.project_id):
            return None
        return access

    @property
    def generation(self) -> int:
        """A number that rises with everything that is forgotten."""
        return self._generation

    def learn(self, id: str, access: RunAccess, *, generation: int) -> None:
        """Remember a run that was just made, unless something was forgotten since `generation`: it may be that."""
        with self._lock:
            if self._generation == generation:
                self._keep(id, access)

    def forget(self, entries: Sequence[Entry]) -> None:
        """Listen to the ledger: drop what these events made wrong."""
        changed = [entry.entity_id for entry in entries if entry.kind in LIFECYCLE_KINDS]
        if changed:
            self._drop(changed)

    def _load(self, snapshot: Snapshot, id: str) -> RunAccess:
        generation = self._generation
        access = run_exists_active(snapshot, id)
        if access is None:
            raise UnknownRun(id)
        projects.require_right(snapshot, access.project_id, WRITE, unknown=UnknownRun(id), changes=f"run:{id}")
        self.learn(id, access, generation=generation)
        return access

    def _keep(self, id: str, access: RunAccess) -> None:
        if len(self._known) >= MAX_KEPT:
            self._known.clear()
        self._known[id] = access

    def _touch(self, head: int, ids: Sequence[str]) -> None:
        """Remember what a commit behind `head` will make wrong."""
        with self._lock:
            self._touched += [(head, id) for id in ids]

    def _after_commit(self, seq: int) -> None:
        """Drop what the commit that ends at `seq` made wrong; runs in its thread, before it is acknowledged.

        The news of an earlier commit may come late, when a later unit of work has touched runs and not committed yet:
        those stay noted.
        """
        with self._lock:
            changed = [id for head, id in self._touched if head < seq]
            self._touched = [(head, id) for head, id in self._touched if head >= seq]
        if changed:
            self._drop(changed)

    def _drop(self, ids: Sequence[str]) -> None:
        with self._lock:
            self._generation += 1
            for id in ids:
                self._known.pop(id, None)
