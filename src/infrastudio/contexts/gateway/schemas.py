"""Values of the gateway: where requests for a deployment go, who asks, and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from infrastudio.kernel.text import Slug
from infrastudio.kernel.versioned import Value


class VersionRoute(Value):
    """One version of a deployment's model, and its ready replicas.

    Attributes:
        weight: Its share of the traffic, relative to the other versions' weights; 0: only when named.
        addresses: Paths of the replicas' Unix sockets; empty while none is ready.
    """

    version: Annotated[int, Field(ge=1)]
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    addresses: tuple[str, ...] = ()


class DeploymentRoute(Value):
    """Where requests for one deployment go."""

    deployment_id: str
    project: str
    name: Slug
    versions: tuple[VersionRoute, ...] = ()
    authentication: Literal["none", "key", "token"] = "token"
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    body_limit_bytes: Annotated[int, Field(ge=0)] = 16 * 1024 * 1024


class RoutingTable(Value):
    """All deployments that can be asked. It never changes: a new one takes its place."""

    routes: tuple[DeploymentRoute, ...] = ()

    @cached_property
    def by_name(self) -> dict[tuple[str, str], DeploymentRoute]:
        """The routes by project and name."""
        return {(route.project, route.name): route for route in self.routes}

    @cached_property
    def addresses(self) -> frozenset[str]:
        """All replicas that requests may be sent to."""
        versions = (version for route in self.routes for version in route.versions)
        return frozenset(address for version in versions for address in version.addresses)


class Caller(NamedTuple):
    """Who asks, and in which project names are looked up."""

    ref: str
    project: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served: an HTTP status and a text for people."""

    status: int
    message: str
    retry_after_s: int | None = None
