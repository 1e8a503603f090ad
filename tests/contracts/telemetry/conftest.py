"""Every suite here runs on a telemetry file and on PostgreSQL, through the same interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.telemetry.support import Backend, PostgresBackend, SqliteBackend, Telemetry, opened
from databases import PostgresServer

KINDS = ("sqlite", "postgresql")


def backend_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> Backend:
    """An empty place for telemetry."""
    if kind == "sqlite":
        return SqliteBackend(folder / "telemetry.db")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return PostgresBackend(server.new_database())


@pytest.fixture(scope="module", params=KINDS)
def telemetry(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telemetry]:
    """A store of each kind, shared by the tests of a module."""
    with opened(backend_of(request.param, request, tmp_path_factory.mktemp("telemetry"))) as telemetry:
        yield telemetry


@pytest.fixture(params=KINDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """An empty place for telemetry of each kind, in which a test opens stores itself."""
    return backend_of(request.param, request, tmp_path)


@pytest.fixture
def shared_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """An empty place for telemetry that several servers may write to at once."""
    return backend_of("postgresql", request, tmp_path)
