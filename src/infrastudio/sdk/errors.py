"""What a client raises: each type of the server's envelope as an exception of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infrastudio.kernel.errors import ExternalServiceFailed


class ServerFailure(ExternalServiceFailed):
    """The server refused a request; carries what its envelope says.

    Attributes:
        status: The HTTP status.
        error_type: The type that the envelope names, such as RESOURCE_NOT_FOUND; "" where there was no envelope.
        message: For people.
        details: For programs.
        request_id: What the server's log calls the request.
        retry_after_s: Seconds after which it may be sent again; None where the server named none.
    """

    def __init__(
        self,
        status: int,
        error: Mapping[str, Any],
        *,
        request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(str(error.get("message") or f"The server answered {status}."), **(error.get("details") or {}))
        self.status = status
        self.error_type = str(error.get("type") or "")
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class ValidationError(ServerFailure):
    """What was sent is not acceptable; `details["problems"]` names each field and what is wrong with it."""


class AuthenticationError(ServerFailure):
    """Nobody was recognised from the credentials."""


class AuthorizationError(ServerFailure):
    """The actor lacks a right."""


class ResourceNotFound(ServerFailure):
    """No such thing exists for this actor."""


class ResourceConflict(ServerFailure):
    """The state of something else stands in the way."""


class PreconditionFailed(ServerFailure):
    """The entity is no longer the one that was seen; `details` has the current state."""


class RateLimitExceeded(ServerFailure):
    """Too much at once."""


class ServiceUnavailable(ServerFailure):
    """The server, or something behind it, cannot answer now."""


class ServerUnreachable(ExternalServiceFailed):
    """Nothing answers at the address."""

    def __init__(self, url: str, why: str | None = None) -> None:
        super().__init__(
            f"The AI Infra Studio at {url} was lost: {why}."
            if why
            else f"No AI Infra Studio answers at {url}. Start one with `studio up`, or name its address by --server."
        )


class AnswerNotUnderstood(ExternalServiceFailed):
    """The server answered something that this release does not know; one of the two is too old."""


_CLASSES: Final[dict[str, type[ServerFailure]]] = {
    "VALIDATION_ERROR": ValidationError,
    "AUTHENTICATION_ERROR": AuthenticationError,
    "AUTHORIZATION_ERROR": AuthorizationError,
    "RESOURCE_NOT_FOUND": ResourceNotFound,
    "RESOURCE_CONFLICT": ResourceConflict,
    "PRECONDITION_FAILED": PreconditionFailed,
    "RATE_LIMIT_EXCEEDED": RateLimitExceeded,
    "EXTERNAL_SERVICE_ERROR": ServiceUnavailable,
    "SERVICE_UNAVAILABLE": ServiceUnavailable,
}


def failure(status: int, error: Mapping[str, Any], headers: Mapping[str, str]) -> ServerFailure:
    """Return the exception that tells of a refusal."""
    kind = _CLASSES.get(str(error.get("type") or error.get("error_code") or ""), ServerFailure)
    after = headers.get("retry-after", "")
    return kind(
        status,
        error,
        request_id=headers.get("x-request-id"),
        retry_after_s=float(after) if after.replace(".", "", 1).isdigit() else None,
    )
