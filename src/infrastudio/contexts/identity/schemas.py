"""Tokens as clients and the ledger see them."""

from __future__ import annotations

from typing import Literal

from infrastudio.contexts.identity.permissions import Role
from infrastudio.kernel.versioned import Time, Value, Versioned

TokenKind = Literal["personal", "job", "replica"]


class Token(Versioned):
    """An API token, without its secret.

    Attributes:
        subject: The job or replica that acts by it, as `job:<id>`; empty for those of people.
        scope: The entity that it may change, as `run:<id>`, beside what its subject made; empty: no such limit.
    """

    id: str
    name: str
    kind: TokenKind
    role: Role | None
    subject: str
    scope: str
    prefix: str
    project: str
    created_at: Time
    expires_at: Time | None
    revoked_at: Time | None


class NewToken(Value):
    """A token just made: the only value that ever shows its secret."""

    token: Token
    secret: str


class ActorName(Value):
    """What people call somebody who did something; `ref` is how the ledger names them."""

    ref: str
    name: str


class ActorNames(Value):
    """The names of some actors."""

    items: list[ActorName]


class AuthenticationMethods(Value):
    """All that a client must know before it signs in."""

    mode: Literal["single_user"]
    banner: str | None
