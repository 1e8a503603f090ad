"""Where objects are made and handed over; nothing else constructs what has a lifetime."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from sqlalchemy import text
from starlette.types import ASGIApp

from infrastudio.contexts.approvals import api as approvals_api
from infrastudio.contexts.approvals.controller import ApprovalExpiry
from infrastudio.contexts.approvals.ports import Verbs
from infrastudio.contexts.deployments import api as deployments_api
from infrastudio.contexts.deployments.controller import DeploymentController
from infrastudio.contexts.identity import api as identity_api
from infrastudio.contexts.identity import queries as identity
from infrastudio.contexts.identity.schemas import AuthenticationMethods
from infrastudio.contexts.instances import api as instances_api
from infrastudio.contexts.instances import queries as instances
from infrastudio.contexts.instances.api import transfer
from infrastudio.contexts.instances.service import Importer
from infrastudio.contexts.projects import api as projects_api
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.realtime import api as realtime_api
from infrastudio.contexts.realtime.service import CHAOS_CUT_S, Hub, Limits
from infrastudio.contexts.registry import api as registry_api
from infrastudio.contexts.registry.service import transitions
from infrastudio.contexts.search import api as search_api
from infrastudio.contexts.search.controller import SearchFollower
from infrastudio.contexts.timeline import api as timeline_api
from infrastudio.contexts.timeline.controller import TimelineFollower
from infrastudio.contexts.timeline.rules.items import describe
from infrastudio.contexts.tracking import api as tracking_api
from infrastudio.contexts.tracking.controller import RetentionController
from infrastudio.contexts.tracking.queries.active_runs import ActiveRuns
from infrastudio.contexts.tracking.service import experiments
from infrastudio.contexts.training import api as training_api
from infrastudio.contexts.training.controller import JobController
from infrastudio.contexts.training.ports import Executors
from infrastudio.contexts.views import api as views_api
from infrastudio.drivers.executors.local import LocalExecutor
from infrastudio.drivers.runtimes.process import ProcessRuntime
from infrastudio.drivers.tables import all_formats
from infrastudio.http import ServerAddress
from infrastudio.http.downloads import Downloads
from infrastudio.http.shortcut import Shortcut, ShortcutProtocol
from infrastudio.kernel.clock import Clock, SystemClock
from infrastudio.kernel.ids import IdSource, RandomIds
from infrastudio.kernel.tables import TableFormats
from infrastudio.migrations import upgrade
from infrastudio.protocols import mlflow, otlp
from infrastudio.protocols.inference.gateway import InferenceGateway
from infrastudio.protocols.inference.http_protocol import gateway_protocol
from infrastudio.server.authentication import Authenticator, OriginPolicy
from infrastudio.server.gateway import GatewayAuthenticator, make_gateway, routing_follower
from infrastudio.server.serving import ModelFolders
from infrastudio.server.settings import Settings
from infrastudio.server.supervisor import Supervisor
from infrastudio.server.version import VERSION
from infrastudio.stores.blobs import BlobStore, FolderBlobStore
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import KeyframeFollower, LedgerFeed, TableLedgerLock, head
from infrastudio.stores.telemetry import (
    ATTACHED_AS,
    FILE_NAME,
    Sealer,
    SqliteTelemetryStore,
    SqlTelemetryStore,
    TelemetryStore,
)

logger = logging.getLogger(__name__)

MAX_SHORT_BYTES: Final = 1 << 14
"""The largest body that is answered by the shortcut: with larger ones eight clients made the server hold twice as much
memory, and one client gained nothing (`benchmarks.mixed_load`, `benchmarks.tracking_ingest`)."""

REMEMBERED_KINDS: Final = (instances.REMEMBERED,)
"""The kinds whose lists as of a moment are narrowed and sorted by keyframes."""


@dataclass(frozen=True)
class ProtocolApp:
    """A foreign protocol: which paths it takes, who answers them, how it tells of a failure."""

    takes: Callable[[str], bool]
    app: ASGIApp
    failure: Callable[[Exception, int], tuple[int, bytes, str]]
    """From a failure and its status to status, body and content type."""
    is_upload: Callable[[str], bool] = lambda _path: False


@dataclass
class Studio:
    """Everything that one server process is made of."""

    settings: Settings
    clock: Clock
    ids: IdSource
    db: Database
    feed: LedgerFeed
    authenticator: Authenticator
    telemetry: TelemetryStore
    blobs: BlobStore
    resources: dict[type, Any]
    address: ServerAddress
    gateway: InferenceGateway
    loops: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    supervisor: Supervisor = field(default_factory=Supervisor)

    async def start(self) -> None:
        """Start what runs beside the requests."""
        self.supervisor.start(self.loops)

    async def stop(self) -> None:
        """Stop the loops, then give everything back."""
        await self.supervisor.stop()
        self.gateway.close()
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Give everything back; for a server whose loops do not run."""
        self.resources[Downloads].close()
        self.telemetry.close()
        self.db.close()

    async def revision(self) -> Hashable:
        """Return a value that is another one after each commit of any process."""
        version = self.db.data_version()
        return await self.db.read(identity.SINGLE_USER, head) if version is None else version

    async def readiness(self) -> dict[str, str]:
        """Return the state of each dependency: `ok`, or what is wrong."""
        try:
            await self.db.read(identity.SINGLE_USER, _ping)
        except Exception as error:
            logger.warning("the database does not answer", exc_info=error)
            return {"database": "unreachable"}
        return {"database": "ok"}


