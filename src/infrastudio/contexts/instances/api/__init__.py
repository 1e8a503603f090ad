"""The routes of instances and of their history."""

from __future__ import annotations

from fastapi import APIRouter

from infrastudio.contexts.instances.api import bulk, history, instances

router = APIRouter()
for part in (bulk, history, instances):  # addresses with a word stand before those with an id in its place
    router.include_router(part.router)
