"""From a request to an actor: single-user mode on loopback, and bearer tokens."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from starlette.types import Scope

from infrastudio.contexts.identity import queries as identity
from infrastudio.contexts.projects import queries as projects
from infrastudio.http.asgi import header
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock
from infrastudio.kernel.errors import Malformed, NotAuthenticated, PermissionDenied, Problem, StudioError
from infrastudio.kernel.text import is_storable
from infrastudio.server.settings import Settings
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import Entry

MAX_REASON: Final = 2000
_TRACE: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_DRESS: Final = frozenset({b"x-studio-project", b"x-mlflow-workspace", b"x-studio-reason"})
"""Headers that change what an actor means."""
_SLUG: Final = re.compile(r"[a-z0-9-]{1,63}|\*")


class Authenticator:
    """Recognises who asks. Tokens that were seen are remembered until the ledger tells of a change to any token."""

    def __init__(self, db: Database, clock: Clock, origins: OriginPolicy) -> None:
        self._db = db
        self._clock = clock
        self._origins = origins
        self._known: dict[str, tuple[identity.Credential, str]] = {}

    def forget(self, entries: Sequence[Entry]) -> None:
        """Look tokens up anew once one was made or revoked; a listener of the ledger."""
        if any(entry.entity == "token" for entry in entries):
            self._known.clear()

    async def of_request(self, scope: Scope) -> Actor:
        """Return the actor of a request, with all that the ledger wants to know.

        Raises:
            NotAuthenticated: The credentials are not valid.
            PermissionDenied: The request comes from a foreign page or was sent to a foreign name.
        """
        self._origins.check(header(scope, b"host"), header(scope, b"origin"))
        actor = await self.of_authorization(header(scope, b"authorization"))
        return self._dressed(actor, scope)

    async def of_socket(self, scope: Scope) -> Actor:
        """Return the actor of a WebSocket: by header, or by the subprotocol `studio.bearer.<token>`."""
        self._origins.check(header(scope, b"host"), header(scope, b"origin"))
        offered = [name for name in scope.get("subprotocols", []) if name.startswith("studio.bearer.")]
        authorization = f"Bearer {offered[0].removeprefix('studio.bearer.')}" if offered else None
        actor = await self.of_authorization(authorization or header(scope, b"authorization"))
        return self._dressed(actor, scope)

    async def of_authorization(self, authorization: str | None) -> Actor:
        """Return the actor of an `Authorization` header; without one, the person at the machine."""
        if authorization is None:
            return identity.SINGLE_USER
        secret = secret_of(authorization)
        known = self._known.get(digest := identity.secret_digest(secret))
        if known is None:
            known = await self._db.read(identity.SINGLE_USER, _credential, secret)
            if known is None:
                raise NotAuthenticated("The token is not valid.")
            self._known[digest] = known
        return self._actor(*known)

    def known_actor(self, headers: list[tuple[bytes, bytes]]) -> Actor | None:
        """Return who asks, without what only the ledger wants to know; None: `of_request` has to look."""
        host = authorization = None
        for name, value in headers:
            if name in _DRESS:
                return None
            if name == b"host":
                host = value.decode("latin-1")
            elif name == b"authorization":
                authorization = value.decode("latin-1")
        try:
            self._origins.check(host, None)
            if authorization is None:
                return identity.SINGLE_USER
            known = self._known.get(identity.secret_digest(secret_of(authorization)))
            return None if known is None else self._actor(*known)
        except StudioError:
            return None

    def _actor(self, credential: identity.Credential, slug: str) -> Actor:
        if credential.expires_at is not None and credential.expires_at <= self._clock.now():
            raise NotAuthenticated("The token has expired.")
        return replace(credential.actor, project=slug)

    def _dressed(self, actor: Actor, scope: Scope) -> Actor:
        project = header(scope, b"x-studio-project") or header(scope, b"x-mlflow-workspace")
        if project is not None and not _SLUG.fullmatch(project):
            raise Malformed(Problem("X-Studio-Project", "is not the slug of a project"))
        trace = _TRACE.fullmatch(header(scope, b"traceparent") or "")
        return replace(
            actor,
            project=project or actor.project,
            reason=_reason(header(scope, b"x-studio-reason")),
            request_id=scope.get("studio.request_id"),
            trace_id=trace and trace[1],
        )


class OriginPolicy:
    """Keeps foreign pages and foreign names out: drive-by requests and DNS rebinding."""

    def __init__(self, settings: Settings) -> None:
        self._names = {"localhost", settings.host.lower()}
        self._is_open = settings.open or not _is_loopback(settings.host)
        self._origins = set()
        for url in (settings.public_url, settings.api_base_url):
            if url:
                parts = urlsplit(url)
                self._names.add((parts.hostname or "").lower())
                self._origins.add(f"{parts.scheme}://{parts.netloc}".lower())

    def check(self, host: str | None, origin: str | None) -> None:
        """Refuse a request that was sent to a foreign name or comes from a foreign page.

        Raises:
            PermissionDenied: It is not for us, or not from our own pages.
        """
        if host is not None and not self._is_ours(_host_name(host)):
            raise PermissionDenied(
                f"This server does not answer to the host name {host!r}. Set STUDIO_PUBLIC_URL to the address in use.",
                header="Host",
            )
        if origin is None or origin.lower() in self._origins:
            return
        netloc, name = _origin_parts(origin)
        is_same = netloc == (host or "").lower()
        if not is_same and not (name and _is_loopback(name) and host and _is_loopback(_host_name(host))):
            raise PermissionDenied(f"Requests from pages of {origin!r} are refused.", header="Origin")

    def _is_ours(self, name: str) -> bool:
        if name in self._names or _is_loopback(name):
            return True
        return self._is_open and _is_address(name)


def _host_name(host: str) -> str:
    """Return the name in a Host header, without the port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _origin_parts(origin: str) -> tuple[str | None, str | None]:
    """Return host with port, and the host alone; nothing of what is no address."""
    try:
        parts = urlsplit(origin)
        return parts.netloc.lower(), parts.hostname
    except ValueError:
        return None, None


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    """Is it a bare IP address? A page that rebinds DNS always comes by a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def secret_of(authorization: str) -> str:
    """Return the token in an `Authorization` header, of the scheme Bearer or as the password of Basic.

    Raises:
        NotAuthenticated: It is of another scheme, or cannot be read.
    """
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError as error:  # no base64, or no UTF-8 in it
            raise NotAuthenticated("The Authorization header cannot be read.") from error
    raise NotAuthenticated("The Authorization header must be `Bearer <token>`.")


def _reason(encoded: str | None) -> str | None:
    if encoded is None:
        return None
    try:
        reason = unquote(encoded, errors="strict")
    except UnicodeDecodeError as error:
        raise Malformed(Problem("X-Studio-Reason", "is not percent-encoded UTF-8")) from error
    if len(reason) > MAX_REASON or not is_storable(reason):
        raise Malformed(Problem("X-Studio-Reason", f"must be text of at most {MAX_REASON} characters"))
    return reason


def _credential(snapshot: Snapshot, secret: str) -> tuple[identity.Credential, str] | None:
    found = identity.credential_of(snapshot, secret)
    return found and (found, projects.slug_of(snapshot, found.project_id))
