"""Imports: what is asked for, and the report on every row."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints

from infrastudio.kernel.text import Text
from infrastudio.kernel.versioned import Value

OnConflict = Literal["update", "skip", "fail"]
ImportAction = Literal["created", "updated", "unchanged", "skipped", "failed"]
SourceName = Annotated[Text, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]

MAX_IMPORT_ROWS: Final = 10_000
"""Rows of one import. It is one unit of work, and while that runs every other write of the server waits."""
MAX_REPORTED_ROWS: Final = 1000


class ImportOptions(Value):
    """How a table is imported.

    Attributes:
        dry_run: Report only, change nothing.
        on_conflict: What happens to an instance of the same name that differs.
        keep_ids: Give new instances the ids of the source, where those were never in use.
        source: Where the table comes from; stands in the ledger as actor and label.
    """

    dry_run: bool = False
    on_conflict: OnConflict = "update"
    keep_ids: bool = False
    source: SourceName = "file"


class _Report(Value):
    """What a client of another release reads too."""

    model_config = ConfigDict(extra="ignore")


class RowProblem(_Report):
    """What is wrong with a cell, or (`path` is `row`) with a row."""

    path: str
    message: str
    value: Any = None


class ImportedRow(_Report):
    """What became, or would become, of a row.

    Attributes:
        row: Its number in the file, from 1, without the header.
        id: The instance; null for one that is not made yet.
    """

    row: int
    action: ImportAction
    id: int | None = None
    name: str | None
    problems: tuple[RowProblem, ...] = ()


class ImportReport(_Report):
    """What an import did, or would do.

    Attributes:
        rows: At most 1,000, those with problems first.
        mapped_ids: Ids of the source to those of the instances, where these are others.
    """

    dry_run: bool
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    rows: Annotated[list[ImportedRow], Field(max_length=MAX_REPORTED_ROWS)]
    unknown_columns: list[str]
    mapped_ids: dict[str, int] = Field(default_factory=dict)
