"""Every field at both ends of its range, in all three bodies; filters; the envelope."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from contexts.instances.fleet import Fleet, problems
from make import an_instance

NUMBERS: Final = {"replicas": 100, "pp": 16, "cp": 64, "tp": 16}
TEXTS: Final = {"name": 255, "model_name": 255, "cluster_name": 255, "image_tag": 255, "model_version": 50}
WORDS: Final = {"status": ("active", "inactive", "pending", "error"), "priority": ("low", "medium", "high", "critical")}

TAKEN: Final = [
    *((field, value) for field, most in NUMBERS.items() for value in (1, most, 2.0)),
    *((field, text) for field, most in TEXTS.items() for text in ("x", "x" * most, "😀" * most, " ", "%")),
    ("description", ""), ("description", "x" * 2000), ("description", "😀" * 2000), ("description", None),
    ("model_version", None),
    *((field, word) for field, words in WORDS.items() for word in words),
]  # fmt: skip
REFUSED: Final = [
    *((field, value) for field, most in NUMBERS.items()
      for value in (0, -1, most + 1, 2**63, 1.5, "1", True, None, [1])),
    *((field, text) for field, most in TEXTS.items() for text in ("", "x" * (most + 1), "a\0b", "\ud800", 1, True)),
    *((field, None) for field in ("name", "model_name", "cluster_name", "image_tag")),
    ("description", "x" * 2001), ("description", "a\0b"), ("description", 1),
    *((field, value) for field in WORDS for value in ("", "Active", "on", None, 1)),
]  # fmt: skip


def named(field: str, value: Any) -> str:
    return f"{field}={str(value)[:9]!a}"


@pytest.fixture(params=["create", "update", "bulk create", "bulk update"])
def door(request: pytest.FixtureRequest) -> str:
    """Each way by which a field comes in."""
    way: str = request.param
    return way


async def sent(fleet: Fleet, door: str, field: str, value: Any) -> tuple[Any, str]:
    """Send a field by one of the ways; return the answer, and before the field's name its path."""
    body = an_instance().model_dump() | {field: value}
    id = 0
    if "update" in door:
        id, body = (await fleet.create())["id"], {field: value}
    match door:
        case "create":
            method, path, content, prefix = "POST", "/api/instances", body, ""
        case "update":
            method, path, content, prefix = "PUT", f"/api/instances/{id}", body, ""
        case "bulk create":
            method, path, content, prefix = "POST", "/api/instances/bulk", {"create": [body]}, "create.0."
        case _:
            rows = {"update": [{"id": id} | body]}
            method, path, content, prefix = "POST", "/api/instances/bulk", rows, "update.0."
    headers = {"content-type": "application/json"}
    return await fleet.http.request(method, path, content=json.dumps(content), headers=headers), prefix


async def test_both_ends_of_every_range_are_taken(fleet: Fleet, door: str) -> None:
    for field, value in TAKEN:
        answer, _ = await sent(fleet, door, field, value)
        assert answer.status_code in (200, 201), (named(field, value), answer.text)
        body = answer.json()
        instance = body["items"][0]["instance"] if "bulk" in door else body
        default = {"description": "", "model_version": "latest"}.get(field)
        assert instance[field] == (default if value is None else value), named(field, value)
        assert isinstance(instance[field], str if field in {*TEXTS, *WORDS, "description"} else int)
        if field == "name":
            await fleet.delete(instance["id"])


async def test_what_lies_behind_both_ends_is_refused_by_name(fleet: Fleet, door: str) -> None:
    before = (await fleet.get("history"))["total"]
    for field, value in REFUSED:
        answer, prefix = await sent(fleet, door, field, value)
        assert list(problems(answer, 422)) == [f"{prefix}{field}"], named(field, value)
    made = len(REFUSED) if "update" in door else 0
    assert (await fleet.get("history"))["total"] == before + made


async def test_required_fields_are_missed_by_name(fleet: Fleet) -> None:
    answer = await fleet.http.post("/api/instances", json={})
    required = dict.fromkeys(("name", "model_name", "cluster_name", "image_tag"), "is required")
    assert problems(answer, 422) == required
    assert list(problems(await fleet.bulk(create=[{}]), 422)) == [f"create.0.{name}" for name in required]


async def test_defaults_are_those_of_the_contract(fleet: Fleet) -> None:
    body = {"name": "plain", "model_name": "m", "cluster_name": "c", "image_tag": "i"}
    made = (await fleet.http.post("/api/instances", json=body)).json()
    assert made.items() >= {
        "replicas": 1, "pp": 1, "cp": 8, "tp": 1, "status": "active", "priority": "medium", "description": "",
        "model_version": "latest", "version": 1,
    }.items()  # fmt: skip
    assert made["created_at"] == made["updated_at"]
    assert made["created_at"].endswith("Z")


