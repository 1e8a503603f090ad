"""What all suites share: real databases, a whole application in the process, a clock that is moved."""

from __future__ import annotations

import line_coverage  # first, for it must see the imports of ours

# isort: split
import gc
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import httpx
import pytest
from hypothesis import HealthCheck, settings

from databases import SERVERS, DatabaseServer, migrate, running_server
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service as projects
from infrastudio.kernel.clock import Clock, SystemClock
from infrastudio.kernel.ids import RandomIds
from infrastudio.migrations import upgrade
from infrastudio.server import wiring
from infrastudio.server.app import create_app
from infrastudio.server.settings import load_settings
from infrastudio.server.wiring import Studio
from infrastudio.stores.db import ConnectionSettings, Database
from infrastudio.stores.ledger import TableLedgerLock

settings.register_profile("studio", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("studio")

SERVER_FIXTURES = {
    kind: fixture
    for kind, fixture in (("postgresql", "postgres_server"), ("mariadb", "mariadb_server"), ("mysql", "mysql_server"))
    if kind in SERVERS
}
DATABASES = ("sqlite", *SERVER_FIXTURES)
SYNCHRONOUS: Literal["OFF"] = "OFF"
"""No test cuts the power, and what the operating system holds survives a killed process."""
LONGEST = (
    "contexts/instances/test_remembered_lists.py",
    "contracts/ledger/test_eight_writers.py",
    "contexts/deployments/test_controller.py",
    "contexts/deployments/test_convergence.py",
    "contexts/instances/test_past.py",
    "walks/test_same_answers.py",
    "contexts/instances/test_instances.py",
    "cli/test_import.py",
    "walks/test_odd_input.py",
    "stories/test_demo.py",
    "cli/test_import_mlflow.py",
    "sdk/test_logging.py",
    "contexts/instances/test_transfer.py",
    "walks/test_isolation.py",
    "contexts/instances/test_bulk.py",
    "guide/test_guide.py",
    "stories/test_training.py",
    "sdk/test_exec.py",
    "contexts/realtime/test_app_socket.py",
    "contexts/gateway/test_routing.py",
    "contracts/telemetry/test_durability.py",
    "contexts/instances/test_validation.py",
    "contracts/filters/test_filter_compiler.py",
    "contexts/realtime/test_run_socket.py",
    "contexts/realtime/test_slow_readers.py",
    "contexts/search/test_search.py",
)
"""The modules that take half a minute and more, the longest first."""
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest modules, so that at the end no worker is alone with one."""
    root = Path(__file__).parent
    place = {root / module: number for number, module in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their place: bytes made at import may differ between workers, which must collect the same tests."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_finish() -> None:
    """Spare the garbage collector all that was imported: a tenth of the run went into looking through it again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Keep which lines this process executed."""
    line_coverage.save()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[DatabaseServer]:
    """The PostgreSQL of this test run."""
    with running_server("postgresql") as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[DatabaseServer]:
    """The MariaDB of this test run."""
    with running_server("mariadb") as server:
        yield server


@pytest.fixture(scope="session")
def mysql_server() -> Iterator[DatabaseServer]:
    """The MySQL of this test run."""
    with running_server("mysql") as server:
        yield server


def server_of(kind: str, request: pytest.FixtureRequest) -> DatabaseServer:
    """Return the run's server of a kind; it is started for those who ask only."""
    server: DatabaseServer = request.getfixturevalue(SERVER_FIXTURES[kind])
    return server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "studio.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="module", params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new database of each kind; a test that asks for it, or for `db`, runs on all."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("sqlite") / "studio.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server = server_of(request.param, request)
    url = server.new_migrated_database()
    yield url
    server.drop_database(url)


@contextmanager
def open_database(url: str, *, clock: Clock | None = None, path: Path | None = None) -> Iterator[Database]:
    """Open and migrate a database; `path` is the telemetry file that its reads may join."""
    attach = {"telemetry": path} if path and url.startswith("sqlite") else {}
    db = Database(
        ConnectionSettings(url=url, attach=attach, synchronous=SYNCHRONOUS),
        lock=TableLedgerLock(),
        clock=clock or SystemClock(),
        ids=RandomIds(),
    )
    try:
        upgrade(db.write_engine)
        with db.begin(SINGLE_USER) as uow:
            projects.ensure_default(uow)
        yield db
    finally:
        db.close()


@pytest.fixture(scope="module")
def db(database_url: str) -> Iterator[Database]:
    """A migrated database with the default project in it, shared by the tests of a module."""
    with open_database(database_url) as database:
        yield database


@contextmanager
def studio_on(folder: Path, url: str | None = None, **values: object) -> Iterator[Studio]:
    """Make a whole server on a data folder, without its loops."""
    given = {"data": folder, "database_url": url, "db_synchronous": SYNCHRONOUS, **values}
    loaded = load_settings(given, environment={}, working_directory=folder)
    studio = wiring.build(loaded.settings)
    try:
        yield studio
    finally:
        studio.close()


@pytest.fixture(scope="module")
def studio(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A whole server of each kind of database; its loops do not run."""
    url = None if database_url.startswith("sqlite") else database_url
    with studio_on(tmp_path_factory.mktemp("data"), url) as made:
        yield made


@pytest.fixture
async def client(studio: Studio) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the whole application over HTTP, in the process."""
    transport = httpx.ASGITransport(create_app(studio), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield http
