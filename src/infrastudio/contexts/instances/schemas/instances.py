"""Instances as clients and the ledger see them. The contract is exact: clients exist."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from infrastudio.kernel.text import Description, Integer, Name, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

ModelVersion = Annotated[Text, StringConstraints(min_length=1, max_length=50)]
Replicas = Annotated[Integer, Field(ge=1, le=100)]
PipelineParallelism = Annotated[Integer, Field(ge=1, le=16)]
ContextParallelism = Annotated[Integer, Field(ge=1, le=64)]
TensorParallelism = Annotated[Integer, Field(ge=1, le=16)]
InstanceStatus = Literal["active", "inactive", "pending", "error"]
Priority = Literal["low", "medium", "high", "critical"]

RESET_BY_NULL = {"description": "", "model_version": "latest"}
"""The fields that a null resets, and what to; null is refused everywhere else."""


class Body(BaseModel):
    """A body of this contract: unknown fields are ignored, for clients send back what they have read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class InstanceIn(Body):
    """A new instance."""

    name: Name
    model_name: Name
    model_version: ModelVersion | None = "latest"
    cluster_name: Name
    image_tag: Name
    replicas: Replicas = 1
    pp: PipelineParallelism = 1
    cp: ContextParallelism = 8
    tp: TensorParallelism = 1
    status: InstanceStatus = "active"
    priority: Priority = "medium"
    description: Description | None = ""

    def values(self) -> dict[str, Any]:
        """Return all fields, those that are null at their default."""
        return {field: _value(field, value) for field, value in self.model_dump().items()}


class InstanceUpdate(Body):
    """Any subset of the fields."""

    name: Name = ""
    model_name: Name = ""
    model_version: ModelVersion | None = None
    cluster_name: Name = ""
    image_tag: Name = ""
    replicas: Replicas = 1
    pp: PipelineParallelism = 1
    cp: ContextParallelism = 8
    tp: TensorParallelism = 1
    status: InstanceStatus = "active"
    priority: Priority = "medium"
    description: Description | None = None

    def provided(self) -> dict[str, Any]:
        """Return the fields that were sent, those that are null at their default."""
        return {field: _value(field, value) for field, value in self.model_dump(exclude_unset=True).items()}


class Instance(Versioned):
    """An instance. A value: it never changes."""

    folded: ClassVar[tuple[str, ...]] = ("name",)
    searched: ClassVar[tuple[str, ...]] = ("name", "model_name", "cluster_name", "image_tag", "description")
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: int
    project: str
    name: str
    model_name: str
    model_version: str
    cluster_name: str
    image_tag: str
    replicas: int
    pp: int
    cp: int
    tp: int
    status: InstanceStatus
    priority: Priority
    description: str
    created_at: Time
    updated_at: Time


class InstanceView(Instance):
    """An instance as a list shows it; `can` tells the caller's rights on it, when asked for by `?can=1`."""

    can: list[str] | None = None


class InstanceFilter(BaseModel):
    """What a list is narrowed to: `name` and `q` are partial and case-insensitive, the others are exact."""

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    model_name: str | None = None
    cluster_name: str | None = None
    status: InstanceStatus | None = None
    priority: Priority | None = None
    q: str | None = None


class FleetSummary(Value):
    """How many instances of which sort there are; clusters and models are the twenty with the most instances."""

    total: int
    status: dict[InstanceStatus, int]
    priority: dict[Priority, int]
    clusters: list[NamedCount]
    models: list[NamedCount]
    replicas: int


class NamedCount(Value):
    """How many instances share a name, such as that of their cluster."""

    name: str
    count: int


class Deleted(Value):
    """The answer to a deletion."""

    message: str = "Instance deleted successfully"


def _value(field: str, value: Any) -> Any:
    return RESET_BY_NULL.get(field) if value is None else value
