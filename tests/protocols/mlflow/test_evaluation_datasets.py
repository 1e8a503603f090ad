"""Evaluation datasets and their records: by the real client, and request by request."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from infrastudio.contexts.data.service import evaluation
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.server.wiring import Studio
from infrastudio.stores.ledger import verify_tables
from protocols.mlflow.requests import Door

pytestmark = pytest.mark.filterwarnings("ignore")

DATASETS = "/api/3.0/mlflow/datasets"


def test_a_dataset_is_made_filled_found_and_removed(mlflow: Any) -> None:
    from mlflow.genai import datasets

    experiment = mlflow.search_experiments(max_results=1)[0].experiment_id
    made = datasets.create_dataset(name="questions", experiment_id=[experiment], tags={"team": "ü"})
    made.merge_records(
        [
            {"inputs": {"question": "why?"}, "expectations": {"answer": "42"}, "tags": {"hard": "yes"}},
            {"inputs": {"question": "who?"}, "outputs": "me"},
        ]
    )
    made.merge_records([{"inputs": {"question": "why?"}, "expectations": {"reason": ["none"]}}])
    found = datasets.get_dataset(dataset_id=made.dataset_id)
    records = {row["inputs"]["question"]: row for row in found.to_df().to_dict("records")}
    assert (found.name, found.tags["team"], found.experiment_ids) == ("questions", "ü", [experiment])
    assert records["why?"]["expectations"] == {"answer": "42", "reason": ["none"]}
    assert (records["why?"]["tags"]["hard"], records["who?"]["outputs"]) == ("yes", "me")
    assert json.loads(found.schema)["inputs"] == {"question": "string"}
    assert json.loads(found.profile) == {"num_records": 2}
    assert len(records) == 2
    datasets.set_dataset_tags(dataset_id=made.dataset_id, tags={"team": "b", "new": "x"})
    datasets.delete_dataset_tag(dataset_id=made.dataset_id, key="new")
    searched = datasets.search_datasets(experiment_ids=[experiment], filter_string="tags.team = 'b'")
    assert [each.dataset_id for each in searched] == [made.dataset_id]
    assert list(datasets.search_datasets(experiment_ids=[experiment], filter_string="name LIKE 'x%'")) == []
    assert found.delete_records([records["who?"]["dataset_record_id"]]) == 1
    other = mlflow.create_experiment(f"other than {experiment}")
    assert set(datasets.add_dataset_to_experiments(made.dataset_id, [other]).experiment_ids) == {experiment, other}
    assert datasets.remove_dataset_from_experiments(made.dataset_id, [experiment]).experiment_ids == [other]
    datasets.delete_dataset(dataset_id=made.dataset_id)
    with pytest.raises(mlflow.MlflowException, match="not found"):
        datasets.get_dataset(dataset_id=made.dataset_id)


async def a_dataset(door: Door, **fields: Any) -> Any:
    """A new dataset."""
    return (await door.post(f"{DATASETS}/create", **({"name": "d"} | fields)))["dataset"]


async def records_of(door: Door, id: str, **query: Any) -> Any:
    """What the server answers for the records of a dataset."""
    return await door.get(f"{DATASETS}/{id}/records", **query)


async def listed(door: Door, id: str) -> list[Any]:
    """The records of a dataset."""
    found: list[Any] = json.loads((await records_of(door, id))["records"])
    return found


async def test_records_with_the_same_inputs_are_one(door: Door) -> None:
    made = await a_dataset(door)
    at = f"{DATASETS}/{made['dataset_id']}/records"
    first = [{"inputs": {"a": 1, "b": 2}, "outputs": 1}, {"inputs": {"b": 2, "a": 1}, "outputs": 2}, {"inputs": {}}]
    assert await door.post(at, records=json.dumps(first)) == {"inserted_count": 2, "updated_count": 1}
    assert await door.post(at, records=json.dumps(first[:1])) == {"inserted_count": 0, "updated_count": 1}
    page = await records_of(door, made["dataset_id"], max_results=1)
    rest = await records_of(door, made["dataset_id"], max_results=1, page_token=page["next_page_token"])
    found = [*json.loads(page["records"]), *json.loads(rest["records"])]
    assert "next_page_token" not in rest
    assert {json.dumps(each["inputs"]): each.get("outputs") for each in found} == {'{"a":1,"b":2}'.replace(
        ":", ": ").replace(",", ", "): 1, "{}": None}  # fmt: skip
    now = (await door.get(f"{DATASETS}/{made['dataset_id']}"))["dataset"]
    assert (now["digest"] != made["digest"], json.loads(now["profile"])) == (True, {"num_records": 2})


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ("{", "must be JSON"),
        ("{}", "a list of objects"),
        ("[1]", "a list of objects"),
        ('[{"inputs": 1}]', "inputs"),
        (json.dumps([{"inputs": {"a": "x" * 70_000}}]), "at most 60000 characters"),
        (json.dumps([{"inputs": {"a": number}} for number in range(1001)]), "at most 1000 records"),
    ],
    ids=["no JSON", "no list", "no objects", "no inputs", "too long", "too many"],
)
async def test_records_that_are_none_are_refused_and_nothing_is_kept(door: Door, records: str, told: str) -> None:
    id = (await a_dataset(door))["dataset_id"]
    refused = await door.refused("POST", f"{DATASETS}/{id}/records", {"records": records})
    assert (refused.status, refused.code) == (400, "INVALID_PARAMETER_VALUE")
    assert told in refused.message
    assert await records_of(door, id) == {"records": "[]"}


async def test_what_nobody_knows_is_not_found(door: Door) -> None:
    unknown = f"{DATASETS}/d-{'f' * 32}"
    assert await door.refused("GET", unknown) == (
        404, "RESOURCE_DOES_NOT_EXIST", f"Evaluation dataset with id 'd-{'f' * 32}' not found",
    )  # fmt: skip
    assert (await door.refused("GET", f"{unknown}/records")).status == 404
    assert (await door.refused("POST", f"{unknown}/records", {"records": "[]"})).status == 404
    assert (await door.refused("DELETE", unknown)).status == 404
    refused = await door.refused("POST", f"{DATASETS}/create", {"name": "d", "experiment_ids": ["987654"]})
    assert refused.code == "RESOURCE_DOES_NOT_EXIST"
    assert (await door.refused("POST", f"{DATASETS}/create", {"name": "d", "tags": "[]"})).status == 400


async def test_only_the_records_that_are_named_are_deleted(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "DELETED_AT_ONCE", 2)
    one, other = [(await a_dataset(door))["dataset_id"] for _ in range(2)]
    for id in (one, other):
        await door.post(f"{DATASETS}/{id}/records", records=json.dumps([{"inputs": {"n": n}} for n in range(5)]))
    ids = [each["dataset_record_id"] for each in await listed(door, one)]
    of_other = (await listed(door, other))[0]["dataset_record_id"]
    named = [ids[1], ids[3], ids[1], of_other, "dr-none"]
    gone = await door.delete(f"{DATASETS}/{one}/records", dataset_record_ids=named)
    assert gone == {"deleted_count": 2}
    assert [each["dataset_record_id"] for each in await listed(door, one)] == [ids[0], ids[2], ids[4]]
    await door.delete(f"{DATASETS}/{one}")
    assert (await door.refused("GET", f"{DATASETS}/{one}")).status == 404
    assert len(await listed(door, other)) == 5


async def test_the_names_of_all_fields_are_not_more_than_an_event_holds(door: Door) -> None:
    id = (await a_dataset(door))["dataset_id"]
    first = [{"inputs": {f"{n:05}" + "x" * 95: n for n in range(400)}}]
    await door.post(f"{DATASETS}/{id}/records", records=json.dumps(first))
    second = [{"inputs": {f"{n:05}" + "x" * 95: n for n in range(400, 800)}}]
    refused = await door.refused("POST", f"{DATASETS}/{id}/records", {"records": json.dumps(second)})
    assert (refused.status, "different fields" in refused.message) == (400, True)
    assert len(await listed(door, id)) == 1


async def test_datasets_are_ordered_and_paged(door: Door) -> None:
    experiment = await door.an_experiment()
    for name in ("b", "a", "c"):
        await a_dataset(door, name=name, experiment_ids=[experiment])

    async def names(**more: Any) -> list[str]:
        found = await door.post(f"{DATASETS}/search", experiment_ids=[experiment], **more)
        return [each["name"] for each in found["datasets"]]

    assert await names() == ["c", "a", "b"]
    assert await names(order_by=["name ASC"], max_results=2) == ["a", "b"]
    assert await names(filter_string="name IN ('a', 'c') and created_time > 0") == ["c", "a"]


async def test_tables_are_what_the_events_say(door: Door, studio: Studio) -> None:
    made = await a_dataset(door, experiment_ids=["0"], tags=json.dumps({"a": "b", "c": "d"}))
    at = f"{DATASETS}/{made['dataset_id']}"
    await door.post(f"{at}/records", records=json.dumps([{"inputs": {"a": 1}}, {"inputs": {"b": [1.5, None]}}]))
    await door.post(
        f"{at}/records", records=json.dumps([{"inputs": {"a": 1}, "tags": {"x": "y"}, "outputs": {"z": 1}}])
    )
    await door.patch(f"{at}/tags", tags=json.dumps({"a": None, "e": "f"}))
    await door.post(f"{at}/add-experiments", experiment_ids=[await door.an_experiment()])
    gone = await a_dataset(door)
    await door.delete(f"{DATASETS}/{gone['dataset_id']}")
    with studio.db.snapshot(SINGLE_USER) as snapshot:
        assert [str(finding) for finding in verify_tables(snapshot)] == []


async def test_every_change_is_a_fact_of_the_ledger(door: Door, client: httpx.AsyncClient) -> None:
    made = await a_dataset(door)
    at = f"{DATASETS}/{made['dataset_id']}"
    await door.post(f"{at}/records", records=json.dumps([{"inputs": {"a": 1}}]))
    await door.patch(f"{at}/tags", tags=json.dumps({"a": "b"}))
    await door.delete(at)
    where: dict[str, str | int] = {"entity": "evaluation_dataset", "limit": 500}
    events = (await client.get("/api/events", params=where)).json()["items"]
    own = [event["kind"].partition(".")[2] for event in events if event["entity_id"] == made["dataset_id"]]
    assert own == ["created", "updated", "updated", "deleted"]
    records = (await client.get("/api/events", params={"entity": "evaluation_record", "limit": 500})).json()["items"]
    assert [event["kind"].partition(".")[2] for event in records][-2:] == ["merged", "deleted"]
