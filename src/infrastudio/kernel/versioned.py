"""What the state of every entity has in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from infrastudio.kernel.clock import format_time

Time = Annotated[
    datetime,
    PlainSerializer(format_time, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in UTC; on a wire RFC 3339 with `Z`."""


class Value(BaseModel):
    """A value on a wire or in the ledger: it never changes, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, from_attributes=True, extra="forbid")


class Versioned(Value):
    """The state of an entity; `version` counts its writes and travels as the ETag too."""

    collections: ClassVar[tuple[str, ...]] = ()
    """Fields that are mappings which partial events change key by key, and whose whole stands in full events only."""

    folded: ClassVar[tuple[str, ...]] = ()
    """Text fields that partial searches look into, also as of a moment."""

    searched: ClassVar[tuple[str, ...]] = ()
    """Text fields that free text looks into, all at once: folded together they are kept as `search_folded`."""

    sortable_times: ClassVar[tuple[str, ...]] = ()
    """Moments that lists sort and filter by, also as of a moment."""

    model_config = ConfigDict(frozen=True, from_attributes=True, extra="ignore")

    version: int
