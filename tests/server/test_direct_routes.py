"""The short way to a route does what FastAPI does on its way."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from conftest import studio_on
from infrastudio.server import wiring
from infrastudio.server.app import create_api
from infrastudio.server.direct_routes import DirectRoutes


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The application of FastAPI and the short way into it."""
    with studio_on(tmp_path_factory.mktemp("data")) as studio:
        api = create_api(studio)
        yield api, DirectRoutes(api, wiring.routers())


def scope_of(method: str, path: str, *, root_path: str = "") -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "root_path": root_path, "headers": []}


def example(route: APIRoute) -> str:
    """Return a path that a route takes."""
    path = route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}:path}}", "a/b").replace(f"{{{name}}}", "7")
    return path


def test_every_route_is_found_and_stands_alone(asked: Any) -> None:
    """A router that included another with a prefix, or with dependencies, would lose them on the short way."""
    api, direct = asked
    contexts = [context for context in iter_route_contexts(api.routes) if isinstance(context.original_route, APIRoute)]
    for context in contexts:
        route = context.original_route
        assert isinstance(route, APIRoute)
        assert context.path == route.path
        assert list(context.dependencies) == list(route.dependencies)
        if not route.path.startswith("/api/") or route.path == "/api/auth/methods":
            continue
        for method in route.methods or ():
            scope = scope_of(method, example(route))
            assert direct.find(scope) is not None
            assert scope["route"] is route, f"{method} {route.path} leads to {scope['route'].path}"
    assert len(contexts) > 70


def test_parts_of_the_path_are_named(asked: Any) -> None:
    _, direct = asked
    scope = scope_of("GET", "/studio/api/runs/run_1/artifacts/a/b.txt", root_path="/studio")
    assert direct.find(scope) is not None
    assert scope["path_params"] == {"id": "run_1", "path": "a/b.txt"}


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "/api/instances"), ("GET", "/api/nothing"), ("GET", "/api"), ("GET", "/")]
)
def test_what_no_route_takes_is_left_to_fastapi(asked: Any, method: str, path: str) -> None:
    assert asked[1].find(scope_of(method, path)) is None


async def test_a_wrong_method_names_those_that_are_taken(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/api/instances/1", json={})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD, PUT"
