"""What every runtime of replicas promises, run over all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.runtimes.harness import Harness, MemoryHarness, process_harness, until, until_stopped

ONE = "rep_000000000001"


@pytest.fixture(params=["memory", "process"])
def harness(request: pytest.FixtureRequest) -> Iterator[Harness]:
    if request.param == "memory":
        yield MemoryHarness()
    else:
        with process_harness() as harness:
            yield harness


async def test_what_was_never_started_is_absent_and_may_be_stopped_and_removed(harness: Harness) -> None:
    assert (await harness.runtime.observe(ONE)).phase == "absent"
    await harness.runtime.stop(ONE, drain_s=1)
    await harness.runtime.remove(ONE)
    assert await harness.runtime.replica_ids() == frozenset()


async def test_a_replica_starts_once_gets_ready_drains_and_is_removed(harness: Harness) -> None:
    runtime, spec = harness.runtime, harness.spec()
    await runtime.start(spec)
    await runtime.start(spec)
    ready = await until(runtime, ONE, "ready")
    assert ready.address is not None
    await runtime.start(spec)
    assert await runtime.observe(ONE) == ready
    await runtime.remove(ONE)  # it lives, so nothing happens
    assert await runtime.observe(ONE) == ready
    assert await runtime.replica_ids() == {ONE}

    ended = await until_stopped(runtime, ONE)
    assert (ended.phase, ended.exit_code, ended.reason) == ("exited", 0, "drained")
    await runtime.stop(ONE, drain_s=1)
    await runtime.start(spec)
    assert await runtime.observe(ONE) == ended
    await runtime.remove(ONE)
    await runtime.remove(ONE)
    assert (await runtime.observe(ONE)).phase == "absent"
    assert await runtime.replica_ids() == frozenset()


async def test_a_successor_of_the_server_adopts_what_it_finds(harness: Harness) -> None:
    await harness.runtime.start(harness.spec())
    ready = await until(harness.runtime, ONE, "ready")
    successor = harness.successor()
    await successor.start(harness.spec())
    assert await successor.observe(ONE) == ready
    assert await successor.replica_ids() == {ONE}
    assert (await until_stopped(successor, ONE)).exit_code == 0


async def test_a_replica_that_was_killed_says_so_and_stays_ended(harness: Harness) -> None:
    await harness.runtime.start(harness.spec())
    await until(harness.runtime, ONE, "ready")
    await harness.kill(ONE)
    ended = await until_stopped(harness.runtime, ONE)
    assert (ended.phase, ended.exit_code, ended.reason) == ("exited", None, "it was killed")
    await harness.runtime.start(harness.spec())
    assert (await harness.runtime.observe(ONE)).phase == "exited"


async def test_a_replica_that_hangs_is_unresponsive_and_killed_after_its_drain(harness: Harness) -> None:
    await harness.runtime.start(harness.spec())
    await until(harness.runtime, ONE, "ready")
    await harness.hang(ONE)
    seen = await until(harness.runtime, ONE, "unresponsive")
    assert seen.reason is not None
    assert (await until_stopped(harness.runtime, ONE, drain_s=0)).reason == "it was killed"


async def test_a_replica_that_cannot_load_its_model_ends_with_the_reason(harness: Harness) -> None:
    spec = harness.broken_spec()
    await harness.runtime.start(spec)
    await harness.fail(spec)
    ended = await until(harness.runtime, ONE, "exited")
    assert ended.exit_code == 1
    assert ended.reason