def open_database(
    settings: Settings, *, clock: Clock | None = None, ids: IdSource | None = None, attach: Path | None = None
) -> Database:
    """Return the migrated database of the settings, with what every Studio has in it.

    Args:
        settings: Where it lies.
        clock: The source of time; the machine's by default.
        ids: The source of ids; the machine's randomness by default.
        attach: The telemetry file that reads may join.
    """
    connection = settings.connection(attach={ATTACHED_AS: attach} if attach else None)
    db = Database(connection, lock=TableLedgerLock(), clock=clock or SystemClock(), ids=ids or RandomIds())
    try:
        upgrade(db.write_engine)
        with db.begin(identity.controller("setup")) as uow:
            projects.ensure_default(uow)
            experiments.ensure_default(uow)
    except BaseException:
        db.close()
        raise
    return db


def telemetry_file(settings: Settings) -> Path | None:
    """Return the file of telemetry; None where it lies in the database's server."""
    return settings.folder / FILE_NAME if settings.uses_sqlite else None


def open_telemetry(settings: Settings, clock: Clock) -> TelemetryStore:
    """Return the telemetry store."""
    writer = f"server:{os.getpid()}"
    if (path := telemetry_file(settings)) is not None:
        return SqliteTelemetryStore(path, clock=clock, writer=writer)
    return SqlTelemetryStore(settings.connection(), clock=clock, writer=writer)


