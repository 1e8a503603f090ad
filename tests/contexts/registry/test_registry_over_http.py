"""The registry over HTTP: transitions and who approves them, what aliases meant when, comparison, files, lineage."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from contexts.deployments.world import a_deployment
from contexts.tracking.making import write
from infrastudio.contexts.identity import service as identity
from infrastudio.contexts.identity.permissions import Role
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries import models as model_queries
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from infrastudio.stores.db import Database, UnitOfWork
from infrastudio.stores.ledger import head, verify_tables

MODELS = "/api/registry/models"
MLFLOW = "/api/2.0/mlflow"
MLMODEL = """\
flavors:
  sklearn: {pickled_model: model.pkl, sklearn_version: 1.5.0}
  python_function: {loader_module: mlflow.sklearn}
signature:
  inputs: '[{"name": "age", "type": "long"}, {"name": "city", "type": "string", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def db(studio: Studio) -> Database:
    return studio.db


@pytest.fixture(scope="module")
def app(studio: Studio) -> ASGIApp:
    return create_app(studio)


@pytest.fixture
async def client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield http


def a_token(db: Database, role: Role) -> dict[str, str]:
    """Make a token of the default project and return the header that carries it."""

    def issue(uow: UnitOfWork) -> str:
        id = projects.id_of(uow, "default")
        assert id is not None
        made = identity.issue_token(uow, project_id=id, project="default", name=role, kind="personal", role=role)
        return made.secret

    return {"Authorization": f"Bearer {write(db, issue)}"}


