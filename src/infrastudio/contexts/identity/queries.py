"""From credentials to an actor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, select

from infrastudio.contexts.identity.permissions import EVENTS_READ, JOB_RIGHTS, REPLICA_RIGHTS, ROLES, rights_of
from infrastudio.contexts.identity.schemas import ActorName
from infrastudio.contexts.identity.tables import TokenRow, TokenSecretRow
from infrastudio.kernel.actor import ALL_PROJECTS, Actor
from infrastudio.stores.db import Snapshot

SINGLE_USER: Final = Actor(ref="user:local", grants={ALL_PROJECTS: rights_of("admin")})
"""The person at the machine, as long as there are no accounts."""

TOKEN_REFERENCE: Final = "token:"  # noqa: S105  how references begin, no secret
"""The reference of an actor that is a token of its own begins so."""

SYSTEM_GRANTS: Final = {ALL_PROJECTS: rights_of("admin")}


def controller(name: str) -> Actor:
    """Return the actor of one of our own loops."""
    return Actor(ref=f"controller:{name}", grants=SYSTEM_GRANTS)


def secret_digest(secret: str) -> str:
    """Return what is kept of a token's secret; it has 160 random bits, so one round of sha256 suffices."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


_VALID = (
    select(*TokenRow.__table__.columns, TokenSecretRow.digest)
    .join(TokenSecretRow, TokenSecretRow.token_id == TokenRow.id)
    .where(TokenRow.revoked_at.is_(None))
)


class Credential(NamedTuple):
    """A valid token: who it speaks for, in which project, until when."""

    actor: Actor
    project_id: str
    expires_at: datetime | None


def credential_of(snapshot: Snapshot, secret: str) -> Credential | None:
    """Return what a token that is not revoked stands for; None for any other text."""
    row = snapshot.execute(_VALID.where(TokenSecretRow.digest == secret_digest(secret))).one_or_none()
    return None if row is None else _credential(row)


def credentials(snapshot: Snapshot) -> dict[str, Credential]:
    """Return all tokens that are not revoked, by the digest of their secret."""
    return {row.digest: _credential(row) for row in snapshot.execute(_VALID)}


def actor_names(snapshot: Snapshot, refs: Iterable[str]) -> list[ActorName]:
    """Return the names of tokens, revoked ones too, in projects whose events the actor may read; others are left out.

    Whoever reads what a token did reads its reference there; nothing but the name is told beside it.
    """
    ids = sorted({ref.removeprefix(TOKEN_REFERENCE) for ref in refs if ref.startswith(TOKEN_REFERENCE)})
    wanted = select(TokenRow.id, TokenRow.name).where(TokenRow.id.in_(ids)).order_by(TokenRow.id)
    allowed = snapshot.actor.projects_with(EVENTS_READ)
    if allowed is not None:
        wanted = wanted.where(TokenRow.project_id.in_(sorted(allowed)))
    return [ActorName(ref=TOKEN_REFERENCE + row.id, name=row.name) for row in snapshot.execute(wanted)]


def _credential(row: Row[Any]) -> Credential:
    rights = {"job": JOB_RIGHTS, "replica": REPLICA_RIGHTS}.get(row.kind)
    if rights is None:
        rights = rights_of(next(role for role in ROLES if role == row.role))
    ref = row.subject or f"token:{row.id}"
    return Credential(Actor(ref=ref, grants={row.project_id: rights}, scope=row.scope), row.project_id, row.expires_at)