def build(
    settings: Settings, *, clock: Clock | None = None, ids: IdSource | None = None, url: str | None = None
) -> Studio:
    """Make everything that a server needs; `url` is where it is reached once its port is bound."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The database first: what it refuses, such as foreign tables, stays as it is.
    db = open_database(settings, clock=clock, ids=ids, attach=telemetry_file(settings))
    try:
        telemetry = open_telemetry(settings, clock)
    except BaseException:
        db.close()
        raise
    blobs = FolderBlobStore(settings.folder / "blobs", ids=ids)
    with db.snapshot(identity.SINGLE_USER) as snapshot:
        feed = LedgerFeed(db, since=head(snapshot))
    origins = OriginPolicy(settings)
    authenticator = Authenticator(db, clock, origins)
    feed.subscribe(authenticator.forget)
    callers = GatewayAuthenticator(db, clock)
    feed.subscribe(callers.hear)
    gateway = make_gateway(settings, callers, origins, ids)
    models = identity.controller("deployments")
    deployments = DeploymentController(
        db,
        ProcessRuntime(settings.folder / "replicas", clock),
        actor=models,
        clock=clock,
        model_folder=ModelFolders(settings.folder / "models", db=db, blobs=blobs, actor=models),
    )
    feed.subscribe(deployments.hear)
    runs = ActiveRuns(db)
    feed.subscribe(runs.forget)
    address = ServerAddress(url or f"http://{settings.host}:{settings.port}{settings.root_path}", settings.public_url)
    timeline = TimelineFollower(db)
    sockets = Hub(
        db,
        feed,
        telemetry,
        authenticate=authenticator.of_socket,
        describe=describe,
        clock=clock,
        ids=ids,
        limits=Limits(cut_after_s=CHAOS_CUT_S) if settings.ws_chaos_disconnect and not settings.is_production else None,
    )
    executors = Executors(local=LocalExecutor(settings.folder / "jobs"))
    jobs = JobController(db, feed, telemetry, executors, address, at_once=max(4, os.cpu_count() or 1))
    resources: dict[type, Any] = {
        Database: db,
        LedgerFeed: feed,
        TelemetryStore: telemetry,
        BlobStore: blobs,
        ActiveRuns: runs,
        Authenticator: authenticator,
        AuthenticationMethods: AuthenticationMethods(mode="single_user", banner=_banner(settings)),
        ServerAddress: address,
        Executors: executors,
        Hub: sockets,
        TableFormats: all_formats(),
        Verbs: Verbs({transitions.TRANSITION: transitions.carry_out}),
        Downloads: Downloads(),
        Importer: Importer(db, sockets.operations, clock),
        mlflow.Services: mlflow.Services(db, telemetry, blobs, runs, settings.max_artifact_bytes),
    }
    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "ledger feed": feed.run,
        "timeline": timeline.run,
        "search": SearchFollower(db).run,
        **{f"keyframes of {kind.entity}": KeyframeFollower(db, kind).run for kind in REMEMBERED_KINDS},
        "approvals": ApprovalExpiry(db, clock).run,
        "sockets": sockets.run,
        "operations": sockets.operations.run,
        "callers": callers.run,
        "routing": routing_follower(db, gateway).run,
        "deployments": deployments.run,
        "jobs": jobs.run,
        "telemetry": Sealer(telemetry).run,
        "retention": RetentionController(db, telemetry, clock).run,
    }
    return Studio(settings, clock, ids, db, feed, authenticator, telemetry, blobs, resources, address, gateway, loops)


def routers() -> list[APIRouter]:
    """Return the routes of all contexts, none of which includes another."""
    return [
        identity_api.router,
        identity_api.actors,
        projects_api.router,
        *instances_api.routers,
        timeline_api.router,
        search_api.router,
        realtime_api.router,
        *tracking_api.routers,
        approvals_api.router,
        *registry_api.routers,
        deployments_api.router,
        training_api.router,
        views_api.router,
    ]


def upload_limits() -> dict[str, int]:
    """Return the paths of the native API that take files of any type, and how many bytes at most."""
    return {transfer.IMPORT_PATH: transfer.MAX_IMPORT_BYTES}


def protocol_apps(studio: Studio) -> list[ProtocolApp]:
    """Return the foreign protocols, in the order in which paths are matched."""
    services = studio.resources[mlflow.Services]
    tracking = mlflow.MlflowApp(services, (*mlflow.ROWS, *mlflow.REFUSALS))
    return [
        ProtocolApp(mlflow.takes, tracking, mlflow.failure, mlflow.is_upload),
        ProtocolApp(otlp.takes, otlp.OtlpApp(services), otlp.failure),
    ]


def _banner(settings: Settings) -> str | None:
    if settings.open:
        return "This server is open: everybody who reaches its address is admin."
    return None


def _ping(snapshot: Snapshot) -> None:
    snapshot.execute(text("select 1"))


def http_protocol(studio: Studio) -> type[asyncio.Protocol]:
    """Return the protocol class that reads HTTP from connections: the shortcut, the gateway, and the application."""
    gateway = gateway_protocol(studio.gateway)
    return type("StudioProtocol", (ShortcutProtocol, gateway), {"shortcut": _shortcut(studio)})


def _shortcut(studio: Studio) -> Shortcut:
    handlers = mlflow.short_handlers(studio.resources[mlflow.Services], mlflow.ROWS)
    roots = {"", studio.settings.root_path}
    return Shortcut(
        handlers={f"{root}{path}".encode(): handler for root in roots for path, handler in handlers.items()},
        answer=mlflow.EMPTY,
        failure=lambda error: mlflow.failure(error, 500),
        actor_of=studio.authenticator.known_actor,
        ids=studio.ids,
        version=VERSION,
        body_limit_bytes=min(MAX_SHORT_BYTES, studio.settings.max_body_bytes),
    )
