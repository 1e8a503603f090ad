"""The ways back: restore to any record, undo of one change."""

from __future__ import annotations

import pytest

from contexts.instances.fleet import Fleet, Json, problems
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.schemas import InstanceFilter
from infrastudio.server.wiring import Studio
from infrastudio.stores import ledger

LIFE = ("version", "updated_at")


def state(instance: Json) -> Json:
    """Return an instance without what every write changes."""
    return {name: value for name, value in instance.items() if name not in LIFE}


async def last_record(fleet: Fleet, id: int) -> Json:
    return (await fleet.history(id, limit=1))[0]


async def test_a_restore_is_an_update_to_what_a_record_shows(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1, description="first")
    creation = await last_record(fleet, made["id"])
    await fleet.update(made["id"], replicas=7, name="another name", description="second")
    answer = await fleet.post(f"{made['id']}/restore", {"history_id": creation["history_id"]})
    back = fleet.taken(answer)
    assert (state(back), back["version"], answer.headers["etag"]) == (state(made), 3, '"3"')
    record = await last_record(fleet, made["id"])
    assert (record["operation_type"], record["labels"]) == ("update", {"restored_from": creation["history_id"]})
    assert record["changes"].keys() == {"replicas", "name", "description", "updated_at"}


async def test_a_restore_to_what_it_is_already_writes_nothing(fleet: Fleet) -> None:
    made = await fleet.create()
    creation = await last_record(fleet, made["id"])
    assert fleet.taken(await fleet.post(f"{made['id']}/restore", {"history_id": creation["history_id"]})) == made
    assert len(await fleet.history(made["id"])) == 1


@pytest.mark.parametrize("to", ["creation", "deletion"])
async def test_a_deleted_instance_comes_back_under_its_id_and_goes_on_counting(fleet: Fleet, to: str) -> None:
    made = await fleet.create(replicas=1)
    creation = await last_record(fleet, made["id"])
    scaled = await fleet.update(made["id"], replicas=2)
    await fleet.delete(made["id"])
    deletion = await last_record(fleet, made["id"])
    record, was = (creation, made) if to == "creation" else (deletion, scaled)
    back = fleet.taken(await fleet.post(f"{made['id']}/restore", {"history_id": record["history_id"]}))
    assert (state(back), back["version"]) == (state(was), 4)
    rebirth = await last_record(fleet, made["id"])
    assert (rebirth["operation_type"], rebirth["version"]) == ("create", 4)
    assert all(change["old"] is None for change in rebirth["changes"].values())
    assert (await fleet.get(f"instances/{made['id']}")) == back
    again = await fleet.update(made["id"], replicas=3)
    assert again["version"] == 5
    assert (await fleet.create())["id"] > made["id"]


async def test_a_reborn_instance_is_listed_after_its_return_and_not_while_it_was_gone(fleet: Fleet) -> None:
    before, made, behind = [await fleet.create(name=name) for name in ("a", "b", "c")]
    await fleet.delete(made["id"])
    deletion = await last_record(fleet, made["id"])
    await fleet.update(before["id"], replicas=2)
    between = (await last_record(fleet, before["id"]))["history_id"]
    fleet.taken(await fleet.post(f"{made['id']}/restore", {"history_id": deletion["history_id"]}))
    await fleet.update(behind["id"], replicas=2)
    after = (await last_record(fleet, behind["id"]))["history_id"]
    rebirth = (await last_record(fleet, made["id"]))["history_id"]
    for seq, names in (
        (deletion["history_id"] - 1, ["a", "b", "c"]),
        (deletion["history_id"], ["a", "c"]),
        (between, ["a", "c"]),
        (rebirth, ["a", "b", "c"]),
        (after, ["a", "b", "c"]),
    ):
        assert await fleet.names(as_of=f"seq:{seq}") == names, seq
        assert await fleet.names(as_of=f"seq:{seq}", sort="name", order="desc") == names[::-1], seq
        assert (await fleet.get("instances/summary", as_of=f"seq:{seq}"))["total"] == len(names)
        status = (await fleet.http.get(f"/api/instances/{made['id']}", params={"as_of": f"seq:{seq}"})).status_code
        assert status == (200 if "b" in names else 404), seq
    assert (await fleet.get("history"))["total"] == 7


async def test_the_ledger_rebuilds_what_was_restored(fleet: Fleet, studio: Studio) -> None:
    made = await fleet.create(name="lazarus")
    await fleet.delete(made["id"])
    deletion = await last_record(fleet, made["id"])
    fleet.taken(await fleet.post(f"{made['id']}/restore", {"history_id": deletion["history_id"]}))
    with studio.db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.verify_tables(snapshot) == []
        assert ledger.verify_chain(snapshot) == []
        found = queries.instances(snapshot, InstanceFilter(q="LAZARUS"), project=fleet.project)
    assert [item.id for item in found.items] == [made["id"]]


async def test_a_restore_whose_name_is_taken_meanwhile_is_refused(fleet: Fleet) -> None:
    made = await fleet.create(name="taken")
    await fleet.delete(made["id"])
    deletion = await last_record(fleet, made["id"])
    await fleet.create(name="taken")
    answer = await fleet.post(f"{made['id']}/restore", {"history_id": deletion["history_id"]})
    assert (answer.status_code, answer.json()["error"]["details"]) == (409, {"field": "name", "value": "taken"})
    assert await last_record(fleet, made["id"]) == deletion


