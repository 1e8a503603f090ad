"""Experiments, runs, metrics and artifacts, where clients rely on the odd corners."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import Engine, event

from infrastudio.server.wiring import Studio
from protocols.mlflow.requests import API, PROXY, Door, by_key
from running_server import Server

LARGEST = 1.7976931348623157e308
INVALID = "INVALID_PARAMETER_VALUE"
MISSING = "RESOURCE_DOES_NOT_EXIST"


async def points(door: Door, run: str, key: str, **query: Any) -> list[tuple[Any, int, int]]:
    """The history of a metric as value, timestamp, step."""
    found = (await door.get("metrics/get-history", run_id=run, metric_key=key, **query)).get("metrics", [])
    assert {point["key"] for point in found} <= {key}
    return [(point["value"], point["timestamp"], point["step"]) for point in found]


async def names(door: Door, experiment: str, **search: Any) -> list[str]:
    """The names of the runs that a search finds, in order."""
    found = await door.post("runs/search", experiment_ids=[experiment], **search)
    return [run["info"]["run_name"] for run in found.get("runs", [])]


async def test_the_default_experiment_is_there_from_the_start(door: Door) -> None:
    found = (await door.get("experiments/get", experiment_id="0"))["experiment"]
    assert (found["name"], found["artifact_location"]) == ("Default", "mlflow-artifacts:/0")
    assert (await door.get("experiments/get-by-name", experiment_name="Default"))["experiment"] == found


async def test_a_deleted_experiment_keeps_its_name_and_its_runs_are_deleted_with_it(door: Door) -> None:
    id = await door.an_experiment(name="kept")
    before, kept = await door.a_run(id), await door.a_run(id)
    await door.post("runs/delete", run_id=before)
    assert (await door.refused("POST", "experiments/create", {"name": "kept"}))[:2] == (400, "RESOURCE_ALREADY_EXISTS")
    await door.post("experiments/delete", experiment_id=id)
    assert (await door.refused("POST", "experiments/create", {"name": "kept"})).code == "RESOURCE_ALREADY_EXISTS"
    assert (await door.get("experiments/get-by-name", experiment_name="kept"))["experiment"][
        "lifecycle_stage"
    ] == "deleted"
    assert (await door.run(kept))["info"]["lifecycle_stage"] == "deleted"
    inactive = (400, INVALID, f"The experiment {id} must be in the 'active' state. Current state is deleted.")
    assert await door.refused("POST", "runs/create", {"experiment_id": id}) == inactive
    tag = {"experiment_id": id, "key": "a", "value": "b"}
    assert await door.refused("POST", "experiments/set-experiment-tag", tag) == inactive
    rename = {"experiment_id": id, "new_name": "other"}
    assert (await door.refused("POST", "experiments/update", rename))[:2] == (500, "INVALID_STATE")
    gone = (404, MISSING, f"No Experiment with id={id} exists")
    assert await door.refused("POST", "experiments/delete", {"experiment_id": id}) == gone
    await door.post("experiments/restore", experiment_id=id)
    assert await door.refused("POST", "experiments/restore", {"experiment_id": id}) == gone
    assert [(await door.run(run))["info"]["lifecycle_stage"] for run in (before, kept)] == ["active", "active"]


async def test_experiments_are_listed_newest_first_and_max_results_must_be_said(door: Door) -> None:
    made = [await door.an_experiment() for _ in range(3)]
    found = await door.get("experiments/search", max_results=3)
    assert [each["experiment_id"] for each in found["experiments"]] == made[::-1]
    for query in ({}, {"max_results": "0"}, {"max_results": "-1"}):
        refused = await door.refused("GET", "experiments/search", **query)
        assert refused.message.endswith("for parameter 'max_results' supplied. It must be a positive integer")
    assert (await door.refused("POST", "experiments/search", {"max_results": 50001})).status == 400


async def test_only_revisions_move_the_time_of_the_last_update(door: Door) -> None:
    id = await door.an_experiment()

    async def updated() -> int:
        experiment = (await door.get("experiments/get", experiment_id=id))["experiment"]
        return int(experiment["last_update_time"])

    before = await updated()
    await door.post("experiments/set-experiment-tag", experiment_id=id, key="a", value="b")
    assert await updated() == before
    await door.post("experiments/update", experiment_id=id, new_name=f"renamed {id}")
    assert await updated() >= before
    taken = await door.refused("POST", "experiments/update", {"experiment_id": id, "new_name": "Default"})
    assert taken[:2] == (400, "BAD_REQUEST")
    assert (
        await door.refused("POST", "experiments/delete-experiment-tag", {"experiment_id": id, "key": "x"})
    ).status == 404


@pytest.mark.parametrize(
    "location", ["mlflow-artifacts:/a/../b", "http://x/y", "s3://b/x#frag", "mlflow-artifacts:/a#b"]
)
async def test_a_location_that_leads_elsewhere_is_refused(door: Door, location: str) -> None:
    body = {"name": "elsewhere", "artifact_location": location}
    assert (await door.refused("POST", "experiments/create", body))[:2] == (400, INVALID)


async def test_the_name_of_a_run_and_its_tag_are_one_thing(door: Door) -> None:
    id = await door.a_run(tags=[{"key": "mlflow.runName", "value": "from tag"}])

    async def name_and_tag() -> tuple[str, str | None]:
        run = await door.run(id)
        return run["info"]["run_name"], by_key(run["data"].get("tags", [])).get("mlflow.runName")

    assert await name_and_tag() == ("from tag", "from tag")
    await door.post("runs/update", run_id=id, run_name="second")
    assert await name_and_tag() == ("second", "second")
    await door.post("runs/set-tag", run_id=id, key="mlflow.runName", value="third")
    assert await name_and_tag() == ("third", "third")
    await door.post("runs/update", run_id=id, run_name="")
    await door.post("runs/set-tag", run_id=id, key="mlflow.runName", value="")
    assert await name_and_tag() == ("third", "third")
    await door.post("runs/delete-tag", run_id=id, key="mlflow.runName")
    assert await name_and_tag() == ("third", None)
    both = {"experiment_id": "0", "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]}
    assert (await door.refused("POST", "runs/create", both))[:2] == (400, INVALID)
    await door.post("runs/set-tag", run_id=id, key="mlflow.user", value="someone")
    assert (await door.run(id))["info"]["user_id"] == ""


async def test_deleted_runs_are_read_only_and_deleting_twice_is_fine(door: Door) -> None:
    id = await door.a_run()
    for _ in range(2):
        await door.post("runs/delete", run_id=id)
    assert (await door.run(id))["info"]["lifecycle_stage"] == "deleted"
    refused = (400, INVALID, f"The run {id} must be in the 'active' state. Current state is deleted.")
    for path, body in (
        ("runs/log-metric", {"key": "m", "value": 1, "timestamp": 1}),
        ("runs/log-parameter", {"key": "p", "value": "1"}),
        ("runs/set-tag", {"key": "t", "value": "1"}),
        ("runs/log-batch", {"metrics": [{"key": "m", "value": 1, "timestamp": 1}]}),
        ("runs/log-batch", {}),
        ("runs/update", {"status": "FINISHED"}),
        ("runs/log-inputs", {}),
    ):
        assert await door.refused("POST", path, {"run_id": id} | body) == refused
    for _ in range(2):
        await door.post("runs/restore", run_id=id)
    await door.post("runs/log-metric", run_id=id, key="m", value=1, timestamp=1)


async def test_params_never_change_and_long_values_are_cut(door: Door) -> None:
    id = await door.a_run()
    for _ in range(2):
        await door.post("runs/log-parameter", run_id=id, key="p", value="1")
        await door.post("runs/log-parameter", run_id=id, key="long", value="x" * 6001)
        await door.post("runs/set-tag", run_id=id, key="long", value="x" * 8001)
        await door.post("runs/log-parameter", run_id=id, key="empty")
    found = (await door.run(id))["data"]
    assert by_key(found["params"]) == {"p": "1", "long": "x" * 6000, "empty": ""}
    assert by_key(found["tags"])["long"] == "x" * 8000
    refused = await door.refused("POST", "runs/log-parameter", {"run_id": id, "key": "p", "value": "2"})
    assert refused == (400, INVALID, (
        f"Changing param values is not allowed. Param with key='p' was already logged with value='1' for run ID='{id}'."
        " Attempted logging new value '2'."
    ))  # fmt: skip
    refused = await door.refused("POST", "runs/log-batch", {"run_id": id, "params": [{"key": "p", "value": "9"}]})
    assert refused.message == (
        "Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', "
        f"'new_value': '9'}}]' for run ID='{id}'."
    )
    for path, label in (("runs/log-parameter", "Param key"), ("runs/set-tag", "key")):
        body = {"run_id": id, "key": "k" * 251, "value": "x"}
        refused = await door.refused("POST", path, body)
        assert refused.message == f"'{label}' exceeds the maximum length of 250 characters"
    assert (await door.refused("POST", "runs/delete-tag", {"run_id": id, "key": "nope"})) == (
        404, MISSING, f"No tag with name: nope in run with id {id}",
    )  # fmt: skip


async def test_a_batch_is_stored_whole_or_not_at_all(door: Door) -> None:
    id = await door.a_run()
    await door.post("runs/log-parameter", run_id=id, key="p", value="1")
    good: dict[str, Any] = {
        "metrics": [{"key": "m", "value": 1, "timestamp": 1}],
        "params": [{"key": "q", "value": "1"}],
        "tags": [{"key": "t", "value": "1"}],
    }
    before = await door.run(id)
    for bad in (
        {"metrics": [*good["metrics"], {"key": "bad?", "value": 1, "timestamp": 1}]},
        {"metrics": [*good["metrics"], {"key": "m", "value": 1, "timestamp": -1}]},
        {"metrics": [*good["metrics"], {"key": "m", "value": "x", "timestamp": 1}]},
        {"metrics": [*good["metrics"], {"key": "m", "value": 1, "timestamp": 1, "model_id": "m-" + "0" * 32}]},
        {"params": [*good["params"], {"key": "p", "value": "2"}]},
        {"params": [*good["params"], {"key": "q", "value": "1"}]},
        {"tags": [*good["tags"], {"key": "x" * 251, "value": "1"}]},
    ):
        assert (await door.refused("POST", "runs/log-batch", {"run_id": id} | good | bad)).status == 400
        assert await door.run(id) == before
    await door.post("runs/log-batch", run_id=id, **good)
    await door.post("runs/log-batch", run_id=id, **good)
    after = (await door.run(id))["data"]
    assert (by_key(after["metrics"]), by_key(after["params"])) == ({"m": 1.0}, {"p": "1", "q": "1"})
    assert await points(door, id, "m") == [(1.0, 1, 0)]


POINT = {"key": "k", "value": 1, "timestamp": 1}
BAD_BATCHES: list[tuple[dict[str, Any], str]] = [
    ({"metrics": [POINT] * 1001}, "at most 1000 metrics. Got 1001 metrics. Please split up metrics across"),
    ({"params": [{"key": f"k{n}"} for n in range(101)]}, "at most 100 params. Got 101 params."),
    ({"tags": [{"key": f"k{n}"} for n in range(101)]}, "at most 100 tags. Got 101 tags."),
    (
        {"metrics": [POINT] * 901, "tags": [{"key": f"k{n}"} for n in range(100)]},
        "at most 1000 metrics, params, and tags. Got 1001",
    ),
    ({"params": [{"key": "dup"}] * 2}, "Duplicate parameter keys have been submitted: ['dup']. Please ensure"),
    ({"metrics": [{"value": 1, "timestamp": 1}]}, "Missing value for required parameter 'metrics[0].key'"),
    ({"metrics": [{"key": "k", "timestamp": 1}]}, "Missing value for required parameter 'metrics[0].value'"),
    ({"metrics": [POINT, POINT | {"key": "bad?"}]}, "Invalid value \"bad?\" for parameter 'metrics[1].name'"),
    ({"params": [{"key": "a//b"}]}, "for parameter 'params[0].key' supplied: Names may be treated as files"),
    ({"metrics": [POINT | {"timestamp": -5}]}, "Invalid value -5 for parameter 'metrics[0].timestamp' supplied: "),
]


@pytest.mark.parametrize(("body", "message"), BAD_BATCHES, ids=range(len(BAD_BATCHES)))
async def test_a_batch_that_cannot_be_is_refused_with_the_reason(
    door: Door, body: dict[str, Any], message: str
) -> None:
    refused = await door.refused("POST", "runs/log-batch", {"run_id": await door.a_run()} | body)
    assert refused[:2] == (400, INVALID)
    assert message in refused.message


async def test_values_in_a_batch_are_taken_for_text_and_the_last_tag_counts(door: Door) -> None:
    id = await door.a_run()
    tags = [{"key": "t", "value": "1"}, {"key": "t", "value": 2}]
    await door.post("runs/log-batch", run_id=id, params=[{"key": "p", "value": 5}], tags=tags)
    found = (await door.run(id))["data"]
    assert (by_key(found["params"])["p"], by_key(found["tags"])["t"]) == ("5", "2")


async def test_the_latest_metric_is_the_greatest_by_step_time_and_value(door: Door) -> None:
    id = await door.a_run()
    for value, timestamp, step in [(1, 5, 2), (2, 9, 1), (3, 4, 2), ("NaN", 5, 2), (0.5, 5, 2), (1, 5, 2)]:
        await door.post("runs/log-metric", run_id=id, key="m", value=value, timestamp=timestamp, step=step)
    (latest,) = (await door.run(id))["data"]["metrics"]
    assert (latest["value"], latest["timestamp"], latest["step"]) == (1.0, 5, 2)
    assert await points(door, id, "m") == [(3.0, 4, 2), ("NaN", 5, 2), (0.5, 5, 2), (1.0, 5, 2), (2.0, 9, 1)]
    assert await points(door, id, "m", max_results=2) == [(3.0, 4, 2), ("NaN", 5, 2)]


async def test_special_numbers_travel_as_words_and_largest_doubles(door: Door) -> None:
    id = await door.a_run()
    for number, value in enumerate(["NaN", "Infinity", "-Infinity", "1e400", "2.5", -0.0]):
        await door.post("runs/log-metric", run_id=id, key="m", value=value, timestamp=number)
    assert [value for value, _, _ in await points(door, id, "m")] == ["NaN", LARGEST, -LARGEST, LARGEST, 2.5, -0.0]


async def test_a_history_is_paged_to_its_exact_end(door: Door) -> None:
    id = await door.a_run()
    entries = [{"key": "m", "value": n, "timestamp": n // 2, "step": n % 2} for n in range(6)]
    entries += [{"key": "m", "value": value, "timestamp": 9} for value in ("NaN", "Infinity", 1)]
    await door.post("runs/log-batch", run_id=id, metrics=entries)
    found: list[Any] = []
    page = await door.get("metrics/get-history", run_id=id, metric_key="m", max_results=3)
    while True:
        found += [point["value"] for point in page["metrics"]]
        if "next_page_token" not in page:
            break
        page = await door.get(
            "metrics/get-history", run_id=id, metric_key="m", max_results=3, page_token=page["next_page_token"]
        )
    assert found == [0, 1, 2, 3, 4, 5, "NaN", 1, LARGEST]
    for count in (0, -1):
        assert (
            await door.refused("GET", "metrics/get-history", run_id=id, metric_key="m", max_results=count)
        ).status == 400
    assert len(await points(door, id, "m", max_results=99999)) == 9
    assert await points(door, "nobody", "m") == []


async def test_histories_of_many_runs_are_sorted_cut_and_thinned(door: Door) -> None:
    ids = sorted([await door.a_run(), await door.a_run()])
    for id in ids:
        batch = [{"key": "m", "value": step, "timestamp": 1000 - step, "step": step} for step in range(100)]
        await door.post("runs/log-batch", run_id=id, metrics=batch)
    bulk = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
    found = (await door.http.get(bulk, params={"run_id": ids[::-1], "metric_key": "m", "max_results": 150})).json()
    assert [point["run_id"] for point in found["metrics"]] == [ids[0]] * 100 + [ids[1]] * 50
    too_many = "cannot specify more than 100 run_ids. Received 101 run_ids."
    queries: list[tuple[dict[str, Any], str]] = [
        ({"metric_key": "m"}, "must specify at least one run_id."),
        ({"run_id": ids}, "must specify a metric_key."),
        ({"run_id": ["x"] * 101, "metric_key": "m"}, too_many),
    ]
    for query, message in queries:
        answer = await door.http.get(bulk, params=query)
        assert answer.json()["message"] == f"GetMetricHistoryBulk request {message}"
    interval = "metrics/get-history-bulk-interval"

    async def steps(**query: Any) -> list[int]:
        found = await door.get(interval, run_ids=ids[0], metric_key="m", **query)
        return [point["step"] for point in found.get("metrics", [])]

    assert await steps(max_results=7) == [0, 15, 30, 44, 58, 72, 99]
    assert await steps(max_results=1) == [99]
    assert await steps(start_step=3, end_step=5) == [3, 4, 5]
    assert len(await steps()) == 100
    for query in ({"start_step": 1}, {"start_step": 2, "end_step": 1}, {"max_results": 0}, {"max_results": 2501}):
        assert (await door.refused("GET", interval, run_ids=ids[0], metric_key="m", **query)).status == 400
    assert await door.get(interval, run_ids="nobody", metric_key="m") == {}


async def test_missing_values_come_last_in_both_directions_and_nan_before_them(door: Door) -> None:
    experiment = await door.an_experiment()
    for name, value in [("one", 1), ("inf", "Infinity"), ("nan", "NaN"), ("two", 2), ("none", None)]:
        id = await door.a_run(experiment, run_name=name, start_time=1000)
        if value is not None:
            await door.post("runs/log-metric", run_id=id, key="m", value=value, timestamp=1)
            await door.post("runs/log-parameter", run_id=id, key="p", value=str(value))
    assert await names(door, experiment, order_by=["metrics.m"]) == ["one", "two", "inf", "nan", "none"]
    assert await names(door, experiment, order_by=["metrics.m DESC"]) == ["inf", "two", "one", "nan", "none"]
    assert (await names(door, experiment, order_by=["params.p desc"]))[-1] == "none"
    assert sorted(await names(door, experiment, filter="metrics.m != 1")) == ["inf", "nan", "two"]
    assert await names(door, experiment, filter="metrics.m > 1e300") == ["inf"]
    assert await names(door, experiment, filter="params.p IS NULL") == ["none"]


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"filter": "a = 'b' or c = 'd'"}, "Invalid clause(s) in filter string: 'or'"),
        ({"filter": "bogus.x = 'y'"}, "Invalid entity type 'bogus'. Valid values are ["),
        ({"filter": "experiment_id = '0'"}, "Invalid attribute key 'experiment_id' specified. Valid keys are "),
        ({"filter": "params.p > '1'"}, "Invalid comparator '>' not one of "),
        ({"filter": "params.p = 1"}, "Expected a quoted string value for parameter"),
        ({"filter": "metrics.m = '1'"}, "Expected numeric value type for metric. Found '1'"),
        ({"filter": " "}, "Invalid filter ' '"),
        ({"order_by": ["start_time sideways"]}, "Invalid ordering key in order_by clause"),
        ({"order_by": [""]}, "Invalid order_by clause"),
        ({"max_results": 0}, "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer"),
        ({"experiment_ids": ["abc"]}, "Invalid experiment ID 'abc'"),
    ],
)
async def test_a_search_that_means_nothing_is_refused(door: Door, search: dict[str, Any], message: str) -> None:
    refused = await door.refused("POST", "runs/search", {"experiment_ids": ["0"]} | search)
    assert refused[:2] == (400, INVALID)
    assert message in refused.message


async def test_datasets_are_logged_once_and_read_back_whole(door: Door) -> None:
    id = await door.a_run()
    dataset = {"name": "iris", "digest": "d1", "source_type": "http", "source": "{}", "schema": "s", "profile": "p"}
    for context in ("train", "eval"):
        tags = [{"key": "mlflow.data.context", "value": context}]
        await door.post("runs/log-inputs", run_id=id, datasets=[{"dataset": dataset, "tags": tags}])
    assert (await door.run(id))["inputs"]["dataset_inputs"] == [
        {"tags": [{"key": "mlflow.data.context", "value": "train"}], "dataset": dataset}
    ]
    for field, limit in (("name", 500), ("digest", 36), ("source", 65_535)):
        long = {"dataset": dataset | {field: "x" * (limit + 1)}}
        refused = await door.refused("POST", "runs/log-inputs", {"run_id": id, "datasets": [long]})
        assert refused.message == f"'{field}' exceeds the maximum length of {limit} characters"


async def test_files_are_listed_relative_to_the_asked_directory_or_to_the_run(door: Door) -> None:
    id = await door.a_run()
    root = f"0/{id}/artifacts"
    for path, content in {"dir/b.bin": b"12", "dir/sub/c": b"1", "empty": b"", quote("ü +%.txt"): b"x"}.items():
        await door.put_file(f"{root}/{path}", content)

    async def proxy(path: str) -> Any:
        return (await door.get(PROXY, path=path)).get("files", [])

    assert await proxy(root) == [
        {"path": "dir", "is_dir": True}, {"path": "empty", "is_dir": False},
        {"path": "ü +%.txt", "is_dir": False, "file_size": 1},
    ]  # fmt: skip
    assert [file["path"] for file in await proxy(f"{root}/dir")] == ["b.bin", "sub"]
    assert [await proxy(f"{root}/{path}") for path in ("nope", "empty")] == [[], []]
    listed = await door.get("artifacts/list", run_id=id, path="dir")
    assert (listed["root_uri"], [file["path"] for file in listed["files"]]) == (
        f"mlflow-artifacts:/{root}", ["dir/b.bin", "dir/sub"],
    )  # fmt: skip
    assert await door.get("artifacts/list", run_id=id, path="nope") == {"root_uri": f"mlflow-artifacts:/{root}"}
    assert (await door.refused("GET", "artifacts/list", run_id="nobody")).status == 404
    for url in (f"{PROXY}/{root}/{quote('ü +%.txt')}", f"/get-artifact?run_id={id}&path={quote('ü +%.txt')}"):
        answer = await door.http.get(url)
        assert (answer.content, answer.headers["content-type"]) == (b"x", "text/plain")
        assert "filename*=UTF-8''%C3%BC%20%2B%25.txt" in answer.headers["content-disposition"]
    part = await door.http.get(f"{PROXY}/{root}/dir/b.bin", headers={"Range": "bytes=1-"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"2", "application/octet-stream")
    assert (await door.http.head(f"{PROXY}/{root}/dir/b.bin")).headers["content-length"] == "2"
    missing = await door.refused("GET", f"{PROXY}/{root}/nope")
    assert missing == (404, MISSING, f"No such artifact: '{root}/nope'")
    assert (await door.refused("GET", f"{PROXY}/{root}/dir"))[:2] == (400, INVALID)
    for _ in range(2):
        await door.delete(f"{PROXY}/{root}/dir")
    assert [file["path"] for file in await proxy(root)] == ["empty", "ü +%.txt"]


@pytest.mark.parametrize("path", ["a/../b", "%2e%2e/b", "%252e%252e/b", "/etc/passwd", "C:/x", "file:///etc", "a%23b"])
def test_unsafe_paths_are_refused_on_every_route(server: Server, path: str) -> None:
    """Over a socket, for every client library tidies addresses up before it sends them."""
    base = f"{server.url}{API}"
    made = httpx.post(f"{base}/runs/create", json={"experiment_id": "0"}, timeout=30).json()
    run = made["run"]["info"]["run_id"]
    for method, target in [
        ("GET", f"{PROXY}/{path}"), ("PUT", f"{PROXY}/{path}"), ("DELETE", f"{PROXY}/{path}"),
        ("GET", f"{PROXY}?path={path}"), ("GET", f"{API}/artifacts/list?run_id={run}&path={path}"),
        ("GET", f"/get-artifact?run_id={run}&path={path}"),
        ("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path={path}"),
    ]:  # fmt: skip
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        connection.request(method, target, body=b"" if method == "GET" else b"x")
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        assert (answer.status, found["error_code"]) == (400, INVALID), (method, target)
        assert found["message"] == "Invalid path"


async def test_pages_upload_small_files_and_multipart_is_refused(door: Door) -> None:
    id = await door.a_run()
    url = "/ajax-api/2.0/mlflow/upload-artifact"
    for query, content, message in [
        ({}, b"x", "Request must specify run_uuid."),
        ({"run_uuid": id}, b"x", "Request must specify path."),
        ({"run_uuid": id, "path": "a.txt"}, b"", "Request must specify data."),
    ]:
        assert (await door.http.post(url, params=query, content=content)).json()["message"] == message
    assert (await door.http.post(url, params={"run_uuid": id, "path": "a.txt"}, content=b"x")).status_code == 200
    assert (await door.http.get(f"{PROXY}/0/{id}/artifacts/a.txt")).content == b"x"
    for action in ("create", "complete", "abort"):
        refused = await door.refused("POST", f"/api/2.0/mlflow-artifacts/mpu/{action}/x", {"path": "x"})
        assert refused[:2] == (501, "NOT_IMPLEMENTED")
    assert (await door.refused("GET", "/api/2.0/mlflow-artifacts/presigned/x"))[:2] == (501, "NOT_IMPLEMENTED")


async def test_models_of_older_clients_are_kept_in_a_tag(door: Door) -> None:
    id = await door.a_run()
    for name in ("a", "b"):
        model = f'{{"artifact_path": "{name}", "flavors": {{}}, "utc_time_created": "x", "run_id": "{id}"}}'
        await door.post("runs/log-model", run_id=id, model_json=model)
    history = by_key((await door.run(id))["data"]["tags"])["mlflow.log-model.history"]
    assert [model["artifact_path"] for model in json.loads(history)] == ["a", "b"]
    for text in ("{", "{}", "[]"):
        body = {"run_id": id, "model_json": text}
        assert (await door.refused("POST", "runs/log-model", body))[:2] == (400, INVALID)


async def test_a_page_of_runs_takes_the_same_queries_however_many_have_datasets(door: Door, studio: Studio) -> None:
    counts = []
    for runs in (1, 5):
        experiment = await door.an_experiment()
        for number in range(runs):
            dataset = {"name": f"data-{number}", "digest": "1", "source_type": "local", "source": f"/data/{number}"}
            inputs = [{"dataset": dataset | {"schema": "{}", "profile": f"{number}"}}]
            await door.post("runs/log-inputs", run_id=await door.a_run(experiment), datasets=inputs)
        with statements_of(studio.db.read_engine) as told:
            found = (await door.post("runs/search", experiment_ids=[experiment]))["runs"]
        sources = sorted(each["inputs"]["dataset_inputs"][0]["dataset"]["source"] for each in found)
        assert sources == [f"/data/{number}" for number in range(runs)]
        counts.append(len(told))
    assert counts[0] == counts[1]


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """Note the statements that are executed in the block."""
    told: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        told.append(statement)

    def trace(connection: Any, *_more: Any) -> None:
        connection.set_trace_callback(told.append)

    # prepared statements go to SQLite's driver without a word to SQLAlchemy
    heard, listener = ("checkout", trace) if engine.dialect.name == "sqlite" else ("before_cursor_execute", note)
    event.listen(engine, heard, listener)
    try:
        yield told
    finally:
        event.remove(engine, heard, listener)
        engine.dispose()
