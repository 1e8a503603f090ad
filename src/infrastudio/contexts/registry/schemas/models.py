"""Registered models as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Integer, JsonObject, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

Framework = Literal["sklearn", "pytorch", "tensorflow", "huggingface", "onnx", "xgboost", "custom"]
Stage = Literal["draft", "staging", "production", "archived"]

MAX_NAME: Final = 256
MAX_DESCRIPTION: Final = 100_000

ModelName = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_NAME)]
LongDescription = Annotated[Text, StringConstraints(max_length=MAX_DESCRIPTION)]
TagKey = Annotated[Text, StringConstraints(min_length=1, max_length=250)]
TagValue = Annotated[Text, StringConstraints(max_length=100_000)]
ModelTags = Annotated[dict[TagKey, TagValue], Field(max_length=1000)]
Alias = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
ProtectedStages = Annotated[tuple[Stage, ...], AfterValidator(lambda stages: tuple(sorted(set(stages))))]
"""Stages that versions enter and leave only by a request that another person approves; each once, in order."""


class ModelIn(Value):
    """A new registered model."""

    name: ModelName
    description: LongDescription | None = None
    framework: Framework | None = None
    tags: ModelTags = Field(default_factory=dict)
    metadata: JsonObject = Field(default_factory=dict)
    protected_stages: ProtectedStages = ()


class ModelUpdate(Value):
    """Any subset of a model's fields; tags are replaced as a whole."""

    name: ModelName = ""
    description: LongDescription | None = None
    framework: Framework | None = None
    tags: ModelTags = Field(default_factory=dict)
    metadata: JsonObject = Field(default_factory=dict)
    protected_stages: ProtectedStages = ()


class ModelState(Versioned):
    """A registered model as the ledger keeps it. `revised_at` moves with everything but tags and aliases."""

    collections: ClassVar[tuple[str, ...]] = ("tags", "aliases")
    folded: ClassVar[tuple[str, ...]] = ("name",)
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "revised_at")

    id: str
    project: str
    name: str
    description: str | None
    framework: Framework | None
    metadata: dict[str, Any]
    protected_stages: ProtectedStages = ()
    latest_version: int | None
    """The highest number that still exists."""
    last_number: int
    """The highest number ever given; none comes back."""
    created_at: Time
    updated_at: Time
    revised_at: Time
    tags: dict[str, str] = Field(default_factory=dict)
    aliases: dict[str, int] = Field(default_factory=dict)


class Model(ModelState):
    """A registered model as clients see it, with what its versions and their users say.

    Attributes:
        version_count: How many versions it has.
        stages: The newest version of each stage that has one.
        performance: The evaluation of its newest production version, without one that of its newest version; null
            where it has none.
        performance_version: Whose evaluation that is.
        used_by: How many deployments serve one of its versions, of those that the reader may see.
    """

    version_count: int
    stages: dict[Stage, int]
    performance: dict[str, Any] | None
    performance_version: int | None
    used_by: int


class ModelPage(Page[Model]):
    """A page of models."""


class AliasIn(Value):
    """Which version an alias shall mean."""

    version: Annotated[Integer, Field(ge=1)]


class AliasMove(Value):
    """An alias began to mean another version, or none.

    Attributes:
        alias: The alias.
        before: The version that it meant before, null where it was new.
        after: The version that it means since, null where it was removed.
        seq, at: The event, and when.
        until: When it moved on; null as long as it holds.
        actor: Who did it.
        reason: Why, if they said so.
    """

    alias: str
    before: int | None
    after: int | None
    seq: int
    at: Time
    until: Time | None
    actor: str
    reason: str | None


class AliasMovePage(Page[AliasMove]):
    """A page of the moves of aliases, the last one first."""
