"""Versions of models as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, StringConstraints

from infrastudio.contexts.registry.schemas.logged_models import LoggedModelId, RunId
from infrastudio.contexts.registry.schemas.models import LongDescription, ModelTags, Stage
from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import JsonObject, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

VersionStatus = Literal["pending", "ready", "failed"]

MAX_SOURCE: Final = 4096

Source = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_SOURCE)]
RunLink = Annotated[Text, StringConstraints(max_length=500)]
Why = Annotated[Text, StringConstraints(max_length=2000)]


class VersionIn(Value):
    """A new version of a model. The files lie where `source` says, or where the logged model has them."""

    source: Source | None = None
    run_id: RunId | None = None
    logged_model_id: LoggedModelId | None = None
    notes: LongDescription | None = None
    run_link: RunLink | None = None
    tags: ModelTags = Field(default_factory=dict)
    evaluation: JsonObject = Field(default_factory=dict)


class VersionUpdate(Value):
    """Any subset of what can change of a version; tags and evaluation are replaced as a whole."""

    notes: LongDescription | None = None
    run_link: RunLink | None = None
    tags: ModelTags = Field(default_factory=dict)
    evaluation: JsonObject = Field(default_factory=dict)


class VersionState(Versioned):
    """A version of a model as the ledger keeps it. `version` counts writes, `number` is the version of the model."""

    folded: ClassVar[tuple[str, ...]] = ("source",)
    collections: ClassVar[tuple[str, ...]] = ("tags",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "revised_at")

    id: str
    project: str
    model_id: str
    number: int
    description: str | None
    """The notes of a version: the ledger and the MLflow protocol call them so."""
    stage: Stage
    status: VersionStatus
    status_message: str | None
    source: str
    """As the client wrote it."""
    location: str
    """Where the files are, every reference resolved."""
    run_id: str | None
    logged_model_id: str | None
    run_link: str | None
    flavors: dict[str, Any]
    signature: dict[str, Any] | None
    evaluation: dict[str, Any]
    created_at: Time
    updated_at: Time
    revised_at: Time
    tags: dict[str, str] = Field(default_factory=dict)


class ModelVersion(VersionState):
    """A version as clients see it: with the name of its model, the aliases that point at it, and who registered it."""

    description: str | None = Field(serialization_alias="notes")
    model: str
    aliases: tuple[str, ...] = ()
    registered_by: str | None = None


class ModelVersionPage(Page[ModelVersion]):
    """A page of versions."""


class TransitionIn(Value):
    """To which stage a version shall go, and whether it takes the place of those that are there."""

    stage: Stage
    archive_existing: bool = False


class TransitionRequestIn(TransitionIn):
    """A transition that another person shall approve, and why it is wanted."""

    reason: Why | None = None


class ModelFolder(Value):
    """What an MLmodel file says about the model beside it."""

    flavors: dict[str, Any] = Field(default_factory=dict)
    signature: dict[str, Any] | None = None
