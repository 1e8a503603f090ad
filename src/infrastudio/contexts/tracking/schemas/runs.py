"""Runs as clients and the ledger see them."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, PlainSerializer, StringConstraints

from infrastudio.contexts.tracking.schemas.experiments import Lifecycle, TagChanges
from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Integer, Tags, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

RunStatus = Literal["queued", "running", "succeeded", "failed", "canceled"]
STATUSES: Final[tuple[RunStatus, ...]] = ("queued", "running", "succeeded", "failed", "canceled")

RunId = Annotated[Text, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
AttemptNumber = Annotated[Integer, Field(ge=1, le=2**31 - 1)]
RunName = Annotated[Text, StringConstraints(min_length=1, max_length=8000)]
Reason = Annotated[Text, StringConstraints(max_length=8000)]
Params = Annotated[
    dict[Annotated[Text, StringConstraints(min_length=1, max_length=250)], Annotated[Text, Field(max_length=6000)]],
    Field(max_length=10_000),
]


def wire_number(value: float) -> float | str:
    """Return a number as JSON carries it: NaN and the infinities are words."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


WireNumber = Annotated[float, PlainSerializer(wire_number, return_type=float | str, when_used="json")]
"""A number that may be `"NaN"`, `"Infinity"` or `"-Infinity"` on the wire."""


RunUser = Annotated[Text, StringConstraints(max_length=255)]


class RunCreate(Value):
    """What a new run is made from. Values of params and tags that are too long are cut."""

    experiment_id: Text
    id: RunId | None = None
    name: Text | None = None
    """None: taken from the tag of the name, or made up."""
    status: RunStatus = "running"
    status_reason: Reason | None = None
    user: RunUser = ""
    started_at: Time | None = None
    ended_at: Time | None = None
    params: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    job_id: str | None = None
    attempts: Annotated[Integer, Field(ge=1)] = 1


class RunIn(Value):
    """A new run, as our API takes it."""

    id: RunId | None = None
    """Chosen by a client that logs before the server answers; None: made by the server."""
    name: RunName | None = None
    user: RunUser | None = None
    """Whose program it is, in the words of another tracker; None: who makes it."""
    status: Literal["queued", "running"] = "running"
    started_at: Time | None = None
    params: Params = Field(default_factory=dict)
    tags: Tags = Field(default_factory=dict)
    parent_id: RunId | None = None


class RunUpdate(Value):
    """Any subset of a run's fields; `tags` changes the keys that it names."""

    name: RunName = "unnamed"
    status: RunStatus = "running"
    status_reason: Reason | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    tags: TagChanges = Field(default_factory=dict)

    def provided(self) -> dict[str, Any]:
        """Return the fields that were sent, without the tags."""
        return self.model_dump(exclude_unset=True, exclude={"tags"})


class DatasetInput(Value):
    """A dataset that a run used, with what a client tells of it. Its identity is name and digest."""

    name: Annotated[Text, StringConstraints(min_length=1, max_length=500)]
    digest: Annotated[Text, StringConstraints(min_length=1, max_length=36)]
    source_type: Annotated[Text, StringConstraints(max_length=36)] = ""
    source: Annotated[Text, StringConstraints(max_length=65_535)] = ""
    schema_text: Annotated[Text, StringConstraints(max_length=1_048_575)] | None = None
    profile_text: Annotated[Text, StringConstraints(max_length=16_777_215)] | None = None
    tags: dict[Text, Text] = Field(default_factory=dict)


class LoggedDataset(Value):
    """A dataset input as the ledger keeps it: its long texts stand elsewhere, by their sha256."""

    name: str
    digest: str
    source_type: str
    source_sha256: str
    schema_sha256: str | None
    profile_sha256: str | None
    tags: dict[str, str]


class Run(Versioned):
    """A run. A value: it never changes."""

    collections: ClassVar[tuple[str, ...]] = ("params", "tags", "datasets", "model_inputs", "model_outputs")
    folded: ClassVar[tuple[str, ...]] = ("name", "user")
    sortable_times: ClassVar[tuple[str, ...]] = ("started_at", "ended_at", "created_at", "updated_at")

    id: str
    project: str
    experiment_id: str
    name: str
    status: RunStatus
    status_reason: str | None
    user: str
    started_at: Time | None
    ended_at: Time | None
    parent_id: str | None
    job_id: str | None
    lifecycle: Lifecycle
    attempts: int
    created_at: Time
    updated_at: Time
    params: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    datasets: dict[str, LoggedDataset] = Field(default_factory=dict)
    """By `["<name>","<digest>"]`."""
    model_inputs: dict[str, bool] = Field(default_factory=dict)
    """Logged models that the run read, by id."""
    model_outputs: dict[str, int] = Field(default_factory=dict)
    """Logged models that the run made, by id, with the step."""


class RunSummary(Value):
    """A run in a list: its own fields, and of params, tags and metrics those that were asked for."""

    id: str
    name: str
    experiment_id: str
    project: str
    status: RunStatus
    status_reason: str | None
    user: str
    started_at: Time | None
    ended_at: Time | None
    created_at: Time
    updated_at: Time
    parent_id: str | None
    job_id: str | None
    lifecycle: Lifecycle
    attempts: int
    params: dict[str, str]
    tags: dict[str, str]
    metrics: dict[str, WireNumber]
    """Latest values by name."""
    version: int


class RunDetail(RunSummary):
    """A run with counts of what it left behind."""

    artifact_count: int | None
    metric_names: int
    log_lines: int
    datasets: list[LoggedDataset]
    model_inputs: list[str]
    model_outputs: dict[str, int]


class RunPage(Page[RunSummary]):
    """A page of runs; `facets` counts all that match, by the values of a field."""

    facets: dict[str, dict[str, int]] | None = None
