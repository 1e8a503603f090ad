"""The one retry policy and the one circuit breaker; jobs, drivers, webhooks and the gateway use these."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from infrastudio.kernel.versioned import Value

PositiveSeconds = Annotated[float, Field(gt=0, le=86_400)]


class RetryPolicy(Value):
    """How often something that failed is tried again, and how long to wait in between."""

    max_attempts: Annotated[int, Field(ge=1, le=100)] = 3
    backoff: Literal["exponential", "linear", "fixed"] = "exponential"
    base_delay_s: PositiveSeconds = 0.5
    max_delay_s: PositiveSeconds = 60.0
    retryable_errors: tuple[str, ...] = ()

    def delay_s(self, attempt: int, jitter: float = 0.0) -> float:
        """Return the seconds to wait after failed attempt number `attempt` (1, 2, …).

        Args:
            attempt: The attempt that has just failed.
            jitter: A random number in 0..1; up to half of the delay is taken off by it.
        """
        growth = {"exponential": 2.0 ** min(attempt - 1, 60), "linear": float(attempt), "fixed": 1.0}[self.backoff]
        delay = min(self.base_delay_s * growth, self.max_delay_s)
        return delay * (1 - jitter / 2)

    def allows(self, attempt: int, error: str | None = None) -> bool:
        """May another attempt follow failed attempt number `attempt`?"""
        return attempt < self.max_attempts and (
            not self.retryable_errors or error is None or error in self.retryable_errors
        )


class CircuitBreakerPolicy(Value):
    """When calls to something that fails are stopped, and when it is tried again."""

    failure_threshold: Annotated[int, Field(ge=1)] = 5
    recovery_timeout_s: PositiveSeconds = 30.0
    monitoring_period_s: PositiveSeconds = 60.0
