"""What the rows of the table work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from infrastudio.contexts.registry.queries import logged_models
from infrastudio.contexts.tracking.queries.active_runs import ActiveRuns
from infrastudio.http.loop_pacing import LoopPacer
from infrastudio.kernel.actor import Actor
from infrastudio.protocols.mlflow.run_messages import RunMessages
from infrastudio.stores.blobs import BlobStore
from infrastudio.stores.db import Database
from infrastudio.stores.telemetry import TelemetryStore

MAX_KEPT: Final = 100_000


class KnownModels:
    """Which project a logged model belongs to, remembered: it never changes."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, str] = {}

    async def project_of(self, actor: Actor, id: str) -> str | None:
        """Return the id of the project of a logged model; None when there is none."""
        known = self._known.get(id)
        if known is None:
            known = await self._db.read(actor, logged_models.project_of, id)
            if known is None:
                return None
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            self._known[id] = known
        return known


@dataclass(frozen=True)
class Services:
    """Stores and caches of the process; `max_artifact_bytes` is the largest file that is taken."""

    db: Database
    telemetry: TelemetryStore
    blobs: BlobStore
    runs: ActiveRuns
    max_artifact_bytes: int
    pacer: LoopPacer = field(default_factory=LoopPacer)
    models: KnownModels = field(init=False)
    run_messages: RunMessages | None = field(init=False)

    def __post_init__(self) -> None:
        """Make the caches that nobody else shares."""
        changes = self.telemetry.point_changes
        object.__setattr__(self, "models", KnownModels(self.db))
        object.__setattr__(self, "run_messages", None if changes is None else RunMessages(changes))
