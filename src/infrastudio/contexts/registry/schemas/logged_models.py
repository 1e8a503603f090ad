"""Logged models as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from infrastudio.contexts.registry.schemas.models import Stage
from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Text
from infrastudio.kernel.versioned import Time, Value, Versioned

LoggedModelStatus = Literal["unspecified", "pending", "ready", "upload_failed"]
Lifecycle = Literal["active", "deleted"]

RunId = Annotated[Text, StringConstraints(max_length=64)]
LoggedModelId = Annotated[Text, StringConstraints(pattern=r"^m-[0-9a-f]{32}$")]


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


class RunModel(Value):
    """A model that a run has logged; `step` is null where it was not said."""

    id: str
    name: str
    model_type: str | None
    status: LoggedModelStatus
    step: int | None
    created_at: Time


class VersionReference(Value):
    """A version by the names that lead to it, and the logged model that it was made of."""

    model_id: str
    model: str
    number: int
    stage: Stage
    aliases: tuple[str, ...]
    logged_model_id: str | None


class RunModels(Page[RunModel]):
    """The models that a run has logged, the newest first, and the versions that come from it or from them."""

    versions: list[VersionReference]
