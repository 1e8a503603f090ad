"""Registered models, versions, logged models and prompts, where clients rely on the odd corners."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from protocols.mlflow.requests import API, Door, by_key

INVALID = "INVALID_PARAMETER_VALUE"
MISSING = "RESOURCE_DOES_NOT_EXIST"


async def a_version(door: Door, name: str, **fields: Any) -> Any:
    """A new version of a model."""
    made = await door.post("model-versions/create", name=name, **({"source": "s3://bucket/model"} | fields))
    return made["model_version"]


async def a_logged_model(door: Door, experiment: str = "0", **fields: Any) -> str:
    """The id of a new logged model."""
    made = await door.post("logged-models", experiment_id=experiment, **fields)
    id: str = made["model"]["info"]["model_id"]
    return id


async def found_models(door: Door, filter: str = "", **query: Any) -> list[str]:
    """The names of the models that a search finds."""
    found = await door.get("registered-models/search", filter=filter, **query)
    return [model["name"] for model in found.get("registered_models", [])]


async def test_a_name_in_use_is_400_and_a_missing_model_404(door: Door) -> None:
    name = await door.a_model()
    assert await door.refused("POST", "registered-models/create", {"name": name}) == (
        400, "RESOURCE_ALREADY_EXISTS", f"Registered Model (name={name}) already exists.",
    )  # fmt: skip
    other = await door.a_model()
    refused = await door.refused("POST", "registered-models/rename", {"name": other, "new_name": name})
    assert refused[:2] == (400, "RESOURCE_ALREADY_EXISTS")
    gone = (404, MISSING, "Registered Model with name=nobody not found")
    assert await door.refused("GET", "registered-models/get", name="nobody") == gone
    assert await door.refused("POST", "model-versions/create", {"name": "nobody", "source": "s3://x"}) == gone
    refused = await door.refused("POST", "registered-models/create", {"name": "a/b"})
    assert refused == (400, INVALID, "Invalid model name 'a/b'. Names cannot contain '/' or ':'.")


async def test_an_update_without_a_description_clears_it(door: Door) -> None:
    name = await door.a_model(description="text")
    assert (await door.get("registered-models/get", name=name))["registered_model"]["description"] == "text"
    assert "description" not in (await door.patch("registered-models/update", name=name))["registered_model"]
    version = await a_version(door, name, description="text")
    assert (version["version"], version["description"], version["run_id"]) == ("1", "text", "")
    assert "description" not in (await door.patch("model-versions/update", name=name, version="1"))["model_version"]


async def test_aliases_move_and_missing_ones_are_400(door: Door) -> None:
    name = await door.a_model()
    for _ in range(2):
        await a_version(door, name)
    for number in ("1", "2"):
        await door.post("registered-models/alias", name=name, alias="Champion", version=number)
    found = (await door.get("registered-models/alias", name=name, alias="Champion"))["model_version"]
    assert (found["version"], found["aliases"]) == ("2", ["Champion"])
    model = (await door.get("registered-models/get", name=name))["registered_model"]
    assert model["aliases"] == [{"alias": "Champion", "version": "2"}]
    assert all("aliases" not in version for version in model["latest_versions"])
    missing = (400, INVALID, "Registered model alias champion not found.")
    assert await door.refused("GET", "registered-models/alias", name=name, alias="champion") == missing
    assert (await door.refused("GET", "registered-models/alias", name="nobody", alias="x")).status == 404
    refused = await door.refused("POST", "registered-models/alias", {"name": name, "alias": "x", "version": "9"})
    assert refused == (404, MISSING, f"Model Version (name={name}, version=9) not found")
    for alias in ("latest", "LATEST", "v1", "V22", "a b", "x" * 256):
        refused = await door.refused("POST", "registered-models/alias", {"name": name, "alias": alias, "version": "1"})
        assert refused[:2] == (400, INVALID)
    await door.delete("registered-models/alias", name=name, alias="nobody")
    renamed = f"{name}-renamed"
    await door.post("registered-models/rename", name=name, new_name=renamed)
    assert (await door.get("registered-models/alias", name=renamed, alias="Champion"))["model_version"][
        "version"
    ] == "2"
    await door.delete("model-versions/delete", name=renamed, version="2")
    assert (await door.refused("GET", "registered-models/alias", name=renamed, alias="Champion")).status == 400


async def test_numbers_are_never_given_twice(door: Door) -> None:
    name = await door.a_model()
    assert [(await a_version(door, name))["version"] for _ in range(2)] == ["1", "2"]
    await door.delete("model-versions/delete", name=name, version="2")
    assert (await a_version(door, name))["version"] == "3"
    gone = (404, MISSING, f"Model Version (name={name}, version=2) not found")
    assert await door.refused("DELETE", "model-versions/delete", {"name": name, "version": "2"}) == gone
    assert await door.refused("GET", "model-versions/get", name="nobody", version="1") == (
        404, MISSING, "Model Version (name=nobody, version=1) not found",
    )  # fmt: skip
    refused = await door.refused("GET", "model-versions/get", name=name, version="abc")
    assert refused == (400, INVALID, "Parameter 'version' must be an integer, got 'abc'.")


async def test_stages_take_any_case_and_can_archive_others(door: Door) -> None:
    name = await door.a_model()
    for _ in range(3):
        await a_version(door, name)
    move = "model-versions/transition-stage"
    moved = await door.post(move, name=name, version="1", stage="production")
    assert moved["model_version"]["current_stage"] == "Production"
    await door.post(move, name=name, version="2", stage="PRODUCTION", archive_existing_versions=True)
    latest = await door.post("registered-models/get-latest-versions", name=name)
    assert [(v["version"], v["current_stage"]) for v in latest["model_versions"]] == [
        ("1", "Archived"), ("2", "Production"), ("3", "None"),
    ]  # fmt: skip
    query = {"name": name, "stages": "production"}
    assert (await door.get("registered-models/get-latest-versions", **query))["model_versions"][0]["version"] == "2"
    refused = await door.refused("POST", move, {"name": name, "version": "1", "stage": "x"})
    assert refused.message == (
        "Invalid Model Version stage: x. Value must be one of None, Staging, Production, Archived."
    )


async def test_removing_a_tag_that_is_not_there_is_fine_in_the_registry_only(door: Door) -> None:
    name = await door.a_model()
    await a_version(door, name)
    await door.delete("registered-models/delete-tag", name=name, key="nope")
    await door.delete("model-versions/delete-tag", name=name, version="1", key="nope")
    id = await a_logged_model(door)
    refused = await door.refused("DELETE", f"logged-models/{id}/tags/u", {})
    assert refused == (404, MISSING, f"No tag with key 'u' found for model with ID '{id}'.")
    assert (await door.refused("DELETE", "registered-models/delete-tag", {"name": "nobody", "key": "a"})).status == 404


async def test_models_are_found_by_name_and_versions_by_last_update(door: Door) -> None:
    for name in ("find-b", "find-a", "find-C"):
        await door.a_model(name=name, tags=[{"key": "team", "value": name[-1]}])
        await a_version(door, name, tags=[{"key": "k", "value": "v"}])
    assert await found_models(door, "name LIKE 'find-%'") == ["find-C", "find-a", "find-b"]
    assert await found_models(door, "name ILIKE 'FIND-_' and tags.team != 'b'") == ["find-C", "find-a"]
    assert await found_models(door, "name LIKE 'find-%'", order_by="timestamp DESC") == ["find-C", "find-a", "find-b"]
    assert await found_models(door, "name IN ('find-a', 'nobody')") == ["find-a"]
    await door.post("model-versions/transition-stage", name="find-b", version="1", stage="Staging")

    async def versions(filter: str, **query: Any) -> list[tuple[str, str]]:
        found = await door.get("model-versions/search", filter=filter, **query)
        return [(version["name"], version["version"]) for version in found.get("model_versions", [])]

    assert (await versions("name LIKE 'find-%'"))[0] == ("find-b", "1")
    assert await versions("name = 'find-a' and version_number >= 1 and tags.k = 'v'") == [("find-a", "1")]
    assert await versions("name LIKE 'find-%' and source_path ILIKE 'S3:%'", order_by="name ASC", max_results=1) == [
        ("find-C", "1")
    ]
    for query in (
        {"max_results": 1001},
        {"order_by": "bogus"},
        {"order_by": ["name", "name DESC"]},
        {"filter": "x = 1"},
    ):
        answer = await door.http.get("/api/2.0/mlflow/registered-models/search", params=query)
        assert (answer.status_code, answer.json()["error_code"]) == (400, INVALID)


async def test_prompts_are_hidden_unless_the_filter_names_their_tag(door: Door) -> None:
    tag = "mlflow.prompt.is_prompt"
    await door.a_model(name="hidden-prompt", tags=[{"key": tag, "value": "true"}])
    await door.a_model(name="hidden-model")
    await door.a_model(name="hidden-other", tags=[{"key": tag, "value": "false"}])
    await a_version(door, "hidden-prompt", source="any text", tags=[{"key": tag, "value": "true"}])
    for condition, expected in [
        ("", ["hidden-model", "hidden-other"]),
        (f" and tags.`{tag}` = 'true'", ["hidden-prompt"]),
        (f" and tag.`{tag}` != 'true'", ["hidden-model", "hidden-other"]),
        (f" and tags.`{tag}` = 'false'", ["hidden-model", "hidden-other"]),
    ]:
        assert await found_models(door, f"name LIKE 'hidden-%'{condition}") == expected
    assert await door.get("model-versions/search", filter="name = 'hidden-prompt'") == {}
    named = await door.get("model-versions/search", filter=f"name = 'hidden-prompt' and tags.`{tag}` = 'true'")
    assert [version["source"] for version in named["model_versions"]] == ["any text"]


async def test_a_version_made_of_a_logged_model_has_its_run_and_is_named_on_it(door: Door) -> None:
    run, name = await door.a_run(), await door.a_model()
    id = await a_logged_model(door, source_run_id=run)
    refused = await door.refused("POST", "model-versions/create", {"name": name, "source": f"models:/{id}"})
    assert refused == (400, INVALID, (
        f"Invalid model version source: 'models:/{id}'. The model_id request parameter must identify the resource that "
        "contains the source."
    ))  # fmt: skip
    version = await a_version(door, name, source=f"models:/{id}", model_id=id)
    assert version["run_id"] == run
    tags = (await door.get(f"logged-models/{id}"))["model"]["info"]["tags"]
    assert by_key(tags)["mlflow.modelVersions"] == f'[{{"name":"{name}","version":1}}]'
    uri = await door.get("model-versions/get-download-uri", name=name, version="1")
    assert uri == {"artifact_uri": f"mlflow-artifacts:/0/models/{id}/artifacts"}
    copy = await a_version(door, name, source=f"models:/{name}/1")
    assert (copy["source"], copy["run_id"]) == (f"models:/{name}/1", run)


@pytest.mark.parametrize(
    "source",
    ["http://elsewhere/m", "/etc/passwd", "file:///etc", "s3://b/../x", "s3://b/%252e%252e/x", "models:/nobody/1",
     "runs:/{run}/model", "mlflow-artifacts:/0/{run}/artifacts/model", "mlflow-artifacts:/0", "models:/m-{zeros}"],
)  # fmt: skip
async def test_a_source_that_is_not_the_callers_to_register_is_refused(door: Door, source: str) -> None:
    name, run = await door.a_model(), await door.a_run()
    body = {"name": name, "source": source.format(run=run, zeros="0" * 32)}
    assert (await door.refused("POST", "model-versions/create", body)).status in (400, 404)
    assert await door.get("model-versions/search", filter=f"name = '{name}'") == {}


async def test_logged_models_are_finished_tagged_searched_and_hidden(door: Door) -> None:
    experiment, run = await door.an_experiment(), ""
    run = await door.a_run(experiment)
    id = await a_logged_model(
        door, experiment, name="net", source_run_id=run, params=[{"key": "lr", "value": "1"}],
        tags=[{"key": "t", "value": "v"}],
    )  # fmt: skip
    other = await a_logged_model(door, experiment)
    path = f"logged-models/{id}"
    ready = await door.patch(path, model_id=id, status="LOGGED_MODEL_READY")
    assert (ready["model"]["info"]["status"], ready["model"]["info"]["source_run_id"]) == ("LOGGED_MODEL_READY", run)
    assert (await door.refused("PATCH", path, {"status": 2})).message.startswith(
        "Missing value for required parameter 'model_id'"
    )
    await door.patch(f"{path}/tags", tags=[{"key": "x", "value": "y"}])
    await door.post(f"{path}/params", model_id=id, params=[{"key": "d", "value": "2"}])
    metric = {"key": "acc", "timestamp": 5, "model_id": id, "dataset_name": "iris", "dataset_digest": "d1"}
    await door.post("runs/log-metric", run_id=run, value=0.9, **metric)
    await door.post("runs/log-batch", run_id=run, metrics=[metric | {"value": 0.8, "step": 1}])
    await door.post("runs/outputs", run_id=run, models=[{"model_id": id, "step": 3}])
    assert (await door.run(run))["outputs"] == {"model_outputs": [{"model_id": id, "step": 3}]}
    (latest,) = (await door.get(path))["model"]["data"]["metrics"]
    assert latest == {**metric, "value": 0.8, "step": 1, "run_id": run}

    async def search(**body: Any) -> list[str]:
        found = await door.post("logged-models/search", experiment_ids=[experiment], **body)
        return [model["info"]["model_id"] for model in found.get("models", [])]

    assert await search() == [other, id]
    assert await search(filter="metrics.acc > 0.5 and params.lr = '1' and tags.x LIKE 'y'") == [id]
    assert await search(filter="metrics.acc > 0.5", datasets=[{"dataset_name": "other"}]) == []
    assert await search(order_by=[{"field_name": "metrics.acc", "ascending": False}]) == [id, other]
    assert await search(filter=f"source_run_id = '{run}' and name = 'net' and status = '2'") == [id]
    for body in (
        {"order_by": [{"field_name": "params.lr"}]},
        {"datasets": [{"dataset_digest": "x"}]},
        {"filter": "a = b or c"},
    ):
        assert (
            await door.refused("POST", "logged-models/search", {"experiment_ids": [experiment]} | body)
        ).code == INVALID
    for _ in range(2):
        await door.delete(path)
    assert await door.refused("GET", path) == (404, MISSING, f"Logged model with ID '{id}' not found.")
    assert await search() == [other]
    refused = await door.refused("POST", "logged-models", {"experiment_id": experiment, "name": "a.b"})
    assert refused.message.startswith("Invalid model name ('a.b') provided.")
    unknown = {"run_id": run, "key": "m", "value": 1, "timestamp": 1, "model_id": "m-" + "0" * 32}
    assert (await door.refused("POST", "runs/log-metric", unknown)).status == 400


async def test_files_of_a_logged_model_are_listed_and_sent(door: Door) -> None:
    id = await a_logged_model(door)
    await door.put_file(f"0/models/{id}/artifacts/MLmodel", b"flavors: {}")
    await door.put_file(f"0/models/{id}/artifacts/data/w", b"1")
    root = f"mlflow-artifacts:/0/models/{id}/artifacts"
    listed = await door.get(f"logged-models/{id}/artifacts/directories")
    assert (listed["root_uri"], [file["path"] for file in listed["files"]]) == (root, ["MLmodel", "data"])
    inside = await door.get(f"logged-models/{id}/artifacts/directories", artifact_directory_path="data")
    assert [file["path"] for file in inside["files"]] == ["data/w"]
    url = f"/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files"
    assert (await door.http.get(url, params={"artifact_file_path": "MLmodel"})).content == b"flavors: {}"
    assert (await door.http.get(url)).json()["error_code"] == "BAD_REQUEST"
    name = await door.a_model()
    await a_version(door, name, source=f"models:/{id}", model_id=id)
    query = {"name": name, "version": "1", "path": "data/w"}
    assert (await door.http.get("/model-versions/get-artifact", params=query)).content == b"1"


async def test_answers_are_remembered_and_never_outlive_a_change(door: Door) -> None:
    name = await door.a_model()
    for _ in range(2):
        await door.post("model-versions/create", name=name, source="s3://bucket/model")
    asked: list[tuple[str, dict[str, str]]] = [
        ("registered-models/alias", {"name": name, "alias": "champion"}),
        ("registered-models/get", {"name": name}),
        ("registered-models/search", {"filter": f"name = '{name}'"}),
        ("model-versions/get", {"name": name, "version": "2"}),
        ("model-versions/search", {"filter": f"name = '{name}'"}),
        ("model-versions/get-download-uri", {"name": name, "version": "2"}),
    ]
    changes: list[tuple[str, str, dict[str, str], set[str]]] = [
        ("POST", "registered-models/alias", {"alias": "champion", "version": "1"}, set()),
        ("POST", "registered-models/alias", {"alias": "champion", "version": "2"}, {"registered-models/alias"}),
        ("POST", "model-versions/set-tag", {"version": "2", "key": "a", "value": "b"}, {"model-versions/get"}),
        ("PATCH", "registered-models/update", {"description": "told"}, {"registered-models/search"}),
        ("DELETE", "model-versions/delete", {"version": "1"}, {"model-versions/search"}),
    ]
    before: dict[str, httpx.Response] = {}
    for method, path, body, told in changes:
        assert (await door.send(method, path, {"name": name, **body})).status_code == 200
        answers = {path: await door.http.get(f"{API}/{path}", params=query) for path, query in asked}
        for changed in told:
            assert answers[changed].json() != before[changed].json(), (path, changed)
        for path, query in asked:
            tag = answers[path].headers["etag"]
            again = await door.http.get(f"{API}/{path}", params=query, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b""), path
        before = answers
    await door.delete("registered-models/alias", name=name, alias="champion")
    assert (await door.refused("GET", "registered-models/alias", None, name=name, alias="champion")).status == 400
