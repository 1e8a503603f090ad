"""In which order entities stand by their latest values of a metric, remembered while nobody logs it.

To order ten thousand runs by a metric the database seeks the value of each. An index on values would have to be
rewritten at every point, ten times the price of a batch of a thousand metrics. So the order is kept in memory: made
when it is asked for a second time without a point in between, dropped before the next one is acknowledged.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

MOST_KEPT: Final = 16
"""Metrics whose orders are kept; one that was not asked for longest goes first."""


class Ranking(NamedTuple):
    """Entities by their latest value of a metric, ascending; those whose value is NaN are left out."""

    ids: Sequence[str]
    values: Sequence[float]

    def first(self, count: int, *, descending: bool) -> Sequence[str]:
        """Return at most `count` entities from one end, but for those whose value others behind the last one share."""
        if count >= len(self.ids):
            return self.ids
        edge = self.values[-count - 1 if descending else count]
        ids, values = (self.ids[-count:], self.values[-count:]) if descending else (self.ids[:count], self.values)
        return [id for id, value in zip(ids, values, strict=False) if value != edge]


class RankedMetric(NamedTuple):
    """Whose values are ranked, and by what."""

    entity: str
    name: str


@dataclass(slots=True)
class _Watched:
    is_touched: bool = False
    ranking: Ranking | None = None


class Rankings:
    """The orders that are remembered. Asked from any thread; touched by the one writer of the telemetry."""

    def __init__(self, load: Callable[[RankedMetric], Ranking]) -> None:
        self._load = load
        self._watched: OrderedDict[RankedMetric, _Watched] = OrderedDict()
        self._names: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def of(self, metric: RankedMetric) -> Ranking | None:
        """Return the order by a metric as of now; None while it would not last."""
        with self._lock:
            watched = self._watched.get(metric)
            if watched is None or watched.is_touched:
                self._watch(metric)
                return None
            self._watched.move_to_end(metric)
        if watched.ranking is None:
            ranking = self._load(metric)
            with self._lock:
                if watched.is_touched:
                    return None
                watched.ranking = ranking
        return watched.ranking

    def touch(self, names: Iterable[str]) -> None:
        """Drop the orders by these metrics: points of them were committed, and nobody was told of it yet."""
        touched = self._names.intersection(names)
        if touched:
            self._drop(lambda metric: metric.name in touched)

    def clear(self) -> None:
        """Drop all orders."""
        self._drop(lambda _: True)

    def _drop(self, is_meant: Callable[[RankedMetric], bool]) -> None:
        with self._lock:
            for metric in [metric for metric in self._watched if is_meant(metric)]:
                self._watched.pop(metric).is_touched = True
            self._names = frozenset(metric.name for metric in self._watched)

    def _watch(self, metric: RankedMetric) -> None:
        self._watched[metric] = _Watched()
        while len(self._watched) > MOST_KEPT:
            self._watched.popitem(last=False)[1].is_touched = True
        self._names = frozenset(metric.name for metric in self._watched)
