"""Many writes in one request: all or nothing, every problem at once."""

from __future__ import annotations

from typing import Any

import pytest

from contexts.instances.fleet import Fleet, Json, problems
from infrastudio.contexts.instances.schemas import MAX_ROWS
from infrastudio.server.wiring import Studio
from make import an_instance
from walks.world import token_for


def new(**fields: Any) -> Json:
    return an_instance(**fields).model_dump()


async def test_all_groups_are_done_in_one_unit_and_answered_in_order(fleet: Fleet) -> None:
    kept, scaled, gone = [await fleet.create(replicas=1) for _ in range(3)]
    creation = (await fleet.history(scaled["id"]))[0]["history_id"]
    await fleet.update(scaled["id"], replicas=9)
    answer = await fleet.bulk(
        create=[new(name="one"), new(name="two")],
        update=[{"id": kept["id"], "replicas": 4, "version": 1}],
        delete=[{"id": gone["id"], "version": 1}],
        restore=[{"id": scaled["id"], "history_id": creation}],
    )
    items = fleet.taken(answer)["items"]
    assert [item["operation"] for item in items] == ["create", "create", "update", "delete", "restore"]
    assert [item["id"] for item in items[2:]] == [kept["id"], gone["id"], scaled["id"]]
    assert [item["instance"] and item["instance"]["replicas"] for item in items] == [1, 1, 4, None, 1]
    records = [await fleet.get(f"history/{item['history_id']}") for item in items]
    assert [record["original_id"] for record in records] == [item["id"] for item in items]
    assert len({record["operation_timestamp"] for record in records}) == 1
    assert len({record["request_id"] for record in records}) == 1


async def test_one_bad_row_undoes_all(fleet: Fleet) -> None:
    made = await fleet.create(name="stays", replicas=1)
    answer = await fleet.bulk(
        create=[new(name="fresh")], update=[{"id": made["id"], "replicas": 2}, {"id": 10**12, "replicas": 2}]
    )
    assert problems(answer, 422) == {"update.1.id": f"There is no instance {10**12}."}
    assert await fleet.names() == ["stays"]
    assert (await fleet.get(f"instances/{made['id']}")) == made
    assert (await fleet.get("history"))["total"] == 1


async def test_every_field_of_every_row_is_named_at_once(fleet: Fleet) -> None:
    answer = await fleet.bulk(
        create=[new(), new() | {"tp": 0, "status": "on"}],
        update=[{"id": 1}, {"id": 2}, {"id": 3}, {"id": "4", "replicas": 101}],
        delete=[{"version": 0, "id": 5}],
        restore=[{"id": 6}],
    )
    assert set(problems(answer, 422)) == {
        "create.1.tp", "create.1.status", "update.3.id", "update.3.replicas", "delete.0.version",
        "restore.0.history_id",
    }  # fmt: skip


async def test_problems_of_all_sorts_are_told_together(fleet: Fleet) -> None:
    first, second = await fleet.create(name="first"), await fleet.create(name="second")
    await fleet.update(second["id"], replicas=3)
    answer = await fleet.bulk(
        create=[new(name="first")],
        update=[{"id": 10**12}, {"id": second["id"], "version": 1, "replicas": 4}],
        delete=[{"id": 10**13}],
        restore=[{"id": first["id"], "history_id": 1}],
    )
    assert set(problems(answer, 422)) == {
        "update.0.id", "delete.0.id", "restore.0.history_id", "create.0.name", "update.1.version",
    }  # fmt: skip


async def test_an_instance_is_named_once(fleet: Fleet) -> None:
    made = await fleet.create()
    answer = await fleet.bulk(update=[{"id": made["id"], "replicas": 2}], delete=[{"id": made["id"]}])
    assert problems(answer, 422) == {"delete.0.id": "is named by update.0 already"}


async def test_rows_that_want_the_same_name_are_refused(fleet: Fleet) -> None:
    made = await fleet.create(name="holder")
    other = await fleet.create(name="other")
    answer = await fleet.bulk(
        create=[new(name="same"), new(name="same"), new(name="holder")], update=[{"id": other["id"], "name": "same"}]
    )
    assert problems(answer, 409) == {
        "create.0.name": "is wanted by update.0 too",
        "create.1.name": "is wanted by update.0 too",
        "create.2.name": "An instance named 'holder' already exists.",
    }
    assert (await fleet.get(f"instances/{made['id']}"))["name"] == "holder"


async def test_names_are_swapped_handed_round_and_taken_over(fleet: Fleet) -> None:
    ids = [(await fleet.create(name=name))["id"] for name in ("a", "b", "c", "d", "e")]
    answer = await fleet.bulk(
        create=[new(name="e")],
        update=[
            {"id": ids[0], "name": "b"}, {"id": ids[1], "name": "c"}, {"id": ids[2], "name": "a"},
            {"id": ids[3], "name": "f"},
        ],
        delete=[{"id": ids[4]}],
    )  # fmt: skip
    items = fleet.taken(answer)["items"]
    assert await fleet.names() == ["b", "c", "a", "f", "e"]
    assert await fleet.names(name="B") == ["b"]
    record = await fleet.get(f"history/{items[1]['history_id']}")
    assert record["changes"]["name"] == {"old": "a", "new": "b"}
    back = await fleet.bulk(create=[new(name="g")], update=[{"id": ids[3], "name": "d"}, {"id": ids[0], "name": "f"}])
    assert [item["instance"]["name"] for item in fleet.taken(back)["items"]] == ["g", "d", "f"]


