"""The routes of instances and of their history."""

from __future__ import annotations

from fastapi import APIRouter

from infrastudio.contexts.instances.api import bulk, history, instances, lists, transfer

router = APIRouter()
for part in (lists.router, bulk.router, transfer.router, transfer.imports, history.router, instances.router):
    router.include_router(part)  # addresses with a word stand before those with an id in its place
