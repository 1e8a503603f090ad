"""The loop that deletes what projects do not want to keep any longer."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Final

from infrastudio.contexts.identity.queries import controller
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.projects.queries import Retention
from infrastudio.kernel.clock import Clock, to_micros
from infrastudio.stores.db import Database
from infrastudio.stores.telemetry import TelemetryKind, TelemetryStore

logger = logging.getLogger(__name__)

PACE_S: Final = 600.0
"""Seconds between two looks; what is kept for days may lie a little longer."""


class RetentionController:
    """Deletes sealed telemetry that is past the time its project keeps it. May be stopped, or run twice, anywhere."""

    def __init__(self, db: Database, telemetry: TelemetryStore, clock: Clock, *, pace_s: float = PACE_S) -> None:
        self._db = db
        self._telemetry = telemetry
        self._clock = clock
        self._actor = controller("retention")
        self._pace_s = pace_s

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            await self.sweep()
            await asyncio.sleep(self._pace_s)

    async def sweep(self) -> None:
        """Delete what is past its time now."""
        for wanted in await self._db.read(self._actor, projects.retentions):
            await self._expire(wanted, "points", wanted.metric_days)
            await self._expire(wanted, "lines", wanted.log_days)

    async def _expire(self, wanted: Retention, kind: TelemetryKind, days: int | None) -> None:
        if days is None:
            return
        before = to_micros(self._clock.now() - timedelta(days=days))
        chunks = await self._telemetry.expire(wanted.project_id, kind, received_before=before)
        if chunks:
            logger.info("project %s: %d chunks of %s older than %d days deleted", wanted.slug, chunks, kind, days)
