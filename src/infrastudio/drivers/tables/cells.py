"""Single cells as text."""

from __future__ import annotations

import io
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Final

from typing_extensions import override

from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.tables import Column, FormatNotInstalled

BATCH_ROWS: Final = 1000


def plain(value: Any, column: Column) -> str | int | float | None:
    """Return a value as formats without structure hold it: moments in RFC 3339, JSON as canonical text."""
    if value is None:
        return None
    if column.kind == "json":
        return canonical_json(value)
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str | int | float) else str(value)


def require_package(package: str, format_name: str) -> None:
    """Return if a package is there.

    Raises:
        FormatNotInstalled: It is not; names what to type.
    """
    try:
        is_there = find_spec(package) is not None
    except ValueError:  # sys.modules holds None for it
        is_there = False
    if not is_there:
        raise FormatNotInstalled(format_name)


class Drain(io.RawIOBase):
    """A file that is only written to, and gives away what it got."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._size = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any, /) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    @override
    def tell(self) -> int:
        return self._size

    def taken(self) -> bytes:
        """Return what was written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
