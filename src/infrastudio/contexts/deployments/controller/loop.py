"""One task for each deployment that has not stopped. All of it may be killed between any two lines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from infrastudio.contexts.deployments.controller.reconciler import DRAIN_S, RESTART, Reconciler
from infrastudio.contexts.deployments.controller.starter import ModelFolder
from infrastudio.contexts.deployments.ports import ReplicaRuntime
from infrastudio.contexts.deployments.queries import work
from infrastudio.contexts.deployments.rules import HealthPolicy
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock
from infrastudio.kernel.errors import StudioError
from infrastudio.kernel.retry import RetryPolicy
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Entry

logger = logging.getLogger(__name__)

LIST_PACE_S: Final = 1.0
"""Pause between two looks for new deployments; the ledger tells of them earlier."""
SWEEP_PACE_S: Final = 10.0
TROUBLE_PACE_S: Final = 1.0
"""Pause after a failure that nobody foresaw."""


class DeploymentController:
    """Looks after every deployment in a task of its own, so that none waits for another's slow replicas."""

    def __init__(
        self,
        db: Database,
        runtime: ReplicaRuntime,
        *,
        actor: Actor,
        clock: Clock,
        model_folder: ModelFolder,
        policy: HealthPolicy | None = None,
        restart: RetryPolicy = RESTART,
        drain_s: float = DRAIN_S,
    ) -> None:
        """Args:
        drain_s: Seconds that a replica which is no longer wanted gets to answer what is under way.
        """
        self._db = db
        self._runtime = runtime
        self._actor = actor
        self._reconciler = Reconciler(
            db,
            runtime,
            actor=actor,
            clock=clock,
            model_folder=model_folder,
            policy=policy or HealthPolicy(),
            restart=restart,
            drain_s=drain_s,
        )
        self._wakers: dict[str, asyncio.Event] = {}
        self._is_news = asyncio.Event()

    def hear(self, entries: Sequence[Entry]) -> None:
        """Look at once at the deployments that somebody else changed; a listener of the ledger."""
        for entry in entries:
            if entry.entity == "deployment" and entry.actor != self._actor.ref:
                self._wakers.get(entry.entity_id, self._is_news).set()

    async def run(self) -> None:
        """Look after all deployments for ever."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._sweep_for_ever())
                while True:
                    self._is_news.clear()
                    for id in await self._db.read(self._actor, work.unfinished_ids):
                        if id not in self._wakers:
                            self._wakers[id] = asyncio.Event()
                            tasks.create_task(self._look_after(id))
                    await _wait(self._is_news, LIST_PACE_S)
        finally:
            self._wakers.clear()
            await self._reconciler.close()

    async def reconcile(self, deployment_id: str) -> float | None:
        """Bring a deployment closer to what is wanted; return the seconds to the next look, None at the end."""
        return await self._reconciler.reconcile(deployment_id)

    async def sweep(self) -> None:
        """End what runs although no row wants it: left over by a crash, or by a database restored from a backup."""
        running = await self._runtime.replica_ids()  # asked first: what starts later had its row before
        for id in running - await self._db.read(self._actor, work.live_replica_ids):
            await self._runtime.stop(id, drain_s=0)
            await self._runtime.remove(id)

    async def _look_after(self, id: str) -> None:
        waker = self._wakers[id]
        try:
            while (pace_s := await self._reconcile_safely(id)) is not None:
                await _wait(waker, pace_s)
                waker.clear()
        finally:
            self._wakers.pop(id, None)

    async def _reconcile_safely(self, id: str) -> float | None:
        """A deployment that cannot be handled now is tried again, and keeps no other one waiting."""
        try:
            return await self.reconcile(id)
        except StudioError as error:
            logger.warning("deployment %s: %s", id, error.message)
        except Exception:
            logger.exception("deployment %s could not be looked after", id)
        return TROUBLE_PACE_S

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                await self.sweep()
            except Exception:
                logger.exception("what runs without being wanted could not be ended")
            await asyncio.sleep(SWEEP_PACE_S)


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
