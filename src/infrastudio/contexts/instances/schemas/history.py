"""The history of instances: a view over the ledger, one record an event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from infrastudio.contexts.instances.schemas.instances import Body, Instance
from infrastudio.kernel.text import MAX_INTEGER, Integer
from infrastudio.kernel.versioned import Time, Value

OperationType = Literal["create", "update", "delete"]
HistoryId = Annotated[Integer, Field(ge=1, le=MAX_INTEGER)]


class ValueChange(Value):
    """What a field was and what it is now; null: there was no instance."""

    old: Any
    new: Any


class HistoryItem(Instance):
    """One change of an instance, with all its fields as they were after it; before it, for a deletion.

    `history_id` is the number of its event in the ledger, `original_id` the id of the instance.
    """

    history_id: int
    original_id: int
    operation_type: OperationType
    operation_timestamp: Time
    changes: dict[str, ValueChange]
    actor: str
    reason: str | None
    request_id: str | None
    labels: dict[str, Any]


class HistoryPage(Value):
    """A part of a history."""

    items: list[HistoryItem]
    total: int
    limit: int
    offset: int


class Comparison(Value):
    """Two records of one instance, how it differs between them, and what happened in between."""

    a: HistoryItem
    b: HistoryItem
    changes: dict[str, ValueChange]
    between: list[HistoryItem]
    between_total: int


class HistoryFilter(BaseModel):
    """What a history is narrowed to.

    Attributes:
        name: Part of the instance's name, in any case.
        operation_type: The sort of change.
        start: The first moment that is wanted.
        end: The first moment that is not.
        actor: Who did it, as a reference such as `user:usr_…`.
        field: A field that must have changed.
        q: Part of a name, a tag or the description, in any case.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    operation_type: OperationType | None = None
    start: datetime | None = None
    end: datetime | None = None
    actor: str | None = None
    field: str | None = None
    q: str | None = None


class RecordIn(Body):
    """The record that a restore or an undo is about."""

    history_id: HistoryId
