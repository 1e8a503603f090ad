"""The gateway as this server runs it: who may ask, and where the routing table comes from."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from typing_extensions import override

from infrastudio.contexts.gateway.controller import RoutingFollower
from infrastudio.contexts.gateway.ports import Authenticator, Headers, HostCheck
from infrastudio.contexts.gateway.schemas import Caller, Refusal, RoutingTable
from infrastudio.contexts.identity import queries as identity
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.clock import Clock
from infrastudio.kernel.errors import PermissionDenied, StudioError
from infrastudio.kernel.ids import IdSource
from infrastudio.protocols.inference.gateway import InferenceGateway
from infrastudio.server.authentication import OriginPolicy, secret_of
from infrastudio.server.envelope import status_of
from infrastudio.server.settings import Settings
from infrastudio.server.version import VERSION
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import Entry

RIGHT: Final = "inference.call"

Known = Mapping[str, tuple[identity.Credential, str]]
"""Valid tokens by digest, each with the slug of its project."""


class GatewayAuthenticator(Authenticator):
    """Recognises callers from memory alone: the tokens are loaded anew when the ledger tells of one."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._known: Known = {}
        self._stale = asyncio.Event()
        self._stale.set()

    def hear(self, entries: Sequence[Entry]) -> None:
        """Load the tokens anew when one was made or revoked; a listener of the ledger."""
        if any(entry.entity == "token" for entry in entries):
            self._stale.set()

    async def run(self) -> None:
        """Keep the tokens fresh for ever."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            self._known = await self._db.read(identity.SINGLE_USER, _known_tokens)

    @override
    def __call__(self, headers: Headers, project: str | None, deployment: str | None) -> Caller | Refusal:
        authorization = _header(headers, b"authorization")
        asked = project or _header(headers, b"x-studio-project")
        if authorization is None:
            return Caller(identity.SINGLE_USER.ref, asked or identity.SINGLE_USER.project)
        try:
            found = self._known.get(identity.secret_digest(secret_of(authorization)))
        except StudioError as error:
            return Refusal(status_of(error), error.message)
        if found is None:
            return Refusal(401, "The token is not valid.")
        credential, slug = found
        if credential.expires_at is not None and credential.expires_at <= self._clock.now():
            return Refusal(401, "The token has expired.")
        if asked not in (None, slug):
            return Refusal(404, f"There is no deployment {deployment!r} in project {asked!r}.")
        if not credential.actor.may(RIGHT, credential.project_id):
            return Refusal(403, f"This needs the right {RIGHT!r}.")
        return Caller(credential.actor.ref, slug)


class GatewayHostCheck(HostCheck):
    """The Host and Origin rules of the whole server."""

    def __init__(self, origins: OriginPolicy) -> None:
        self._check = lru_cache(maxsize=256)(functools.partial(_refusal, origins))

    @override
    def __call__(self, headers: Headers) -> Refusal | None:
        return self._check(_header(headers, b"host"), _header(headers, b"origin"))


def make_gateway(
    settings: Settings, authenticator: GatewayAuthenticator, origins: OriginPolicy, ids: IdSource
) -> InferenceGateway:
    """Return the gateway, its table still empty."""
    return InferenceGateway(
        authenticate=authenticator,
        check_host=GatewayHostCheck(origins),
        ids=ids,
        server_version=VERSION,
        root_path=settings.root_path,
        body_limit_bytes=settings.max_body_bytes,
    )


def routing_follower(db: Database, gateway: InferenceGateway) -> RoutingFollower:
    """Return the loop that keeps the gateway's table as the ledger has it."""

    def publish(table: RoutingTable) -> None:
        gateway.table = table

    return RoutingFollower(db, actor=identity.controller("gateway"), publish=publish)


def _refusal(origins: OriginPolicy, host: str | None, origin: str | None) -> Refusal | None:
    try:
        origins.check(host, origin)
    except PermissionDenied as error:
        return Refusal(403, error.message)
    return None


def _known_tokens(snapshot: Snapshot) -> Known:
    found = identity.credentials(snapshot)
    return {digest: (known, projects.slug_of(snapshot, known.project_id)) for digest, known in found.items()}


def _header(headers: Headers, name: bytes) -> str | None:
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return None