async def test_a_restore_may_say_which_version_it_has_seen(fleet: Fleet) -> None:
    made = await fleet.create()
    creation = await last_record(fleet, made["id"])
    await fleet.update(made["id"], replicas=5)
    body = {"history_id": creation["history_id"]}
    refused = await fleet.post(f"{made['id']}/restore", body, **{"If-Match": '"1"'})
    details = refused.json()["error"]["details"]
    assert (refused.status_code, details["expected_version"], details["current_version"]) == (412, 1, 2)
    assert details["current"]["replicas"] == 5
    assert [event["changes"]["replicas"] for event in details["changes_since"]] == [{"old": 1, "new": 5}]
    await fleet.delete(made["id"])
    gone = await fleet.post(f"{made['id']}/restore", body, **{"If-Match": '"2"'})
    details = gone.json()["error"]["details"]
    assert (gone.status_code, details["current_version"], details["current"]) == (412, 3, None)
    assert fleet.taken(await fleet.post(f"{made['id']}/restore", body, **{"If-Match": '"3"'}))["version"] == 4


async def test_an_undo_takes_back_one_change_and_leaves_the_others(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1, description="first")
    await fleet.update(made["id"], replicas=2)
    change = await last_record(fleet, made["id"])
    await fleet.update(made["id"], description="second")
    back = fleet.taken(await fleet.post(f"{made['id']}/undo", {"history_id": change["history_id"]}))
    assert (back["replicas"], back["description"], back["version"]) == (1, "second", 4)
    record = await last_record(fleet, made["id"])
    assert (record["operation_type"], record["labels"]) == ("update", {"undo_of": change["history_id"]})


async def test_an_undo_can_be_undone(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1)
    await fleet.update(made["id"], replicas=2)
    for replicas in (1, 2, 1):
        record = await last_record(fleet, made["id"])
        back = fleet.taken(await fleet.post(f"{made['id']}/undo", {"history_id": record["history_id"]}))
        assert back["replicas"] == replicas


async def test_an_undo_of_what_was_changed_again_is_refused_field_by_field(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1, description="first", priority="low")
    await fleet.update(made["id"], replicas=2, description="second", priority="high")
    change = await last_record(fleet, made["id"])
    await fleet.update(made["id"], replicas=3)
    await fleet.update(made["id"], description="third")
    later = await fleet.history(made["id"], limit=2)
    answer = await fleet.post(f"{made['id']}/undo", {"history_id": change["history_id"]})
    assert problems(answer, 409) == {
        "replicas": f"was changed since, by user:local in record {later[1]['history_id']}",
        "description": f"was changed since, by user:local in record {later[0]['history_id']}",
    }
    assert await fleet.history(made["id"], limit=2) == later


async def test_undoing_a_creation_deletes_and_undoing_that_brings_back(fleet: Fleet) -> None:
    made = await fleet.create()
    creation = await last_record(fleet, made["id"])
    answer = await fleet.post(f"{made['id']}/undo", {"history_id": creation["history_id"]})
    assert fleet.taken(answer) == {"message": "Instance deleted successfully"}
    deletion = await last_record(fleet, made["id"])
    assert (deletion["operation_type"], deletion["labels"]) == ("delete", {"undo_of": creation["history_id"]})
    back = fleet.taken(await fleet.post(f"{made['id']}/undo", {"history_id": deletion["history_id"]}))
    assert (state(back), back["version"]) == (state(made), 3)


async def test_a_creation_that_was_changed_since_is_not_undone(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1)
    creation = await last_record(fleet, made["id"])
    await fleet.update(made["id"], replicas=2)
    answer = await fleet.post(f"{made['id']}/undo", {"history_id": creation["history_id"]})
    assert list(problems(answer, 409)) == ["replicas"]


async def test_what_is_gone_or_back_again_is_not_undone(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1)
    await fleet.update(made["id"], replicas=2)
    update = await last_record(fleet, made["id"])
    await fleet.delete(made["id"])
    deletion = await last_record(fleet, made["id"])
    gone = await fleet.post(f"{made['id']}/undo", {"history_id": update["history_id"]})
    assert problems(gone, 409) == {"history_id": "the instance was deleted since; restore it first"}
    fleet.taken(await fleet.post(f"{made['id']}/restore", {"history_id": update["history_id"]}))
    back = await fleet.post(f"{made['id']}/undo", {"history_id": deletion["history_id"]})
    assert problems(back, 409) == {"history_id": "the instance exists again"}


async def test_keyed_restores_and_undos_are_done_once(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1)
    creation = await last_record(fleet, made["id"])
    await fleet.update(made["id"], replicas=2)
    for verb, record in (("restore", creation), ("undo", None)):
        history_id = (record or await last_record(fleet, made["id"]))["history_id"]
        key = {"Idempotency-Key": f"{verb}-once"}
        first, second = [await fleet.post(f"{made['id']}/{verb}", {"history_id": history_id}, **key) for _ in range(2)]
        assert (first.status_code, second.json()) == (200, first.json())
        assert second.headers["idempotency-replayed"] == "true"
    assert len(await fleet.history(made["id"])) == 4


async def test_a_keyed_undo_of_a_creation_answers_again_what_it_answered(fleet: Fleet) -> None:
    made = await fleet.create()
    body = {"history_id": (await last_record(fleet, made["id"]))["history_id"]}
    answers = [await fleet.post(f"{made['id']}/undo", body, **{"Idempotency-Key": "gone"}) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"message": "Instance deleted successfully"}] * 2


@pytest.mark.parametrize(
    "body", [{}, {"history_id": "1"}, {"history_id": 0}, {"history_id": True}, {"history_id": 2**63}]
)
async def test_a_record_is_named_by_a_whole_number(fleet: Fleet, body: Json) -> None:
    made = await fleet.create()
    for verb in ("restore", "undo"):
        assert list(problems(await fleet.post(f"{made['id']}/{verb}", body), 422)) == ["history_id"]
