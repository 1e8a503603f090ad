"""The application: one address, many protocols, matched in a fixed order."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from infrastudio.http.asgi import respond, routed_path
from infrastudio.http.middleware import Authentication, BodyLimit, JsonBodies, PathRules, RequestContext, RootPath
from infrastudio.http.unchanged import UnchangedAnswers
from infrastudio.kernel.errors import MethodNotAllowed
from infrastudio.protocols import mlflow
from infrastudio.server import wiring
from infrastudio.server.aliases import api_twin
from infrastudio.server.direct_routes import DirectRoutes
from infrastudio.server.envelope import envelope, headers_of, status_of, studio_error
from infrastudio.server.ui import WebFiles
from infrastudio.server.version import VERSION
from infrastudio.server.wiring import ProtocolApp, Studio

logger = logging.getLogger(__name__)

PUBLIC: Final = frozenset({"/health", "/ready", "/openapi.json", "/docs", "/redoc", "/api/auth/methods", "/version"})
"""What answers without a right; the files of the UI and the gateway's health do too."""

API_ROOTS: Final = (
    "/ws", "/api", "/ajax-api", "/v1", "/v2", "/invocations", "/serve", "/get-artifact", "/model-versions",
    "/graphql", "/mcp", "/metrics", "/health", "/ready", "/version", "/docs", "/redoc", "/openapi.json", "/.well-known",
)  # fmt: skip
"""The first words of addresses that never belong to the UI."""


def create_app(studio: Studio) -> ASGIApp:
    """Return the whole ASGI application around the objects that `wiring` made."""
    api = create_api(studio)
    routes = DirectRoutes(api, wiring.routers())
    web = WebFiles(root_path=studio.settings.root_path, api_base_url=studio.settings.api_base_url)
    protocols = wiring.protocol_apps(studio)
    uploads = wiring.upload_limits()

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await api(scope, receive, send)
            return
        path = routed_path(scope)
        for protocol in protocols:
            if scope["type"] == "http" and protocol.takes(path):
                await protocol.app(scope, receive, send)
                return
        if scope["type"] == "websocket" or is_api_path(path):
            route = routes.find(scope) if scope["type"] == "http" else None
            await (route or api)(scope, receive, send)
            return
        await web(scope, receive, send)

    async def fail(scope: Scope, send: Send, error: Exception) -> None:
        known = studio_error(error)
        status = status_of(known)
        if status >= 500:
            logger.error("request %s failed", scope.get("studio.request_id"), exc_info=error)
        path = routed_path(scope)
        for protocol in protocols:
            if protocol.takes(path):
                status, body, kind = protocol.failure(known, status)
                await respond(send, status, body, content_type=kind, headers=headers_of(known))
                return
        body = envelope(known, scope.get("studio.request_id", ""), now=studio.clock.now())
        headers = headers_of(known)
        if isinstance(known, MethodNotAllowed):
            headers["Allow"] = ", ".join(routes.methods(scope))
        await respond(send, status, body, headers=headers)

    def limit_of(path: str) -> int | None:
        if any(protocol.takes(path) and protocol.is_upload(path) for protocol in protocols):
            return studio.settings.max_artifact_bytes
        return uploads.get(path, studio.settings.max_body_bytes)

    def is_json(path: str) -> bool:
        return path.startswith("/api/") and path not in uploads and not _is_foreign(protocols, path)

    app: ASGIApp = dispatch
    app = JsonBodies(app, applies_to=is_json, fail=fail)
    app = BodyLimit(app, limit_of=limit_of, fail=fail)
    app = UnchangedAnswers(app, revision=studio.revision)
    app = Authentication(app, authenticate=studio.authenticator.of_request, fail=fail)
    app = PathRules(app, rewrite=api_twin, keeps_slash=lambda path: _is_foreign(protocols, path))
    app = RequestContext(app, ids=studio.ids, version=VERSION, fail=fail)
    return RootPath(app, studio.settings.root_path)


def create_api(studio: Studio) -> FastAPI:
    """Return the FastAPI application of the native API."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await studio.start()
        try:
            yield
        finally:
            await studio.stop()

    api = FastAPI(
        title="AI Infra Studio",
        version=VERSION,
        lifespan=lifespan,
        redirect_slashes=False,
        responses={"default": {"description": "A failure in our envelope."}},
    )
    api.state.resources = studio.resources
    for router in wiring.routers():
        _tell_dependencies(router)
        api.include_router(router)
    _add_health(api, studio)
    for kind in (Exception, HTTPException, RequestValidationError):
        api.add_exception_handler(kind, _raise)
    return api


def is_api_path(path: str) -> bool:
    """Does the path belong to an API rather than to the UI?"""
    return any(path == root or path.startswith(f"{root}/") for root in API_ROOTS)


def _is_foreign(protocols: Sequence[ProtocolApp], path: str) -> bool:
    return any(protocol.takes(path) for protocol in protocols)


async def _raise(_request: Request, error: Exception) -> Response:
    """Hand failures on to the one place that answers them."""
    raise error


def _tell_dependencies(router: APIRouter) -> None:
    """Put what the dependencies of each route say of themselves, such as the right, into the OpenAPI document."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            told = [call.openapi for call in _dependencies(route) if hasattr(call, "openapi")]
            said = {key: value for each in told for key, value in each.items()}
            parameters = [parameter for each in told for parameter in each.get("parameters", ())]
            route.openapi_extra = {**(route.openapi_extra or {}), **said, "parameters": parameters}


def _dependencies(route: APIRoute) -> Iterator[Any]:
    """Yield what a route depends on."""
    stack = [route.dependant]
    while stack:
        dependant = stack.pop()
        yield dependant.call
        stack.extend(dependant.dependencies)


def _add_health(api: FastAPI, studio: Studio) -> None:
    @api.get("/health", tags=["health"])
    async def health() -> dict[str, str]:
        """Answer as soon as the server serves; never touches the database."""
        return {"status": "ok", "version": VERSION}

    @api.get("/version", tags=["health"], response_class=PlainTextResponse)
    async def mlflow_release() -> str:
        """Answer the release of MLflow whose protocol is spoken: its clients ask for it here."""
        return mlflow.RELEASE

    @api.get("/ready", tags=["health"])
    async def ready(response: Response) -> dict[str, Any]:
        """Return the state of everything that the server depends on."""
        checks = await studio.readiness()
        response.status_code = 200 if all(state == "ok" for state in checks.values()) else 503
        return {"status": "ok" if response.status_code == 200 else "unavailable", "checks": checks}
