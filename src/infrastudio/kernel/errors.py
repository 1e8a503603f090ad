"""Failures that were foreseen. They know our words and no HTTP: `server/envelope.py` gives them a status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


class StudioError(Exception):
    """Base of all failures that a client may be told about."""

    type: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = details


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what a client sent; `path` is in dots (`training.compute.gpus`)."""

    path: str
    message: str
    value: Any = None
    has_value: bool = False
    line: int | None = None
    column: int | None = None
    suggestion: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the wire form, without the parts that are not known."""
        known = {"path": self.path, "message": self.message}
        optional = {"line": self.line, "column": self.column, "suggestion": self.suggestion}
        value = {"value": self.value} if self.has_value else {}
        return known | value | {name: part for name, part in optional.items() if part is not None}


class ValidationFailed(StudioError):
    """What was sent is well formed and yet not acceptable; carries every problem found."""

    type = "VALIDATION_ERROR"

    def __init__(self, problems: Sequence[Problem] | Problem, message: str | None = None) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        first = self.problems[0]
        super().__init__(
            message or f"{first.path}: {first.message}",
            problems=[problem.as_json() for problem in self.problems],
        )

    @classmethod
    def of(cls, path: str, message: str, suggestion: str | None = None) -> Self:
        """Return the failure that tells of one problem at `path`."""
        return cls(Problem(path, message, suggestion=suggestion))


class Malformed(ValidationFailed):
    """The body or a header cannot be read at all."""


class TooLarge(ValidationFailed):
    """More was sent than the limit allows."""


class UnsupportedMediaType(ValidationFailed):
    """The Content-Type is missing or not one that is understood."""


class NotAuthenticated(StudioError):
    """Nobody could be recognised from the credentials."""

    type = "AUTHENTICATION_ERROR"


class PermissionDenied(StudioError):
    """The actor is known and lacks the right."""

    type = "AUTHORIZATION_ERROR"


class NotFound(StudioError):
    """No such thing exists for this actor."""

    type = "RESOURCE_NOT_FOUND"


class MethodNotAllowed(StudioError):
    """The path exists, the method does not."""

    type = "METHOD_NOT_ALLOWED"


class Conflict(StudioError):
    """The state of something else stands in the way."""

    type = "RESOURCE_CONFLICT"


class PreconditionFailed(StudioError):
    """The entity is no longer the one the client has seen."""

    type = "PRECONDITION_FAILED"


class RateLimited(StudioError):
    """Too much at once; the client may come again after `retry_after_s` seconds."""

    type = "RATE_LIMIT_EXCEEDED"

    def __init__(self, message: str, *, retry_after_s: float, **details: Any) -> None:
        super().__init__(message, retry_after_s=retry_after_s, **details)
        self.retry_after_s = retry_after_s


class ExternalServiceFailed(StudioError):
    """A service behind us answered wrongly."""

    type = "EXTERNAL_SERVICE_ERROR"


class ExternalServiceTimeout(ExternalServiceFailed):
    """A service behind us did not answer in time."""


class Unavailable(StudioError):
    """We cannot answer now, and may be able to soon."""

    type = "SERVICE_UNAVAILABLE"


class NotImplementedHere(StudioError):
    """A part that is not installed or not built; the message names what to type."""

    type = "SERVICE_UNAVAILABLE"
