"""A world for each test, on the databases of the module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from conftest import NOON, open_database
from contexts.deployments.world import World
from infrastudio.kernel.clock import ManualClock
from infrastudio.stores.db import Database


class Timed(NamedTuple):
    """A database, and the clock that it goes by."""

    db: Database
    clock: ManualClock


@pytest.fixture(scope="module")
def timed(database_url: str) -> Iterator[Timed]:
    """A migrated database that goes by a clock which is moved."""
    clock = ManualClock(NOON)
    with open_database(database_url, clock=clock) as db:
        yield Timed(db, clock)


@pytest.fixture
def world(timed: Timed) -> World:
    """Deployments without replicas so far."""
    return World(timed.db, timed.clock)
