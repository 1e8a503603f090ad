"""A real server for all tests of a module, and a folder in which programs leave what they could not send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infrastudio.sdk import Client
from running_server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server.url) as made:
        yield made


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"
