"""Every route refuses whoever lacks its right, and whoever comes with credentials that are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from starlette.types import ASGIApp

from infrastudio.contexts.identity.permissions import PERMISSIONS, ROLES, Role
from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from walks.asking import Answer, Question, ask
from walks.mlflow_rows import calls
from walks.operations import Operation, operations
from walks.world import World, populate, token_for

UNTOLD = {"/api/3.0/mlflow/server-info"}
"""What the MLflow protocol tells everybody who is known: nothing of a project."""


@pytest.fixture(scope="module")
def made(studio: Studio) -> dict[str, World]:
    """Keep the world of a server for all tests of this module."""
    return {}


@pytest.fixture
def app(studio: Studio) -> ASGIApp:
    return create_app(studio)


@pytest.fixture
async def world(app: ASGIApp, studio: Studio, made: dict[str, World]) -> World:
    """The default project with one of everything in it."""
    if "default" not in made:
        made["default"] = await populate(app, studio, "default", mark="osprey", value=7.25)
    return made["default"]


async def test_a_role_below_the_weakest_that_may_is_refused_by_every_route(
    app: ASGIApp, studio: Studio, world: World
) -> None:
    tokens: dict[Role, str] = {role: token_for(studio, "default", role) for role in ROLES}
    before, open_routes = world.events(studio), list[str]()
    for operation in operations(studio):
        weaker = below(operation)
        if weaker is not None:
            answer = await ask_as(app, operation.question(world.ids), tokens[weaker])
            if answer.status not in (403, 404):
                open_routes.append(f"{operation.name} answers {answer.status} to a {weaker}")
    assert open_routes == []
    assert world.events(studio) == before


async def test_a_replica_may_do_nothing_but_read_models_and_runs(app: ASGIApp, studio: Studio, world: World) -> None:
    token = token_for(studio, "default", None, kind="replica", subject="replica:rep_osprey")
    open_routes = [
        operation.name
        for operation in operations(studio)
        if operation.right not in (None, "registry.read", "runs.read")
        and (await ask_as(app, operation.question(world.ids), token)).status not in (403, 404)
    ]
    assert open_routes == []


async def test_guests_read_nothing_and_viewers_change_nothing_by_any_mlflow_row(
    app: ASGIApp, studio: Studio, world: World
) -> None:
    guest, viewer = (token_for(studio, "default", role) for role in ("guest", "viewer"))
    before, open_rows = world.events(studio), list[str]()
    for call in calls():
        allowed = {403, 404, 501} | ({200} if call.path in UNTOLD else set())
        answers = {"guest": await ask_as(app, call.question(world.ids), guest)}
        if not call.is_read:
            answers["viewer"] = await ask_as(app, call.question(world.ids), viewer)
        for who, answer in answers.items():
            is_empty = call.is_read and answer.status == 200 and world.mark not in answer.text
            if answer.status not in allowed and not is_empty and not names_no_right(answer):
                open_rows.append(f"{call.name} answers {answer.status} to a {who}: {answer.text[-200:]}")
    assert open_rows == []
    assert world.events(studio) == before


async def test_whoever_has_the_right_is_not_refused(app: ASGIApp, studio: Studio, world: World) -> None:
    """Else a server that refuses everybody would pass; deletions last, so that there is something to ask about."""
    tokens: dict[Role, str] = {role: token_for(studio, "default", role) for role in ROLES}
    in_order = sorted(operations(studio), key=lambda each: (not each.is_read, each.method == "DELETE"))
    refused = [
        operation.name
        for operation in in_order
        if operation.right is not None
        and (await ask_as(app, operation.question(world.ids), tokens[PERMISSIONS[operation.right]])).status
        in (401, 403)
    ]
    assert refused == []


async def test_credentials_that_are_none_are_refused_by_every_route(app: ASGIApp, studio: Studio, world: World) -> None:
    native = [each.question(world.ids) for each in operations(studio) if each.right is not None]
    foreign = [each.question(world.ids) for each in calls()]
    open_routes = [
        question.name
        for question in (*native, *foreign)
        for headers in ({"authorization": "Bearer stk_0"}, {"authorization": "Basic eDp5"}, {"authorization": "x"})
        if (await ask_with(app, question, headers)).status != 401
    ]
    assert open_routes == []


def below(operation: Operation) -> Role | None:
    """Return the strongest role that lacks the right of an operation; None when every role has it."""
    if operation.right is None:
        return None
    weakest = ROLES.index(PERMISSIONS[operation.right])
    return ROLES[weakest - 1] if weakest else None


def names_no_right(answer: Answer) -> bool:
    """Is it a refusal of something that nobody gets here, whatever their rights?"""
    return isinstance(answer.json, dict) and "are not supported" in answer.json.get("message", "")


async def ask_as(app: ASGIApp, question: Question, token: str) -> Answer:
    """Ask with a token."""
    return await ask_with(app, question, {"authorization": f"Bearer {token}"})


async def ask_with(app: ASGIApp, question: Question, headers: Mapping[str, str]) -> Answer:
    return await ask(app, replace(question, headers={**question.headers, **headers}))
