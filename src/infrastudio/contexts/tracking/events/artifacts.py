"""Facts about artifacts."""

from __future__ import annotations

from infrastudio.contexts.tracking.schemas.artifacts import Artifact
from infrastudio.stores.ledger import Event


class ArtifactWritten(Event, kind="artifact.written"):
    """A file was stored, or replaced by another content."""

    after: Artifact


class ArtifactDeleted(Event, kind="artifact.deleted"):
    """A file was removed; its bytes are freed when nothing else refers to them."""
