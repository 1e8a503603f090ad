"""The hash chain: editing or deleting the past shows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from infrastudio.kernel.canonical_json import canonical_digest, canonical_json

GENESIS: Final = "0" * 64
"""What stands before the first event."""

THINNED: Final = ("after", "changes", "reason")
"""Texts that may be thinned or erased: the chain holds their digests in their place."""

_CHAINED: Final = (
    "seq", "id", "at", "occurred_at", "kind", "entity", "entity_id", "version", "project_id", "actor", "full",
    "links", "labels", "cause", "request_id", "trace_id", "digests",
)  # fmt: skip


def digests_of(row: Mapping[str, Any]) -> str:
    """Return the canonical JSON of the sha256 of each text that may be thinned later."""
    return canonical_json({name: canonical_digest(row[name]) for name in THINNED})


def chain_hash(previous: str, row: Mapping[str, Any]) -> str:
    """Return the sha256 of the previous hash and the canonical row; times are microseconds."""
    text = canonical_json({name: row[name] for name in _CHAINED})
    return hashlib.sha256(f"{previous}{text}".encode()).hexdigest()
