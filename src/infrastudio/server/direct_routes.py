"""The short way to the routes of the native API.

FastAPI asks one included router after the other, each twice, and wraps every request into handlers that this server
has elsewhere: a fifth of the time of a small write. Here the first words of an address lead to the few routes that
begin with them. What no route of these takes, such as a wrong method, goes FastAPI's way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.types import ASGIApp, Scope

from infrastudio.http.asgi import routed_path


class DirectRoute(NamedTuple):
    """A route, and what answers its requests."""

    route: APIRoute
    app: ASGIApp


class DirectRoutes:
    """Finds the route of a request by the first two words of its path."""

    def __init__(self, api: FastAPI) -> None:
        self._api = api
        self._by_start: dict[str, list[DirectRoute]] = {}
        for route in _unchanged_routes(api):
            start = _start(route.path)
            if "{" not in start:
                app = AsyncExitStackMiddleware(route.app)  # who closes the files of a form
                self._by_start.setdefault(start, []).append(DirectRoute(route, app))

    def find(self, scope: Scope) -> ASGIApp | None:
        """Return what answers the request, and note in `scope` what FastAPI would note; None: FastAPI shall see."""
        path = routed_path(scope)
        method = scope["method"]
        for route, app in self._by_start.get(_start(path), ()):
            match = route.path_regex.match(path)
            if match is not None and method in (route.methods or ()):
                converts = route.param_convertors
                scope["path_params"] = {name: converts[name].convert(v) for name, v in match.groupdict().items()}
                scope["app"], scope["route"], scope["endpoint"] = self._api, route, route.endpoint
                return app
        return None


def _start(path: str) -> str:
    return "/".join(path.split("/", 3)[:3])


def _unchanged_routes(api: FastAPI) -> Iterator[APIRoute]:
    """Yield the routes that say by themselves all that they are; who includes a router may add to its routes."""
    for context in iter_route_contexts(api.routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            continue
        if context.path == route.path and list(context.dependencies) == list(route.dependencies):
            yield route