async def test_what_was_read_can_be_sent_back(fleet: Fleet) -> None:
    made = await fleet.create()
    read = await fleet.get(f"instances/{made['id']}", can=1)
    answer = await fleet.http.put(f"/api/instances/{made['id']}", json=read)
    assert (answer.status_code, answer.json()) == (200, made)
    assert "x-ignored-fields" not in answer.headers


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("skip=-1", "skip"), ("skip=1000001", "skip"), ("limit=0", "limit"), ("limit=1001", "limit"),
        ("limit=x", "limit"), ("status=on", "status"), ("priority=urgent", "priority"), ("sort=size", "sort"),
        ("order=up", "order"), ("as_of=soon", "as_of"), ("can=2", "can"), ("q=%00", "q"), ("name=" + "x" * 256, "name"),
        ("sort=search_folded", "sort"), ("sort=project_id", "sort"),
    ],
)  # fmt: skip
async def test_a_bad_parameter_of_the_list_is_named(fleet: Fleet, query: str, path: str) -> None:
    assert list(problems(await fleet.http.get(f"/api/instances?{query}"), 422)) == [path]


@pytest.mark.parametrize(
    ("query", "path"),
    [("limit=0", "limit"), ("limit=1001", "limit"), ("offset=-1", "offset"), ("order=up", "order"), ("q=%00", "q"),
     ("actor=" + "x" * 81, "actor")],
)  # fmt: skip
async def test_a_bad_parameter_of_a_history_is_named(fleet: Fleet, query: str, path: str) -> None:
    made = await fleet.create()
    for address in (f"instances/{made['id']}/history", "instances/history", "history"):
        assert list(problems(await fleet.http.get(f"/api/{address}?{query}"), 422)) == [path], address


async def test_the_ends_of_pages_are_taken(fleet: Fleet) -> None:
    made = await fleet.create()
    assert len(await fleet.get("instances", skip=0, limit=1000)) == 1
    assert await fleet.get("instances", skip=1_000_000, limit=1) == []
    for address in (f"instances/{made['id']}/history", "history"):
        assert (await fleet.get(address, offset=1_000_000, limit=1))["items"] == []
        assert len((await fleet.get(address, offset=0, limit=1000))["items"]) == 1


async def test_exact_filters_are_exact_and_partial_ones_fold_case(fleet: Fleet) -> None:
    await fleet.create(name="Straße", model_name="Llama", cluster_name="EU-1", image_tag="V1", description="Größe 10%")
    await fleet.create(name="other", model_name="llama", cluster_name="eu-1", status="error", priority="critical")
    for query, names in (
        ({"name": "STRASSE"}, ["Straße"]),
        ({"model_name": "llama"}, ["other"]),
        ({"model_name": "lla"}, []),
        ({"cluster_name": "EU-1"}, ["Straße"]),
        ({"status": "error"}, ["other"]),
        ({"priority": "critical", "status": "active"}, []),
        ({"q": "LLAMA"}, ["Straße", "other"]),
        ({"q": "grösse"}, ["Straße"]),
        ({"q": "10%"}, ["Straße"]),
        ({"q": "1_%"}, []),
        ({"q": "eu-1", "name": "other"}, ["other"]),
        ({"sort": "cluster_name", "order": "desc"}, ["other", "Straße"]),
    ):
        for moment in ({}, {"as_of": "now"}):
            assert await fleet.names(**query, **moment) == names, (query, moment)
            total = (
                await fleet.get(
                    "instances/summary", **{k: v for k, v in query.items() if k not in ("sort", "order")}, **moment
                )
            )["total"]
            assert total == len(names), (query, moment)


async def test_the_summary_counts_the_fleet(fleet: Fleet) -> None:
    for number in range(23):
        await fleet.create(cluster_name=f"c-{number:02d}", replicas=2, status="error" if number % 2 else "active")
    await fleet.create(cluster_name="c-22", priority="low", replicas=50)
    for moment in ({}, {"as_of": "now"}):
        found = await fleet.get("instances/summary", **moment)
        assert (found["total"], found["replicas"]) == (24, 96)
        assert found["status"] == {"active": 13, "inactive": 0, "pending": 0, "error": 11}
        assert found["priority"] == {"low": 1, "medium": 23, "high": 0, "critical": 0}
        assert found["clusters"][:2] == [{"name": "c-22", "count": 2}, {"name": "c-00", "count": 1}]
        assert len(found["clusters"]) == 20
        assert found["models"] == [{"name": "llama", "count": 24}]


