"""How replicas and deployments change their state, as properties."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from infrastudio.contexts.deployments.rules import (
    ENDED_STATES,
    LIVE_STATES,
    REPLICA_TRANSITIONS,
    HealthPolicy,
    ReplicaHealth,
    deployment_state,
    failures_in_row,
    next_step,
    observe_replica,
    request_stop,
    restart_delay_s,
)
from infrastudio.contexts.deployments.schemas import ObservedReplica, ReplicaState
from infrastudio.kernel.retry import RetryPolicy

POLICY = HealthPolicy(start_timeout_s=60, unhealthy_after=3, replace_after=5)
observations = st.builds(
    ObservedReplica,
    phase=st.sampled_from(["absent", "starting", "ready", "unresponsive", "draining", "exited"]),
    exit_code=st.none() | st.integers(0, 2),
    reason=st.none() | st.just("why"),
)
states = st.sampled_from(sorted(LIVE_STATES | ENDED_STATES))


def seen(phase: str, **more: object) -> ObservedReplica:
    return ObservedReplica.model_validate({"phase": phase} | more)


def after(*phases: str, health: ReplicaHealth | None = None, age_s: float = 10) -> ReplicaHealth:
    health = health or ReplicaHealth()
    for phase in phases:
        health = observe_replica(health, seen(phase), age_s=age_s, policy=POLICY)
    return health


@given(events=st.lists(observations | st.just("stop"), max_size=20), age_s=st.floats(0, 200))
def test_only_known_transitions_happen_and_the_end_is_final(events: list[ObservedReplica | str], age_s: float) -> None:
    health = ReplicaHealth()
    for event in events:
        before = health.state
        if isinstance(event, str):
            health = request_stop(health)
        else:
            health = observe_replica(health, event, age_s=age_s, policy=POLICY)
        assert health.state == before or health.state in REPLICA_TRANSITIONS[before]
        if before in ENDED_STATES:
            assert health.state == before


@given(events=st.lists(observations, max_size=10), event=observations, age_s=st.floats(0, 200))
def test_nothing_is_started_that_shall_stop_and_nothing_lives_that_ended(
    events: list[ObservedReplica], event: ObservedReplica, age_s: float
) -> None:
    health = ReplicaHealth()
    for past in events:
        health = observe_replica(health, past, age_s=age_s, policy=POLICY)
    stopping = request_stop(health)
    assert next_step(stopping, event, age_s=age_s, policy=POLICY) not in ("start", "replace")
    if event.phase == "exited":
        assert observe_replica(stopping, event, age_s=age_s, policy=POLICY).state in ENDED_STATES


def test_a_replica_gets_ready_and_survives_a_few_missed_checks() -> None:
    assert after("absent", "starting").state == "starting"
    assert after("starting", "ready", "unresponsive", "unresponsive").state == "ready"
    assert after("ready", "unresponsive", "unresponsive", "unresponsive").state == "unhealthy"
    assert after("ready", "unresponsive", "unresponsive", "unresponsive", "ready").state == "ready"
    assert after("ready", "unresponsive", "unresponsive", "ready", "unresponsive").failed_checks == 1


def test_a_replica_that_does_not_answer_at_all_is_replaced() -> None:
    hanging = after("ready", *["unresponsive"] * 5)
    assert next_step(hanging, seen("unresponsive"), age_s=10, policy=POLICY) == "replace"
    late = after("starting", age_s=61)
    assert (late.state, late.reason) == ("unhealthy", "not ready after 60 s")
    assert next_step(after("starting"), seen("starting"), age_s=61, policy=POLICY) == "replace"


def test_an_end_that_was_asked_for_is_no_failure() -> None:
    assert after("ready", "exited").state == "failed"
    assert after("exited", health=request_stop(after("ready"))).state == "stopped"
    assert after("absent", health=request_stop(ReplicaHealth())).state == "stopped"
    assert after("ready", "absent").state == "failed"
    assert next_step(ReplicaHealth(), seen("absent"), age_s=0, policy=POLICY) == "start"
    assert next_step(request_stop(after("ready")), seen("draining"), age_s=0, policy=POLICY) == "stop"
    assert next_step(after("ready", "exited"), seen("exited"), age_s=0, policy=POLICY) == "remove"


def test_restarts_wait_longer_each_time_and_end() -> None:
    policy = RetryPolicy(max_attempts=4, base_delay_s=1, max_delay_s=3)
    assert [restart_delay_s(failures, policy) for failures in range(6)] == [0.0, 1, 2, 3, None, None]
    assert failures_in_row(["failed", "failed", "failed"], was_ready=[False] * 3) == 3
    assert failures_in_row(["failed", "failed", "failed"], was_ready=[True, False, False]) == 3
    assert failures_in_row(["failed", "failed", "failed"], was_ready=[False, True, False]) == 2
    assert failures_in_row(["failed", "stopped"], was_ready=[False, True]) == 0


@given(replicas=st.lists(states, max_size=6), wanted=st.integers(0, 4), was_ready=st.booleans(), gave_up=st.booleans())
def test_the_state_of_a_deployment_follows_from_its_replicas(
    replicas: list[ReplicaState], wanted: int, was_ready: bool, gave_up: bool
) -> None:
    state = deployment_state(replicas, wanted=wanted, was_ready=was_ready, gave_up=gave_up)
    ready = replicas.count("ready")
    if wanted:
        assert (state == "ready") == (ready >= wanted)
        assert (state in ("ready", "degraded", "starting")) or ready == 0
        assert state != "unavailable" or was_ready
    stopped = deployment_state(replicas, wanted=wanted, stop_requested=True, was_ready=was_ready)
    assert (stopped == "stopped") == (not LIVE_STATES.intersection(replicas))


def test_states_of_a_deployment_in_its_life() -> None:
    assert deployment_state([], wanted=2) == "pending"
    assert deployment_state(["starting"], wanted=2) == "starting"
    assert deployment_state(["ready", "starting"], wanted=2) == "starting"
    assert deployment_state(["ready", "failed", "starting"], wanted=2) == "degraded"
    assert deployment_state(["ready", "ready"], wanted=2) == "ready"
    assert deployment_state(["ready", "starting"], wanted=2, was_ready=True) == "degraded"
    assert deployment_state(["failed", "starting"], wanted=1, was_ready=True) == "unavailable"
    assert deployment_state(["failed"], wanted=1, gave_up=True) == "failed"
    assert deployment_state(["stopped"], wanted=0) == "pending"
    assert deployment_state(["draining"], wanted=0) == "stopping"
