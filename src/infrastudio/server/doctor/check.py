"""One line of what was looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Status = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Check:
    """What was looked at, and what was seen.

    Attributes:
        name: Of the thing, as the settings and the guide call it.
        message: What is so, in a sentence; never a password.
        fix: What to type or to change; None where nothing is wrong.
    """

    name: str
    status: Status
    message: str
    fix: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """Return the form of `studio doctor --json`."""
        return asdict(self)


def ok(name: str, message: str) -> Check:
    """Return the line of what is in order."""
    return Check(name, "ok", message)


def warning(name: str, message: str, fix: str) -> Check:
    """Return the line of what works and will not for long, or not well."""
    return Check(name, "warning", message, fix)


def failed(name: str, message: str, fix: str) -> Check:
    """Return the line of what keeps a server from starting or working."""
    return Check(name, "failed", message, fix)
