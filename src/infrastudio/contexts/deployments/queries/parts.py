"""Reads of what a deployment consists of: its replicas and endpoints, live and as of a moment."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import select

from infrastudio.contexts.deployments.queries.deployments import deployment, value_of
from infrastudio.contexts.deployments.rules import LIVE_STATES
from infrastudio.contexts.deployments.schemas import (
    Deployment,
    DeploymentStatus,
    Endpoint,
    Replica,
    ReplicaNumbers,
    VersionStatus,
)
from infrastudio.contexts.deployments.tables import EndpointRow, ReplicaRow
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Moment

MAX_REPLICAS: Final = 1000
"""Replicas that are listed, those that ended included; the newest come first."""

Part = TypeVar("Part", Replica, Endpoint)


class ReplicaList(NamedTuple):
    """The newest replicas of a deployment, and how many there were in all."""

    items: list[Replica]
    total: int


def replicas(snapshot: Snapshot, deployment_id: str, *, at: Moment | None = None) -> ReplicaList:
    """Return the replicas of a deployment, newest first."""
    deployment(snapshot, deployment_id, at=at)
    found = _parts(snapshot, Replica, deployment_id, at)
    return ReplicaList(found[:MAX_REPLICAS], len(found))


def endpoints(snapshot: Snapshot, deployment_id: str, *, at: Moment | None = None) -> tuple[Deployment, list[Endpoint]]:
    """Return a deployment and its endpoints."""
    return deployment(snapshot, deployment_id, at=at), _parts(snapshot, Endpoint, deployment_id, at)


def status(snapshot: Snapshot, deployment_id: str, *, at: Moment | None = None) -> DeploymentStatus:
    """Return what a deployment does, version by version."""
    found = deployment(snapshot, deployment_id, at=at)
    live = [part for part in _parts(snapshot, Replica, deployment_id, at) if part.state in LIVE_STATES]
    weights = {part.version: part.weight for part in found.split}
    numbers = sorted(weights | dict.fromkeys([found.model_version, *(part.model_version for part in live)], 0.0))
    versions = [
        VersionStatus(
            version=number,
            weight=weights.get(number, 0.0),
            replicas=dict(Counter(part.state for part in live if part.model_version == number)),
        )
        for number in numbers
    ]
    return DeploymentStatus(
        id=found.id,
        state=found.state,
        reason=found.reason,
        replicas=ReplicaNumbers(desired=found.replicas, ready=sum(part.state == "ready" for part in live)),
        versions=versions,
        revised_at=found.revised_at,
        ready_at=found.ready_at,
        updated_at=found.updated_at,
        version=found.version,
    )


def _parts(snapshot: Snapshot, kind: type[Part], deployment_id: str, at: Moment | None) -> list[Part]:
    """Return the parts of a deployment, newest first."""
    table = ReplicaRow if kind is Replica else EndpointRow
    if at is None:
        row = table.__table__.c
        newest = select(table.__table__).where(row.deployment_id == deployment_id)
        rows = snapshot.execute(newest.order_by(row.created_at.desc(), row.id.desc())).all()
        return [value_of(snapshot, kind, found) for found in rows]
    owner = ledger.json_value(EVENT_AT.after, "deployment_id")
    statement = ledger.select_states(table.ledgered or "", at.seq).where(owner == deployment_id)
    states = snapshot.execute(statement.order_by(BIRTH.at.desc(), BIRTH.entity_id.desc()))
    return [kind.model_validate_json(state.after) for state in states]
