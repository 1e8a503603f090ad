"""The loop that makes keyframes of what was appended."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from infrastudio.kernel.actor import ALL_PROJECTS, Actor
from infrastudio.stores.db import Database
from infrastudio.stores.ledger.keyframe_codec import TooManyStates
from infrastudio.stores.ledger.keyframes import LIMITS, KeyframeLimits, next_keyframe, save_keyframe
from infrastudio.stores.ledger.state_columns import RememberedKind

LOOK_S: Final = 2.0
"""Between two looks at what was appended; also before the first one, which leaves the start of the server to others."""
REST: Final = 3.0
"""So many times as long as a keyframe took the loop rests behind it: an old ledger leaves room for others."""

_ACTOR: Final = Actor(ref="controller:keyframes", grants={ALL_PROJECTS: frozenset()})

logger = logging.getLogger(__name__)


class KeyframeFollower:
    """Makes the keyframes of a kind, each of the one before and the events since. It keeps nothing in memory.

    Killed at any point, it goes on behind the last one; where several processes make the same one, the first is kept.
    """

    def __init__(self, db: Database, kind: RememberedKind, *, limits: KeyframeLimits = LIMITS) -> None:
        self._db = db
        self._limits = limits
        self._kind = kind
        self._seen: int | None = None

    async def run(self) -> None:
        """Follow the ledger for ever, or until the kind is too large."""
        await asyncio.sleep(LOOK_S)
        now = asyncio.get_running_loop().time
        while True:
            started = now()
            try:
                was_made = await self._make_one()
            except TooManyStates:
                logger.info("There are too many states of kind %s for keyframes: none is made", self._kind.entity)
                return
            await asyncio.sleep(REST * (now() - started) if was_made else LOOK_S)

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
