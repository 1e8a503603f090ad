"""What is made says where it is found and under which version; what a client has already is not sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.types import ASGIApp

from infrastudio.server.app import create_app
from infrastudio.server.wiring import Studio
from walks.asking import Answer, Question, ask
from walks.operations import Operation, operations
from walks.world import World, populate

NO_ENTITIES = {"POST /api/runs/{id}/logs", "POST /api/runs/{id}/metrics"}
"""Telemetry has no versions."""
WHOLE = {
    "GET /api/approvals/{id}",
    "GET /api/instances/{id}",
    "GET /api/projects/{slug}",
    "GET /api/saved-views/{id}",
}
"""Answers that say the entity's state and nothing else; the others tell of runs, metrics, replicas, progress too."""


@pytest.fixture
def app(studio: Studio) -> ASGIApp:
    return create_app(studio)


@pytest.fixture
async def world(app: ASGIApp, studio: Studio) -> World:
    slug = f"tags-{len(PLAYED)}"
    PLAYED.append(slug)
    return await populate(app, studio, slug, mark=f"dotterel{len(PLAYED)}", value=5.5)


PLAYED: list[str] = []


async def test_what_was_made_is_found_where_the_answer_says(app: ASGIApp, studio: Studio, world: World) -> None:
    silent, made = list[str](), 0
    for operation in operations(studio):
        if operation.method != "POST" or operation.name in NO_ENTITIES or "project" not in operation.query:
            continue
        answer = await ask(app, operation.question(world.ids, more={"project": world.slug}))
        if answer.status != 201:
            continue
        made += 1
        found = await ask(app, Question("GET", answer.headers.get("location", "/")))
        if found.status != 200 or found.headers.get("etag") != answer.headers.get("etag"):
            silent.append(f"{operation.name}: {answer.headers} -> {found.status} {found.headers.get('etag')}")
    assert silent == []
    assert made >= 4


async def test_a_state_that_the_client_has_is_not_sent_again(app: ASGIApp, studio: Studio, world: World) -> None:
    for operation in whole(studio):
        first = await asked(app, operation, world)
        tag = first.headers["etag"]
        for known in (tag, f"W/{tag}", f'"0", {tag}', "*"):
            again = await asked(app, operation, world, known)
            assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag), (operation.name, known)
        for other in ('"999"', tag.strip('"'), '"', f'"{tag}x"'):
            assert (await asked(app, operation, world, other)).body == first.body, (operation.name, other)


async def test_what_tells_more_than_its_version_is_always_sent(app: ASGIApp, studio: Studio, world: World) -> None:
    """Else a chart would stand still: metrics of a run come without a new version."""
    tagged = 0
    for operation in operations(studio):
        if operation.is_read and operation.names_something and operation.name not in WHOLE:
            first = await asked(app, operation, world)
            if "etag" in first.headers and not operation.path.endswith("{path}"):
                tagged += 1
                assert (await asked(app, operation, world, first.headers["etag"])).status == 200, operation.name
    assert tagged >= 4


def whole(studio: Studio) -> list[Operation]:
    found = [operation for operation in operations(studio) if operation.name in WHOLE]
    assert len(found) == len(WHOLE)
    return found


async def asked(app: ASGIApp, operation: Operation, world: World, known: str | None = None) -> Answer:
    question = operation.question(world.ids, more={"project": world.slug} if "project" in operation.query else None)
    return await ask(app, question if known is None else replace(question, headers={"if-none-match": known}))
