"""Whoever has rights in one project only learns nothing of another one, and changes nothing there, by any route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from starlette.types import ASGIApp

from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from walks.asking import Answer, Question, ask
from walks.mlflow_rows import Call, calls
from walks.operations import Operation, operations
from walks.world import World, populate, token_for

REFUSED = {403, 404}
"""What a stranger is answered: it does not exist for them; or they lack the right in every project."""
CREATES = {"/api/2.0/mlflow/experiments/create", "/api/2.0/mlflow/registered-models/create"}
"""Operations that name nothing that exists: whoever asks gets something of their own."""
NOT_BUILT = 501
REFERENCES = {
    "experiment_id", "experiment_ids", "experiment_name", "model_id", "models", "run_id", "run_ids", "run_uuid",
    "source", "source_run_id",
}  # fmt: skip
"""Fields of MLflow's by which a request about something of one's own may point into the other project."""
BY_ROW = {"POST /api/instances/bulk": 422}
"""Operations that refuse the rows of a request one by one: what a stranger names there is one of the problems."""
SILENT = {
    "GET /api/3.0/mlflow/datasets/<dataset_id>/experiment-ids",
    "GET /api/deployments/{id}/replicas",
    "GET /api/deployments/{id}/status",
    "GET /api/operations/{id}",
    "GET /api/runs/{id}/logs/histogram",
    "GET /api/runs/{id}/logs/hits",
}
"""Reads of a part of the project whose answers hold neither names nor ids nor values."""


KEPT_AS_SAID = {"POST /api/registry/models/{model}/versions"}
"""Operations that keep a name of something unknown: what was made goes again, or the stranger would be told what they
said themselves."""


@dataclass(frozen=True)
class Walk:
    """One stranger on their way through another project."""

    app: ASGIApp
    who: str
    headers: Mapping[str, str]
    secrets: frozenset[str]
    problems: list[str]

    async def ask(self, question: Question, *, must_be: set[int] | None = None) -> Answer:
        """Ask, and note what the answer should not have said."""
        asked = replace(question, headers={**question.headers, **self.headers})
        answer = await ask(self.app, asked)
        told = sorted(secret for secret in self.secrets if secret in answer.text and secret not in asked.text)
        if told:
            self.note(question, answer, f"tells {told}")
        if answer.status >= 500 and answer.status != NOT_BUILT:
            self.note(question, answer, "failed")
        elif must_be is not None and answer.status not in must_be:
            self.note(question, answer, f"is not one of {sorted(must_be)}")
        return answer

    def note(self, question: Question, answer: Answer, what: str) -> None:
        self.problems.append(f"{self.who}: {question.name} -> {answer.status} {what}: {answer.text[-300:]}")


@dataclass(frozen=True)
class Worlds:
    """The strangers' own project, and the one that they shall not see."""

    app: ASGIApp
    studio: Studio
    home: World
    other: World


@pytest.fixture(scope="module")
def made(studio: Studio) -> dict[str, Worlds]:
    """Keep the worlds of a server for all tests of this module."""
    return {}


@pytest.fixture
async def worlds(studio: Studio, made: dict[str, Worlds]) -> Worlds:
    """Two projects with one of everything in each."""
    if "both" not in made:
        app = create_app(studio)
        home = await populate(app, studio, "default", mark="sparrow", value=31337.5)
        other = await populate(app, studio, "hidden", mark="zebrafish", value=48613.0625)
        made["both"] = Worlds(app, studio, home, other)
    return made["both"]


async def test_no_route_tells_of_another_project_or_changes_it(worlds: Worlds) -> None:
    before, problems = worlds.other.events(worlds.studio), list[str]()
    native = operations(worlds.studio)
    for walk in strangers(worlds, problems):
        for operation in native:
            await walk_operation(walk, operation, worlds.home, worlds.other)
    assert not problems, "\n".join(problems)
    assert worlds.other.events(worlds.studio) == before


async def test_no_mlflow_row_tells_of_another_project_or_changes_it(worlds: Worlds) -> None:
    before, problems = worlds.other.events(worlds.studio), list[str]()
    for walk in strangers(worlds, problems):
        for call in calls():
            await walk_row(walk, call, worlds.home, worlds.other)
    assert not problems, "\n".join(problems)
    assert worlds.other.events(worlds.studio) == before
    assert await telemetry_of(worlds.app, worlds.other) == (1, 1)


