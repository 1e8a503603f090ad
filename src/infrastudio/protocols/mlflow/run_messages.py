"""Runs as clients read them, kept as JSON while nothing about them changes.

People and tools ask again and again for the same best or newest runs. What is kept of a run holds as long as its row
is of the same version and its metrics got no point.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from infrastudio.contexts.tracking.queries.found_runs import RunVersion
from infrastudio.stores.telemetry import PointChanges, StreamKey

MAX_BYTES: Final = 16 * 2**20


class _Kept(NamedTuple):
    version: RunVersion
    points_up_to: int
    text: bytes


class RunMessages:
    """Remembers the messages of the runs asked for last, `MAX_BYTES` of them. Used from any thread."""

    def __init__(self, changes: PointChanges) -> None:
        self._changes = changes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def of(
        self, versions: Mapping[str, RunVersion], write: Callable[[Sequence[str]], Mapping[str, bytes]]
    ) -> Mapping[str, bytes]:
        """Return the messages of runs; `write` makes those that are not known.

        Args:
            versions: What the rows of the runs say of themselves, by id.
            write: Reads runs by their ids, no earlier than `versions` were read, and returns their messages.
        """
        up_to = self._changes.last
        found = {id: kept.text for id, version in versions.items() if (kept := self._known(id, version)) is not None}
        missing = [id for id in versions if id not in found]
        if missing:
            written = write(missing)
            for id, text in written.items():
                self._keep(id, _Kept(versions[id], up_to, text))
            found |= written
        return found

    def _known(self, id: str, version: RunVersion) -> _Kept | None:
        with self._lock:
            kept = self._kept.get(id)
            if kept is None or kept.version != version or self._changes.of(StreamKey("run", id)) > kept.points_up_to:
                return None
            self._kept.move_to_end(id)
            return kept

    def _keep(self, id: str, kept: _Kept) -> None:
        with self._lock:
            before = self._kept.pop(id, None)
            self._bytes += len(kept.text) - (0 if before is None else len(before.text))
            self._kept[id] = kept
            while self._bytes > MAX_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest.text)
