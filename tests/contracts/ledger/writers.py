"""Processes that write for ever, and a hand that kills them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from typing_extensions import override

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.schemas import InstanceIn, InstanceUpdate
from infrastudio.kernel.clock import Clock, SystemClock
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.ids import RandomIds
from infrastudio.stores.db import ConnectionSettings, Database, UnitOfWork
from infrastudio.stores.ledger import TableLedgerLock

TESTS = str(Path(__file__).parents[2])
os.environ["PYTHONPATH"] = os.pathsep.join([TESTS, *filter(None, [os.environ.get("PYTHONPATH")])])
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["contracts.ledger.writers"])
WRITERS = 8
KILL_EVERY_S = 0.2
PAUSE_S = 0.03
"""A writer thinks between two units of work, or eight of them would only queue."""


class SkewedClock(Clock):
    """The machine's clock, wrong by some seconds, as another server's may be."""

    def __init__(self, offset_s: float) -> None:
        self._offset = timedelta(seconds=offset_s)

    @override
    def now(self) -> datetime:
        return SystemClock().now() + self._offset


class DeliberateFailure(Exception):
    """Makes a unit of work roll back."""


def write_for_ever(url: str, acknowledged: Path, offset_s: float) -> None:
    """Create and change instances in every way there is; note what was acknowledged, one line an instance version."""
    chance = random.Random(os.getpid())
    db = Database(
        ConnectionSettings(url=url, synchronous="OFF"),
        lock=TableLedgerLock(),
        clock=SkewedClock(offset_s),
        ids=RandomIds(),
    )
    noted = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        try:
            match chance.randrange(4):
                case 0:
                    done = _shared_commit(db, chance)
                case 1:
                    done = _rolled_back(db, chance)
                case _:
                    done = _one_unit(db, chance)
        except NotFound:
            continue
        os.write(noted, "".join(f"{id}:{version}\n" for id, version in done).encode())
        time.sleep(chance.random() * PAUSE_S)


def _one_unit(db: Database, chance: random.Random) -> list[tuple[int, int]]:
    with db.begin(SINGLE_USER) as uow:
        done = [_change(uow, chance.randrange(1 << 30)) for _ in range(chance.randrange(1, 4))]
        time.sleep(chance.random() * 0.004)
    return done


def _rolled_back(db: Database, chance: random.Random) -> list[tuple[int, int]]:
    try:
        with db.begin(SINGLE_USER) as uow:
            _change(uow, chance.randrange(1 << 30))
            raise DeliberateFailure
    except DeliberateFailure:
        return []


def _shared_commit(db: Database, chance: random.Random) -> list[tuple[int, int]]:
    async def together() -> list[tuple[int, int]]:
        seeds = [chance.randrange(1 << 30) for _ in range(4)]
        results = await asyncio.gather(
            *(db.write(SINGLE_USER, _change, seed) for seed in seeds),
            db.write(SINGLE_USER, _fail),
            return_exceptions=True,
        )
        return [result for result in results if not isinstance(result, BaseException)]

    return asyncio.run(together())


def _fail(uow: UnitOfWork) -> tuple[int, int]:
    _change(uow, 1)
    raise DeliberateFailure


def _change(uow: UnitOfWork, seed: int) -> tuple[int, int]:
    """Create an instance, or change one of the first hundred."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        name = f"{os.getpid()}-{time.monotonic_ns()}-{seed}"
        made = service.create(uow, InstanceIn(name=name, model_name="m", cluster_name="c", image_tag="i"))
        return made.id, made.version
    id = chance.randrange(1, 100)
    changed = service.update(uow, id, InstanceUpdate(replicas=chance.randrange(1, 101)))
    return changed.id, changed.version


@dataclass
class Writers:
    """Eight writing processes."""

    url: str
    acknowledged: Path
    skew_s: float
    processes: list[ForkServerProcess] = field(default_factory=list)
    kills: int = 0

    def start(self) -> None:
        """Start one more writer; every second one has a clock that is ahead."""
        offset = self.skew_s if len(self.processes) % 2 else 0.0
        process = FORKSERVER.Process(target=write_for_ever, args=(self.url, self.acknowledged, offset), daemon=True)
        process.start()
        self.processes.append(process)

    def kill_one(self) -> None:
        """Kill the oldest writer as a power cut would, and start another in its place."""
        process = self.processes.pop(0)
        if process.exitcode is not None:
            raise AssertionError(f"a writer ended by itself with code {process.exitcode}")
        process.kill()
        process.join()
        self.kills += 1
        self.start()

    def wait_until_they_write(self, *, deadline_s: float = 60.0) -> None:
        """Return once all eight have acknowledged something."""
        deadline = time.monotonic() + deadline_s
        while len(self.acknowledged_versions()) < 5 * WRITERS:
            if time.monotonic() > deadline:
                raise AssertionError("the writers do not write")
            time.sleep(0.01)

    def stop(self) -> None:
        """Kill all writers."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.join()

    def acknowledged_versions(self) -> set[tuple[str, int]]:
        """Return what was acknowledged, as (entity id, version)."""
        lines = self.acknowledged.read_text().splitlines() if self.acknowledged.exists() else []
        return {(line.partition(":")[0], int(line.partition(":")[2])) for line in lines if ":" in line}


@contextmanager
def writing(url: str, folder: Path, *, skew_s: float = 0.5) -> Iterator[Writers]:
    """Let eight processes write until the end of the block."""
    writers = Writers(url, folder / "acknowledged", skew_s)
    try:
        for _ in range(WRITERS):
            writers.start()
        yield writers
    finally:
        writers.stop()
