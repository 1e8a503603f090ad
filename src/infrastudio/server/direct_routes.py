"""The short way to the routes of the native API.

FastAPI asks one included router after the other, each twice, and wraps every request into handlers that this server
has elsewhere: a fifth of the time of a small write. Here the first words of an address lead to the few routes that
begin with them. What no route of these takes, such as a wrong method, goes FastAPI's way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fastapi import APIRouter, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Scope

from infrastudio.http.asgi import routed_path


class DirectRoute(NamedTuple):
    """A route, and what answers its requests."""

    route: APIRoute
    app: ASGIApp


class DirectRoutes:
    """Finds the route of a request by its method and the first two words of its path."""

    def __init__(self, api: FastAPI, routers: Iterable[APIRouter]) -> None:
        """Index the routes of `routers`, which `api` includes as they are: with nothing added to them."""
        self._api = api
        self._by_start: dict[tuple[str, str], list[DirectRoute]] = {}
        for route in (route for router in routers for route in router.routes if isinstance(route, APIRoute)):
            start = _start(route.path)
            if "{" not in start:
                app = AsyncExitStackMiddleware(route.app)  # who closes the files of a form
                for method in route.methods or ():
                    self._by_start.setdefault((method, start), []).append(DirectRoute(route, app))

    def find(self, scope: Scope) -> ASGIApp | None:
        """Return what answers the request, and note in `scope` what FastAPI would note; None: FastAPI shall see."""
        path = routed_path(scope)
        for route, app in self._by_start.get((scope["method"], _start(path)), ()):
            match = route.path_regex.match(path)
            if match is not None:
                converts = route.param_convertors
                scope["path_params"] = {name: converts[name].convert(v) for name, v in match.groupdict().items()}
                scope["app"], scope["route"], scope["endpoint"] = self._api, route, route.endpoint
                return app
        return None

    def methods(self, scope: Scope) -> list[str]:
        """Return the methods that the routes of a request's path take; HEAD goes where GET goes."""
        path = routed_path(scope)
        start = _start(path)
        found = {
            method
            for (method, begins), routes in self._by_start.items()
            if begins == start and any(route.path_regex.match(path) for route, _ in routes)
        }
        return sorted(found | {"HEAD"} if "GET" in found else found)


def _start(path: str) -> str:
    return "/".join(path.split("/", 3)[:3])
