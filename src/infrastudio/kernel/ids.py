"""The one source of ids and random numbers; a seed makes them repeatable."""

from __future__ import annotations

import os
import random
import secrets
import threading
from typing import Final, Protocol

from typing_extensions import override

CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Lowercase Crockford base32: no i, l, o, u."""
BLOCK_BYTES: Final = 4096

_unused = threading.local()
"""What each thread has left of its block."""

os.register_at_fork(after_in_child=lambda: _unused.__dict__.clear())  # or parent and child would make the same ids


class IdSource(Protocol):
    """Makes ids that are never used twice."""

    def token_bytes(self, size: int) -> bytes:
        """Return `size` random bytes."""
        ...

    def hex32(self) -> str:
        """Return 32 lowercase hex digits: the id of a run or a trace."""
        ...

    def prefixed(self, prefix: str) -> str:
        """Return `<prefix>_` and 12 random characters of Crockford base32."""
        ...


class _Ids(IdSource):
    @override
    def hex32(self) -> str:
        return self.token_bytes(16).hex()

    @override
    def prefixed(self, prefix: str) -> str:
        number = int.from_bytes(self.token_bytes(8), "big")
        return prefix + "_" + "".join(CROCKFORD[(number >> (5 * i)) & 31] for i in range(12))


class RandomIds(_Ids):
    """Ids from the operating system's randomness, fetched in blocks: each fetch lets another thread run first."""

    @override
    def token_bytes(self, size: int) -> bytes:
        block: bytes = getattr(_unused, "rest", b"")
        if len(block) < size:
            block = secrets.token_bytes(max(size, BLOCK_BYTES))
        _unused.rest = block[size:]
        return block[:size]


class SeededIds(_Ids):
    """The same ids for the same seed, for tests and the demo's past; never for secrets."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable on purpose, makes no secret
        self._lock = threading.Lock()

    @override
    def token_bytes(self, size: int) -> bytes:
        with self._lock:
            return self._random.randbytes(size)
