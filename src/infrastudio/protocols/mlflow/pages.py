"""Page tokens: opaque to clients, for us an offset or a place in a history."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any, TypeVar

import orjson

from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.protocols.mlflow.errors import MlflowError, invalid_parameter
from infrastudio.stores.telemetry import HistoryPosition

Item = TypeVar("Item")


def offset_of(token: str | None) -> int:
    """Return how many items come before a page.

    Raises:
        MlflowError: The token is none of ours.
    """
    if not token:
        return 0
    values = _decode(token)
    offset = values.get("offset") if isinstance(values, dict) else None
    if type(offset) is not int or not 0 <= offset <= MAX_INTEGER:
        raise _foreign(token)
    return offset


def token_of(offset: int) -> str:
    """Return the token of the page behind `offset` items."""
    return base64.b64encode(orjson.dumps({"offset": offset})).decode()


def cut_page(items: list[Item], offset: int, limit: int) -> tuple[list[Item], str | None]:
    """Return the first `limit` items, and the token of what is behind them, if one more was read."""
    if len(items) <= limit:
        return items, None
    return items[:limit], token_of(offset + limit)


def place_of(token: str | None) -> HistoryPosition | None:
    """Return the place in a history that a token names.

    Raises:
        MlflowError: The token is none of ours.
    """
    if not token:
        return None
    values = _decode(token)
    match values:
        case [int(time), int(step), None]:
            return HistoryPosition(time, step, is_number=False, value=0.0)
        case [int(time), int(step), "inf" | "-inf" as value]:
            return HistoryPosition(time, step, is_number=True, value=float(value))
        case [int(time), int(step), int(value) | float(value)]:
            return HistoryPosition(time, step, is_number=True, value=float(value))
    raise _foreign(token)


def place_token(place: HistoryPosition) -> str:
    """Return the token of a place in a history."""
    value: float | str | None = place.value if math.isfinite(place.value) else str(place.value)
    return base64.b64encode(orjson.dumps([place.time, place.step, value if place.is_number else None])).decode()


def _decode(token: str) -> Any:
    try:
        return orjson.loads(base64.b64decode(token.encode("ascii"), validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError) as error:
        raise _foreign(token) from error


def _foreign(_token: str) -> MlflowError:
    return invalid_parameter("Invalid page token, could not base64-decode")
