"""From the state of an entity to what it is found by, and who may find it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from infrastudio.kernel.text import casefold
from infrastudio.stores.ledger import Entry

SEARCH_READ: Final = "search.read"

NAME_FIELDS: Final = ("name", "title", "slug", "path")
"""Where names stand in a state; the first that is there is the entity's name."""

SEPARATORS: Final = (" ", "-", "_", "/", ".", ":")
"""What stands before a word."""

MAX_NAME: Final = 255
MAX_FOLDED: Final = 1024
MAX_TEXT: Final = 2100
MIN_ID: Final = 4
"""The shortest beginning of an id that is looked for."""

_PAGES: Final = {"deployment": "/deployments", "experiment": "/experiments", "run": "/runs", "trace": "/traces"}

_GONE: Final = frozenset({"deleted"})


class Names(NamedTuple):
    """What an entity is found by."""

    name: str | None
    title: str | None
    name_folded: str
    text_folded: str


def is_gone(entry: Entry) -> bool:
    """Is the entity no longer there after this event: deleted, or marked as deleted?"""
    state = entry.after
    if state is None:
        return True
    return bool(state.get("deleted_at")) or any(
        state.get(f) in _GONE for f in ("lifecycle", "lifecycle_stage", "state")
    )


def names_of(state: Mapping[str, Any]) -> Names:
    """Return what an entity with this state is found by."""
    found = {field: value for field in NAME_FIELDS if isinstance(value := state.get(field), str) and value}
    name = next(iter(found.values()), None)
    title = found["title"] if found.get("title", name) != name else None
    folded = [casefold(word) for word in dict.fromkeys(found.values())]
    return Names(
        name=None if name is None else name[:MAX_NAME],
        title=None if title is None else title[:MAX_NAME],
        name_folded=folded[0][:MAX_FOLDED] if folded else "",
        text_folded="\n".join(folded)[:MAX_TEXT],
    )


def url_of(entity: str, id: str) -> str | None:
    """Return the page of an entity in the UI, for the pages whose addresses are fixed."""
    page = _PAGES.get(entity)
    return None if page is None else f"{page}/{quote(id, safe='')}"
