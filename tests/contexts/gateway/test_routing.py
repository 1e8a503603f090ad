"""The routing table is as the ledger has it, a moment after each commit of this process or of any other."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from contexts.deployments.world import a_deployment, a_model, read, write
from infrastudio.contexts.deployments.queries import deployments as queries
from infrastudio.contexts.deployments.queries.work import Place
from infrastudio.contexts.deployments.schemas import Deployment, Replica
from infrastudio.contexts.deployments.service import deployments, replicas
from infrastudio.contexts.gateway.controller import RoutingFollower, routing_table
from infrastudio.contexts.gateway.schemas import DeploymentRoute, RoutingTable
from infrastudio.contexts.identity.queries import controller
from infrastudio.stores.db import Database

COMMITS = 9
WITHIN_S = 0.1
DEADLINE_S = 30.0

OTHER_PROCESS = """
import sys, time
from infrastudio.contexts.deployments.queries import deployments as queries
from infrastudio.contexts.deployments.schemas import DeploymentUpdate
from infrastudio.contexts.deployments.service import deployments
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.kernel.clock import SystemClock
from infrastudio.kernel.ids import RandomIds
from infrastudio.stores.db import ConnectionSettings, Database
from infrastudio.stores.ledger import TableLedgerLock

url, id = sys.argv[1:]
db = Database(ConnectionSettings(url=url), lock=TableLedgerLock(), clock=SystemClock(), ids=RandomIds())
print("ready", flush=True)
for line in sys.stdin:
    with db.begin(SINGLE_USER) as uow:
        deployments.update(uow, id, DeploymentUpdate(replicas=int(line)))
    print(time.time(), flush=True)
