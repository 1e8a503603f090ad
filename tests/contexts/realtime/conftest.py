"""A server for the tests of a module, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contexts.realtime.served import Served, serving
from infrastudio.contexts.realtime.service import Limits


@pytest.fixture(scope="module")
def served(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running server whose heartbeats come quickly."""
    url = None if database_url.startswith("sqlite") else database_url
    with serving(tmp_path_factory.mktemp("data"), url, limits=Limits(heartbeat_s=0.2)) as server:
        yield server
