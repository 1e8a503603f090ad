"""What can be done with instances."""

from infrastudio.contexts.instances.service.bulk import BulkConflict, BulkStale, bulk
from infrastudio.contexts.instances.service.importer import Importer
from infrastudio.contexts.instances.service.imports import (
    ImportRefused,
    import_actor,
    import_instances,
    plan_import,
)
from infrastudio.contexts.instances.service.instances import NameTaken, StaleVersion, create, delete, update
from infrastudio.contexts.instances.service.restore import ChangedSince, NotToBeUndone, restore, undo

__all__ = [
    "BulkConflict",
    "BulkStale",
    "ChangedSince",
    "ImportRefused",
    "Importer",
    "NameTaken",
    "NotToBeUndone",
    "StaleVersion",
    "bulk",
    "create",
    "delete",
    "import_actor",
    "import_instances",
    "plan_import",
    "restore",
    "undo",
    "update",
]
