"""MLflow's error codes, and the texts that clients match on."""

from __future__ import annotations

import json
from typing import Any, Final

import orjson

from infrastudio.kernel.errors import StudioError

STATUSES: Final = {
    "INVALID_PARAMETER_VALUE": 400,
    "BAD_REQUEST": 400,
    "RESOURCE_ALREADY_EXISTS": 400,
    "UNAUTHENTICATED": 401,
    "CUSTOMER_UNAUTHORIZED": 401,
    "PERMISSION_DENIED": 403,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "NOT_FOUND": 404,
    "ENDPOINT_NOT_FOUND": 404,
    "RESOURCE_CONFLICT": 409,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "REQUEST_LIMIT_EXCEEDED": 429,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL_ERROR": 500,
    "INVALID_STATE": 500,
    "NOT_IMPLEMENTED": 501,
    "TEMPORARILY_UNAVAILABLE": 503,
}
"""HTTP status by error code. Clients read the code, but retry by the status."""

SEE_DOCS: Final = "See the API docs for more information about request parameters."
MAX_ECHO: Final = 500
"""Characters of a refused value that are shown again."""


class MlflowError(StudioError):
    """A failure in the words of the protocol."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return STATUSES[self.code]

    @property
    def body(self) -> bytes:
        """The JSON that clients read."""
        return orjson.dumps({"error_code": self.code, "message": printable(self.message)})


def invalid_parameter(message: str) -> MlflowError:
    """Return the failure that most bad requests are."""
    return MlflowError("INVALID_PARAMETER_VALUE", message)


def bad_request(message: str) -> MlflowError:
    """Return the other failure with status 400."""
    return MlflowError("BAD_REQUEST", message)


def does_not_exist(message: str) -> MlflowError:
    """Return the failure for what nobody can find."""
    return MlflowError("RESOURCE_DOES_NOT_EXIST", message)


def missing_value(path: str, *, see_docs: bool = True) -> MlflowError:
    """Return the failure for a required value that is absent, null or empty."""
    message = f"Missing value for required parameter '{path}'."
    return invalid_parameter(f"{message} {SEE_DOCS}" if see_docs else message)


def wrong_type(path: str, value: Any) -> MlflowError:
    """Return the failure for a value of another type than the field's."""
    return invalid_value(path, value, f"Hint: Value was of type '{type(value).__name__}'. {SEE_DOCS}")


def invalid_value(path: str, value: Any, message: str) -> MlflowError:
    """Return the failure for a value that is of the right type and still not acceptable."""
    return invalid_parameter(f"Invalid value {_shown(value)} for parameter '{path}' supplied: {message}")


def too_long(label: str, limit: int) -> MlflowError:
    """Return the failure for text beyond its limit in characters."""
    return invalid_parameter(f"'{label}' exceeds the maximum length of {limit} characters")


def printable(text: str) -> str:
    """Return the text without what UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode()


def _shown(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return text if len(text) <= MAX_ECHO else f"{text[:MAX_ECHO]}…"
