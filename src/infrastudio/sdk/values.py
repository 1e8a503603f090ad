"""What programs log, as records keep it: numbers, texts, nested mappings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from infrastudio.sdk.model import wire_number

MAX_INTEGER: Final = 2**63 - 1
MAX_DEPTH: Final = 32


class Unloggable(ValueError):
    """Something that is no number, or has no name."""


def numbers(values: Mapping[str, Any]) -> tuple[dict[str, float | str], list[str]]:
    """Return the numbers of a mapping by name, and what is wrong with the rest; `{"a": {"b": 1}}` is `a/b`.

    Numbers are whatever `float` takes that is no text, and what has an `item` that is one: scalars of numpy and torch.
    """
    found: dict[str, float | str] = {}
    problems: list[str] = []
    for name, value in _flat(values, "/"):
        try:
            found[name] = wire_number(_number(value))
        except (Unloggable, TypeError, ValueError, OverflowError) as error:
            problems.append(f"{name}: {error}")
    return found, problems


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a mapping as texts, by names with dots between the parts."""
    return {name: value if isinstance(value, str) else str(value) for name, value in _flat(values, ".")}


def as_step(step: Any) -> int:
    """Return a step.

    Raises:
        Unloggable: It is no integer of 64 bits.
    """
    number = _number(step)
    if not math.isfinite(number) or not number.is_integer() or abs(number) > MAX_INTEGER:
        raise Unloggable(f"a step must be an integer, not {step!r}")
    return step if type(step) is int else int(number)


def _number(value: Any) -> float:
    if isinstance(value, str | bytes):
        raise Unloggable(f"must be a number, not the text {value[:40]!r}")
    if not isinstance(value, int | float) and callable(item := getattr(value, "item", None)):
        value = item()
    return float(value)


def _flat(values: Mapping[str, Any], separator: str, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and depth < MAX_DEPTH:
            yield from _flat(value, separator, f"{name}{separator}", depth + 1)
        else:
            yield name, value
