"""Facts about instances."""

from __future__ import annotations

from infrastudio.contexts.instances.schemas import Instance
from infrastudio.stores.ledger import Event


class InstanceCreated(Event, kind="instance.created"):
    """An instance was added to the fleet."""

    after: Instance


class InstanceUpdated(Event, kind="instance.updated"):
    """Some fields of an instance changed."""

    after: Instance


class InstanceDeleted(Event, kind="instance.deleted"):
    """An instance was taken out of the fleet; its history stays."""
