"""The routes of the registry."""

from __future__ import annotations

from infrastudio.contexts.registry.api import artifacts, models, versions

routers = (models.router, versions.router, artifacts.router)