async def test_rights_come_with_each_instance_when_asked_for(fleet: Fleet) -> None:
    made = await fleet.create()
    assert await fleet.get("instances", can=1) == [made | {"can": ["instances.read", "instances.write"]}]
    assert await fleet.get(f"instances/{made['id']}", can=1) == made | {"can": ["instances.read", "instances.write"]}
    assert await fleet.get("instances", can=1, as_of="now") == await fleet.get("instances", can=1)
    assert await fleet.get("instances") == [made]


async def test_every_answer_comes_in_the_envelope_that_is_preferred(fleet: Fleet) -> None:
    made = await fleet.create()
    record = (await fleet.history(made["id"]))[0]["history_id"]
    reads = (
        "instances", f"instances/{made['id']}", "instances/summary", f"instances/{made['id']}/history", "history",
        "instances/history", f"history/{record}", f"instances/{made['id']}/history/compare?a={record}&b={record}",
    )  # fmt: skip
    for path in reads:
        plain = await fleet.http.get(f"/api/{path}")
        for preference in ("envelope", "respond-async, Envelope; x=1"):
            answer = await fleet.http.get(f"/api/{path}", headers={"Prefer": preference})
            assert answer.json() == {"data": plain.json(), "message": "Success"}, path
            assert answer.headers["preference-applied"] == "envelope"
            assert answer.headers.get("x-total-count") == plain.headers.get("x-total-count")
        assert "preference-applied" not in plain.headers


async def test_writes_answer_in_the_envelope_and_failures_do_not(fleet: Fleet) -> None:
    prefer = {"Prefer": "envelope"}
    made = await fleet.http.post("/api/instances", json=an_instance().model_dump(), headers=prefer)
    assert (made.status_code, made.json()["message"], made.headers["etag"]) == (201, "Success", '"1"')
    path = f"/api/instances/{made.json()['data']['id']}"
    assert (await fleet.http.put(path, json={"replicas": 2}, headers=prefer)).json()["data"]["replicas"] == 2
    assert (await fleet.post("bulk", {}, **prefer)).json() == {"data": {"items": []}, "message": "Success"}
    gone = await fleet.http.delete(path, headers=prefer)
    assert gone.json() == {"data": {"message": "Instance deleted successfully"}, "message": "Success"}
    missing = await fleet.http.get(path, headers=prefer)
    assert (missing.status_code, list(missing.json()), "preference-applied" in missing.headers) == (
        404,
        ["error"],
        False,
    )


async def test_the_envelope_and_the_bare_list_are_told_apart_when_nothing_changed(fleet: Fleet) -> None:
    await fleet.create()
    for _ in range(2):
        assert isinstance(await fleet.get("instances"), list)
        wrapped = await fleet.http.get("/api/instances", headers={"Prefer": "envelope"})
        assert wrapped.json().keys() == {"data", "message"}


async def test_the_quick_way_to_the_list_answers_as_the_common_one(fleet: Fleet) -> None:
    """A preference that nobody knows sends a question the common way."""
    await fleet.create(name="Straße", status="error", replicas=3)
    await fleet.create(name="other", model_name="Llama")
    queries = (
        "", "limit=1", "skip=1&limit=1000", "limit=01", "limit=+1", "limit=1.0", "limit=", "skip=%201",
        "limit=1&limit=2",
        "name=STRASSE", "name=", "q=", "q=llama&sort=name&order=desc", "sort=", "sort=replicas", "status=error",
        "status=", "can=1", "can=", "project=*", "project=", "project=none", f"project={fleet.project}", "as_of=now",
        "unknown=1", "limit=0", "name=%00", "name=%ff", "order=up", "limit=9" + "9" * 30, "LIMIT=1",
    )  # fmt: skip
    for query in queries:
        quick = await fleet.http.get(f"/api/instances?{query}")
        common = await fleet.http.get(f"/api/instances?{query}", headers={"Prefer": "nothing"})
        assert quick.status_code == common.status_code, (query, quick.text, common.text)
        assert quick.headers.get("x-total-count") == common.headers.get("x-total-count"), query
        assert quick.headers.get("x-ignored-fields") == common.headers.get("x-ignored-fields"), query
        told = [answer.json()["error"]["details"] if answer.is_error else answer.json() for answer in (quick, common)]
        assert told[0] == told[1], query
