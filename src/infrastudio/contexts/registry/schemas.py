"""Models, versions and logged models as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Integer, JsonObject, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

Framework = Literal["sklearn", "pytorch", "tensorflow", "huggingface", "onnx", "xgboost", "custom"]
Stage = Literal["draft", "staging", "production", "archived"]
VersionStatus = Literal["pending", "ready", "failed"]
LoggedModelStatus = Literal["unspecified", "pending", "ready", "upload_failed"]
Lifecycle = Literal["active", "deleted"]

MAX_NAME = 256
MAX_DESCRIPTION = 100_000
MAX_SOURCE = 4096

ModelName = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_NAME)]
LongDescription = Annotated[Text, StringConstraints(max_length=MAX_DESCRIPTION)]
TagKey = Annotated[Text, StringConstraints(min_length=1, max_length=250)]
TagValue = Annotated[Text, StringConstraints(max_length=100_000)]
ModelTags = Annotated[dict[TagKey, TagValue], Field(max_length=1000)]
Source = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_SOURCE)]
Alias = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
RunId = Annotated[Text, StringConstraints(max_length=64)]
LoggedModelId = Annotated[Text, StringConstraints(pattern=r"^m-[0-9a-f]{32}$")]


class ModelIn(Value):
    """A new registered model."""

    name: ModelName
    description: LongDescription | None = None
    framework: Framework | None = None
    tags: ModelTags = Field(default_factory=dict)
    metadata: JsonObject = Field(default_factory=dict)


class ModelUpdate(Value):
    """Any subset of a model's fields; tags are replaced as a whole."""

    name: ModelName = ""
    description: LongDescription | None = None
    framework: Framework | None = None
    tags: ModelTags = Field(default_factory=dict)
    metadata: JsonObject = Field(default_factory=dict)


class Model(Versioned):
    """A registered model. `revised_at` moves with everything but tags and aliases."""

    collections: ClassVar[tuple[str, ...]] = ("tags", "aliases")
    folded: ClassVar[tuple[str, ...]] = ("name",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "revised_at")

    id: str
    project: str
    name: str
    description: str | None
    framework: Framework | None
    metadata: dict[str, Any]
    latest_version: int | None
    """The highest number that still exists."""
    last_number: int
    """The highest number ever given; none comes back."""
    created_at: Time
    updated_at: Time
    revised_at: Time
    tags: dict[str, str] = Field(default_factory=dict)
    aliases: dict[str, int] = Field(default_factory=dict)


class ModelPage(Page[Model]):
    """A page of models."""


class VersionIn(Value):
    """A new version of a model. The files lie where `source` says, or where the logged model has them."""

    source: Source | None = None
    run_id: RunId | None = None
    logged_model_id: LoggedModelId | None = None
    description: LongDescription | None = None
    run_link: Annotated[Text, StringConstraints(max_length=500)] | None = None
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
    """A version as clients see it: with the name of its model and the aliases that point at it."""

    model: str
    aliases: tuple[str, ...] = ()


class ModelVersionPage(Page[ModelVersion]):
    """A page of versions."""


class TransitionIn(Value):
    """To which stage a version shall go, and whether it takes the place of those that are there."""

    stage: Stage
    archive_existing: bool = False


class AliasIn(Value):
    """Which version an alias shall mean."""

    version: Annotated[Integer, Field(ge=1)]


class LoggedModelIn(Value):
    """A model that a run has logged."""

    experiment_id: str
    name: str
    model_type: str | None = None
    source_run_id: str | None = None
    params: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)


class LoggedModel(Versioned):
    """A logged model. `revised_at` moves with its status only."""

    collections: ClassVar[tuple[str, ...]] = ("params", "tags")
    folded: ClassVar[tuple[str, ...]] = ("name",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "revised_at")

    id: str
    project: str
    experiment_id: str
    name: str
    model_type: str | None
    source_run_id: str | None
    status: LoggedModelStatus
    status_message: str | None
    lifecycle: Lifecycle
    location: str
    created_at: Time
    updated_at: Time
    revised_at: Time
    params: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)


class ModelFolder(Value):
    """What an MLmodel file says about the model beside it."""

    flavors: dict[str, Any] = Field(default_factory=dict)
    signature: dict[str, Any] | None = None