async def test_the_walk_finds_what_there_is_for_somebody_who_may_read_it(worlds: Worlds) -> None:
    """Else it would prove nothing: whoever may read the project is told of it, by each route about a part of it."""
    secrets = worlds.other.secrets(worlds.studio)
    readers: list[Operation | Call] = [*operations(worlds.studio), *calls()]
    silent = set()
    for reader in readers:
        question = reader.question(worlds.other.ids)
        if reader.is_read and reader.names_something and worlds.other.mark not in question.text:
            problems: list[str] = []
            await Walk(worlds.app, "anybody", {}, secrets, problems).ask(question)
            if not any("tells" in problem for problem in problems):
                silent.add(reader.name)
    assert silent == SILENT


def strangers(worlds: Worlds, problems: list[str]) -> Iterator[Walk]:
    """Yield the ways in which somebody may have rights in the first project only."""
    secrets = worlds.other.secrets(worlds.studio)
    operator = token_for(worlds.studio, worlds.home.slug, "operator")  # has all rights of a developer too
    for who, token in {"operator": operator, "job": worlds.home.ids["job_token"]}.items():
        yield Walk(worlds.app, who, {"authorization": f"Bearer {token}"}, secrets, problems)


async def walk_operation(walk: Walk, operation: Operation, home: World, other: World) -> None:
    if operation.right is None:
        return
    if operation.parameters:
        await walk.ask(operation.question(other.ids), must_be=REFUSED)
        answer = await walk.ask(mixed(operation, home, other))
        if operation.name in KEPT_AS_SAID and answer.status == 201:
            await walk.ask(Question("DELETE", answer.headers["location"]), must_be={204})
        return
    elsewhere = operation.question(other.ids, more={"project": other.slug})
    if "project" in operation.query:
        await walk.ask(elsewhere, must_be=REFUSED)
        by_header = {**elsewhere.headers, "x-studio-project": other.slug}
        must_be = REFUSED | {BY_ROW.get(operation.name, 404)}
        await walk.ask(replace(operation.question(other.ids), headers=by_header), must_be=must_be)
    await walk.ask(operation.question(other.ids))
    if operation.is_read:
        for more in hints(operation, other):
            await walk.ask(operation.question(other.ids, more=more))


def mixed(operation: Operation, home: World, other: World) -> Question:
    """Return a request about one's own entity whose body names the other project's."""
    headers, body = operation.content(other.ids)
    return Question(operation.method, operation.address(home.ids), operation.query_of(home.ids), headers, body)


def hints(operation: Operation, other: World) -> Iterator[dict[str, str]]:
    """Yield query parameters by which a list might be led into the other project."""
    if "project" in operation.query:
        yield {"project": "*"}
    values = {
        "run_id": other.ids["run"],
        "q": other.mark[:5],
        "name": other.mark[:5],
        "since": "0",
        "as_of": "now",
        "lifecycle": "all",
        "from": "seq:0",
        "filter": f"name = '{other.mark}'",
    }
    for name in values.keys() & operation.query.keys():
        yield {name: values[name]}
        if "project" in operation.query:
            yield {name: values[name], "project": "*"}
    if "entity" in operation.query:
        for entity in ("run", "model", "job", "deployment", "instance", "experiment", "logged_model"):
            yield {"entity": f"{entity}:{other.ids[entity]}"}
            yield {"entity": entity, "id": other.ids[entity]}
            yield {"entity": entity, "project": "*"}


async def walk_row(walk: Walk, call: Call, home: World, other: World) -> None:
    refused = REFUSED | {NOT_BUILT} if call.names_something and not call.is_read else None
    there = call.question(other.ids)
    if call.path not in CREATES:
        await walk.ask(there, must_be=refused)
    await walk.ask(replace(there, headers={**there.headers, "x-mlflow-workspace": other.slug}), must_be=refused)
    own, theirs = call.arguments(home.ids), call.arguments(other.ids)
    for name in REFERENCES & theirs.keys():
        await walk.ask(call.question(home.ids, own | {name: theirs[name]}))


async def telemetry_of(app: ASGIApp, world: World) -> tuple[int, int]:
    """Return how many points and lines the run of a world has."""
    run = world.ids["run"]
    query = f"run_id={run}&metric_key={world.mark}"
    history = await ask(app, Question("GET", "/api/2.0/mlflow/metrics/get-history", query))
    log = await ask(app, Question("GET", f"/api/runs/{run}/logs"))
    return len(history.json["metrics"]), log.json["total"]
