"""What a search answers."""

from __future__ import annotations

from infrastudio.kernel.versioned import Value


class SearchHit(Value):
    """An entity that was found.

    `rank` says how well: 0 the whole name or id, 1 its beginning, 2 the beginning of a word in it, 3 a part of it.
    `url` is its page in the UI, null where the UI finds the way by entity and id.
    """

    entity: str
    id: str
    name: str
    title: str | None
    project: str | None
    url: str | None
    rank: int


class SearchAnswer(Value):
    """The best hits, best first; `more` tells that there are others."""

    items: list[SearchHit]
    more: bool
