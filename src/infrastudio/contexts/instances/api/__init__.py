"""The routes of instances and of their history."""

from __future__ import annotations

from infrastudio.contexts.instances.api import bulk, history, instances, lists, transfer

routers = (lists.router, bulk.router, transfer.router, transfer.imports, history.router, instances.router)
"""Addresses with a word stand before those with an id in its place."""
