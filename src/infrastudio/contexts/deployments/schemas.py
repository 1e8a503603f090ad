"""Values of deployments that clients, rules and runtimes share."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from infrastudio.kernel.pages import Page
from infrastudio.kernel.text import Integer, Name, Slug, Text
from infrastudio.kernel.versioned import Time, Value, Versioned

ReplicaState = Literal["starting", "ready", "unhealthy", "draining", "stopped", "failed"]
DeploymentState = Literal["pending", "starting", "ready", "degraded", "unavailable", "stopping", "stopped", "failed"]

Phase = Literal["absent", "starting", "ready", "unresponsive", "draining", "exited"]
"""What a runtime sees of a replica: nothing; no answer yet; healthy; no answer any more; told to stop; ended."""


class ReplicaSpec(Value):
    """What a replica shall serve.

    Attributes:
        deployment: Name of the deployment: requests use it as the model name.
        version: The registry version that lies in `model_path`.
        model_path: Folder that holds the MLmodel file.
        python: Interpreter of the environment that has the model's packages; None: the server's own.
        threads: Threads that numeric libraries may use.
        environment: Variables over those that every replica gets.
        max_queue: Requests that may wait for the model; more are answered 503.
    """

    replica_id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    project: str
    deployment: Slug
    version: Annotated[int, Field(ge=1)]
    model_path: str
    python: str | None = None
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    environment: dict[str, str] = Field(default_factory=dict)
    body_limit_bytes: Annotated[int, Field(ge=1)] = 16 * 1024 * 1024
    max_queue: Annotated[int, Field(ge=1)] = 1000


class ObservedReplica(Value):
    """What a runtime saw of a replica.

    Attributes:
        address: Path of the Unix socket it listens on; None as long as it does not.
        exit_code: None while it lives, and when it was killed before it could say.
        reason: Why it ended, or why it does not answer.
    """

    phase: Phase
    address: str | None = None
    pid: int | None = None
    exit_code: int | None = None
    reason: str | None = None


Environment = Literal["staging", "production"]
ReplicaCount = Annotated[Integer, Field(ge=0, le=64)]
ModelName = Annotated[Text, StringConstraints(min_length=1, max_length=256)]
VersionNumber = Annotated[Integer, Field(ge=1)]


class DeploymentIn(Value):
    """What shall be served, and how often. A version is named by number or by an alias, which is resolved now."""

    name: Slug
    model_name: ModelName
    model_version: VersionNumber | None = None
    model_alias: Name | None = None
    environment: Environment = "staging"
    runtime: Literal["process"] = "process"
    replicas: Annotated[Integer, Field(ge=1, le=64)] = 1


class DeploymentUpdate(Value):
    """Any subset of what can change."""

    model_version: VersionNumber = 1
    model_alias: Name = ""
    replicas: ReplicaCount = 0

    def provided(self) -> dict[str, int | str]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class ScaleIn(Value):
    """How many replicas shall serve; 0 keeps the deployment without any."""

    replicas: ReplicaCount


class Split(Value):
    """A version's share of the traffic."""

    version: int
    weight: float


class Deployment(Versioned):
    """A model version that is served, as the ledger sees it.

    Attributes:
        model_version: The version that is wanted; `split` says which ones have the traffic.
        replicas: How many are wanted.
        revised_at: When somebody last asked for something; failures before that no longer count.
        ready_at: When the wanted version first answered with all its replicas; None until then.
    """

    folded: ClassVar[tuple[str, ...]] = ("name", "model_name")
    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: str
    project: str
    name: str
    environment: Environment
    runtime: Literal["process"]
    model_id: str
    model_name: str
    model_version: int
    replicas: int
    split: tuple[Split, ...]
    state: DeploymentState
    reason: str | None
    stop_requested: bool
    created_at: Time
    revised_at: Time
    ready_at: Time | None
    updated_at: Time

    @property
    def serving_versions(self) -> tuple[int, ...]:
        """The versions that have a share of the traffic."""
        return tuple(part.version for part in self.split)


class Replica(Versioned):
    """One process that serves one version.

    Attributes:
        place: Counts the replicas of a version from 0; a successor inherits it.
        restarts: How many in this place failed, one after the other, before this one.
    """

    sortable_times: ClassVar[tuple[str, ...]] = ("created_at",)

    id: str
    project: str
    deployment_id: str
    model_version: int
    place: int
    restarts: int
    state: ReplicaState
    reason: str | None
    address: str | None
    pid: int | None
    created_at: Time
    ready_at: Time | None
    ended_at: Time | None
    updated_at: Time


class Endpoint(Versioned):
    """An address that answers for a deployment."""

    id: str
    project: str
    deployment_id: str
    protocol: Literal["v2"]
    path: str
    method: Literal["POST"]
    authentication: Literal["token"]
    created_at: Time


class ReplicaNumbers(Value):
    """How many replicas are wanted, and how many of them answer."""

    desired: int
    ready: int


class DeploymentView(Value):
    """A deployment as clients see it; `endpoint` is the base URL of its protocols."""

    id: str
    project: str
    name: str
    environment: Environment
    runtime: Literal["process"]
    model_name: str
    model_version: int
    replicas: ReplicaNumbers
    split: tuple[Split, ...]
    state: DeploymentState
    reason: str | None
    endpoint: str
    created_at: Time
    revised_at: Time
    ready_at: Time | None
    updated_at: Time
    version: int


class VersionStatus(Value):
    """How one version of a deployment is served.

    Attributes:
        weight: Its share of the traffic.
        replicas: How many are in each state, those that ended left out.
    """

    version: int
    weight: float
    replicas: dict[ReplicaState, int]


class DeploymentStatus(Value):
    """What a deployment does right now."""

    id: str
    state: DeploymentState
    reason: str | None
    replicas: ReplicaNumbers
    versions: list[VersionStatus]
    revised_at: Time
    ready_at: Time | None
    updated_at: Time
    version: int


class DeploymentPage(Page[DeploymentView]):
    """A page of deployments."""


class ReplicaPage(Page[Replica]):
    """A page of replicas."""


class EndpointView(Value):
    """An endpoint as clients see it; `url` is where to send requests."""

    id: str
    project: str
    deployment_id: str
    protocol: str
    path: str
    url: str
    method: str
    authentication: str
    created_at: Time
    version: int


class EndpointPage(Page[EndpointView]):
    """A page of endpoints."""
