"""Which right lets an actor see the events of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from infrastudio.contexts.identity.permissions import PERMISSIONS
from infrastudio.kernel.actor import Actor

EVENTS_READ: Final = "events.read"

OWN_RIGHTS: Final[Mapping[str, str]] = {
    right.removesuffix("s.read"): right for right in PERMISSIONS if right.endswith("s.read") and right != EVENTS_READ
}
"""Entities with a right of their own: their events need it too, so that nobody reads tokens by way of the ledger."""


def may_read(actor: Actor, entity: str, project_id: str) -> bool:
    """May the actor see events of this kind of entity in this project?"""
    return actor.may(EVENTS_READ, project_id) and actor.may(OWN_RIGHTS.get(entity, EVENTS_READ), project_id)
