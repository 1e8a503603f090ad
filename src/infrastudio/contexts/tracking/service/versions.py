"""Stale writes: what a client has seen against what there is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from infrastudio.kernel.diff import state_json
from infrastudio.kernel.errors import PreconditionFailed
from infrastudio.kernel.versioned import Versioned
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork

BOOKKEEPING = frozenset({"updated_at", "revised_at"})
"""Fields that every write changes."""


class StaleVersion(PreconditionFailed):
    """The entity changed since the client read it; carries what it is now and what happened since."""

    def __init__(self, what: str, expected: int, current: Versioned, changes_since: list[dict[str, Any]]) -> None:
        super().__init__(
            f"{what} is at version {current.version}, not {expected}.",
            expected_version=expected,
            current_version=current.version,
            current=state_json(current),
            changes_since=changes_since,
        )


def require_version(
    uow: UnitOfWork, entity: str, id: str, current: Versioned, expected: int | None, *, commuting: Collection[str] = ()
) -> None:
    """Refuse a write of a client that has not seen a change that could matter to it.

    Args:
        uow: The transaction.
        entity: What it is, as in the ledger.
        id: Its id there.
        current: What it is now.
        expected: The version that the client has seen; None: it does not care.
        commuting: Collections whose changes are in nobody's way, such as the tags that a running job sets.

    Raises:
        StaleVersion: Something else changed since, or the client claims a version that never was.
    """
    if expected is None or expected == current.version:
        return
    since = ledger.changes_since(uow, entity, id, expected)
    names = {name.partition(".")[0] for entry in since for name in entry["changes"]}
    if expected > current.version or names - BOOKKEEPING - set(commuting):
        raise StaleVersion(f"{entity.capitalize()} {id}", expected, current, since)
