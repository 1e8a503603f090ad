"""Differences between two states, and how a difference is applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from infrastudio.kernel.versioned import Versioned

VERSION: Final = "version"

State = dict[str, Any]
"""A state as JSON values, `version` included."""


class Change(NamedTuple):
    """What a field was and what it is now, as JSON values."""

    old: Any
    new: Any


def state_json(state: Versioned) -> State:
    """Return `state` as the JSON values that the ledger keeps."""
    return state.model_dump(mode="json")


def diff(old: Versioned | None, new: Versioned | None) -> dict[str, Change]:
    """Return every field that differs, as JSON values; None: before a create, after a delete.

    `version` is left out, for the ledger row has a column for it. A collection counts as one field.
    """
    if old is None or new is None:
        was, now = ({} if state is None else state_json(state) for state in (old, new))
        return {field: Change(was.get(field), now.get(field)) for field in was | now if field != VERSION}
    differing = {field for field in type(new).model_fields if getattr(old, field) != getattr(new, field)} - {VERSION}
    was, now = (state.model_dump(mode="json", include=differing) for state in (old, new))
    return {field: Change(was[field], now[field]) for field in now if was[field] != now[field]}


def item_changes(collection: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Change]:
    """Return the changes that turn mapping `old` into `new`, named `<collection>.<key>`; None means absent."""
    return {
        f"{collection}.{key}": Change(old.get(key), new.get(key))
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    }


def apply_changes(
    state: State | None, changes: Mapping[str, Change], *, version: int, collections: tuple[str, ...] = ()
) -> State:
    """Return `state` with the new values of `changes`; `state` itself is left alone.

    Args:
        state: What was before; None before a create.
        changes: By field, or by `<collection>.<key>` for the fields named in `collections`.
        version: The version that the changes led to.
        collections: The mapping fields whose keys change one by one; a new value of None removes the key.
    """
    values = dict(state or {})
    copied: set[str] = set()
    for field, change in changes.items():
        collection, dot, key = field.partition(".")
        if not dot or collection not in collections:
            values[field] = change.new
            continue
        if collection not in copied:
            values[collection] = dict(values.get(collection) or {})
            copied.add(collection)
        if change.new is None:
            values[collection].pop(key, None)
        else:
            values[collection][key] = change.new
    return values | {"version": version}
