"""Whatever happens, in any order: what is wanted comes true, and the tables are the fold of the ledger."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.deployments.conftest import Timed
from contexts.deployments.world import World, a_model
from infrastudio.contexts.deployments.schemas import Deployment
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.stores import ledger

Blow = tuple[str, Any]

VERSIONS = 3

blows: st.SearchStrategy[Blow] = st.one_of(
    st.tuples(st.sampled_from(["kill", "crash", "hang", "recover"]), st.integers(0, 5)),
    st.tuples(st.just("scale"), st.integers(0, 3)),
    st.tuples(st.just("update"), st.integers(1, VERSIONS)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.4, 2.0, 15.0])),
    st.tuples(st.just("restart"), st.none()),
)


async def strike(world: World, id: str, blow: Blow) -> None:
    """Let one thing happen, and let the controller take a step."""
    match blow:
        case ("kill" | "crash" | "hang" | "recover", int(number)):
            living = world.runtime.living
            if living:
                victim = living[number % len(living)]
                arguments = ("it crashed",) if blow[0] == "crash" else ()
                getattr(world.runtime, blow[0])(victim, *arguments)
        case ("scale", int(number)):
            world.update(id, replicas=number)
        case ("update", int(number)):
            world.update(id, model_version=number)
        case ("wait", float(seconds)):
            await world.settle(id, seconds)
        case ("restart", _):
            world.restart()
    await world.step(id)


def is_as_wanted(world: World, found: Deployment) -> bool:
    """Does exactly what is wanted run, and does the row say so?"""
    replicas = world.replicas(found.id)
    wanted = [(found.model_version, place, "ready") for place in range(found.replicas)]
    return (
        sorted((replica.model_version, replica.place, replica.state) for replica in replicas) == wanted
        and {replica.id for replica in replicas} == set(world.runtime.living)
        and (found.state, found.reason) == ("ready" if found.replicas else "pending", None)
        and found.serving_versions == (found.model_version,)
    )


@settings(max_examples=25)
@given(happened=st.lists(blows, max_size=12), ends_stopped=st.booleans())
def test_whatever_happens_what_is_wanted_comes_true(timed: Timed, happened: list[Blow], ends_stopped: bool) -> None:
    world = World(timed.db, timed.clock)

    async def live() -> None:
        asked = world.deploy(a_model(world.db, VERSIONS), replicas=2)
        for blow in happened:
            await strike(world, asked.id, blow)
        if ends_stopped:
            world.stop(asked.id)
            await world.until_state(asked.id, "stopped")
            assert world.runtime.living == []
            return
        # What was given up is tried again when somebody asks for it.
        if world.deployment(asked.id).state in ("failed", "degraded"):
            world.update(asked.id, model_version=world.deployment(asked.id).model_version)
        await world.until(asked.id, lambda: is_as_wanted(world, world.deployment(asked.id)))

    asyncio.run(live())


@settings(max_examples=8)
@given(happened=st.lists(blows, max_size=10))
def test_requests_always_find_a_version_that_answers_once_one_did(timed: Timed, happened: list[Blow]) -> None:
    """An update never takes the traffic from a version that answers to give it to one that does not."""
    world = World(timed.db, timed.clock)

    async def live() -> None:
        id = (await world.ready_with(a_model(world.db, VERSIONS), replicas=2)).id
        for blow in (blow for blow in happened if blow[0] in ("scale", "update", "wait", "restart")):
            wanted = ("scale", max(1, blow[1])) if blow[0] == "scale" else blow
            await strike(world, id, wanted)
            serving = world.deployment(id).serving_versions
            assert any(replica.model_version in serving for replica in world.ready(id))

    asyncio.run(live())


def test_after_all_of_it_the_tables_are_the_fold_of_the_ledger(timed: Timed) -> None:
    with timed.db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.verify_tables(snapshot) == []
        assert ledger.verify_chain(snapshot) == []
