"""Arithmetic of evaluation datasets. Pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from infrastudio.kernel.canonical_json import canonical_json

PARTS: Final = ("inputs", "outputs", "expectations")
MERGED: Final = ("expectations", "tags")
"""Parts of a record that a later one adds to; the others it replaces."""

_TYPES: Final = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "float"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


def digest_of(value: Any) -> str:
    """Return the sha256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def merged(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a record says after another of the same inputs."""
    added = {part: {**(known.get(part) or {}), **given[part]} for part in MERGED if given.get(part)}
    return {**known, **{part: value for part, value in given.items() if value is not None}, **added}


def fields_with(known: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a dataset by part, with those that a record adds."""
    fields = {part: known.get(part, {}) for part in PARTS}
    for part in PARTS:
        value = content.get(part)
        if isinstance(value, dict) and isinstance(fields[part], dict):
            fields[part] = {**{name: type_of(each) for name, each in value.items()}, **fields[part]}
        elif value is not None and not isinstance(value, dict) and not fields[part]:
            fields[part] = type_of(value)
    return fields


def type_of(value: Any) -> str:
    """Return what clients call the type of a JSON value."""
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "null")
