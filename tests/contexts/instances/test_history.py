"""The history of instances: pages, filters, comparison, single records, the past of the past."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy.event import listen, remove

from contexts.instances.fleet import Fleet, problems
from infrastudio.contexts.identity.permissions import Role
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import HistoryFilter, Instance, InstanceUpdate
from infrastudio.server.wiring import Studio
from infrastudio.stores.db import Database
from make import an_instance
from walks.world import token_for


async def test_a_record_shows_every_field_after_the_change_and_before_a_deletion(fleet: Fleet) -> None:
    made = await fleet.create(replicas=2)
    scaled = await fleet.update(made["id"], replicas=3)
    await fleet.delete(made["id"])
    deletion, update, creation = await fleet.history(made["id"])
    fields = Instance.model_fields.keys() - {"version"}
    assert {name: creation[name] for name in fields} == {name: made[name] for name in fields}
    assert {name: update[name] for name in fields} == {name: scaled[name] for name in fields}
    assert {name: deletion[name] for name in fields} == {name: scaled[name] for name in fields}
    assert [record["operation_type"] for record in (creation, update, deletion)] == ["create", "update", "delete"]
    assert [record["version"] for record in (creation, update, deletion)] == [1, 2, 3]
    assert {record["original_id"] for record in (creation, update, deletion)} == {made["id"]}


async def test_changes_name_every_field_whose_value_changed(fleet: Fleet) -> None:
    made = await fleet.create(replicas=2)
    scaled = await fleet.update(made["id"], replicas=3)
    await fleet.delete(made["id"])
    deletion, update, creation = await fleet.history(made["id"])
    assert update["changes"] == {
        "replicas": {"old": 2, "new": 3},
        "updated_at": {"old": made["updated_at"], "new": scaled["updated_at"]},
    }
    assert {name: change["new"] for name, change in creation["changes"].items()} == {
        name: value for name, value in made.items() if name != "version"
    }
    assert all(change["old"] is None for change in creation["changes"].values())
    assert all(change["new"] is None for change in deletion["changes"].values())


async def test_a_record_says_who_did_it_why_and_in_which_request(fleet: Fleet) -> None:
    made = await fleet.create()
    headers = {"X-Studio-Reason": quote("more load ⚡"), "X-Request-Id": "req-17"}
    await fleet.http.put(f"/api/instances/{made['id']}", json={"replicas": 9}, headers=headers)
    record = (await fleet.history(made["id"]))[0]
    assert (record["actor"], record["reason"], record["request_id"]) == ("user:local", "more load ⚡", "req-17")


async def test_pages_are_cut_by_versions_in_both_orders(fleet: Fleet) -> None:
    made = await fleet.create()
    for replicas in range(2, 8):
        await fleet.update(made["id"], replicas=replicas)
    path = f"instances/{made['id']}/history"
    for query, versions in (
        ({}, [7, 6, 5, 4, 3, 2, 1]),
        ({"limit": 3}, [7, 6, 5]),
        ({"limit": 3, "offset": 5}, [2, 1]),
        ({"limit": 3, "offset": 7}, []),
        ({"limit": 2, "offset": 900_000}, []),
        ({"limit": 3, "order": "asc"}, [1, 2, 3]),
        ({"limit": 3, "offset": 6, "order": "asc"}, [7]),
        ({"limit": 2, "offset": 1, "operation_type": "update"}, [6, 5]),
    ):
        page = await fleet.get(path, **query)
        assert [item["version"] for item in page["items"]] == versions, query
        assert page["total"] == (6 if "operation_type" in query else 7)
        assert (page["limit"], page["offset"]) == (query.get("limit", 50), query.get("offset", 0))


async def test_filters_narrow_a_history_together(fleet: Fleet, studio: Studio) -> None:
    other = token_for(studio, fleet.project, "operator")
    made = await fleet.create(name="Café", description="plain")
    await fleet.update(made["id"], replicas=2)
    await fleet.update(made["id"], description="Größe", actor=other)
    await fleet.update(made["id"], replicas=3, actor=other)
    actor = (await fleet.history(made["id"]))[0]["actor"]
    assert actor.startswith("token:")
    await fleet.delete(made["id"])

    async def versions(**query: object) -> list[int]:
        return [item["version"] for item in await fleet.history(made["id"], **query)]

    assert await versions(field="replicas") == [5, 4, 2, 1]
    assert await versions(field="replicas", operation_type="update") == [4, 2]
    assert await versions(actor=actor) == [4, 3]
    assert await versions(actor=actor, field="description") == [3]
    assert await versions(q="GRÖSSE") == [5, 4, 3]
    assert await versions(q="plain", operation_type="update") == [2]
    assert await versions(q="café") == [5, 4, 3, 2, 1]
    assert await versions(actor="user:nobody") == []


async def test_an_unknown_field_or_operation_is_refused_by_name(fleet: Fleet) -> None:
    made = await fleet.create()
    for query, path in (({"field": "replica"}, "field"), ({"operation_type": "upsert"}, "operation_type")):
        answer = await fleet.http.get(f"/api/instances/{made['id']}/history", params=query)
        assert list(problems(answer, 422)) == [path]
    answer = await fleet.http.get("/api/history", params={"field": "replica"})
    assert answer.json()["error"]["details"]["problems"][0]["suggestion"] == "replicas"


async def test_dates_begin_inclusive_and_end_exclusive(fleet: Fleet) -> None:
    made = await fleet.create()
    scaled = await fleet.update(made["id"], replicas=2)
    first, second = made["updated_at"], scaled["updated_at"]
    day = first[:10]
    before, after = (str(datetime.fromisoformat(day).date() + timedelta(days=days)) for days in (-1, 1))

    async def versions(**query: object) -> list[int]:
        return [item["version"] for item in await fleet.history(made["id"], **query)]

    assert await versions(start_date=second) == [2]
    assert await versions(end_date=second) == [1]
    assert await versions(start_date=first, end_date=second) == [1]
    assert await versions(start_date=first.removesuffix("Z"), end_date=second.replace("Z", "+00:00")) == [1]
    assert await versions(start_date=day, end_date=after) == [2, 1]
    assert await versions(end_date=before) == []
    assert await versions(start_date=after) == [] or second[:10] == after


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "9999-12-31T99:00"])
async def test_what_is_no_date_is_refused_by_name(fleet: Fleet, text: str) -> None:
    made = await fleet.create()
    for name in ("start_date", "end_date"):
        answer = await fleet.http.get(f"/api/instances/{made['id']}/history", params={name: text})
        assert list(problems(answer, 422)) == [name]


async def test_the_last_day_there_is_has_no_end(fleet: Fleet) -> None:
    made = await fleet.create()
    answer = await fleet.http.get(f"/api/instances/{made['id']}/history", params={"end_date": "9999-12-31"})
    assert answer.status_code in (200, 422)


async def test_the_fleet_history_holds_all_instances_newest_first(fleet: Fleet) -> None:
    first, second = await fleet.create(name="Alpha"), await fleet.create(name="Beta")
    await fleet.update(first["id"], name="Gamma")
    await fleet.delete(second["id"])

    async def told(**query: object) -> list[tuple[str, str]]:
        page = await fleet.get("history", **query)
        assert page == await fleet.get("instances/history", **query)
        assert page["total"] >= len(page["items"])
        return [(item["name"], item["operation_type"]) for item in page["items"]]

    everything = [("Beta", "delete"), ("Gamma", "update"), ("Beta", "create"), ("Alpha", "create")]
    assert await told() == everything
    assert await told(order="asc") == everything[::-1]
    assert await told(limit=2, offset=1) == everything[1:3]
    assert await told(operation_type="create") == everything[2:]
    assert await told(name="bEt") == [everything[0], everything[2]]
    assert await told(field="name", operation_type="update") == [everything[1]]
    assert (await fleet.get("history"))["total"] == 4
    assert (await fleet.get("history", name="bet", limit=1))["total"] == 2


async def test_as_of_cuts_every_read_of_a_history(fleet: Fleet) -> None:
    made = await fleet.create()
    first = (await fleet.history(made["id"]))[0]
    await fleet.update(made["id"], replicas=2)
    second = (await fleet.history(made["id"]))[0]
    at = {"as_of": f"seq:{first['history_id']}"}
    assert await fleet.get(f"instances/{made['id']}/history", **at) == {
        "items": [first], "total": 1, "limit": 50, "offset": 0,
    }  # fmt: skip
    assert await fleet.get("history", **at) == {"items": [first], "total": 1, "limit": 50, "offset": 0}
    assert await fleet.get(f"history/{first['history_id']}", **at) == first
    before = f"seq:{first['history_id'] - 1}"
    pair = {"a": first["history_id"], "b": second["history_id"]}
    for path, query in (
        (f"history/{second['history_id']}", at),
        (f"instances/{made['id']}/history", {"as_of": before}),
        (f"instances/{made['id']}/history/compare", pair | at),
    ):
        assert (await fleet.http.get(f"/api/{path}", params=query)).status_code == 404, path


async def test_any_two_records_are_compared_with_what_lies_between(fleet: Fleet) -> None:
    made = await fleet.create(replicas=1, description="old")
    await fleet.update(made["id"], replicas=2)
    await fleet.update(made["id"], description="new")
    await fleet.update(made["id"], replicas=1)
    ids = [record["history_id"] for record in await fleet.history(made["id"], order="asc")]
    path = f"instances/{made['id']}/history/compare"
    forward = await fleet.get(path, a=ids[0], b=ids[3])
    assert (forward["a"]["version"], forward["b"]["version"]) == (1, 4)
    assert forward["changes"].keys() == {"description", "updated_at"}
    assert forward["changes"]["description"] == {"old": "old", "new": "new"}
    assert [item["version"] for item in forward["between"]] == [2, 3, 4]
    assert forward["between_total"] == 3
    backward = await fleet.get(path, a=ids[3], b=ids[0])
    assert backward["changes"]["description"] == {"old": "new", "new": "old"}
    assert backward["between"] == forward["between"]
    same = await fleet.get(path, a=ids[1], b=ids[1])
    assert (same["changes"], same["between"], same["between_total"]) == ({}, [], 0)


async def test_a_comparison_with_a_deletion_says_that_everything_went(fleet: Fleet) -> None:
    made = await fleet.create()
    await fleet.delete(made["id"])
    deletion, creation = await fleet.history(made["id"])
    found = await fleet.get(
        f"instances/{made['id']}/history/compare", a=creation["history_id"], b=deletion["history_id"]
    )
    assert found["changes"] == deletion["changes"]


async def test_records_of_something_else_are_not_found(fleet: Fleet) -> None:
    made, other = await fleet.create(), await fleet.create()
    own, foreign = [(await fleet.history(each["id"]))[0]["history_id"] for each in (made, other)]
    path = f"/api/instances/{made['id']}"
    compared = await fleet.http.get(f"{path}/history/compare", params={"a": own, "b": foreign})
    assert (compared.status_code, compared.json()["error"]["details"]["field"]) == (404, "b")
    for verb in ("restore", "undo"):
        answer = await fleet.http.post(f"{path}/{verb}", json={"history_id": foreign})
        assert answer.status_code == 404
    for history_id in (1, 10**15):  # the first event of a ledger makes a project
        assert (await fleet.http.get(f"/api/history/{history_id}")).status_code == 404
    for unknown in ("history", f"history/compare?a={own}&b={own}"):
        assert (await fleet.http.get(f"/api/instances/{10**15}/{unknown}")).status_code == 404


async def test_the_history_of_a_deleted_instance_follows_its_project(fleet: Fleet, studio: Studio) -> None:
    made = await fleet.create()
    await fleet.delete(made["id"])
    record = (await fleet.history(made["id"]))[0]["history_id"]
    paths = (f"instances/{made['id']}/history", f"history/{record}")
    expected: tuple[tuple[str, Role, int], ...] = (
        (fleet.project, "viewer", 200),
        (fleet.project, "guest", 403),
        ("default", "operator", 404),
    )
    for slug, role, status in expected:
        headers = {"Authorization": f"Bearer {token_for(studio, slug, role)}", "X-Studio-Project": slug}
        for path in paths:
            assert (await fleet.http.get(f"/api/{path}", headers=headers)).status_code == status, (slug, role, path)


@pytest.mark.parametrize("descending", [True, False])
def test_every_page_is_a_part_of_the_whole_from_whichever_end_it_is_found(db: Database, descending: bool) -> None:
    with db.begin(SINGLE_USER) as uow:
        made = service.create(uow, an_instance(replicas=1))
        for replicas in range(2, 8):
            service.update(uow, made.id, InstanceUpdate(replicas=replicas))
    with db.snapshot(SINGLE_USER) as snapshot:
        whole = queries.history(snapshot, made.id, HistoryFilter(), descending=descending).items
        assert [item.version for item in whole] == sorted(range(1, 8), reverse=descending)
        for offset in range(9):
            for limit in range(1, 9):
                part = queries.history(
                    snapshot, made.id, HistoryFilter(), offset=offset, limit=limit, descending=descending
                )
                assert part.items == whole[offset : offset + limit]


def test_a_page_without_a_filter_counts_nothing_however_long_the_history_is(db: Database) -> None:
    with db.begin(SINGLE_USER) as uow:
        short, long = service.create(uow, an_instance()), service.create(uow, an_instance())
        for replicas in range(2, 102):
            service.update(uow, long.id, InstanceUpdate(replicas=replicas % 100 + 1))
    asked = {id: statements(db, id) for id in (short.id, long.id)}
    assert asked[short.id] == asked[long.id]
    assert not any("count(" in statement.lower() for statement in asked[long.id])


def statements(db: Database, id: int) -> list[str]:
    """Return what the first page of a history asks the database, whatever the lengths of lists in it."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(re.sub(r"IN \(.*\) ORDER", "IN () ORDER", statement))

    listen(db.read_engine, "before_cursor_execute", note)
    try:
        with db.snapshot(SINGLE_USER) as snapshot:
            assert queries.history(snapshot, id, HistoryFilter(), limit=10).items[0].original_id == id
    finally:
        remove(db.read_engine, "before_cursor_execute", note)
    return found
