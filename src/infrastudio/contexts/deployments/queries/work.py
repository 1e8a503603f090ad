"""What the controller and the gateway look at: all projects, for actors that may read them all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlalchemy import select

from infrastudio.contexts.deployments.queries.deployments import value_of
from infrastudio.contexts.deployments.rules import LIVE_STATES
from infrastudio.contexts.deployments.schemas import Deployment, Replica
from infrastudio.contexts.deployments.tables import DeploymentRow, ReplicaRow
from infrastudio.stores.db import Snapshot

PREDECESSORS: Final = 16
"""How many of the replicas that ended in a place are looked back on."""

_replica: Final = ReplicaRow.__table__.c


class Place(NamedTuple):
    """Where one replica of a version stands; another one takes its place when it ends."""

    model_version: int
    number: int


class Work(NamedTuple):
    """A deployment and its replicas that live, oldest first."""

    deployment: Deployment
    replicas: list[Replica]


def unfinished_ids(snapshot: Snapshot) -> list[str]:
    """Return the ids of all deployments that have not stopped."""
    rows = snapshot.execute(select(DeploymentRow.id).where(DeploymentRow.state != "stopped").order_by(DeploymentRow.id))
    return list(rows.scalars())


def work(snapshot: Snapshot, deployment_id: str) -> Work | None:
    """Return a deployment that has not stopped, with its live replicas; None for any other."""
    row = snapshot.execute(
        select(DeploymentRow.__table__).where(DeploymentRow.id == deployment_id, DeploymentRow.state != "stopped")
    ).one_or_none()
    if row is None:
        return None
    rows = snapshot.execute(
        select(ReplicaRow.__table__)
        .where(_replica.deployment_id == deployment_id, _replica.state.in_(sorted(LIVE_STATES)))
        .order_by(_replica.created_at, _replica.id)
    ).all()
    return Work(value_of(snapshot, Deployment, row), [value_of(snapshot, Replica, found) for found in rows])


def predecessors(snapshot: Snapshot, deployment_id: str, places: Collection[Place]) -> Mapping[Place, list[Replica]]:
    """Return the latest replicas that were in each place, oldest first."""
    found: dict[Place, list[Replica]] = {}
    for place in places:
        rows = snapshot.execute(
            select(ReplicaRow.__table__)
            .where(
                _replica.deployment_id == deployment_id,
                _replica.place == place.number,
                _replica.model_version == place.model_version,
            )
            .order_by(_replica.created_at.desc(), _replica.id.desc())
            .limit(PREDECESSORS)
        ).all()
        found[place] = [value_of(snapshot, Replica, row) for row in reversed(rows)]
    return found


def serving(snapshot: Snapshot) -> list[Work]:
    """Return all deployments that have not stopped, with the replicas that requests may be sent to."""
    by_deployment: dict[str, list[Replica]] = {}
    listening = select(ReplicaRow.__table__).where(_replica.state.in_(("ready", "unhealthy"))).order_by(_replica.id)
    for found in snapshot.execute(listening).all():
        by_deployment.setdefault(found.deployment_id, []).append(value_of(snapshot, Replica, found))
    rows = snapshot.execute(
        select(DeploymentRow.__table__).where(DeploymentRow.state != "stopped").order_by(DeploymentRow.id)
    ).all()
    return [Work(value_of(snapshot, Deployment, row), by_deployment.get(row.id, [])) for row in rows]


def live_replica_ids(snapshot: Snapshot) -> frozenset[str]:
    """Return the ids of all replicas that should live."""
    rows = snapshot.execute(select(ReplicaRow.id).where(ReplicaRow.state.in_(sorted(LIVE_STATES))))
    return frozenset(rows.scalars())
