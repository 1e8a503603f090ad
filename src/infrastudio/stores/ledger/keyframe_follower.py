"""The loop that makes keyframes of what was appended."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import sys
from typing import Final

from infrastudio.kernel.actor import ALL_PROJECTS, Actor
from infrastudio.stores.db import Database, UnitOfWork
from infrastudio.stores.ledger.keyframe_codec import TooManyStates
from infrastudio.stores.ledger.keyframes import LIMITS, KeyframeLimits, next_keyframe, save_keyframe
from infrastudio.stores.ledger.state_columns import RememberedKind

LOOK_S: Final = 2.0
"""Between two looks at what was appended; also before the first one, which leaves the start of the server to others."""
REST: Final = 3.0
"""So many times as long as a keyframe took the loop rests behind it: an old ledger leaves room for others."""
MANY: Final = 16
"""So many keyframes, made one behind the other as of an old ledger, leave memory that is worth to be given back."""

_ACTOR: Final = Actor(ref="controller:keyframes", grants={ALL_PROJECTS: frozenset()})

logger = logging.getLogger(__name__)


class KeyframeFollower:
    """Makes the keyframes of a kind, each of the one before and the events since. It keeps nothing in memory.

    Killed at any point, it goes on behind the last one; where several processes make the same one, the first is kept.
    """

    def __init__(
        self, db: Database, kind: RememberedKind, *, limits: KeyframeLimits = LIMITS, look_s: float = LOOK_S
    ) -> None:
        self._db = db
        self._look_s = look_s
        self._limits = limits
        self._kind = kind
        self._seen: int | None = None

    async def run(self) -> None:
        """Follow the ledger for ever, or until the kind is too large."""
        await asyncio.sleep(self._look_s)
        now, made = asyncio.get_running_loop().time, 0
        while True:
            started = now()
            try:
                was_made = await self._make_one()
            except TooManyStates:
                logger.info("There are too many states of kind %s for keyframes: none is made", self._kind.entity)
                return
            if not was_made and made >= MANY:
                await self._give_memory_back()
            made = made + 1 if was_made else 0
            await asyncio.sleep(REST * (now() - started) if was_made else self._look_s)

    async def catch_up(self) -> None:
        """Make all keyframes that the ledger has room for now."""
        while await self._make_one():
            pass

    async def _make_one(self) -> bool:
        version = self._db.data_version()
        if version is not None and version == self._seen:
            return False
        made = await self._db.read(_ACTOR, next_keyframe, self._kind, self._limits)
        if made is None:
            self._seen = version  # looked at before the read, which therefore saw all that belongs to it
            return False
        await self._db.write(_ACTOR, save_keyframe, made)
        return True

    async def _give_memory_back(self) -> None:
        """Give back what SQLite keeps of the pages that were written, and what the C library keeps of freed memory."""
        if self._db.dialect == "sqlite":
            await self._db.write(_ACTOR, _forget_pages)
        if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):  # glibc alone has it
            await asyncio.to_thread(libc.malloc_trim, 0)


def _forget_pages(uow: UnitOfWork) -> None:
    uow.connection.exec_driver_sql("PRAGMA shrink_memory")
