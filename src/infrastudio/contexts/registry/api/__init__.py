"""The routes of the registry."""

from __future__ import annotations

from infrastudio.contexts.registry.api import artifacts, logged_models, models, versions

routers = (models.router, versions.router, artifacts.router, logged_models.router, logged_models.runs_router)
