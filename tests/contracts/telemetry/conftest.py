"""Every suite here runs on a telemetry file and on each server, through the same interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import DATABASES, SERVER_FIXTURES, server_of
from contracts.telemetry.support import Backend, ServerBackend, SqliteBackend, Telemetry, opened


def backend_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> Backend:
    """An empty place for telemetry."""
    if kind == "sqlite":
        return SqliteBackend(folder / "telemetry.db")
    return ServerBackend(server_of(kind, request).new_database())


@pytest.fixture(scope="module", params=DATABASES)
def telemetry(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telemetry]:
    """A store of each kind, shared by the tests of a module."""
    with opened(backend_of(request.param, request, tmp_path_factory.mktemp("telemetry"))) as telemetry:
        yield telemetry


@pytest.fixture(params=DATABASES)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """An empty place for telemetry of each kind, in which a test opens stores itself."""
    return backend_of(request.param, request, tmp_path)


@pytest.fixture(params=SERVER_FIXTURES)
def shared_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """An empty place for telemetry that several servers may write to at once."""
    return backend_of(request.param, request, tmp_path)
