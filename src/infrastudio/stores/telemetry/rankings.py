"""In which order entities stand by their latest values of a metric, remembered while nobody logs it.

To order ten thousand runs by a metric the database seeks the value of each. An index on values would have to be
rewritten at every point, ten times the price of a batch of a thousand metrics. So the order is kept in memory: made
when it is asked for a second time without a point in between, dropped before the next one is acknowledged.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, NamedTuple

Range = Literal["<", "<=", "=", ">=", ">"]
"""How values compare with a bound."""

MOST_KEPT: Final = 16
"""Metrics whose orders are kept; one that was not asked for longest goes first."""


class Ranking(NamedTuple):
    """Entities by their latest value of a metric, ascending; those whose value is NaN are left out."""

    ids: Sequence[str]
    values: Sequence[float]

    def within(self, range_: Range, bound: float) -> Ranking:
        """Return the part whose values lie so to a bound."""
        left, right = bisect_left(self.values, bound), bisect_right(self.values, bound)
        places = {
            "<": slice(0, left),
            "<=": slice(0, right),
            "=": slice(left, right),
            ">=": slice(left, None),
            ">": slice(right, None),
        }[range_]
        return Ranking(self.ids[places], self.values[places])

    def first(self, count: int, *, descending: bool, among: Set[str] | None = None) -> First:
        """Return at most `count` entities from one end, but for those whose value others behind the last one share.

        Args:
            count: How many at most; all are returned when there are no more.
            descending: From the greatest value on.
            among: Only these entities; None: all.
        """
        ordered = reversed if descending else iter
        pairs = zip(ordered(self.ids), ordered(self.values), strict=True)
        wanted = pairs if among is None else (pair for pair in pairs if pair[0] in among)
        first = list(islice(wanted, count))
        behind = next(wanted, None)
        if behind is None:
            return First([id for id, _ in first], is_all=True)
        return First([id for id, value in first if value != behind[1]], is_all=False)


class First(NamedTuple):
    """The first of a ranking; `is_all`: nobody stands behind them."""

    ids: Sequence[str]
    is_all: bool


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
        if self._names and (touched := self._names.intersection(names)):
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
