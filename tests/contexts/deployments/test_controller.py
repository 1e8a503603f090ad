"""The controller brings replicas to what is wanted, whatever happens to them."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from contexts.deployments.world import World, a_model, history_of, read, write
from infrastudio.contexts.deployments.queries import work
from infrastudio.contexts.deployments.schemas import ReplicaSpec
from infrastudio.contexts.deployments.service import deployments as service
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.registry.schemas import ModelUpdate
from infrastudio.contexts.registry.service import models
from infrastudio.kernel.errors import Unavailable
from infrastudio.stores import ledger


def kinds(world: World, entity: str, id: str) -> list[str]:
    return [entry.kind for entry in history_of(world.db, entity, id)]


async def test_a_deployment_starts_its_replicas_and_gets_ready(world: World) -> None:
    model = a_model(world.db)
    asked = world.deploy(model, replicas=2)
    assert (asked.state, asked.ready_at, asked.serving_versions) == ("pending", None, (1,))
    await world.step(asked.id)
    assert world.deployment(asked.id).state == "starting"
    found = await world.until_state(asked.id, "ready")
    assert [replica.place for replica in world.ready(asked.id)] == [0, 1]
    assert (found.reason, found.ready_at) == (None, found.updated_at)
    assert {(spec.deployment, spec.version, spec.model_path) for spec in world.runtime.started} == {
        (asked.name, 1, f"/models/{model.id}/1")
    }
    assert kinds(world, "deployment", asked.id) == [
        "deployment.created",
        "deployment.state_changed",
        "deployment.state_changed",
    ]
    for replica in world.ready(asked.id):
        started, *_, ready = history_of(world.db, "replica", replica.id)
        assert (started.kind, started.actor) == ("replica.started", "controller:deployments")
        assert started.reason == f"replica {replica.place + 1} of version 1 is wanted"
        assert ready.after is not None
        assert ready.after["address"] == f"memory:{replica.id}"


async def test_nothing_is_written_while_nothing_happens(world: World) -> None:
    found = await world.ready_with()
    before = read(world.db, ledger.head)
    await world.settle(found.id, seconds=20)
    assert read(world.db, ledger.head) == before


async def test_a_killed_replica_is_replaced_at_once(world: World) -> None:
    found = await world.ready_with(replicas=2)
    victim, survivor = world.ready(found.id)
    world.runtime.kill(victim.id)
    await world.until(found.id, lambda: world.has_ended(victim))
    assert world.deployment(found.id).state == "degraded"
    healed = await world.until_state(found.id, "ready")
    assert healed.reason is None
    successor = next(replica for replica in world.ready(found.id) if replica.id != survivor.id)
    assert (successor.place, successor.restarts) == (victim.place, 1)
    assert history_of(world.db, "replica", successor.id)[0].reason == f"{victim.id} failed: it was killed"
    assert (successor.created_at - victim.created_at).total_seconds() < 5
    ended = world.replica(victim)
    assert (ended.state, ended.reason, ended.address, ended.pid) == ("failed", "it was killed", None, None)
    assert victim.id not in await world.runtime.replica_ids()


async def test_without_any_answering_replica_a_deployment_that_served_is_unavailable(world: World) -> None:
    found = await world.ready_with()
    world.runtime.kill(world.ready(found.id)[0].id)
    await world.until_state(found.id, "unavailable")
    await world.until_state(found.id, "ready")


async def test_a_hanging_replica_is_unhealthy_then_replaced_and_counts_as_a_failure(world: World) -> None:
    found = await world.ready_with()
    (hanging,) = world.ready(found.id)
    world.runtime.hang(hanging.id)
    await world.until(found.id, lambda: world.replicas(found.id)[0].state == "unhealthy")
    assert world.deployment(found.id).reason == f"{hanging.id} is unhealthy: it did not answer"
    await world.until(found.id, lambda: world.has_ended(hanging))
    assert world.replica(hanging).state == "failed"
    assert (await world.until_state(found.id, "ready")).reason is None
    assert world.ready(found.id)[0].restarts == 1


async def test_a_few_missed_checks_change_nothing(world: World) -> None:
    found = await world.ready_with()
    (replica,) = world.ready(found.id)
    world.runtime.hang(replica.id)
    for _ in range(2):
        assert await world.step(found.id) == pytest.approx(1.0)
    world.runtime.recover(replica.id)
    await world.settle(found.id)
    assert world.ready(found.id) == [replica]


async def test_replicas_that_never_get_ready_are_given_up_after_five_and_tried_again_when_asked(world: World) -> None:
    asked = world.deploy()
    starts = []

    def crash_whatever_starts() -> bool:
        for replica in world.replicas(asked.id):
            if replica.id in world.runtime.living:
                starts.append(replica.created_at)
                world.runtime.crash(replica.id, "ModuleNotFoundError: no xgboost")
        return world.deployment(asked.id).state == "failed"

    await world.until(asked.id, crash_whatever_starts)
    pauses = [(after - before).total_seconds() for before, after in itertools.pairwise(starts)]
    assert len(starts) == 5
    assert [round(pause) for pause in pauses] == [1, 1, 2, 4]
    failed = world.deployment(asked.id)
    assert failed.reason == "gave up: ModuleNotFoundError: no xgboost"
    before = read(world.db, ledger.head)
    await world.settle(asked.id, seconds=100)
    assert read(world.db, ledger.head) == before

    world.update(asked.id, model_version=1)
    assert (await world.until_state(asked.id, "ready")).reason is None
    assert world.ready(asked.id)[0].restarts == 0


async def test_the_number_of_places_does_not_hide_failures(world: World) -> None:
    asked = world.deploy(replicas=12)

    def crash_whatever_starts() -> bool:
        for id in world.runtime.living:
            world.runtime.crash(id, "no")
        return world.deployment(asked.id).state == "failed"

    await world.until(asked.id, crash_whatever_starts)
    assert len(world.all_replicas(asked.id)) == 60


async def test_a_replica_that_serves_and_crashes_again_and_again_waits_longer_but_is_never_given_up(
    world: World,
) -> None:
    found = await world.ready_with()
    starts = []
    for _ in range(7):
        (replica,) = world.ready(found.id)
        starts.append(replica.created_at)
        world.runtime.crash(replica.id, "out of memory")
        await world.until_state(found.id, "unavailable")
        await world.until_state(found.id, "ready")
    pauses = [(after - before).total_seconds() for before, after in itertools.pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 2 < 7 < pauses[-1] < 12
    await world.settle(found.id, seconds=90)
    (replica,) = world.ready(found.id)
    world.runtime.crash(replica.id, "out of memory")
    await world.until_state(found.id, "unavailable")
    await world.until_state(found.id, "ready")
    assert (world.ready(found.id)[0].created_at - world.replica(replica).updated_at).total_seconds() < 1


async def test_another_version_gets_the_traffic_once_it_is_ready_and_the_old_one_drains_afterwards(
    world: World,
) -> None:
    model = a_model(world.db, 2)
    found = await world.ready_with(model, replicas=2)
    old = world.ready(found.id)
    updated = world.update(found.id, model_version=2)
    assert (updated.state, updated.serving_versions, updated.ready_at) == ("ready", (1,), None)

    await world.step(found.id)
    on_its_way = world.deployment(found.id)
    assert (on_its_way.state, on_its_way.reason) == ("ready", "version 2 is on its way, 1 answers: it starts")
    await world.until(found.id, lambda: world.ready(found.id, 2))
    assert world.ready(found.id, 1) == old
    await world.until(found.id, lambda: world.deployment(found.id).serving_versions == (2,))
    assert len(world.ready(found.id, 2)) == 2
    assert world.ready(found.id, 1) == old
    await world.until(found.id, lambda: all(world.has_ended(replica) for replica in old))
    assert {world.replica(replica).state for replica in old} == {"stopped"}
    assert {world.replica(replica).reason for replica in old} == {"drained"}
    done = await world.until_state(found.id, "ready")
    assert (done.reason, done.ready_at is not None) == (None, True)
    assert kinds(world, "deployment", found.id).count("deployment.traffic_moved") == 1
    drained = next(e for e in history_of(world.db, "replica", old[0].id) if e.after and e.after["state"] == "draining")
    assert drained.reason == "version 2 serves in its place"


async def test_a_replica_is_told_to_end_only_after_gateways_had_time_to_drop_it(world: World) -> None:
    found = await world.ready_with(replicas=2)
    world.update(found.id, replicas=1)
    await world.step(found.id)
    draining = next(replica for replica in world.replicas(found.id) if replica.state == "draining")
    assert (draining.place, draining.address) == (1, None)
    while (world.clock.now() - draining.updated_at).total_seconds() < 0.2:
        assert (await world.runtime.observe(draining.id)).phase == "ready"
        await world.step(found.id)
    await world.until(found.id, lambda: world.has_ended(draining))
    assert world.replica(draining).state == "stopped"
    assert len(world.ready(found.id)) == 1


async def test_a_version_that_never_gets_ready_leaves_the_old_one_serving(world: World) -> None:
    model = a_model(world.db, 2)
    found = await world.ready_with(model)
    (old,) = world.ready(found.id)
    world.update(found.id, model_version=2)

    def crash_the_new() -> bool:
        for replica in world.replicas(found.id):
            if replica.model_version == 2 and replica.id in world.runtime.living:
                world.runtime.crash(replica.id, "it does not load")
        return world.deployment(found.id).state == "degraded"

    await world.until(found.id, crash_the_new)
    stuck = await world.settle(found.id)
    assert stuck.serving_versions == (1,)
    assert stuck.reason == "version 2 is on its way, 1 answers: gave up: it does not load"
    world.runtime.kill(old.id)
    await world.until(found.id, lambda: world.has_ended(old))
    await world.until(found.id, lambda: world.ready(found.id, 1))

    world.update(found.id, model_version=1)
    back = await world.until_state(found.id, "ready")
    assert (back.serving_versions, back.reason) == ((1,), None)


async def test_a_version_that_never_served_is_left_without_being_waited_for(world: World) -> None:
    model = a_model(world.db, 2)
    asked = world.deploy(model)
    await world.step(asked.id)
    world.runtime.crash(world.runtime.living[-1], "it does not load")
    world.update(asked.id, model_version=2)
    done = await world.until_state(asked.id, "ready")
    assert done.serving_versions == (2,)
    assert [replica.model_version for replica in world.all_replicas(asked.id)] == [1, 2]


async def test_going_back_before_the_traffic_moved_costs_nothing(world: World) -> None:
    model = a_model(world.db, 3)
    found = await world.ready_with(model)
    (old,) = world.ready(found.id)
    world.update(found.id, model_version=2)
    await world.step(found.id)
    world.update(found.id, model_version=3)
    await world.step(found.id)
    world.update(found.id, model_version=1)
    done = await world.settle(found.id)
    assert (done.state, done.serving_versions) == ("ready", (1,))
    assert world.replicas(found.id) == [old]
    assert "deployment.traffic_moved" not in kinds(world, "deployment", found.id)


async def test_replicas_come_and_go_with_the_number_that_is_wanted(world: World) -> None:
    found = await world.ready_with()
    world.update(found.id, replicas=3)
    await world.step(found.id)
    assert world.deployment(found.id).state == "starting"
    await world.until_state(found.id, "ready")
    assert [replica.place for replica in world.ready(found.id)] == [0, 1, 2]
    world.update(found.id, replicas=0)
    assert (await world.until_state(found.id, "pending")).ready_at is not None
    assert world.replicas(found.id) == []
    world.update(found.id, replicas=2)
    await world.until_state(found.id, "ready")
    assert [replica.restarts for replica in world.ready(found.id)] == [0, 0]


async def test_a_place_whose_replica_still_drains_is_filled_at_once(world: World) -> None:
    found = await world.ready_with(replicas=2)
    world.update(found.id, replicas=1)
    await world.step(found.id)
    world.update(found.id, replicas=2)
    await world.step(found.id)
    assert sorted(replica.state for replica in world.replicas(found.id)) == ["draining", "ready", "starting"]


async def test_a_deployment_that_is_stopped_drains_and_ends(world: World) -> None:
    found = await world.ready_with(replicas=2)
    both = world.ready(found.id)
    world.stop(found.id)
    assert (await world.until_state(found.id, "stopped")).reason is None
    assert {world.replica(replica).state for replica in both} == {"stopped"}
    assert await world.controller.reconcile(found.id) is None
    assert not {replica.id for replica in both} & await world.runtime.replica_ids()


async def test_a_replica_that_is_stopped_while_it_starts_gets_no_time_to_drain(world: World) -> None:
    asked = world.deploy()
    await world.step(asked.id)
    (replica,) = world.replicas(asked.id)
    world.stop(asked.id)
    await world.until_state(asked.id, "stopped")
    assert (world.replica(replica).state, world.replica(replica).ready_at) == ("stopped", None)
    assert (world.clock.now() - replica.created_at).total_seconds() < 0.5


async def test_a_stopped_deployment_that_hangs_is_killed(world: World) -> None:
    found = await world.ready_with()
    (replica,) = world.ready(found.id)
    world.runtime.hang(replica.id)
    world.stop(found.id)
    await world.until_state(found.id, "stopped")
    assert world.replica(replica).state == "stopped"


async def test_what_cannot_be_started_is_a_failure_with_its_reason(world: World) -> None:
    world.runtime.refusal = OSError(28, "No space left on device")
    asked = world.deploy()
    await world.until_state(asked.id, "failed")
    assert world.deployment(asked.id).reason == "gave up: [Errno 28] No space left on device"
    world.runtime.refusal = None
    world.update(asked.id, replicas=1)
    await world.until_state(asked.id, "ready")


async def test_files_that_come_slowly_keep_nobody_waiting_and_a_stop_does_not_wait_for_them(world: World) -> None:
    fetched = asyncio.Event()

    async def slowly(project: str, model_id: str, version: int) -> Path:
        await fetched.wait()
        return Path("/models")

    world.model_folder = slowly  # type: ignore[method-assign]  # the same place, further away
    world.restart()
    asked, stopped = world.deploy(), world.deploy()
    for deployment in (asked, stopped):
        await world.step(deployment.id)
        assert world.deployment(deployment.id).state == "starting"
    world.clock.advance(500)
    await world.step(asked.id)
    assert world.replicas(asked.id)[0].state == "starting"
    world.stop(stopped.id)
    await world.until_state(stopped.id, "stopped")
    fetched.set()
    await world.until_state(asked.id, "ready")
    assert [spec.deployment for spec in world.runtime.started] == [asked.name]


async def test_a_new_server_adopts_what_runs_and_replaces_what_died_meanwhile(world: World) -> None:
    found = await world.ready_with(replicas=2)
    alive, dead = world.ready(found.id)
    world.runtime.kill(dead.id)
    world.restart()
    await world.settle(found.id)
    assert alive in world.ready(found.id)
    assert world.has_ended(dead)
    assert len(world.runtime.started) == 3


async def test_a_server_that_was_killed_before_it_acted_on_its_decision_acts_now(world: World) -> None:
    asked = world.deploy()
    world.runtime.refusal = Unavailable("killed here")

    async def killed(project: str, model_id: str, version: int) -> Path:
        raise asyncio.CancelledError

    folder, world.model_folder = world.model_folder, killed  # type: ignore[method-assign]  # the moment of death
    world.restart()
    with pytest.raises(asyncio.CancelledError):
        await world.step(asked.id)
    world.model_folder, world.runtime.refusal = folder, None  # type: ignore[method-assign]
    world.restart()
    await world.until_state(asked.id, "ready")
    assert len(world.all_replicas(asked.id)) == 1


async def test_replicas_that_no_row_wants_are_ended(world: World) -> None:
    found = await world.ready_with()
    await world.runtime.start(
        ReplicaSpec(replica_id="rep_orphan", project="default", deployment="x", version=1, model_path="/x")
    )
    world.runtime.hang("rep_orphan")
    await world.controller.sweep()
    world.clock.advance(1)
    await world.controller.sweep()
    await world.controller.sweep()
    assert await world.runtime.replica_ids() == {replica.id for replica in world.ready(found.id)}


async def test_two_controllers_never_fill_a_place_twice(world: World) -> None:
    found = await world.ready_with(replicas=2)
    other = world.a_controller()
    for _ in range(3):
        world.runtime.kill(world.runtime.living[0])
        for _ in range(15):
            await asyncio.gather(world.controller.reconcile(found.id), other.reconcile(found.id))
            places = [r.place for r in world.replicas(found.id) if r.state != "draining"]
            assert len(places) == len(set(places))
            world.clock.advance(0.3)
    assert (await world.until_state(found.id, "ready")).replicas == 2
    assert len(world.runtime.living) == 2


async def test_a_decision_on_something_that_changed_meanwhile_is_not_carried_out(world: World) -> None:
    found = await world.ready_with(replicas=2)
    world.update(found.id, replicas=1)
    seen = read(world.db, work.work, found.id)
    assert seen is not None
    world.update(found.id, replicas=2)
    with pytest.raises(service.StaleVersion):
        await world.controller._reconciler._step(seen.deployment, seen.replicas)
    assert len(world.ready(found.id)) == 2


async def test_a_deployment_keeps_the_version_that_its_alias_meant(world: World) -> None:
    model = a_model(world.db, 2)
    write(world.db, models.set_alias, model.id, "champion", 1)
    found = await world.ready_with(model, model_version=None, model_alias="champion")
    write(world.db, models.set_alias, model.id, "champion", 2)
    assert (await world.settle(found.id)).model_version == 1
    world.update(found.id, model_alias="champion")
    await world.until(found.id, lambda: world.deployment(found.id).serving_versions == (2,))


async def test_the_links_say_which_versions_are_served_until_when(world: World) -> None:
    model = a_model(world.db, 2)
    found = await world.ready_with(model)
    world.update(found.id, model_version=2)
    await world.until(found.id, lambda: world.deployment(found.id).serving_versions == (2,))
    world.stop(found.id)
    await world.until_state(found.id, "stopped")
    said = [[link["to"] for link in e.links] for e in history_of(world.db, "deployment", found.id) if e.links]
    one, two = f"model_version:{model.id}/1", f"model_version:{model.id}/2"
    assert said == [[one], [two, one], [two], [""]]


async def test_a_model_may_be_renamed_while_it_is_served(world: World) -> None:
    model = a_model(world.db)
    found = await world.ready_with(model)
    write(world.db, models.update, model.id, ModelUpdate(name="another name"))
    world.runtime.kill(world.ready(found.id)[0].id)
    await world.until_state(found.id, "unavailable")
    await world.until_state(found.id, "ready")


async def test_tables_are_the_fold_of_the_ledger(world: World) -> None:
    found = await world.ready_with(a_model(world.db, 2), replicas=2)
    world.update(found.id, model_version=2, replicas=1)
    await world.settle(found.id)
    world.stop(found.id)
    await world.until_state(found.id, "stopped")
    write(world.db, service.delete, found.id)
    with world.db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.verify_tables(snapshot) == []
