"""One step for one deployment: look, decide, record, act."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from infrastudio.contexts.deployments import rules
from infrastudio.contexts.deployments.controller.starter import ModelFolder, ReplicaStarter
from infrastudio.contexts.deployments.controller.verdict import Vacancy, reason_of, state_of
from infrastudio.contexts.deployments.ports import ReplicaRuntime
from infrastudio.contexts.deployments.queries import work
from infrastudio.contexts.deployments.queries.work import Place
from infrastudio.contexts.deployments.rules import HealthPolicy, ReplicaHealth
from infrastudio.contexts.deployments.schemas import Deployment, ObservedReplica, Replica
from infrastudio.contexts.deployments.service import deployments, replicas
from infrastudio.contexts.deployments.service.deployments import StaleVersion
from infrastudio.contexts.deployments.service.replicas import Overtaken
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock
from infrastudio.kernel.errors import StudioError
from infrastudio.kernel.retry import RetryPolicy
from infrastudio.stores.db import Database

SOON_S: Final = 0.01
MOVING_PACE_S: Final = 0.05
"""Pause while a replica starts or drains."""
STEADY_PACE_S: Final = 1.0
"""Pause between two health checks of a replica that serves."""
ROUTES_LAG_S: Final = 0.25
"""What gateways get to drop a replica from their tables before it is told to end."""
REPLACE_DRAIN_S: Final = 1.0
"""What a replica that does not answer gets to come to its senses."""
START_WAIT_S: Final = 0.2
DRAIN_S: Final = 30.0
RESTART: Final = RetryPolicy(max_attempts=5, base_delay_s=0.5, max_delay_s=30)


@dataclass
class _Memory:
    """What is remembered of a replica between two looks; a restarted server begins anew."""

    failed_checks: int = 0
    alive_since: datetime | None = None
    checked_at: datetime | None = None


class Reconciler:
    """Brings deployments closer to what is wanted. It keeps no state that a restart may not lose."""

    def __init__(
        self,
        db: Database,
        runtime: ReplicaRuntime,
        *,
        actor: Actor,
        clock: Clock,
        model_folder: ModelFolder,
        policy: HealthPolicy,
        restart: RetryPolicy,
        drain_s: float,
    ) -> None:
        self._db = db
        self._runtime = runtime
        self._actor = actor
        self._clock = clock
        self._starter = ReplicaStarter(runtime, model_folder)
        self._policy = policy
        self._restart = restart
        self._drain_s = drain_s
        self._memories: dict[str, _Memory] = {}

    async def reconcile(self, deployment_id: str) -> float | None:
        """Take one step; return the seconds to the next look, None when the deployment has stopped."""
        found = await self._db.read(self._actor, work.work, deployment_id)
        if found is None:
            return None
        try:
            return await self._step(found.deployment, found.replicas)
        except (StaleVersion, Overtaken):
            return SOON_S  # somebody was faster: what was seen is no longer true

    async def close(self) -> None:
        """Give up what is done in the background."""
        await self._starter.close()

    async def _step(self, deployment: Deployment, found: Sequence[Replica]) -> float | None:
        seen = await self._look(deployment, found)
        live = [await self._drain_unwanted(deployment, replica) for replica in seen if _is_live(replica)]
        vacancies = await self._vacancies(deployment, live)
        now = self._clock.now()
        waiting = [vacancy for vacancy in vacancies if vacancy.wait_s(now) != 0]
        live += [await self._fill(deployment, vacancy) for vacancy in vacancies if vacancy.wait_s(now) == 0]
        moved = rules.may_move_traffic(deployment, live)
        if moved:
            deployment = await self._move_traffic(deployment)
        state, reason = state_of(deployment, live, waiting), reason_of(deployment, live, waiting)
        if (state, reason) != (deployment.state, deployment.reason):
            await self._db.write(self._actor, deployments.record_state, deployment, state, reason)
        if state == "stopped":
            return None
        return SOON_S if moved else self._pace_s(live, waiting)

    async def _look(self, deployment: Deployment, found: Sequence[Replica]) -> list[Replica]:
        """Return the replicas as they are now: changes recorded, the next step taken."""
        due = [replica for replica in found if self._is_due(replica)]
        observed = await asyncio.gather(*(self._runtime.observe(replica.id) for replica in due))
        by_id = {replica.id: seen for replica, seen in zip(due, observed, strict=True)}
        return [
            await self._treat(deployment, replica, by_id[replica.id]) if replica.id in by_id else replica
            for replica in found
        ]

    def _is_due(self, replica: Replica) -> bool:
        """Those that start or drain are looked at each time, the others at the pace of health checks."""
        memory = self._memories.get(replica.id)
        if memory is None or memory.checked_at is None or replica.state not in ("ready", "unhealthy"):
            return True
        return (self._clock.now() - memory.checked_at).total_seconds() >= 0.9 * STEADY_PACE_S

    async def _treat(self, deployment: Deployment, before: Replica, seen: ObservedReplica) -> Replica:
        memory = self._memories.setdefault(before.id, _Memory())
        now = self._clock.now()
        if memory.alive_since is None and seen.phase != "absent":
            memory.alive_since = now
        age_s = 0.0 if memory.alive_since is None else (now - memory.alive_since).total_seconds()
        health = ReplicaHealth(
            state=before.state,
            failed_checks=memory.failed_checks,
            stop_wanted=before.state == "draining",
            reason=before.reason,
        )
        health = rules.observe_replica(health, seen, age_s=age_s, policy=self._policy)
        memory.failed_checks, memory.checked_at = health.failed_checks, now
        after = await self._record(before, _noted(health, seen))
        if not _is_live(after):
            await self._clear_away(after, seen)
            return after
        match rules.next_step(health, seen, age_s=age_s, policy=self._policy):
            case "start":
                return await self._start(deployment, after)
            case "stop":
                await self._stop(after)
            case "replace":
                await self._runtime.stop(after.id, drain_s=min(REPLACE_DRAIN_S, self._drain_s))
        return after

    async def _record(self, before: Replica, noted: dict[str, Any]) -> Replica:
        if all(getattr(before, field) == value for field, value in noted.items()):
            return before
        return await self._db.write(self._actor, replicas.record, before, noted)

    async def _clear_away(self, ended: Replica, seen: ObservedReplica) -> None:
        self._memories.pop(ended.id, None)
        if seen.phase == "exited":
            await self._runtime.remove(ended.id)

    async def _start(self, deployment: Deployment, replica: Replica) -> Replica:
        """Start the process of a replica; what stands in its way is noted and counts as a failure."""
        try:
            await self._starter.start(deployment, replica, wait_s=START_WAIT_S)
        except (StudioError, OSError) as error:
            self._memories.pop(replica.id, None)
            return await self._record(replica, {"state": "failed", "reason": str(error)})
        return replica

    async def _stop(self, replica: Replica) -> None:
        """Tell a replica to end, once no gateway sends it anything; one that never served has nothing to finish."""
        if replica.ready_at is None:
            await self._runtime.stop(replica.id, drain_s=0)
        elif (self._clock.now() - replica.updated_at).total_seconds() >= ROUTES_LAG_S:
            await self._runtime.stop(replica.id, drain_s=self._drain_s)

    async def _drain_unwanted(self, deployment: Deployment, replica: Replica) -> Replica:
        if replica.state == "draining" or rules.is_wanted(deployment, replica):
            return replica
        reason = _drain_reason(deployment, replica)
        self._starter.abandon(replica.id)
        return await self._db.write(self._actor.because(reason), replicas.drain, deployment, replica, reason)

    async def _vacancies(self, deployment: Deployment, live: Sequence[Replica]) -> list[Vacancy]:
        """Return the places where a replica is missing.

        A version that is to be left is kept up only where it has served: if it never could, nobody waits for it.
        """
        if deployment.stop_requested:
            return []
        taken = {Place(r.model_version, r.place) for r in live if r.state in rules.OCCUPYING_STATES}
        wanted = [
            Place(version, number)
            for version in rules.kept_versions(deployment)
            for number in range(deployment.replicas)
        ]
        empty = [place for place in wanted if place not in taken]
        if not empty:
            return []
        earlier = await self._db.read(self._actor, work.predecessors, deployment.id, empty)
        return [
            Vacancy.of(deployment, place, earlier[place], self._restart)
            for place in empty
            if place.model_version == deployment.model_version or any(r.ready_at for r in earlier[place])
        ]

    async def _fill(self, deployment: Deployment, vacancy: Vacancy) -> Replica:
        actor = self._actor.because(vacancy.start_reason)
        started = await self._db.write(actor, replicas.start, deployment, vacancy.place, restarts=vacancy.restarts)
        return await self._start(deployment, started)

    async def _move_traffic(self, deployment: Deployment) -> Deployment:
        reason = f"version {deployment.model_version} is ready"
        return await self._db.write(self._actor.because(reason), deployments.move_traffic, deployment)

    def _pace_s(self, live: Sequence[Replica], waiting: Sequence[Vacancy]) -> float:
        if any(replica.state in ("starting", "draining", "failed") for replica in live):
            return MOVING_PACE_S
        now = self._clock.now()
        waits_s = [wait_s for vacancy in waiting if (wait_s := vacancy.wait_s(now)) is not None]
        return max(SOON_S, min([STEADY_PACE_S, *waits_s]))


def _is_live(replica: Replica) -> bool:
    return replica.state in rules.LIVE_STATES


def _noted(health: ReplicaHealth, seen: ObservedReplica) -> dict[str, Any]:
    noted: dict[str, Any] = {"state": health.state, "reason": health.reason}
    if seen.address is not None and health.state != "draining":
        noted["address"] = seen.address
    if seen.pid is not None:
        noted["pid"] = seen.pid
    return noted


def _drain_reason(deployment: Deployment, replica: Replica) -> str:
    if deployment.stop_requested:
        return "the deployment was stopped"
    if replica.model_version not in rules.kept_versions(deployment):
        return f"version {deployment.model_version} serves in its place"
    return f"{deployment.replicas} replicas are wanted"
