"""The routes of tracking."""

from __future__ import annotations

from infrastudio.contexts.tracking.api import artifacts, experiments, logs, metrics, runs

routers = (experiments.router, metrics.router, logs.router, artifacts.router, runs.router)
