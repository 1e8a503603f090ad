"""Facts about deployments, their replicas and their endpoints."""

from __future__ import annotations

from infrastudio.contexts.deployments.schemas import Deployment, Endpoint, Replica
from infrastudio.stores.ledger import Event


class DeploymentCreated(Event, kind="deployment.created"):
    """A model version shall be served."""

    after: Deployment


class DeploymentUpdated(Event, kind="deployment.updated"):
    """Somebody changed what is served, or how often."""

    after: Deployment


class DeploymentStateChanged(Event, kind="deployment.state_changed"):
    """The controller saw the deployment come up, suffer or end."""

    after: Deployment


class TrafficMoved(Event, kind="deployment.traffic_moved"):
    """The traffic goes to another version from now on."""

    after: Deployment


class DeploymentStopRequested(Event, kind="deployment.stop_requested"):
    """Somebody wants the deployment to end."""

    after: Deployment


class DeploymentDeleted(Event, kind="deployment.deleted"):
    """A stopped deployment was removed; its name is free again."""


class ReplicaStarted(Event, kind="replica.started"):
    """The controller decided to start a replica."""

    after: Replica


class ReplicaChanged(Event, kind="replica.changed"):
    """A replica became ready or unhealthy, began to drain, or ended."""

    after: Replica


class EndpointCreated(Event, kind="endpoint.created"):
    """A deployment answers at an address."""

    after: Endpoint


class EndpointDeleted(Event, kind="endpoint.deleted"):
    """An address is gone with its deployment."""
