"""Experiments as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Description, Tags, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

ExperimentName = Annotated[Text, StringConstraints(min_length=1, max_length=500)]
Owner = Annotated[Text, StringConstraints(max_length=255)]
Location = Annotated[Text, StringConstraints(min_length=1, max_length=1000)]
ExperimentNumber = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$")]
"""An id that a client chooses; larger ones would make all that are counted later as long."""
Lifecycle = Literal["active", "deleted"]
TagChanges = Annotated[
    dict[
        Annotated[Text, StringConstraints(min_length=1, max_length=250)],
        Annotated[Text, Field(max_length=8000)] | None,
    ],
    Field(max_length=1000),
]
"""Tags to set by key; null takes one away."""

DEFAULT_NAME = "Default"
"""The experiment that every project has."""


class ExperimentIn(Value):
    """A new experiment."""

    id: ExperimentNumber | None = None
    """What it was called where it comes from, for those who bring it over; None: the next free number."""
    name: ExperimentName
    description: Description = ""
    owner: Owner | None = None
    tags: Tags = Field(default_factory=dict)
    artifact_location: Location | None = None
    """Where tracking clients keep artifacts of its runs; None: with us."""


class ExperimentUpdate(Value):
    """Any subset of an experiment's fields; `tags` changes the keys that it names."""

    name: ExperimentName = "unnamed"
    description: Description = ""
    owner: Owner | None = None
    tags: TagChanges = Field(default_factory=dict)

    def provided(self) -> dict[str, Any]:
        """Return the fields that were sent, without the tags."""
        return self.model_dump(exclude_unset=True, exclude={"tags"})


class Experiment(Versioned):
    """An experiment. A value: it never changes."""

    collections: ClassVar[tuple[str, ...]] = ("tags",)
    folded: ClassVar[tuple[str, ...]] = ("name", "owner")
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "revised_at")

    id: str
    """A decimal number."""
    project: str
    name: str
    owner: str | None
    description: str
    artifact_location: str
    lifecycle: Lifecycle
    created_at: Time
    updated_at: Time
    revised_at: Time
    """When name, description, owner or lifecycle last changed; tags do not count."""
    tags: dict[str, str] = Field(default_factory=dict)


class RunCounts(Value):
    """How many active runs have which status."""

    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    canceled: int = 0


class ExperimentView(Experiment):
    """An experiment with what follows from its runs."""

    runs: RunCounts = RunCounts()
    last_run_at: Time | None = None
    """When its newest run began, or was made if it has not begun."""


class ExperimentPage(Page[ExperimentView]):
    """A page of experiments."""
