"""Counts and latencies of the gateway, per deployment and version."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

BUCKETS_PER_DOUBLING: Final = 8
SMALLEST_S: Final = 1e-5
BUCKETS: Final = 28 * BUCKETS_PER_DOUBLING
"""Buckets from 10 µs to 45 min, each 9 % wider than the one before."""


class Histogram:
    """Durations in buckets of equal ratio: a quantile is right within 5 %."""

    def __init__(self) -> None:
        self.counts = [0] * BUCKETS
        self.sum_s = 0.0

    def add(self, duration_s: float) -> None:
        """Count one duration."""
        self.sum_s += duration_s
        if duration_s <= SMALLEST_S:
            self.counts[0] += 1
        else:
            self.counts[min(int(math.log2(duration_s / SMALLEST_S) * BUCKETS_PER_DOUBLING), BUCKETS - 1)] += 1

    def quantile(self, share: float) -> float | None:
        """Return the seconds that `share` (0..1) of the durations do not exceed; None without any."""
        total = sum(self.counts)
        if total == 0:
            return None
        wanted = max(1, math.ceil(share * total))
        seen = 0
        for at, count in enumerate(self.counts):
            seen += count
            if seen >= wanted:
                return float(SMALLEST_S * 2 ** ((at + 0.5) / BUCKETS_PER_DOUBLING))
        raise AssertionError("the buckets hold all durations")


@dataclass(slots=True)
class RouteMeasures:
    """What one version of one deployment did.

    Attributes:
        requests: Requests that were answered, well or not.
        errors: Answers of 5xx, our own 502, 503 and 504 included.
        refusals: Answers of 4xx.
        cut: Answers that broke off after their head had left; counted in `errors` too.
        client_gone: Requests whose client left before the answer was complete; not counted in `requests`.
        retries: Requests that were sent a second time.
        latency: From the complete request to the last byte of the answer.
    """

    requests: int = 0
    errors: int = 0
    refusals: int = 0
    cut: int = 0
    client_gone: int = 0
    retries: int = 0
    latency: Histogram = field(default_factory=Histogram)

    def answered(self, status: int, duration_s: float) -> None:
        """Count one complete answer."""
        self.requests += 1
        if status >= 500:
            self.errors += 1
        elif status >= 400:
            self.refusals += 1
        self.latency.add(duration_s)


class GatewayMeasures:
    """The measures of all deployments, by deployment id and version; None: before a version was chosen."""

    def __init__(self) -> None:
        self.by_route: dict[tuple[str, int | None], RouteMeasures] = {}

    def of(self, deployment_id: str, version: int | None) -> RouteMeasures:
        """Return the measures of one version, new ones if there are none."""
        key = (deployment_id, version)
        measures = self.by_route.get(key)
        if measures is None:
            measures = self.by_route[key] = RouteMeasures()
        return measures

    def take(self) -> dict[tuple[str, int | None], RouteMeasures]:
        """Return what was counted since the last call, and begin anew."""
        taken, self.by_route = self.by_route, {}
        return taken
