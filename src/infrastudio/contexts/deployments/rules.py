"""How replicas and deployments change their state. Pure: the caller brings what was seen and the time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from infrastudio.contexts.deployments.schemas import (
    Deployment,
    DeploymentState,
    ObservedReplica,
    Replica,
    ReplicaState,
)
from infrastudio.kernel.retry import PositiveSeconds, RetryPolicy
from infrastudio.kernel.versioned import Value

LIVE_STATES: Final[frozenset[ReplicaState]] = frozenset({"starting", "ready", "unhealthy", "draining"})
ENDED_STATES: Final[frozenset[ReplicaState]] = frozenset({"stopped", "failed"})

OCCUPYING_STATES: Final[frozenset[ReplicaState]] = frozenset({"starting", "ready", "unhealthy"})
"""A replica in one of these has its place; one that drains leaves it to a successor."""

STEADY_S: Final = 60.0
"""Seconds of service after which an earlier failure of a replica's place is forgotten."""

REPLICA_TRANSITIONS: Final[dict[ReplicaState, frozenset[ReplicaState]]] = {
    "starting": frozenset({"ready", "unhealthy", "draining", "stopped", "failed"}),
    "ready": frozenset({"unhealthy", "draining", "stopped", "failed"}),
    "unhealthy": frozenset({"ready", "draining", "stopped", "failed"}),
    "draining": frozenset({"stopped", "failed"}),
    "stopped": frozenset(),
    "failed": frozenset(),
}
"""The states that may follow each state, besides itself."""


class HealthPolicy(Value):
    """When a replica that does not answer is given up."""

    start_timeout_s: PositiveSeconds = 120.0
    """Seconds from the start to the first healthy answer."""
    unhealthy_after: Annotated[int, Field(ge=1)] = 3
    """Failed checks in a row that make a ready replica unhealthy."""
    replace_after: Annotated[int, Field(ge=1)] = 10
    """Failed checks in a row after which an unhealthy replica is stopped and replaced."""


class ReplicaHealth(Value):
    """What is remembered of a replica between two looks."""

    state: ReplicaState = "starting"
    failed_checks: Annotated[int, Field(ge=0)] = 0
    stop_wanted: bool = False
    reason: str | None = None


ReplicaStep = Literal["start", "stop", "replace", "remove", "wait"]


def observe_replica(
    health: ReplicaHealth, seen: ObservedReplica, *, age_s: float, policy: HealthPolicy
) -> ReplicaHealth:
    """Return the health after `seen`; a state that ended never changes.

    Args:
        age_s: Seconds since the replica was started.
    """
    if health.state in ENDED_STATES:
        return health
    failed_checks = health.failed_checks + 1 if seen.phase == "unresponsive" else 0
    state, reason = _next_state(health, seen, failed_checks, age_s, policy)
    return ReplicaHealth(state=state, failed_checks=failed_checks, stop_wanted=health.stop_wanted, reason=reason)


def request_stop(health: ReplicaHealth, reason: str | None = None) -> ReplicaHealth:
    """Return the health of a replica that shall end; it drains from now on."""
    if health.state in ENDED_STATES:
        return health
    return health.model_copy(update={"state": "draining", "stop_wanted": True, "reason": reason or health.reason})


def next_step(health: ReplicaHealth, seen: ObservedReplica, *, age_s: float, policy: HealthPolicy) -> ReplicaStep:
    """Return what to do with a replica now: "replace" is stop, and what ends by it counts as a failure."""
    if health.state in ENDED_STATES:
        return "remove" if seen.phase in ("exited", "absent") else "stop"
    if seen.phase == "exited":
        return "wait"
    if health.stop_wanted:
        return "wait" if seen.phase == "absent" else "stop"
    if seen.phase == "draining":
        return "replace"
    if seen.phase == "absent":
        return "start" if health.state == "starting" else "wait"
    overdue = health.state == "starting" and age_s > policy.start_timeout_s
    return "replace" if overdue or health.failed_checks >= policy.replace_after else "wait"


def restart_delay_s(failures: int, policy: RetryPolicy, *, jitter: float = 0.0) -> float | None:
    """Return the seconds to wait before a replica's successor is started; None: no further one.

    Args:
        failures: Replicas in this place that failed in a row, one after another; 0: none did.
        jitter: A random number in 0..1.
    """
    if failures == 0:
        return 0.0
    return policy.delay_s(failures, jitter) if policy.allows(failures) else None


def failures_in_row(states: Sequence[ReplicaState], *, was_ready: Sequence[bool]) -> int:
    """Return how many of the latest replicas of one place failed in a row; one that was ready ends the row.

    Args:
        states: The states of the replicas that followed each other, oldest first.
        was_ready: For each of them, whether it ever became ready.
    """
    count = 0
    for state, ready in zip(reversed(states), reversed(was_ready), strict=True):
        if state != "failed":
            break
        count += 1
        if ready:
            break
    return count


