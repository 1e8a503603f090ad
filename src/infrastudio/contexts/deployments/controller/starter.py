"""From a decision to a process: the model's files are brought to this machine, then the runtime starts the replica."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from infrastudio.contexts.deployments.ports import ReplicaRuntime
from infrastudio.contexts.deployments.schemas import Deployment, Replica, ReplicaSpec

ModelFolder = Callable[[str, str, int], Awaitable[Path]]
"""Brings the files of (project, model id, version) to a local folder and returns it."""


class ReplicaStarter:
    """Starts replicas; files that take long to come do so in the background."""

    def __init__(self, runtime: ReplicaRuntime, model_folder: ModelFolder) -> None:
        self._runtime = runtime
        self._model_folder = model_folder
        self._starts: dict[str, asyncio.Task[None]] = {}
        self._abandoned: set[asyncio.Task[None]] = set()

    async def start(self, deployment: Deployment, replica: Replica, *, wait_s: float) -> None:
        """Start a replica, or go on with it; return as soon as it is started, and in any case after `wait_s` seconds.

        Raises:
            StudioError, OSError: It cannot be started.
        """
        task = self._starts.get(replica.id)
        if task is None:
            task = self._starts[replica.id] = asyncio.create_task(self._start(deployment, replica))
        await asyncio.wait({task}, timeout=wait_s)
        if task.done():
            self._starts.pop(replica.id, None)
            task.result()

    def abandon(self, replica_id: str) -> None:
        """Do not start a replica whose files are still on their way; they may come, for a later one."""
        task = self._starts.pop(replica_id, None)
        if task is not None:
            self._abandoned.add(task)
            task.add_done_callback(self._forget)

    async def close(self) -> None:
        """Stop waiting for files."""
        tasks = [*self._starts.values(), *self._abandoned]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._starts.clear()

    async def _start(self, deployment: Deployment, replica: Replica) -> None:
        folder = await self._model_folder(deployment.project, deployment.model_id, replica.model_version)
        if self._starts.get(replica.id) is not asyncio.current_task():
            return
        await self._runtime.start(
            ReplicaSpec(
                replica_id=replica.id,
                project=deployment.project,
                deployment=deployment.name,
                version=replica.model_version,
                model_path=str(folder),
            )
        )

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # nobody wants the replica any more, so nobody wants to know either
