"""Keeps the gateway's routing table as the ledger has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from infrastudio.contexts.deployments.queries.work import serving
from infrastudio.contexts.deployments.schemas import Replica
from infrastudio.contexts.gateway.schemas import DeploymentRoute, RoutingTable, VersionRoute
from infrastudio.kernel.actor import Actor
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import Entry, Follower, head

POLL_S: Final = 0.03
ROUTED: Final = frozenset({"deployment", "replica"})


class RoutingFollower:
    """Makes a new routing table whenever a deployment or a replica changed; the hot path never asks the database."""

    def __init__(self, db: Database, *, actor: Actor, publish: Callable[[RoutingTable], None]) -> None:
        self._db = db
        self._actor = actor
        self._publish = publish

    async def run(self) -> None:
        """Publish the table as it is, then follow the ledger for ever."""
        start, table = await self._db.read(self._actor, _head_and_table)
        self._publish(table)
        async for entries in Follower(self._db, since=start, poll_s=POLL_S).batches():
            if concerns_routes(entries):
                self._publish(await self._db.read(self._actor, routing_table))


def concerns_routes(entries: Sequence[Entry]) -> bool:
    """Could these events change where requests go?"""
    return any(entry.entity in ROUTED for entry in entries)


def routing_table(snapshot: Snapshot) -> RoutingTable:
    """Return where requests go now."""
    routes = []
    for deployment, replicas in serving(snapshot):
        weights = {part.version: part.weight for part in deployment.split}
        numbers = sorted(weights | {replica.model_version: 0.0 for replica in replicas})
        versions = tuple(
            VersionRoute(version=number, weight=weights.get(number, 0.0), addresses=_addresses(number, replicas))
            for number in numbers
        )
        routes.append(
            DeploymentRoute(
                deployment_id=deployment.id, project=deployment.project, name=deployment.name, versions=versions
            )
        )
    return RoutingTable(routes=tuple(routes))


def _addresses(version: int, replicas: Sequence[Replica]) -> tuple[str, ...]:
    """Return where a version is asked: at its healthy replicas; at those in trouble only while there is no other."""
    of_version = [replica for replica in replicas if replica.model_version == version and replica.address is not None]
    ready = [replica for replica in of_version if replica.state == "ready"]
    return tuple(replica.address for replica in ready or of_version if replica.address is not None)


def _head_and_table(snapshot: Snapshot) -> tuple[int, RoutingTable]:
    return head(snapshot), routing_table(snapshot)
