"""The types of what comes over a wire: text without NUL or lone surrogates, strict integers, names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from infrastudio.kernel.canonical_json import NotCanonical, canonical_json

MAX_INTEGER: Final = 2**63 - 1

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Can every database keep this text? False for NUL and lone surrogates."""
    return _UNSTORABLE.search(text) is None


def require_storable(text: str) -> str:
    """Return `text`, or raise ValueError that says what is wrong with it."""
    if not is_storable(text):
        raise ValueError("must not contain NUL or lone surrogates")
    return text


def _strict_integer(value: Any) -> Any:
    """Take 3 and 3.0; refuse "3", true, 3.5 and what 64 bits cannot hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be an integer")
    if isinstance(value, float):
        if not math.isfinite(value) or not value.is_integer():
            raise ValueError("must be an integer")
        value = int(value)
    if not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        raise ValueError("must fit into 64 bits")
    return value


def _strict_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("must be a finite number")
    return float(value)


Text = Annotated[str, StringConstraints(strict=True), AfterValidator(require_storable)]
"""Any text that every database keeps as it is."""

Integer = Annotated[int, BeforeValidator(_strict_integer, json_schema_input_type=int)]
"""A 64-bit integer: 3 and 3.0 are taken, "3" and true are not."""

Number = Annotated[float, BeforeValidator(_strict_number, json_schema_input_type=float)]
"""A finite number, never text or a truth value."""

Name = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
"""What people call a thing."""

Description = Annotated[Text, StringConstraints(max_length=2000)]
"""A few sentences of plain text."""

Slug = Annotated[Text, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A name that stands in addresses: lowercase letters, digits and dashes."""

Tags = Annotated[
    dict[Annotated[Text, StringConstraints(min_length=1, max_length=250)], Annotated[Text, Field(max_length=8000)]],
    Field(max_length=1000),
]
"""Key to value, both text."""


def require_canonical(value: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON object that the ledger can keep, or raise ValueError that says what is wrong with it."""
    try:
        canonical_json(value)
    except (NotCanonical, RecursionError) as error:
        raise ValueError(
            "must hold no NUL, lone surrogates, NaN, infinities or integers beyond 64 bits, and not be nested so deeply"
        ) from error
    return value


JsonObject = Annotated[dict[str, Any], AfterValidator(require_canonical), WithJsonSchema({"type": "object"})]
"""Any JSON object that the ledger can keep."""


def casefold(text: str) -> str:
    """Return `text` as partial searches compare it: Unicode case folding, the same on every database."""
    return text.casefold()


def folded_together(texts: Iterable[str]) -> str:
    """Return several texts as one that a partial search can look into."""
    return casefold("\n".join(texts))
