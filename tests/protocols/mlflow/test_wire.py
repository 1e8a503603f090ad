"""What every row has in common: routes, content types, JSON habits, refusals, pages."""

from __future__ import annotations

import base64
import inspect
import json
from typing import Any

import pytest

from infrastudio.protocols.mlflow import ROWS
from infrastudio.protocols.mlflow.table import Row, path_parameters
from protocols.mlflow.requests import API, Door, by_key

REQUIRED = {
    "experiments/create", "experiments/get", "experiments/get-by-name", "experiments/search", "experiments/update",
    "experiments/delete", "experiments/restore", "experiments/set-experiment-tag", "experiments/delete-experiment-tag",
    "runs/create", "runs/get", "runs/update", "runs/delete", "runs/restore", "runs/search", "runs/log-metric",
    "runs/log-parameter", "runs/set-tag", "runs/delete-tag", "runs/log-batch", "runs/log-inputs", "runs/outputs",
    "runs/log-model", "metrics/get-history", "metrics/get-history-bulk", "metrics/get-history-bulk-interval",
    "artifacts/list", "registered-models/create", "registered-models/get", "registered-models/search",
    "registered-models/update", "registered-models/rename", "registered-models/delete",
    "registered-models/get-latest-versions", "registered-models/set-tag", "registered-models/delete-tag",
    "registered-models/alias", "model-versions/create", "model-versions/get", "model-versions/search",
    "model-versions/get-download-uri", "model-versions/update", "model-versions/transition-stage",
    "model-versions/delete", "model-versions/set-tag", "model-versions/delete-tag", "logged-models",
    "logged-models/<model_id>", "logged-models/search", "logged-models/<model_id>/tags",
    "logged-models/<model_id>/tags/<key>", "logged-models/<model_id>/params",
    "logged-models/<model_id>/artifacts/directories", "logged-models/<model_id>/artifacts/files", "upload-artifact",
    "/2.0/mlflow-artifacts/artifacts", "/2.0/mlflow-artifacts/artifacts/<path:path>", "/get-artifact",
    "/model-versions/get-artifact", "server-info",
}  # fmt: skip
"""What classic MLflow needs."""

SEE_DOCS = "See the API docs for more information about request parameters."
CHARACTERS = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and"
    " slashes (/)."
)
LIKE_A_PATH = (
    "Names may be treated as files in certain cases, and must not resolve to other names when treated as such."
)
JUNK: tuple[Any, ...] = (-1, 10**400, "\ud800", "a\0b", "x" * 300, [None], [{}])


def test_the_table_holds_every_operation_that_classic_mlflow_needs() -> None:
    assert REQUIRED - {row.path for row in ROWS} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.methods[0]} {row.path}")
def test_a_row_names_what_its_handler_takes(row: Row) -> None:
    taken = {
        name
        for name, parameter in inspect.signature(row.handler).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    given = {field.name for field in row.fields} | set(path_parameters(row))
    optional = {"path"} if row.handler.__name__ == "remove" else set()
    assert taken - optional == given - optional


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.methods[0]} {row.path}")
async def test_no_input_is_a_crash(row: Row, door: Door) -> None:
    """A status of 500 or more costs users of the client minutes of retries."""
    experiment = await door.an_experiment()
    run = await door.a_run(experiment)
    good = {"run_id": run, "run_uuid": run, "experiment_id": experiment, "name": "x", "key": "k"}
    path = row.paths()[0].replace("<path:path>", "x").replace("<model_id>", "m-x").replace("<key>", "k")
    bodies: list[Any] = [{}, good, [], "text", None]
    bodies += [good | {field.name: junk} for field in row.fields for junk in JUNK]
    for method in row.methods:
        for body in bodies:
            if method == "GET":
                query = as_query(body) if isinstance(body, dict) else {}
                answer = await door.http.request(method, path, params=query)
            else:
                kind = {"content-type": "application/json"}
                answer = await door.http.request(method, path, content=json.dumps(body), headers=kind)
            assert answer.status_code < 500 or answer.status_code == 501, (method, body, answer.text)


def as_query(body: dict[str, Any]) -> dict[str, str]:
    """What of a body can stand in a query."""
    texts = {name: str(value)[:400] for name, value in body.items() if isinstance(value, str | int)}
    return {name: text.replace("\ud800", "\ufffd") for name, text in texts.items()}


