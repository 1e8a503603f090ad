"""The same blows for replicas under every runtime: killed, hanging, unable to load."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from infrastudio.contexts.deployments.ports import ReplicaRuntime
from infrastudio.contexts.deployments.schemas import ObservedReplica, Phase, ReplicaSpec
from infrastudio.drivers.runtimes import processes
from infrastudio.drivers.runtimes.memory import MemoryRuntime
from infrastudio.drivers.runtimes.process import ProcessRuntime
from infrastudio.kernel.clock import Clock, ManualClock, SystemClock
from served_models import light_model

TIMEOUT_S = 60.0


def a_spec(replica_id: str = "rep_000000000001", *, model_path: str = "/", deployment: str = "iris") -> ReplicaSpec:
    return ReplicaSpec(
        replica_id=replica_id, project="default", deployment=deployment, version=3, model_path=model_path
    )


async def until(runtime: ReplicaRuntime, replica_id: str, *phases: Phase) -> ObservedReplica:
    """Observe until the replica is in one of `phases`."""
    deadline = time.monotonic() + TIMEOUT_S
    while (seen := await runtime.observe(replica_id)).phase not in phases:
        assert seen.phase != "exited", seen
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.01)
    return seen


async def until_stopped(runtime: ReplicaRuntime, replica_id: str, *, drain_s: float = 5.0) -> ObservedReplica:
    """Repeat the order to stop until the replica is gone, as a controller does."""
    deadline = time.monotonic() + TIMEOUT_S
    while (seen := await runtime.observe(replica_id)).phase not in ("exited", "absent"):
        await runtime.stop(replica_id, drain_s=drain_s)
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.01)
    return seen


class Harness(Protocol):
    """A runtime, and what can happen to its replicas."""

    runtime: ReplicaRuntime

    def spec(self, replica_id: str = "rep_000000000001") -> ReplicaSpec: ...
    def broken_spec(self) -> ReplicaSpec: ...
    def successor(self) -> ReplicaRuntime: ...
    async def kill(self, replica_id: str) -> None: ...
    async def hang(self, replica_id: str) -> None: ...
    async def fail(self, spec: ReplicaSpec) -> None: ...


class MemoryHarness(Harness):
    def __init__(self) -> None:
        self.runtime = self._memory = MemoryRuntime(ManualClock(datetime(2026, 1, 1, tzinfo=UTC)))

    @override
    def spec(self, replica_id: str = "rep_000000000001") -> ReplicaSpec:
        return a_spec(replica_id)

    @override
    def broken_spec(self) -> ReplicaSpec:
        return a_spec()

    @override
    def successor(self) -> ReplicaRuntime:
        return self._memory

    @override
    async def kill(self, replica_id: str) -> None:
        self._memory.kill(replica_id)

    @override
    async def hang(self, replica_id: str) -> None:
        self._memory.hang(replica_id)

    @override
    async def fail(self, spec: ReplicaSpec) -> None:
        self._memory.crash(spec.replica_id, "it does not load")


class ProcessHarness(Harness):
    """Replicas of a light model."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder / "replicas"
        self._model = light_model(folder / "model")
        self._broken = folder / "broken"
        self._clock = clock or SystemClock()
        self.runtime = self.processes = ProcessRuntime(self._folder, self._clock, health_timeout_s=1.0)

    @override
    def spec(self, replica_id: str = "rep_000000000001") -> ReplicaSpec:
        return a_spec(replica_id, model_path=str(self._model))

    @override
    def broken_spec(self) -> ReplicaSpec:
        self._broken.mkdir()
        (self._broken / "MLmodel").write_text("flavors: {sklearn: {pickled_model: gone.pkl}}")
        return a_spec(model_path=str(self._broken))

    @override
    def successor(self) -> ReplicaRuntime:
        return ProcessRuntime(self._folder, self._clock, health_timeout_s=1.0)

    @override
    async def kill(self, replica_id: str) -> None:
        self.signal(replica_id, signal.SIGKILL)

    @override
    async def hang(self, replica_id: str) -> None:
        self.signal(replica_id, signal.SIGSTOP)

    @override
    async def fail(self, spec: ReplicaSpec) -> None:
        """Nothing to do: its files do."""

    def name_of(self, replica_id: str) -> processes.ProcessName:
        record = processes.read_json(self._folder / replica_id / "pid.json")
        assert record is not None
        return processes.ProcessName(record["pid"], record["start"], record["boot"])

    def signal(self, replica_id: str, number: signal.Signals) -> None:
        assert processes.send_signal(self.name_of(replica_id), number)

    def end_all(self) -> None:
        for path in self._folder.glob("*/pid.json"):
            name = self.name_of(path.parent.name)
            if processes.send_signal(name, signal.SIGKILL):
                os.waitid(os.P_PID, name.pid, os.WEXITED | os.WNOWAIT)
            processes.reap(name.pid)


@contextmanager
def process_harness(clock: Clock | None = None) -> Iterator[ProcessHarness]:
    """A process runtime in a folder of its own; no replica outlives the block."""
    with tempfile.TemporaryDirectory(prefix="rt-") as folder:
        harness = ProcessHarness(Path(folder), clock)
        try:
            yield harness
        finally:
            harness.end_all()
