"""What the gateway needs to know of those who ask. Both are called for every request: they never wait for anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from infrastudio.contexts.gateway.schemas import Caller, Refusal

Headers = Sequence[tuple[bytes, bytes]]
"""Names in lowercase, in the order of the request."""


class Authenticator(Protocol):
    """Recognises callers from their credentials."""

    def __call__(self, headers: Headers, project: str | None, deployment: str | None) -> Caller | Refusal:
        """Return who asks, or why that is refused.

        Args:
            project: The project that the path names; None: the caller's own, which the answer names.
            deployment: The deployment that is asked, so that one with the authentication `none` may be open.
        """
        ...


class HostCheck(Protocol):
    """Protects browsers of people from foreign sites: the Host and Origin rules of the whole server."""

    def __call__(self, headers: Headers) -> Refusal | None:
        """Return why the request is refused; None: it is not."""
        ...
