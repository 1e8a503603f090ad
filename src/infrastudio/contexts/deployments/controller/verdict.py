"""What the replicas of a deployment amount to: its missing ones, its state, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from infrastudio.contexts.deployments import rules
from infrastudio.contexts.deployments.queries.work import Place
from infrastudio.contexts.deployments.schemas import Deployment, DeploymentState, Replica, ReplicaState
from infrastudio.kernel.retry import RetryPolicy

_SERVED: frozenset[DeploymentState] = frozenset({"ready", "degraded", "unavailable"})


@dataclass(frozen=True)
class Vacancy:
    """A place without a replica.

    Attributes:
        last: The one that was there last.
        delay_s: Seconds from its end to its successor's start; None: there will be none.
    """

    place: Place
    last: Replica | None
    delay_s: float | None
    restarts: int

    @classmethod
    def of(cls, deployment: Deployment, place: Place, earlier: Sequence[Replica], restart: RetryPolicy) -> Vacancy:
        """Return what is missing at `place`, where `earlier` were, oldest first."""
        last = earlier[-1] if earlier else None
        delay_s = rules.successor_delay_s(earlier, revised_at=deployment.revised_at, policy=restart)
        is_restart = last is not None and last.state == "failed" and last.created_at > deployment.revised_at
        return cls(place, last, delay_s, last.restarts + 1 if last is not None and is_restart else 0)

    def wait_s(self, now: datetime) -> float | None:
        """Return the seconds until the successor may start; None: it never may."""
        if self.delay_s is None:
            return None
        if self.last is None or self.last.ended_at is None:
            return 0.0
        return max(0.0, self.delay_s - (now - self.last.ended_at).total_seconds())

    @property
    def has_failed(self) -> bool:
        """Did the last one there fail?"""
        return self.last is not None and self.last.state == "failed"

    @property
    def start_reason(self) -> str:
        """Why a replica is started here."""
        if self.last is None or not self.has_failed:
            return f"replica {self.place.number + 1} of version {self.place.model_version} is wanted"
        return f"{self.last.id} failed: {self.last.reason or 'no reason was given'}"


def state_of(deployment: Deployment, live: Sequence[Replica], waiting: Sequence[Vacancy]) -> DeploymentState:
    """Return the state of a deployment: how well requests are answered, by whatever version.

    Args:
        deployment: As it is.
        live: Its replicas that have not ended.
        waiting: The places where one failed and no successor was started yet.
    """
    if deployment.stop_requested or deployment.replicas == 0:
        states: list[ReplicaState] = [replica.state for replica in live]
        return rules.deployment_state(states, wanted=deployment.replicas, stop_requested=deployment.stop_requested)
    version = deployment.model_version
    gave_up = _has_given_up(version, live, waiting)
    if deployment.serving_versions == (version,) or not _is_kept_up(deployment, live):
        return rules.deployment_state(
            _states(version, live, waiting),
            wanted=deployment.replicas,
            was_ready=deployment.ready_at is not None,
            gave_up=gave_up,
            is_growing=_is_growing(live, waiting),
        )
    states = [state for old in deployment.serving_versions for state in _states(old, live, waiting)]
    state = rules.deployment_state(states, wanted=deployment.replicas, was_ready=deployment.state in _SERVED)
    return "degraded" if state == "ready" and gave_up else state


def reason_of(deployment: Deployment, live: Sequence[Replica], waiting: Sequence[Vacancy]) -> str | None:
    """Return why the deployment is not as it shall be; None when it is, or is on its way without trouble."""
    if deployment.stop_requested or deployment.replicas == 0:
        return None
    trouble = _trouble(live, waiting)
    if deployment.serving_versions == (deployment.model_version,) or not _is_kept_up(deployment, live):
        is_recovering = any(replica.restarts for replica in live if replica.state == "starting")
        return trouble or (deployment.reason if is_recovering else None)
    answering = ", ".join(str(version) for version in deployment.serving_versions)
    return f"version {deployment.model_version} is on its way, {answering} answers: {trouble or 'it starts'}"


def _is_kept_up(deployment: Deployment, live: Sequence[Replica]) -> bool:
    """Is there a replica of a version that has the traffic and is to be left?"""
    old = set(deployment.serving_versions) - {deployment.model_version}
    return any(replica.model_version in old for replica in live)


def _states(version: int, live: Sequence[Replica], waiting: Sequence[Vacancy]) -> list[ReplicaState]:
    states: list[ReplicaState] = [replica.state for replica in live if replica.model_version == version]
    failed = sum(vacancy.has_failed for vacancy in waiting if vacancy.place.model_version == version)
    return states + ["failed"] * failed


def _has_given_up(version: int, live: Sequence[Replica], waiting: Sequence[Vacancy]) -> bool:
    """Is nothing tried any more for what is missing of a version?"""
    missing = [vacancy for vacancy in waiting if vacancy.place.model_version == version]
    is_trying = any(replica.state == "starting" for replica in live if replica.model_version == version)
    return bool(missing) and not is_trying and all(vacancy.delay_s is None for vacancy in missing)


def _is_growing(live: Sequence[Replica], waiting: Sequence[Vacancy]) -> bool:
    return not waiting and all(replica.restarts == 0 for replica in live if replica.state == "starting")


def _trouble(live: Sequence[Replica], waiting: Sequence[Vacancy]) -> str | None:
    for vacancy in waiting:
        if vacancy.last is not None and vacancy.has_failed:
            why = vacancy.last.reason or "no reason was given"
            return f"{vacancy.last.id} failed: {why}" if vacancy.delay_s is not None else f"gave up: {why}"
    unhealthy = [replica for replica in live if replica.state == "unhealthy"]
    return f"{unhealthy[0].id} is unhealthy: {unhealthy[0].reason}" if unhealthy else None
