"""Model versions in local folders, for replicas to load."""

from __future__ import annotations

import asyncio
from pathlib import Path

from infrastudio.contexts.registry import queries as registry
from infrastudio.contexts.registry.service.files import materialise
from infrastudio.kernel.actor import Actor
from infrastudio.stores.blobs import BlobStore
from infrastudio.stores.db import Database


class ModelFolders:
    """Brings the files of a version to `<folder>/<model id>/<version>`, once for all replicas that start together."""

    def __init__(self, folder: Path, *, db: Database, blobs: BlobStore, actor: Actor) -> None:
        self._folder = folder
        self._db = db
        self._blobs = blobs
        self._actor = actor
        self._turns: dict[Path, asyncio.Lock] = {}

    async def __call__(self, project: str, model: str, version: int) -> Path:
        """Return the folder that holds the version's MLmodel file."""
        servable = await self._db.read(self._actor, registry.servable, project, model, version)
        folder = self._folder / servable.model_id / str(servable.version)
        async with self._turns.setdefault(folder, asyncio.Lock()):
            await materialise(self._db, self._blobs, self._actor, servable, folder)
        return folder
