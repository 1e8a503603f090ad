"""What can be done with instances."""

from infrastudio.contexts.instances.service.bulk import BulkConflict, BulkStale, bulk
from infrastudio.contexts.instances.service.instances import NameTaken, StaleVersion, create, delete, update
from infrastudio.contexts.instances.service.restore import ChangedSince, NotToBeUndone, restore, undo

__all__ = [
    "BulkConflict",
    "BulkStale",
    "ChangedSince",
    "NameTaken",
    "NotToBeUndone",
    "StaleVersion",
    "bulk",
    "create",
    "delete",
    "restore",
    "undo",
    "update",
]
