"""Many writes in one request."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from infrastudio.contexts.instances.schemas.history import HistoryId
from infrastudio.contexts.instances.schemas.instances import Body, Instance, InstanceIn, InstanceUpdate
from infrastudio.kernel.text import MAX_INTEGER, Integer
from infrastudio.kernel.versioned import Value

MAX_ROWS: Final = 1000

BulkOperation = Literal["create", "update", "delete", "restore"]
Id = Annotated[Integer, Field(ge=1, le=MAX_INTEGER)]
SeenVersion = Annotated[Integer | None, Field(ge=1, le=MAX_INTEGER)]


class BulkUpdate(InstanceUpdate):
    """Any subset of the fields of one instance; `version` is the one that the client has seen."""

    id: Id
    version: SeenVersion = None


class BulkDelete(Body):
    """An instance to delete; `version` is the one that the client has seen."""

    id: Id
    version: SeenVersion = None


class BulkRestore(Body):
    """An instance to bring back to what it was at a record of its history."""

    id: Id
    history_id: HistoryId
    version: SeenVersion = None


class BulkIn(Body):
    """Many writes, of which all are done or none: deletions first, then updates, restores and creations."""

    create: list[InstanceIn] = Field(max_length=MAX_ROWS, default_factory=list)
    update: list[BulkUpdate] = Field(max_length=MAX_ROWS, default_factory=list)
    delete: list[BulkDelete] = Field(max_length=MAX_ROWS, default_factory=list)
    restore: list[BulkRestore] = Field(max_length=MAX_ROWS, default_factory=list)

    @model_validator(mode="after")
    def _limit_rows(self) -> BulkIn:
        rows = len(self.create) + len(self.update) + len(self.delete) + len(self.restore)
        if rows > MAX_ROWS:
            raise ValueError(f"has {rows} rows; at most {MAX_ROWS} are taken at once")
        return self


class BulkItem(Value):
    """What became of one row; `history_id` is null where nothing changed, `instance` after a deletion."""

    operation: BulkOperation
    id: int
    history_id: int | None
    instance: Instance | None


class BulkResult(Value):
    """What became of all rows: those of `create`, `update`, `delete`, `restore`, each in the order of the request."""

    items: list[BulkItem]
