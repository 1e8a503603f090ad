"""The net difference between two states of an entity."""

from __future__ import annotations

from infrastudio.contexts.timeline.rules.items import public_state
from infrastudio.kernel.diff import Change, State, item_changes


def net_changes(old: State | None, new: State | None, collections: tuple[str, ...] = ()) -> dict[str, Change]:
    """Return every field that differs between two recorded states, collections key by key.

    None stands for an entity that does not exist: then every field of the other state differs, collections as a whole.
    `version` is left out.
    """
    was, now = ({} if state is None else public_state(state) for state in (old, new))
    changes: dict[str, Change] = {}
    both_exist = old is not None and new is not None
    for field in dict.fromkeys([*was, *now]):
        before, after = was.get(field), now.get(field)
        if field == "version" or (both_exist and before == after):
            continue
        if field in collections and both_exist:
            changes |= item_changes(field, before or {}, after or {})
        else:
            changes[field] = Change(before, after)
    return changes