async def test_unknown_addresses_are_plain_404_and_wrong_methods_405(door: Door) -> None:
    for path in ("runs/fly", "/api/3.0/mlflow/nope", "/ajax-api/2.0/mlflow/nope", "/api/2.0/other", "/ajax-api/x"):
        answer = await door.send("POST", path, {})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain")
    answer = await door.send("PUT", "runs/get", {})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (await door.http.get("/version")).status_code == 200  # clients read from it that /v1/traces takes spans
    assert (await door.http.get("/health")).status_code == 200


async def test_both_prefixes_answer_alike(door: Door) -> None:
    one = await door.send("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0")
    two = await door.send("GET", "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0")
    assert one.json() == two.json()
    assert one.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"content-type": ""}, "Bad Request. Content-Type header is missing."),
        ({"content-type": "text/plain"}, "Bad Request. Content-Type must be one of ['application/json']."),
        ({"content-type": "application/json; charset=utf-8"}, None),
    ],
)
async def test_a_post_must_say_that_it_is_json(door: Door, headers: dict[str, str], message: str | None) -> None:
    answer = await door.http.post(f"{API}/experiments/get-by-name", content=b"{}", headers=headers)
    assert answer.status_code == 405
    answer = await door.http.post(f"{API}/runs/create", content=b'{"experiment_id": "0"}', headers=headers)
    if message is None:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["message"]) == (400, message)


@pytest.mark.parametrize("body", [b"", b"no json", b"[1]", b"null", b"5", b'{"experiment_id": null}', b"\xff"])
async def test_a_body_that_is_no_object_counts_as_empty(door: Door, body: bytes) -> None:
    answer = await door.http.post(f"{API}/runs/create", content=body, headers={"content-type": "application/json"})
    assert answer.json()["message"].startswith("Missing value for required parameter 'experiment_id'.")


async def test_json_inside_a_json_text_and_bare_nan_are_read(door: Door) -> None:
    run = await door.a_run()
    kind = {"content-type": "application/json"}
    text = f'"{{\\"run_id\\": \\"{run}\\", \\"key\\": \\"k\\", \\"value\\": \\"v\\"}}"'
    assert (await door.http.post(f"{API}/runs/set-tag", content=text, headers=kind)).status_code == 200
    text = f'{{"run_id": "{run}", "key": "m", "value": NaN, "timestamp": 1}}'
    assert (await door.http.post(f"{API}/runs/log-metric", content=text, headers=kind)).status_code == 200
    found = await door.run(run)
    assert (by_key(found["data"]["tags"])["k"], by_key(found["data"]["metrics"])["m"]) == ("v", "NaN")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, f"Missing value for required parameter 'name'. {SEE_DOCS}"),
        ({"name": ""}, f"Missing value for required parameter 'name'. {SEE_DOCS}"),
        ({"name": 123}, f"Invalid value 123 for parameter 'name' supplied: Hint: Value was of type 'int'. {SEE_DOCS}"),
        (
            {"name": "x", "tags": "5"},
            f"Invalid value \"5\" for parameter 'tags' supplied: Hint: Value was of type 'str'. {SEE_DOCS}",
        ),
        ({"name": "x" * 501}, "'name' exceeds the maximum length of 500 characters"),
        (
            {"name": "y", "tags": [{"key": "bad?"}]},
            f"Invalid value \"bad?\" for parameter 'key' supplied: {CHARACTERS}",
        ),
        (
            {"name": "y", "tags": [{"key": "a/../b"}]},
            f"Invalid value \"a/../b\" for parameter 'key' supplied: {LIKE_A_PATH} This name would resolve to 'b'",
        ),
    ],
)
async def test_refusals_have_the_texts_that_clients_match_on(door: Door, body: dict[str, Any], message: str) -> None:
    assert await door.refused("POST", "experiments/create", body) == (400, "INVALID_PARAMETER_VALUE", message)


