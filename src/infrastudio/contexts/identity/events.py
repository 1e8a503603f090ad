"""Facts about tokens."""

from __future__ import annotations

from infrastudio.stores.ledger import Event


class TokenCreated(Event, kind="token.created"):
    """A token was made."""


class TokenRevoked(Event, kind="token.revoked"):
    """A token is no longer accepted."""
