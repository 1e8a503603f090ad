"""From failures to statuses and to our error envelope: the one table."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from infrastudio.kernel import errors
from infrastudio.kernel.canonical_json import NotCanonical, canonical_json
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.errors import Problem, StudioError

STATUSES: Final[tuple[tuple[type[StudioError], int], ...]] = (
    (errors.TooLarge, 413),
    (errors.UnsupportedMediaType, 415),
    (errors.Malformed, 400),
    (errors.ValidationFailed, 422),
    (errors.NotAuthenticated, 401),
    (errors.PermissionDenied, 403),
    (errors.NotFound, 404),
    (errors.MethodNotAllowed, 405),
    (errors.Conflict, 409),
    (errors.PreconditionFailed, 412),
    (errors.RateLimited, 429),
    (errors.ExternalServiceTimeout, 504),
    (errors.ExternalServiceFailed, 502),
    (errors.NotImplementedHere, 501),
    (errors.Unavailable, 503),
)
"""The first class that matches gives the status; what is not here is a bug: 500, its text withheld."""

INTERNAL_MESSAGE: Final = "Something went wrong on our side. The request id finds it in the server's log."


def status_of(error: Exception) -> int:
    """Return the HTTP status of a failure."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers that a failure brings along."""
    if isinstance(error, errors.RateLimited):
        return {"Retry-After": str(max(1, round(error.retry_after_s)))}
    if isinstance(error, errors.NotAuthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": "1"} if isinstance(error, errors.Unavailable) else {}


def envelope(error: Exception, request_id: str, *, now: datetime.datetime) -> bytes:
    """Return the body that tells a client of a failure."""
    known = error if isinstance(error, StudioError) else StudioError(INTERNAL_MESSAGE)
    body = {
        "type": known.type,
        "message": _printable(known.message),
        "details": _printable(known.details),
        "request_id": request_id,
        "timestamp": format_time(now),
    }
    return orjson.dumps({"error": body}, default=_default)


def studio_error(error: Exception) -> Exception:
    """Return our failure in place of one that FastAPI or Starlette raised."""
    if isinstance(error, RequestValidationError):
        return _validation_failure(error.errors())
    if isinstance(error, HTTPException):
        return _http_failure(error)
    return error


def _http_failure(error: HTTPException) -> Exception:
    message = str(error.detail)
    match error.status_code:
        case 400:
            return errors.Malformed(Problem("body", "cannot be read: it is not UTF-8, not JSON or nested too deeply"))
        case 404:
            return errors.NotFound("Nothing is here.")
        case 405:
            return errors.MethodNotAllowed("This address does not take that method.")
        case 413:
            return errors.TooLarge(Problem("body", "is too large"))
        case 415:
            return errors.UnsupportedMediaType(Problem("Content-Type", "must be application/json"))
        case status if status < 500:
            return errors.ValidationFailed(Problem("request", message))
    return error


def _validation_failure(found: Sequence[Any]) -> StudioError:
    if any(item["type"] == "json_invalid" for item in found):
        message = next(item["ctx"].get("error", "is not JSON") for item in found if item["type"] == "json_invalid")
        return errors.Malformed(Problem("body", f"is not JSON: {message}"))
    if any(item["loc"] == ("body",) and item["type"] in ("model_attributes_type", "dict_type") for item in found):
        return errors.Malformed(Problem("body", "must be a JSON object"))
    return errors.ValidationFailed([_problem(item) for item in found])


def _problem(item: Any) -> Problem:
    where, *path = item["loc"]
    name = ".".join(str(part) for part in path) or str(where)
    value = item.get("input")
    return Problem(
        _printable(name), _message(item), value=value, has_value=item["type"] != "missing" and _echoes(value)
    )


def _message(item: Any) -> str:
    if item["type"] == "missing":
        return "is required"
    if item["type"] == "extra_forbidden":
        return "is no field of this"
    if item["type"] in ("too_short", "too_long"):
        noun = "character" if isinstance(item["input"], str) else "item"
        shortest, longest = item["ctx"].get("min_length"), item["ctx"].get("max_length")
        least = f"at least {shortest}" if item["type"] == "too_short" else f"at most {longest}"
        return f"must have {least} {noun}{'' if 1 in (shortest, longest) else 's'}"
    text: str = item["msg"]
    return text.removeprefix("Value error, ").replace("Input should be", "must be").replace("String should", "must")


def _echoes(value: Any) -> bool:
    """Is the value short and clean enough to be shown again?"""
    try:
        return len(canonical_json(value)) <= 500
    except (NotCanonical, RecursionError, TypeError):
        return False


def _printable(value: Any) -> Any:
    """Replace what JSON in UTF-8 cannot carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_printable(str(name)): _printable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value


def _default(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return format_time(value)
    return str(value)
