"""The routes of tracking."""

from __future__ import annotations

from fastapi import APIRouter

from infrastudio.contexts.tracking.api import artifacts, experiments, logs, metrics, runs

router = APIRouter()
for part in (experiments, metrics, logs, artifacts, runs):
    router.include_router(part.router)
