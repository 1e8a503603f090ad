"""What deployments need from the world: somewhere to run replicas."""

from __future__ import annotations

from typing import Protocol

from infrastudio.contexts.deployments.schemas import ObservedReplica, ReplicaSpec


class ReplicaRuntime(Protocol):
    """Runs replicas somewhere. Any call may be repeated, also by a successor after a crash; the second changes nothing.

    A replica id names one start: a replica that ended is never started again, its successor has an id of its own.
    """

    async def start(self, spec: ReplicaSpec) -> None:
        """Start the replica, unless it was started before; return without waiting until it is ready.

        Raises:
            StudioError: It cannot be started here; the message says what to change.
        """
        ...

    async def observe(self, replica_id: str) -> ObservedReplica:
        """Return what can be seen of the replica now, a health check included."""
        ...

    async def stop(self, replica_id: str, *, drain_s: float) -> None:
        """Tell the replica to answer what is under way and to end; return at once.

        Repeat it until `observe` says that the replica exited: a replica that does not end in `drain_s` seconds
        and a little more is killed by a later call.

        Args:
            drain_s: Seconds granted from the first call on; a later call with fewer shortens them.
        """
        ...

    async def remove(self, replica_id: str) -> None:
        """Forget a replica that exited, with its files; nothing happens while it lives."""
        ...

    async def replica_ids(self) -> frozenset[str]:
        """Return all replicas that were started here and not removed, those of former servers included."""
        ...
