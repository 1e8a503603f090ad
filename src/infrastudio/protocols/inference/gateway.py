"""What all connections of the gateway share: the routing table, the pools, who may ask, and what is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Container
from typing import NamedTuple

from infrastudio.contexts.gateway import rules
from infrastudio.contexts.gateway.ports import Authenticator, HostCheck
from infrastudio.contexts.gateway.schemas import DeploymentRoute, RoutingTable, VersionRoute
from infrastudio.kernel.ids import IdSource
from infrastudio.protocols.inference.measures import GatewayMeasures
from infrastudio.protocols.inference.upstream import UpstreamPool


class Choice(NamedTuple):
    """The version that answers one request, and the replica of it."""

    version: VersionRoute
    pool: UpstreamPool


class InferenceGateway:
    """Routes inference requests. `table` may be replaced at any time; requests under way end where they went."""

    def __init__(
        self,
        *,
        authenticate: Authenticator,
        check_host: HostCheck,
        ids: IdSource,
        server_version: str,
        root_path: str = "",
        body_limit_bytes: int = 16 * 1024 * 1024,
        table: RoutingTable | None = None,
    ) -> None:
        """Args:
        root_path: Sub-path that everything lies under; taken off if a request has it.
        body_limit_bytes: Largest body of any request; a route may allow less.
        table: Where requests go; until it is known requests are answered 503, not 404.
        """
        self.authenticate = authenticate
        self.check_host = check_host
        self.ids = ids
        self.server_version = server_version
        self.root_path = root_path.rstrip("/").encode()
        self.body_limit_bytes = body_limit_bytes
        self.measures = GatewayMeasures()
        self.is_loaded = table is not None
        self._table = table or RoutingTable()
        self._pools: dict[str, UpstreamPool] = {}

    @property
    def table(self) -> RoutingTable:
        """Where requests go now."""
        return self._table

    @table.setter
    def table(self, table: RoutingTable) -> None:
        self._table = table
        self.is_loaded = True
        for address in self._pools.keys() - table.addresses:
            self._pools.pop(address).close()

    def choose(
        self, route: DeploymentRoute, version: int | None, draw: int, tried: Collection[str] = ()
    ) -> Choice | None:
        """Return where a request for `route` goes; None: no replica can take it.

        Args:
            version: The version that the request names; None: the split decides.
            draw: 64 random bits.
            tried: Addresses that failed for this request.
        """
        excluded = set(tried)
        while True:
            chosen = _pick_version(route, version, draw, excluded)
            pools = [] if chosen is None else [self._pool(a) for a in chosen.addresses if a not in excluded]
            if chosen is None or not pools:
                return None
            pool = pools[rules.choose_least_busy([pool.in_flight for pool in pools], (draw & 0xFFFFFFFF) / 2**32)]
            if pool.allows():
                return Choice(chosen, pool)
            excluded.add(pool.address)

    def is_ready(self, route: DeploymentRoute, version: int | None) -> bool:
        """Is there a replica that would be asked?"""
        chosen = _pick_version(route, version, 0, ())
        return chosen is not None and bool(chosen.addresses)

    def close(self) -> None:
        """Close the idle connections to all replicas."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def _pool(self, address: str) -> UpstreamPool:
        pool = self._pools.get(address)
        if pool is None:
            pool = self._pools[address] = UpstreamPool(address, asyncio.get_running_loop())
        return pool


def _pick_version(
    route: DeploymentRoute, version: int | None, draw: int, excluded: Container[str]
) -> VersionRoute | None:
    if version is not None:
        return rules.find_version(route.versions, version)
    return rules.choose_version(route.versions, (draw >> 32) / 2**32, excluded=excluded)