def successor_delay_s(
    ended: Sequence[Replica], *, revised_at: datetime, policy: RetryPolicy, steady_s: float = STEADY_S
) -> float | None:
    """Return the seconds from the end of the last replica of a place to the start of its successor.

    The first one that fails after it has served is replaced at once; those that follow wait longer each time, without
    an end. Those that never get ready wait longer too, until no further one is tried.

    Args:
        ended: The replicas that followed each other in the place, oldest first; none: nobody was there yet.
        revised_at: When somebody last asked for something; failures before that do not count.
        steady_s: Seconds of service after which an earlier failure is forgotten.
    Returns:
        None: No further one is tried.
    """
    counted = [replica for replica in ended if replica.created_at > revised_at]
    if not counted or counted[-1].state != "failed":
        return 0.0
    if counted[-1].ready_at is None:
        was_ready = [replica.ready_at is not None for replica in counted]
        return restart_delay_s(failures_in_row([replica.state for replica in counted], was_ready=was_ready), policy)
    crashes = _crashes_in_row(counted, steady_s)
    return 0.0 if crashes == 1 else policy.delay_s(crashes - 1)


def kept_versions(deployment: Deployment) -> tuple[int, ...]:
    """Return the versions whose replicas are wanted: the wanted one, and those that have the traffic until it does."""
    return tuple(dict.fromkeys((deployment.model_version, *deployment.serving_versions)))


def is_wanted(deployment: Deployment, replica: Replica) -> bool:
    """Shall the replica go on?"""
    is_kept = replica.model_version in kept_versions(deployment) and replica.place < deployment.replicas
    return is_kept and not deployment.stop_requested


def may_move_traffic(deployment: Deployment, replicas: Collection[Replica]) -> bool:
    """May all traffic go to the wanted version? As soon as all its replicas answer, or while no other one does."""
    wanted = deployment.model_version
    if deployment.stop_requested or deployment.serving_versions == (wanted,):
        return False
    ready = sum(replica.state == "ready" for replica in replicas if replica.model_version == wanted)
    others = any(replica.state == "ready" for replica in replicas if replica.model_version != wanted)
    return ready >= deployment.replicas or (ready > 0 and not others)


def deployment_state(
    replicas: Collection[ReplicaState],
    *,
    wanted: int,
    stop_requested: bool = False,
    was_ready: bool = False,
    gave_up: bool = False,
    is_growing: bool = False,
) -> DeploymentState:
    """Return the state of a deployment as its replicas make it.

    Args:
        replicas: The states of all its replicas; of those that ended, the ones without a successor.
        wanted: How many shall serve; 0 is scaled to zero and waits for a request.
        stop_requested: Somebody stopped the deployment.
        was_ready: It served with all its replicas since its version was last changed.
        gave_up: No restart is left: `restart_delay_s` said None.
        is_growing: All that is missing was asked for later, and never failed.
    """
    ready = sum(state == "ready" for state in replicas)
    live = sum(state in LIVE_STATES for state in replicas)
    if stop_requested:
        return "stopping" if live else "stopped"
    if wanted == 0:
        return "stopping" if live else "pending"
    if ready >= wanted:
        return "ready"
    if ready:
        is_troubled = gave_up or "unhealthy" in replicas or "failed" in replicas
        return "degraded" if is_troubled or (was_ready and not is_growing) else "starting"
    if gave_up:
        return "failed"
    if was_ready:
        return "unavailable"
    return "starting" if replicas else "pending"


def _next_state(
    health: ReplicaHealth, seen: ObservedReplica, failed_checks: int, age_s: float, policy: HealthPolicy
) -> tuple[ReplicaState, str | None]:
    if seen.phase == "exited":
        return ("stopped" if health.stop_wanted else "failed"), seen.reason
    if seen.phase == "absent":
        if health.stop_wanted:
            return "stopped", health.reason
        return ("starting", None) if health.state == "starting" else ("failed", "the runtime no longer knows it")
    if health.stop_wanted:
        return "draining", health.reason
    if seen.phase == "draining":  # it was told to end because it failed: nobody wants its end but us
        return "unhealthy", health.reason
    if seen.phase == "ready":
        return "ready", None
    if health.state == "starting":
        overdue = age_s > policy.start_timeout_s
        return ("unhealthy", f"not ready after {policy.start_timeout_s:g} s") if overdue else ("starting", seen.reason)
    if failed_checks >= policy.unhealthy_after or seen.phase == "starting":
        return "unhealthy", seen.reason
    return health.state, health.reason


def _crashes_in_row(ended: Sequence[Replica], steady_s: float) -> int:
    """Return how many of the latest replicas failed in a row, none of them after `steady_s` seconds of service."""
    count = 0
    for replica in reversed(ended):
        if replica.state != "failed":
            break
        count += 1
        if replica.ready_at and replica.ended_at and (replica.ended_at - replica.ready_at).total_seconds() >= steady_s:
            break
    return count
