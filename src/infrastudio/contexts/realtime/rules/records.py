"""An event of the ledger as sockets pass it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from infrastudio.contexts.realtime.rules.messages import MAX_FRAME_BYTES
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.diff import Change
from infrastudio.stores.ledger import Entry

MAX_DATA_BYTES: Final = MAX_FRAME_BYTES - 1024
"""Room for the rest of a message stays in a frame."""

_KEPT: Final = frozenset(
    {"ended_at", "name", "number", "path", "slug", "started_at", "status", "status_reason", "title"}
)
"""Fields of a state that messages are made of; the rest is not held in memory."""

_LARGE: Final = ("changes", "links", "labels", "reason")
"""Parts that are left out, one after the other, of a message that no frame holds; `GET /api/events` has them."""


@dataclass(frozen=True, slots=True)
class Record:
    """An event, its message's data as JSON, and every entity that it concerns as `<entity>:<id>`."""

    entry: Entry
    names: frozenset[str]
    data: bytes

    @property
    def seq(self) -> int:
        """The number of the event."""
        return self.entry.seq

    @property
    def size(self) -> int:
        """About how many bytes it takes in memory."""
        return 3 * len(self.data) + 1024


def record_of(entry: Entry) -> Record:
    """Return what is kept of an event for those who watch."""
    kept = None if entry.after is None else {name: value for name, value in entry.after.items() if name in _KEPT}
    return Record(replace(entry, after=kept), names_in(entry), _data(entry))


def names_in(entry: Entry) -> frozenset[str]:
    """Return the entities that an event concerns: its own, those it links to, those that its state names.

    A field `deployment_id` names a deployment.
    """
    owners = {
        f"{field.removesuffix('_id')}:{value}"
        for field, value in _state(entry).items()
        if field.endswith("_id") and isinstance(value, str)
    }
    return frozenset({f"{entry.entity}:{entry.entity_id}", *(link["to"] for link in entry.links), *owners})


def project_in(entry: Entry) -> str | None:
    """Return the slug of an event's project, which every state names."""
    slug = _state(entry).get("slug" if entry.entity == "project" else "project")
    return slug if isinstance(slug, str) else None


def _state(entry: Entry) -> Mapping[str, Any]:
    """Return the state after an event, or before it where it deletes the entity."""
    if entry.after is not None:
        return entry.after
    return {field: change.old for field, change in (entry.changes or {}).items()}


def _changes(changes: Mapping[str, Change]) -> dict[str, dict[str, Any]]:
    return {field: {"old": old, "new": new} for field, (old, new) in changes.items()}


def _data(entry: Entry) -> bytes:
    values: dict[str, Any] = {
        "seq": entry.seq,
        "id": entry.id,
        "at": format_time(entry.at),
        "occurred_at": format_time(entry.occurred_at),
        "kind": entry.kind,
        "entity": entry.entity,
        "entity_id": entry.entity_id,
        "version": entry.version,
        "project": project_in(entry),
        "actor": entry.actor,
        "reason": entry.reason,
        "changes": None if entry.changes is None else _changes(entry.changes),
        "links": entry.links,
        "labels": entry.labels,
        "cause": entry.cause,
        "request_id": entry.request_id,
    }
    data = orjson.dumps(values)
    for part in _LARGE:
        if len(data) <= MAX_DATA_BYTES:
            break
        values[part] = None
        data = orjson.dumps(values)
    return data