async def test_a_restored_name_counts_as_a_wanted_one(fleet: Fleet) -> None:
    gone = await fleet.create(name="phoenix")
    await fleet.delete(gone["id"])
    deletion = (await fleet.history(gone["id"]))[0]["history_id"]
    taker = await fleet.create(name="phoenix")
    row = {"id": gone["id"], "history_id": deletion}
    assert list(problems(await fleet.bulk(restore=[row]), 409)) == ["restore.0.name"]
    done = await fleet.bulk(restore=[row], update=[{"id": taker["id"], "name": "ash"}])
    items = fleet.taken(done)["items"]
    assert [(item["operation"], item["instance"]["name"]) for item in items] == [
        ("update", "ash"),
        ("restore", "phoenix"),
    ]
    assert items[1]["instance"]["version"] == 3


async def test_stale_rows_tell_what_they_are_now_and_what_happened(fleet: Fleet) -> None:
    first, second = [await fleet.create(replicas=1) for _ in range(2)]
    await fleet.update(first["id"], replicas=2)
    await fleet.update(second["id"], replicas=3)
    answer = await fleet.bulk(
        update=[{"id": first["id"], "version": 1, "priority": "low"}], delete=[{"id": second["id"], "version": 1}]
    )
    assert list(problems(answer, 412)) == ["update.0.version", "delete.0.version"]
    rows = answer.json()["error"]["details"]["rows"]
    assert rows["update.0"]["current"]["replicas"] == 2
    assert (rows["delete.0"]["expected_version"], rows["delete.0"]["current_version"]) == (1, 2)
    assert [event["changes"]["replicas"] for event in rows["delete.0"]["changes_since"]] == [{"old": 1, "new": 3}]


async def test_a_row_that_changes_nothing_has_no_record(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1)
    items = fleet.taken(await fleet.bulk(update=[{"id": made["id"], "replicas": 1}]))["items"]
    assert items == [{"operation": "update", "id": made["id"], "history_id": None, "instance": made}]


async def test_nothing_to_do_is_done(fleet: Fleet) -> None:
    assert fleet.taken(await fleet.bulk()) == {"items": []}


async def test_a_keyed_bulk_is_done_once(fleet: Fleet) -> None:
    body = {"create": [new()]}
    answers = [await fleet.post("bulk", body, **{"Idempotency-Key": "bulk"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await fleet.names()) == 1


async def test_a_thousand_rows_are_taken_and_one_more_is_not(fleet: Fleet) -> None:
    rows = [new(name=f"row-{number}") for number in range(MAX_ROWS + 1)]
    refused = await fleet.bulk(create=rows[:MAX_ROWS], delete=[{"id": 1}])
    assert "at most 1000" in next(iter(problems(refused, 422).values()))
    assert list(problems(await fleet.bulk(create=rows), 422)) == ["create"]
    items = fleet.taken(await fleet.bulk(create=rows[:MAX_ROWS]))["items"]
    assert [item["instance"]["name"] for item in items] == [row["name"] for row in rows[:MAX_ROWS]]
    everything = [{"id": item["id"], "version": 1} for item in items]
    assert len(fleet.taken(await fleet.bulk(delete=everything))["items"]) == MAX_ROWS
    assert await fleet.names() == []


async def test_rows_of_another_project_need_the_right_there(fleet: Fleet, studio: Studio) -> None:
    made = await fleet.create()
    body = {"update": [{"id": made["id"], "replicas": 2}]}
    viewer = {"Authorization": f"Bearer {token_for(studio, fleet.project, 'viewer')}"}
    assert (await fleet.post("bulk", body, **viewer)).status_code == 403
    stranger = {"Authorization": f"Bearer {token_for(studio, 'default', 'operator')}", "X-Studio-Project": "default"}
    assert problems(await fleet.post("bulk", body, **stranger), 422) == {
        "update.0.id": f"There is no instance {made['id']}."
    }
    assert (await fleet.get(f"instances/{made['id']}")) == made


@pytest.mark.parametrize("body", [{"create": None}, {"update": {}}, {"delete": [1]}])
async def test_groups_are_lists_of_objects(fleet: Fleet, body: Json) -> None:
    assert next(iter(problems(await fleet.post("bulk", body), 422))).partition(".")[0] in body


async def test_unknown_groups_and_fields_are_ignored_and_named(fleet: Fleet) -> None:
    made = await fleet.create()
    row = {**made, "colour": "red", "replicas": 7}
    answer = await fleet.post("bulk", {"upsert": [], "update": [row], "create": []})
    assert (answer.status_code, answer.headers["x-ignored-fields"]) == (200, "upsert, update.colour")
    assert (await fleet.get(f"instances/{made['id']}"))["replicas"] == 7
