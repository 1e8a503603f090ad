"""Evaluation datasets and their records as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, StringConstraints

from infrastudio.kernel.text import JsonObject, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

MAX_RECORD: Final = 60_000
"""Characters of a record as JSON; more would not fit into its event."""

Name = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
TagKey = Annotated[Text, StringConstraints(min_length=1, max_length=250)]
TagValue = Annotated[Text, StringConstraints(max_length=5000)]
DatasetTags = Annotated[dict[TagKey, TagValue], Field(max_length=1000)]
ExperimentIds = Annotated[tuple[str, ...], Field(max_length=1000)]


class EvaluationDatasetIn(Value):
    """A new dataset, of one or more experiments or of none."""

    name: Name
    experiment_ids: ExperimentIds = ()
    tags: DatasetTags = Field(default_factory=dict)


class EvaluationDataset(Versioned):
    """Examples by which a program is evaluated. `version` counts the changes of its records too."""

    collections: ClassVar[tuple[str, ...]] = ("tags",)
    folded: ClassVar[tuple[str, ...]] = ("name",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: str
    project: str
    name: str
    experiment_ids: tuple[str, ...]
    fields: dict[str, Any]
    """The fields of inputs, outputs and expectations that records had, with their types."""
    digest: str
    """Another one after each change of the records."""
    record_count: int
    created_by: str | None
    updated_by: str | None
    created_at: Time
    updated_at: Time
    tags: dict[str, str] = Field(default_factory=dict)


class EvaluationRecordIn(Value):
    """An example: what goes in, and what should come out or came out."""

    inputs: JsonObject
    outputs: Any = None
    expectations: JsonObject | None = None
    tags: JsonObject | None = None
    source: JsonObject | None = None


class EvaluationRecord(Versioned):
    """An example of a dataset; records with the same inputs are one."""

    id: str
    project: str
    dataset_id: str
    inputs_digest: str
    content: dict[str, Any]
    """The fields of `EvaluationRecordIn` that were given."""
    created_by: str | None
    updated_by: str | None
    created_at: Time
    updated_at: Time


class Merged(Value):
    """How many records were new, and how many were known by their inputs."""

    inserted: int
    updated: int
