"""The integers that stand for streams and series inside the store, remembered in the process."""

from __future__ import annotations

import hashlib
from typing import Final

from infrastudio.stores.telemetry.values import SeriesKey, StreamKey

_MOST: Final = 200_000
"""Entries of each kind that are remembered; beyond it all are forgotten and looked up again."""


class KnownIds:
    """Committed ids only: what a transaction makes is added after its commit."""

    def __init__(self) -> None:
        self.streams: dict[StreamKey, int] = {}
        self.series: dict[SeriesKey, int] = {}

    def learn(self, streams: dict[StreamKey, int], series: dict[SeriesKey, int]) -> None:
        """Remember ids that are committed."""
        if len(self.streams) > _MOST:
            self.streams.clear()
        if len(self.series) > _MOST:
            self.series.clear()
        self.streams.update(streams)
        self.series.update(series)

    def forget_stream(self, key: StreamKey) -> None:
        """Drop a stream that was deleted."""
        self.streams.pop(key, None)


def series_digest(key: SeriesKey) -> str:
    """Return the text by which a series is found: equal for equal keys only, whatever the database compares by."""
    parts = (part.encode() for part in key)
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()
