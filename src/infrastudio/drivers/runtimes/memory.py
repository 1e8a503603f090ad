"""Replicas that exist as records only, moved by a clock: for tests, and for recording a demo's past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from typing_extensions import override

from infrastudio.contexts.deployments.ports import ReplicaRuntime
from infrastudio.contexts.deployments.schemas import ObservedReplica, ReplicaSpec
from infrastudio.kernel.clock import Clock


@dataclass
class _Record:
    spec: ReplicaSpec
    started_at: datetime
    stop_at: datetime | None = None
    is_hanging: bool = False
    end: ObservedReplica | None = None


class MemoryRuntime(ReplicaRuntime):
    """Replicas become ready `start_s` after their start, and end `drain_s` after they were told to stop."""

    def __init__(self, clock: Clock, *, start_s: float = 0.0, drain_s: float = 0.0) -> None:
        """Args:
        drain_s: Seconds that requests under way take; a stop order that grants fewer ends the replica earlier.
        """
        self._clock = clock
        self._start_s = start_s
        self._drain_s = drain_s
        self._records: dict[str, _Record] = {}

    @override
    async def start(self, spec: ReplicaSpec) -> None:
        self._records.setdefault(spec.replica_id, _Record(spec, self._clock.now()))

    @override
    async def observe(self, replica_id: str) -> ObservedReplica:
        record = self._records.get(replica_id)
        if record is None:
            return ObservedReplica(phase="absent")
        now = self._clock.now()
        if record.end is None and record.stop_at is not None and now >= record.stop_at and not record.is_hanging:
            record.end = ObservedReplica(phase="exited", exit_code=0, reason="drained")
        if record.end is not None:
            return record.end
        if record.stop_at is not None:
            return ObservedReplica(phase="draining")
        if now < record.started_at + timedelta(seconds=self._start_s):
            return ObservedReplica(phase="starting", reason="it loads the model")
        address = f"memory:{replica_id}"
        if record.is_hanging:
            return ObservedReplica(phase="unresponsive", address=address, reason="it did not answer")
        return ObservedReplica(phase="ready", address=address)

    @override
    async def stop(self, replica_id: str, *, drain_s: float) -> None:
        record = self._records.get(replica_id)
        if record is None or record.end is not None:
            return
        now = self._clock.now()
        granted = now + timedelta(seconds=min(drain_s, self._drain_s))
        record.stop_at = granted if record.stop_at is None else min(record.stop_at, granted)
        if record.is_hanging and now >= record.stop_at:
            self.kill(replica_id)

    @override
    async def remove(self, replica_id: str) -> None:
        if (await self.observe(replica_id)).phase == "exited":
            del self._records[replica_id]

    @override
    async def replica_ids(self) -> frozenset[str]:
        return frozenset(self._records)

    def kill(self, replica_id: str) -> None:
        """End a replica as `kill -9` does."""
        self._records[replica_id].end = ObservedReplica(phase="exited", reason="it was killed")

    def crash(self, replica_id: str, reason: str) -> None:
        """End a replica as one that fails by itself."""
        self._records[replica_id].end = ObservedReplica(phase="exited", exit_code=1, reason=reason)

    def hang(self, replica_id: str) -> None:
        """Let a replica answer no more, and ignore orders to stop."""
        self._records[replica_id].is_hanging = True

    def recover(self, replica_id: str) -> None:
        """Let a replica that hangs answer again."""
        self._records[replica_id].is_hanging = False

    @property
    def living(self) -> list[str]:
        """The replicas that were started and have not ended, oldest first."""
        return [id for id, record in self._records.items() if record.end is None]
