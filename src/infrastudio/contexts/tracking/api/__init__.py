"""The routes of tracking."""

from __future__ import annotations

from infrastudio.contexts.tracking.api import (
    artifacts,
    experiments,
    logs,
    metrics,
    runs,
    space,
    telemetry_exports,
)

routers = (
    experiments.router,
    metrics.router,
    logs.router,
    telemetry_exports.router,
    artifacts.router,
    runs.router,
    space.router,
)