async def test_types_are_checked_before_anything_is_missed_and_both_before_meaning(door: Door) -> None:
    wrong = {"run_id": 5, "key": "bad?"}
    assert "'run_id' supplied: Hint" in (await door.refused("POST", "runs/log-metric", wrong)).message
    missing = {"run_id": "nope", "key": "bad?", "value": 1}
    assert "parameter 'timestamp'" in (await door.refused("POST", "runs/log-metric", missing)).message
    bad = {"run_id": "nope", "key": "bad?", "value": 1, "timestamp": 1}
    assert "parameter 'name'" in (await door.refused("POST", "runs/log-metric", bad)).message


async def test_integers_are_numbers_and_come_in_many_spellings(door: Door) -> None:
    run = await door.a_run()
    for number, step in enumerate(["11", 2.0, 1.5, 10**30, 9007199254740993, None]):
        await door.post("runs/log-metric", run_id=run, key=f"m{number}", value=number, timestamp=str(number), step=step)
    metrics = {metric["key"]: metric for metric in (await door.run(run))["data"]["metrics"]}
    assert [metrics[f"m{number}"]["step"] for number in range(6)] == [11, 2, 0, 0, 9007199254740993, 0]
    assert [metrics[f"m{number}"]["timestamp"] for number in range(6)] == [0, 1, 2, 3, 4, 5]


async def test_unknown_words_and_fields_are_passed_over(door: Door) -> None:
    run = await door.a_run()
    await door.post("runs/update", run_id=run, status="BOGUS", unknown={"x": 1}, end_time=1.5)
    info = (await door.run(run))["info"]
    assert (info["status"], "end_time" in info) == ("RUNNING", False)
    await door.post("runs/update", run_id=run, status=3, end_time="1700000000000")
    info = (await door.run(run))["info"]
    assert (info["status"], info["end_time"]) == ("FINISHED", 1700000000000)


async def test_what_has_no_value_is_left_out(door: Door) -> None:
    run = await door.run(await door.a_run())
    assert (run["inputs"], run["outputs"], set(run["data"])) == ({}, {}, {"tags"})
    assert await door.post("runs/search", experiment_ids=["123456"]) == {}
    assert await door.get("metrics/get-history", run_id=run["info"]["run_id"], metric_key="nope") == {}
    name = await door.a_model()
    assert set((await door.get("registered-models/get", name=name))["registered_model"]) == {
        "name", "creation_timestamp", "last_updated_timestamp",
    }  # fmt: skip


async def test_booleans_of_a_query_may_be_written_the_python_way(door: Door) -> None:
    experiment = await door.an_experiment()
    made = await door.post("logged-models", experiment_id=experiment)
    path = f"logged-models/{made['model']['info']['model_id']}"
    await door.delete(path)
    assert (await door.refused("GET", path, allow_deleted="False")).code == "RESOURCE_DOES_NOT_EXIST"
    assert (await door.get(path, allow_deleted="True"))["model"]["info"]["experiment_id"] == experiment
    assert "must be 'true' or 'false'" in (await door.refused("GET", path, allow_deleted="maybe")).message


async def test_pages_end_exactly_and_foreign_tokens_are_refused(door: Door) -> None:
    experiment = await door.an_experiment()
    made = [await door.a_run(experiment, start_time=1000 + number) for number in range(4)]
    first = await door.post("runs/search", experiment_ids=[experiment], max_results=2)
    second = await door.post(
        "runs/search", experiment_ids=[experiment], max_results=2, page_token=first["next_page_token"]
    )
    ids = [run["info"]["run_id"] for run in first["runs"] + second["runs"]]
    assert (ids, "next_page_token" in second) == (made[::-1], False)
    for token in ("@@", "zz", base64.b64encode(b'{"offset": -1}').decode(), base64.b64encode(b"[]").decode(), "ü"):
        refused = await door.refused("POST", "runs/search", {"experiment_ids": [experiment], "page_token": token})
        assert refused == (400, "INVALID_PARAMETER_VALUE", "Invalid page token, could not base64-decode")


async def test_pages_of_local_origins_may_ask_and_foreign_ones_may_not(door: Door) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    answer = await door.http.options(f"{API}/runs/create", headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "http://localhost:3000")
    assert "POST" in answer.headers["access-control-allow-methods"]
    answer = await door.send("POST", "runs/create", {"experiment_id": "0"}, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


async def test_bad_credentials_are_refused_in_the_words_of_the_protocol(door: Door) -> None:
    answer = await door.send("GET", "experiments/get?experiment_id=0", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHENTICATED")