db.close()
"""


def a_served(db: Database, count: int = 1) -> tuple[Deployment, list[Replica]]:
    """A deployment whose replicas are ready, as the controller notes them."""
    asked = write(db, deployments.create, a_deployment(a_model(db, 2), replicas=count))
    made = []
    for number in range(count):
        with db.begin(controller("deployments")) as uow:
            seen = queries.deployment(uow, asked.id)
            started = replicas.start(uow, seen, Place(1, number), restarts=0)
            made.append(replicas.record(uow, started, {"state": "ready", "address": f"/run/{started.id}"}))
    return asked, made


def route_of(db: Database, asked: Deployment) -> DeploymentRoute | None:
    return read(db, routing_table).by_name.get((asked.project, asked.name))


def addresses(db: Database, asked: Deployment) -> dict[int, tuple[float, tuple[str, ...]]]:
    """What the table says of each version: its weight, and where it is asked."""
    route = route_of(db, asked)
    assert route is not None
    return {version.version: (version.weight, version.addresses) for version in route.versions}


def note(db: Database, replica: Replica, **noted: object) -> Replica:
    return write(db, replicas.record, replica, noted)


def test_a_deployment_is_known_before_it_can_be_asked_and_until_it_has_stopped(db: Database) -> None:
    asked = write(db, deployments.create, a_deployment(a_model(db)))
    assert addresses(db, asked) == {1: (1.0, ())}
    write(db, deployments.stop, asked.id)
    assert addresses(db, asked) == {1: (1.0, ())}
    with db.begin(controller("deployments")) as uow:
        deployments.record_state(uow, queries.deployment(uow, asked.id), "stopped", None)
    assert route_of(db, asked) is None


def test_only_replicas_that_may_be_asked_stand_in_the_table(db: Database) -> None:
    asked, (first, second) = a_served(db, 2)
    assert addresses(db, asked) == {1: (1.0, tuple(sorted([f"/run/{first.id}", f"/run/{second.id}"])))}
    first = note(db, first, state="unhealthy", reason="slow")
    assert addresses(db, asked) == {1: (1.0, (f"/run/{second.id}",))}
    second = note(db, second, state="unhealthy", reason="slow")
    assert len(addresses(db, asked)[1][1]) == 2
    note(db, first, state="draining", address=None)
    assert addresses(db, asked) == {1: (1.0, (f"/run/{second.id}",))}
    note(db, second, state="failed")
    assert addresses(db, asked) == {1: (1.0, ())}


def test_a_version_that_is_on_its_way_answers_only_who_names_it(db: Database) -> None:
    asked, (old,) = a_served(db)
    with db.begin(controller("deployments")) as uow:
        started = replicas.start(uow, queries.deployment(uow, asked.id), Place(2, 0), restarts=0)
        replicas.record(uow, started, {"state": "ready", "address": "/run/new"})
    assert addresses(db, asked) == {1: (1.0, (f"/run/{old.id}",)), 2: (0.0, ("/run/new",))}


class Published:
    """The tables that were published, each with the moment."""

    def __init__(self) -> None:
        self.tables: list[tuple[float, RoutingTable]] = []

    def __call__(self, table: RoutingTable) -> None:
        self.tables.append((time.time(), table))

    async def first(self, condition: Callable[[RoutingTable], object]) -> float:
        """Return when a table that fulfils a condition was published first; waits for it."""
        until = time.monotonic() + DEADLINE_S
        while True:
            for moment, table in self.tables:
                if condition(table):
                    return moment
            assert time.monotonic() < until, "no such table was published"
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def following(db: Database) -> AsyncIterator[Published]:
    """Follow the ledger in the background."""
    published = Published()
    task = asyncio.create_task(RoutingFollower(db, actor=controller("gateway"), publish=published).run())
    try:
        await published.first(lambda _: True)
        yield published
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_commits_of_this_process_are_published_within_100_ms(db: Database) -> None:
    asked, (replica,) = a_served(db)
    async with following(db) as published:
        delays_s = []
        for number in range(COMMITS):
            address = f"/run/moved-{number}"
            replica = await db.write(controller("deployments"), replicas.record, replica, {"address": address})
            committed = time.time()
            delays_s.append(await published.first(lambda table, a=address: a in table.addresses) - committed)  # type: ignore[misc]
        assert statistics.median(delays_s) < WITHIN_S, delays_s
        assert published.tables[-1][1].by_name.keys() >= {(asked.project, asked.name)}


@pytest.fixture
def other_process(db: Database, database_url: str) -> Iterator[Callable[[Deployment], subprocess.Popen[str]]]:
    """Starts a process of its own that changes a deployment whenever it is told to."""
    started: list[subprocess.Popen[str]] = []

    def start(asked: Deployment) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", OTHER_PROCESS, database_url, asked.id],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 0


async def test_commits_of_another_process_are_published_within_100_ms(
    db: Database, other_process: Callable[[Deployment], subprocess.Popen[str]]
) -> None:
    asked, _ = a_served(db)
    process = await asyncio.to_thread(other_process, asked)
    assert process.stdin is not None
    assert process.stdout is not None
    async with following(db) as published:
        delays_s = []
        for number in range(COMMITS):
            known = len(published.tables)
            process.stdin.write(f"{2 + number}\n")
            process.stdin.flush()
            committed = float(await asyncio.to_thread(process.stdout.readline))
            until = time.monotonic() + DEADLINE_S
            while len(published.tables) == known:
                assert time.monotonic() < until, "the commit was not heard of"
                await asyncio.sleep(0.002)
            delays_s.append(published.tables[known][0] - committed)
        assert statistics.median(delays_s) < WITHIN_S, delays_s


async def test_what_does_not_concern_routes_publishes_nothing(db: Database) -> None:
    _, (replica,) = a_served(db)
    async with following(db) as published:
        count = len(published.tables)
        await asyncio.to_thread(a_model, db)
        await db.write(controller("deployments"), replicas.record, replica, {"address": "/run/last"})
        await published.first(lambda table: "/run/last" in table.addresses)
        assert len(published.tables) == count + 1
