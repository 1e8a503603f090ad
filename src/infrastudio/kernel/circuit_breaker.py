"""A circuit breaker as a small state machine; the caller tells it the time."""

from __future__ import annotations

from collections import deque
from typing import Literal

from infrastudio.kernel.retry import CircuitBreakerPolicy


class CircuitBreaker:
    """Stops calls after `failure_threshold` failures within the monitoring period, then lets one through as a probe.

    Source: M. Nygard, Release It!, 2nd ed. (2018), chapter 5.
    """

    def __init__(self, policy: CircuitBreakerPolicy) -> None:
        self._policy = policy
        self._failures: deque[float] = deque()
        self._opened_at: float | None = None
        self._probing = False

    def state(self, now_s: float) -> Literal["closed", "open", "half_open"]:
        """Return the state at `now_s`, seconds on any monotonic clock."""
        if self._opened_at is None:
            return "closed"
        return "half_open" if now_s - self._opened_at >= self._policy.recovery_timeout_s else "open"

    def allows(self, now_s: float) -> bool:
        """May a call be made now? In the half-open state only one may, until its outcome is known."""
        state = self.state(now_s)
        if state == "half_open" and not self._probing:
            self._probing = True
            return True
        return state == "closed"

    def succeeded(self) -> None:
        """Tell that a call went well."""
        self._failures.clear()
        self._opened_at, self._probing = None, False

    def failed(self, now_s: float) -> None:
        """Tell that a call went wrong at `now_s`."""
        self._probing = False
        self._failures.append(now_s)
        while self._failures and now_s - self._failures[0] > self._policy.monitoring_period_s:
            self._failures.popleft()
        if self._opened_at is not None or len(self._failures) >= self._policy.failure_threshold:
            self._opened_at = now_s