class Registry:
    """What a test does with models, each answer checked for its status."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def ask(self, method: str, path: str, status: int = 200, **how: Any) -> Any:
        answer = await self.client.request(method, path, **how)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer.content

    async def model(self, name: str, **fields: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.ask("POST", MODELS, 201, json={"name": name, **fields})
        return made

    async def version(self, model: str, **fields: Any) -> dict[str, Any]:
        body = {"source": "s3://bucket/model"} | fields
        made: dict[str, Any] = await self.ask("POST", f"{MODELS}/{model}/versions", 201, json=body)
        return made

    async def run(self, files: dict[str, bytes], *, params: dict[str, str], loss: float) -> str:
        """Log a run with its files below `model/`."""
        experiment = (await self.ask("GET", "/api/experiments?q=Default"))["items"][0]["id"]
        body = {"name": "training", "params": params}
        run: str = (await self.ask("POST", f"/api/experiments/{experiment}/runs", 201, json=body))["id"]
        await self.ask(
            "POST", f"/api/runs/{run}/metrics", 201, json={"points": [{"name": "loss", "value": loss, "step": 1}]}
        )
        for path, content in files.items():
            address = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/model/{path}"
            await self.ask("PUT", address, content=content)
        return run


@pytest.fixture
def registry(client: httpx.AsyncClient) -> Registry:
    return Registry(client)


async def test_a_protected_stage_is_entered_by_a_request_that_another_one_approves(
    registry: Registry, db: Database
) -> None:
    await registry.model("guarded", protected_stages=["production", "production"])
    for _ in range(2):
        await registry.version("guarded")
    first, second = (f"{MODELS}/guarded/versions/{number}" for number in (1, 2))
    moved = await registry.ask("POST", f"{first}/transition", json={"stage": "staging"})
    assert moved["stage"] == "staging"
    refused = await registry.ask("POST", f"{first}/transition", 409, json={"stage": "production"})
    assert refused["error"]["details"]["protected_stages"] == ["production"]
    assert refused["error"]["details"]["request"] in refused["error"]["message"]

    developer, operator = a_token(db, "developer"), a_token(db, "operator")
    wanted = {"stage": "production", "reason": "beats the baseline"}
    asked = await registry.ask("POST", f"{first}/transition-requests", 201, json=wanted, headers=developer)
    assert (asked["status"], asked["title"]) == ("pending", "guarded version 1: staging → production")
    again = await registry.ask("POST", f"{first}/transition-requests", 409, json=wanted)
    assert again["error"]["details"]["approval_id"] == asked["id"]
    decision = f"/api/approvals/{asked['id']}"
    await registry.ask("POST", f"{decision}/approve", 403, json={}, headers=developer)
    await registry.ask("POST", f"{decision}/withdraw", 403, json={}, headers=operator)
    done = await registry.ask("POST", f"{decision}/approve", json={"reason": "agreed"}, headers=operator)
    assert (done["status"], done["decision_reason"], done["arguments"]["from_stage"]) == (
        "approved",
        "agreed",
        "staging",
    )
    assert (await registry.ask("GET", first))["stage"] == "production"
    await registry.ask("POST", f"{decision}/reject", 409, json={"reason": "late"}, headers=operator)

    # what left its stage meanwhile does not jump, and whoever asks decides nothing
    asked = await registry.ask("POST", f"{second}/transition-requests", 201, json=wanted, headers=operator)
    await registry.ask("POST", f"/api/approvals/{asked['id']}/approve", 403, json={}, headers=operator)
    await registry.ask("POST", f"{second}/transition", json={"stage": "archived"})
    stale = await registry.ask("POST", f"/api/approvals/{asked['id']}/approve", 409, json={})
    assert stale["error"]["details"] == {"stage": "archived", "expected_stage": "draft"}
    await registry.ask("POST", f"/api/approvals/{asked['id']}/reject", 422, json={})
    rejected = await registry.ask("POST", f"/api/approvals/{asked['id']}/reject", json={"reason": "it is archived"})
    assert (rejected["status"], rejected["decided_by"]) == ("rejected", "user:local")

    waiting = await registry.ask("GET", "/api/approvals", params={"filter": "status = 'pending'"})
    assert waiting["items"] == []
    mine = {"filter": f"entity = 'model_version' and entity_id = '{moved['id']}'", "as_of": "now"}
    assert [each["status"] for each in (await registry.ask("GET", "/api/approvals", params=mine))["items"]] == [
        "approved"
    ]
    with db.snapshot(SINGLE_USER) as snapshot:
        assert verify_tables(snapshot) == []


async def test_protection_is_lifted_only_by_who_may_approve(registry: Registry, db: Database) -> None:
    await registry.model("kept", protected_stages=["production"])
    developer = a_token(db, "developer")
    await registry.ask("PATCH", f"{MODELS}/kept", 403, json={"protected_stages": []}, headers=developer)
    await registry.ask("PATCH", f"{MODELS}/kept", json={"protected_stages": ["production"]}, headers=developer)
    changed = await registry.ask(
        "PATCH", f"{MODELS}/kept", json={"protected_stages": []}, headers=a_token(db, "operator")
    )
    assert changed["protected_stages"] == []


async def test_a_version_in_a_protected_stage_stays_until_it_has_left_it(registry: Registry, db: Database) -> None:
    await registry.model("locked")
    await registry.version("locked")
    await registry.ask("POST", f"{MODELS}/locked/versions/1/transition", json={"stage": "production"})
    await registry.ask("PATCH", f"{MODELS}/locked", json={"protected_stages": ["production"]})
    await registry.ask("DELETE", f"{MODELS}/locked/versions/1", 409)
    await registry.ask("DELETE", f"{MODELS}/locked?force=1", 409)
    refused = await registry.ask(
        "POST",
        f"{MLFLOW}/model-versions/transition-stage",
        409,
        json={"name": "locked", "version": "1", "stage": "None"},
    )
    assert refused["error_code"] == "RESOURCE_CONFLICT"
    assert "transition-requests" in refused["message"]
    asked = {"stage": "archived"}
    pending = await registry.ask("POST", f"{MODELS}/locked/versions/1/transition-requests", 201, json=asked)
    approve = f"/api/approvals/{pending['id']}/approve"
    await registry.ask("POST", approve, json={}, headers=a_token(db, "operator"))
    pending = await registry.ask(
        "POST", f"{MODELS}/locked/versions/1/transition-requests", 201, json={"stage": "draft"}
    )
    await registry.ask("DELETE", f"{MODELS}/locked/versions/1", 204)
    closed = await registry.ask("GET", f"/api/approvals/{pending['id']}")
    assert (closed["status"], closed["decision_reason"]) == ("withdrawn", "The version was removed.")


async def test_what_is_served_is_removed_by_force_only(registry: Registry, db: Database) -> None:
    made = await registry.model("served")
    run = await registry.run({"MLmodel": MLMODEL.encode()}, params={}, loss=1.0)
    await registry.version("served", source=f"runs:/{run}/model", run_id=run)
    with db.snapshot(SINGLE_USER) as snapshot:
        owner = model_queries.model(snapshot, made["id"])
    body = a_deployment(owner).model_dump()
    deployment = await registry.ask("POST", "/api/deployments", 201, json=body)
    assert (await registry.ask("GET", f"{MODELS}/served"))["used_by"] == 1
    refused = await registry.ask("DELETE", f"{MODELS}/served/versions/1", 409)
    assert refused["error"]["details"]["used_by"] == [
        {"entity": "deployment", "entity_id": deployment["id"], "name": deployment["name"]}
    ]
    developer = a_token(db, "developer")
    await registry.ask("DELETE", f"{MODELS}/served/versions/1?force=1", 403, headers=developer)
    await registry.ask("DELETE", f"{MODELS}/served/versions/1?force=1", 204)


async def test_what_an_alias_meant_when(registry: Registry) -> None:
    await registry.model("aliased")
    for _ in range(3):
        await registry.version("aliased")
    alias = f"{MODELS}/aliased/aliases/champion"
    for number in (1, 3, 2):
        await registry.ask("PUT", alias, json={"version": number}, headers={"X-Studio-Reason": f"to%20{number}"})
    await registry.ask("PUT", f"{MODELS}/aliased/aliases/candidate", json={"version": 3})
    await registry.ask("DELETE", f"{MODELS}/aliased/versions/3", 204)
    page = await registry.ask("GET", f"{MODELS}/aliased/alias-moves", params={"alias": "champion", "limit": 2})
    assert [(move["before"], move["after"], move["reason"]) for move in page["items"]] == [
        (3, 2, "to 2"),
        (1, 3, "to 3"),
    ]
    assert (page["total"], page["items"][0]["until"]) == (3, None)
    assert page["items"][1]["until"] == page["items"][0]["at"]
    rest = await registry.ask(
        "GET", f"{MODELS}/aliased/alias-moves", params={"alias": "champion", "limit": 2, "cursor": page["next_cursor"]}
    )
    assert [(move["before"], move["after"]) for move in rest["items"]] == [(None, 1)]
    assert rest["next_cursor"] is None
    removed = (await registry.ask("GET", f"{MODELS}/aliased/alias-moves"))["items"][0]
    assert (removed["alias"], removed["before"], removed["after"]) == ("candidate", 3, None)
    for move, number in zip([*rest["items"], *reversed(page["items"])], (1, 3, 2), strict=True):
        then = await registry.ask("GET", alias, params={"as_of": f"seq:{move['seq']}"})
        assert (then["number"], "champion" in then["aliases"]) == (number, True)
    before = rest["items"][0]["seq"] - 1
    await registry.ask("GET", alias, 404, params={"as_of": f"seq:{before}"})
    at_first = await registry.ask(
        "GET", f"{MODELS}/aliased/alias-moves", params={"as_of": f"seq:{rest['items'][0]['seq']}"}
    )
    assert [(move["after"], move["until"]) for move in at_first["items"]] == [(1, None)]


async def test_a_model_tells_of_its_versions(registry: Registry) -> None:
    await registry.model("told", tags={"team": "nlp"})
    assert (await registry.ask("GET", f"{MODELS}/told"))["performance"] is None
    await registry.version("told", evaluation={"accuracy": 0.9}, notes="the first")
    await registry.version("told", evaluation={"accuracy": 0.95})
    told = await registry.ask("GET", f"{MODELS}/told")
    assert (told["version_count"], told["stages"], told["performance"]) == (2, {"draft": 2}, {"accuracy": 0.95})
    await registry.ask("POST", f"{MODELS}/told/versions/1/transition", json={"stage": "production"})
    told = await registry.ask("GET", f"{MODELS}/told")
    assert (told["performance"], told["performance_version"]) == ({"accuracy": 0.9}, 1)
    assert told["stages"] == {"draft": 2, "production": 1}
    changed = await registry.ask(
        "PATCH", f"{MODELS}/told/versions/1", json={"notes": None, "evaluation": {"accuracy": 0.91}, "tags": {"a": "b"}}
    )
    assert (changed["notes"], changed["evaluation"], changed["registered_by"]) == (
        None,
        {"accuracy": 0.91},
        "user:local",
    )
    same = await registry.ask("PATCH", f"{MODELS}/told/versions/1", json={"tags": {"a": "b"}})
    assert same["version"] == changed["version"]
    stale = {"If-Match": '"1"'}
    await registry.ask("PATCH", f"{MODELS}/told/versions/1", 412, json={"notes": "x"}, headers=stale)
    assert (await registry.ask("GET", f"{MODELS}/told"))["performance"] == {"accuracy": 0.91}


async def test_versions_are_compared_by_runs_evaluations_signatures_and_files(registry: Registry) -> None:
    other = MLMODEL.replace('"type": "long"', '"type": "double"')
    files = {"MLmodel": MLMODEL.encode(), "model.pkl": b"weights", "same.txt": b"same"}
    first = await registry.run(files, params={"lr": "0.1", "seed": "7"}, loss=0.5)
    second = await registry.run(files | {"MLmodel": other.encode()}, params={"lr": "0.2", "seed": "7"}, loss=0.25)
    await registry.model("compared")
    for run in (first, second):
        await registry.version(
            "compared", source=f"runs:/{run}/model", run_id=run, evaluation={"slices": {"young": 0.5}, "accuracy": 1}
        )
    await registry.version("compared")
    found = await registry.ask("GET", f"{MODELS}/compared/compare", params={"versions": "2,1"})
    differing = {
        name: [row["key"] for row in found[name] if row["differs"]] for name in ("params", "metrics", "evaluation")
    }
    assert differing == {"params": ["lr"], "metrics": ["loss"], "evaluation": []}
    assert [row["values"] for row in found["metrics"]] == [[0.25, 0.5]]
    assert [row["key"] for row in found["evaluation"]] == ["accuracy", "slices.young"]
    signature = {(row["part"], row["name"]): row["types"] for row in found["signature"]}
    assert signature == {
        ("inputs", "age"): ["double", "long"],
        ("inputs", "city"): ["string, optional"] * 2,
        ("outputs", "0"): ["float64[-1]"] * 2,
    }
    assert {row["path"]: row["differs"] for row in found["artifacts"]} == {
        "MLmodel": True, "model.pkl": False, "same.txt": False,
    }  # fmt: skip
    third = await registry.ask("GET", f"{MODELS}/compared/compare", params={"versions": "1,3", "as_of": "now"})
    assert (third["unread_runs"], third["unread_files"]) == ([3], [3])
    for wrong in ("1", "1,1", "1,x", "1,2,3,4,5,6", ""):
        await registry.ask("GET", f"{MODELS}/compared/compare", 422, params={"versions": wrong})
    await registry.ask("GET", f"{MODELS}/compared/compare", 404, params={"versions": "1,9"})


async def test_files_of_a_version_are_listed_shown_and_downloaded(registry: Registry, db: Database) -> None:
    files = {
        "MLmodel": MLMODEL.encode(),
        "model.pkl": b"\x80pickle",
        "tokenizer/vocab.txt": b"a\nb",
        "tables/scores.csv": b"name,score\nann,1\nbob\n",
        "config.json": b'{"b":[1,2]}',
        "broken.json": b"{",
        "plot.png": PNG,
        "page.html": b"<p>hi</p>",
        "odd.txt": b"\xff\xfe",
    }
    run = await registry.run(files, params={}, loss=1.0)
    await registry.model("files")
    made = await registry.version("files", source=f"runs:/{run}/model", run_id=run)
    version = f"{MODELS}/files/versions/1"
    told = await registry.ask("GET", version)
    assert (told["artifact_count"], told["size_bytes"]) == (9, sum(map(len, files.values())))
    types = {each["path"]: each["type"] for each in told["artifacts"]}
    assert types["model.pkl"] == "model"
    assert types["MLmodel"] == types["config.json"] == "config"
    assert types["tokenizer/vocab.txt"] == "tokenizer"
    named = next(each for each in told["artifacts"] if each["path"] == "model.pkl")
    assert named["metadata"] == {"sklearn": "pickled_model"}
    listed = await registry.ask("GET", f"{version}/artifacts")
    assert [each["path"] for each in listed["items"]][:2] == ["tables", "tokenizer"]
    below = await registry.ask("GET", f"{version}/artifacts", params={"path": "tables", "as_of": "now"})
    assert [each["path"] for each in below["items"]] == ["tables/scores.csv"]

    async def shown(path: str) -> dict[str, Any]:
        found: dict[str, Any] = await registry.ask("GET", f"{version}/artifact-preview", params={"path": path})
        return found

    table = await shown("tables/scores.csv")
    assert (table["kind"], table["columns"], table["rows"]) == (
        "table",
        ["name", "score"],
        [["ann", "1"], ["bob", None]],
    )
    assert (await shown("config.json"))["text"] == '{\n  "b": [\n    1,\n    2\n  ]\n}'
    kinds = {path: (await shown(path))["kind"] for path in files}
    assert kinds["broken.json"] == kinds["MLmodel"] == "text"
    assert (kinds["plot.png"], kinds["page.html"]) == ("image", "html")
    assert kinds["odd.txt"] == kinds["model.pkl"] == "binary"
    for wrong, status in (("../secret", 422), ("nothing", 404), ("", 404)):
        await registry.ask("GET", f"{version}/artifact-preview", status, params={"path": wrong})
    assert await registry.ask("GET", f"{version}/artifacts/tokenizer/vocab.txt") == b"a\nb"
    archive = zipfile.ZipFile(io.BytesIO(await registry.ask("GET", f"{version}/download")))
    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == files

    with db.snapshot(SINGLE_USER) as snapshot:
        owner = model_queries.model(snapshot, made["model_id"])
    await registry.ask("POST", "/api/deployments", 201, json=a_deployment(owner).model_dump())
    origin = await registry.ask("GET", f"{version}/artifact-provenance", params={"path": "model.pkl"})
    assert (origin["run_id"], origin["run_name"], origin["written_by"]) == (run, "training", "user:local")
    assert [use["entity"] for use in origin["used_by"]] == ["model_version", "deployment"]
    await registry.ask("PUT", f"{MODELS}/files/aliases/x", json={"version": 1})
    then = await registry.ask("GET", f"{version}/artifact-provenance", params={"path": "model.pkl", "as_of": "now"})
    assert then == origin


async def test_what_a_run_left_to_the_registry_is_found_from_the_run(registry: Registry, db: Database) -> None:
    run = await registry.run({"scores.csv": b"name,score\nann,1\n"}, params={}, loss=0.5)
    experiment = (await registry.ask("GET", f"/api/runs/{run}"))["experiment_id"]
    told = {"experiment_id": experiment, "name": "checkpoint", "source_run_id": run}
    logged = (await registry.ask("POST", f"{MLFLOW}/logged-models", json=told))["model"]["info"]["model_id"]
    outputs = {"run_id": run, "models": [{"model_id": logged, "step": 7}]}
    await registry.ask("POST", f"{MLFLOW}/runs/outputs", json=outputs)
    weights = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/models/{logged}/artifacts/weights/model.txt"
    await registry.ask("PUT", weights, content=b"1 2 3")
    before = await registry.ask("GET", f"/api/runs/{run}/models", params={"as_of": "now"})
    assert [(each["id"], each["name"], each["step"]) for each in before["items"]] == [(logged, "checkpoint", 7)]
    assert (before["total"], before["versions"]) == (1, [])
    with db.snapshot(SINGLE_USER) as snapshot:
        moment = head(snapshot)

    await registry.model("left")
    await registry.version("left", source=f"models:/{logged}", logged_model_id=logged)
    await registry.version("left", source=f"runs:/{run}/model", run_id=run)
    await registry.ask("PUT", f"{MODELS}/left/aliases/best", json={"version": 1})
    now = await registry.ask("GET", f"/api/runs/{run}/models")
    assert [(each["number"], each["logged_model_id"], each["aliases"]) for each in now["versions"]] == [
        (1, logged, ["best"]),
        (2, None, []),
    ]
    assert now == await registry.ask("GET", f"/api/runs/{run}/models", params={"as_of": "now"})
    assert before == await registry.ask("GET", f"/api/runs/{run}/models", params={"as_of": f"seq:{moment}"})

    shown = await registry.ask("GET", f"/api/runs/{run}/artifact-preview", params={"path": "model/scores.csv"})
    assert (shown["kind"], shown["rows"]) == ("table", [["ann", "1"]])
    origin = await registry.ask("GET", f"/api/runs/{run}/artifact-provenance", params={"path": "model/scores.csv"})
    assert (origin["run_id"], [use["name"] for use in origin["used_by"]]) == (run, ["left version 2"])

    of_model = f"/api/logged-models/{logged}"
    assert (await registry.ask("GET", of_model))["name"] == "checkpoint"
    listed = await registry.ask("GET", f"{of_model}/artifacts")
    assert [(each["path"], each["is_directory"]) for each in listed["items"]] == [("weights", True)]
    path = {"path": "weights/model.txt"}
    assert (await registry.ask("GET", f"{of_model}/artifact-preview", params=path))["text"] == "1 2 3"
    assert await registry.ask("GET", f"{of_model}/artifacts/weights/model.txt") == b"1 2 3"
    origin = await registry.ask("GET", f"{of_model}/artifact-provenance", params=path)
    assert (origin["run_id"], origin["step"], origin["logged_model_id"]) == (run, 7, logged)
    assert [use["name"] for use in origin["used_by"]] == ["left version 1"]
    page = await registry.client.get(f"{of_model}/artifacts/weights/model.txt", params={"show": "true"})
    assert page.headers["content-disposition"] == "inline"
    assert "sandbox allow-scripts; default-src 'none'" in page.headers["content-security-policy"]
    saved = await registry.client.get(f"{of_model}/artifacts/weights/model.txt")
    assert saved.headers["content-disposition"].startswith("attachment")
    for wrong, status in (("../secret", 422), ("nothing", 404)):
        await registry.ask("GET", f"/api/runs/{run}/artifact-preview", status, params={"path": wrong})
        await registry.ask("GET", f"{of_model}/artifact-provenance", status, params={"path": wrong})


async def test_files_that_lie_elsewhere_are_told_to_be_so(registry: Registry) -> None:
    await registry.model("elsewhere")
    await registry.version("elsewhere")
    told = await registry.ask("GET", f"{MODELS}/elsewhere/versions/1")
    assert (told["artifacts"], told["artifact_count"]) == ([], None)
    refused = await registry.ask("GET", f"{MODELS}/elsewhere/versions/1/artifacts", 409)
    assert "s3://bucket/model" in refused["error"]["message"]
    await registry.ask("GET", f"{MODELS}/elsewhere/versions/1/download", 409)


async def test_lineage_leads_both_ways_and_says_what_nobody_knows(registry: Registry, db: Database) -> None:
    run = await registry.run({"MLmodel": MLMODEL.encode()}, params={}, loss=1.0)
    made = await registry.model("lineage")
    await registry.version("lineage", source=f"runs:/{run}/model", run_id=run)
    await registry.version("lineage")
    before = await registry.ask("GET", f"{MODELS}/lineage/versions/1/lineage")
    dataset = {"name": "mix4", "digest": "d1", "source_type": "local", "source": "x"}
    inputs = {"run_id": run, "datasets": [{"dataset": dataset}]}
    await registry.ask("POST", f"{MLFLOW}/runs/log-inputs", json=inputs)
    with db.snapshot(SINGLE_USER) as snapshot:
        owner = model_queries.model(snapshot, made["id"])
    body = a_deployment(owner).model_dump() | {"model_version": 1}
    deployment = await registry.ask("POST", "/api/deployments", 201, json=body)
    now = await registry.ask("GET", f"{MODELS}/lineage/versions/1/lineage")

    def nodes(graph: dict[str, Any]) -> dict[str, tuple[str | None, bool]]:
        return {node["entity"]: (node["name"], node["known"]) for node in graph["nodes"]}

    assert nodes(before) == {
        "model_version": ("lineage version 1", True), "run": ("training", True), "dataset": (None, False),
    }  # fmt: skip
    assert nodes(now) == {
        "model_version": ("lineage version 1", True), "run": ("training", True), "dataset": ("mix4", True),
        "deployment": (deployment["name"], True), "endpoint": (f"/v2/models/{deployment['name']}/infer", True),
    }  # fmt: skip
    standing = {node["entity"]: node["standing"] for node in now["nodes"]}
    assert (standing["model_version"], standing["deployment"], standing["run"]) == ("draft", "pending", "running")
    past = {"as_of": f"seq:{before['seq']}"}
    assert await registry.ask("GET", f"{MODELS}/lineage/versions/1/lineage", params=past) == before
    down = await registry.ask("GET", f"{MODELS}/lineage/versions/1/lineage", params={"direction": "down"})
    assert sorted(nodes(down)) == ["deployment", "endpoint", "model_version"]
    unknown = await registry.ask("GET", f"{MODELS}/lineage/versions/2/lineage")
    assert nodes(unknown) == {"model_version": ("lineage version 2", True), "run": (None, False)}
