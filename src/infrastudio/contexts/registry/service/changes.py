"""What an event of the registry says that changed, and what of it stands in the main row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infrastudio.kernel.diff import Change, diff, item_changes
from infrastudio.kernel.versioned import Versioned


def changes_of(before: Versioned, after: Versioned) -> dict[str, Change]:
    """Return what changed, the keys of collections one by one."""
    changes = {field: change for field, change in diff(before, after).items() if field not in after.collections}
    for collection in after.collections:
        changes |= item_changes(collection, getattr(before, collection), getattr(after, collection))
    return changes


def changed_columns(before: Versioned, after: Versioned) -> Mapping[str, Any]:
    """Return the columns of the main row that an update has to write."""
    return {
        name: getattr(after, name)
        for name in type(after).model_fields
        if name not in after.collections and getattr(before, name) != getattr(after, name)
    }
