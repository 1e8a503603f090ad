"""One value has one text, and what a database or another language would change has none."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastudio.kernel.canonical_json import NotCanonical, canonical_digest, canonical_json

Scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(st.characters())
Values = st.recursive(
    Scalars, lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(), parts, max_size=4), max_leaves=12
)


def is_canonical(value: Any) -> bool:
    """Say the rule once more, slowly."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(is_canonical(part) for part in (*value, *value.values()))
    return all(is_canonical(part) for part in value) if isinstance(value, list) else True


@given(Values)
def test_a_value_has_a_text_exactly_if_every_part_may_stand_in_one(value: Any) -> None:
    if not is_canonical(value):
        with pytest.raises(NotCanonical):
            canonical_json(value)
        return
    text = canonical_json(value)
    assert json.loads(text) == value
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False) or any(
        letter in text
        for letter in "e.\\\x7f"  # numbers and control characters are written in more than one way
    )


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, "a\0b", {"\0": 1}, {"a": [None, {"b": math.nan}]}, "\ud800", 2**64, {1}]
)
def test_what_has_no_place_in_stored_text_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical_json({"value": value})


@pytest.mark.parametrize("value", ["null", "\\u0000", None, "nullable \\u0000"])
def test_text_that_only_looks_like_it_is_taken(value: Any) -> None:
    assert json.loads(canonical_json({"value": value})) == {"value": value}


def test_keys_are_sorted_and_nothing_is_between() -> None:
    assert canonical_json({"b": [1, 2], "a": {"d": None, "c": "é"}}) == '{"a":{"c":"é","d":null},"b":[1,2]}'


def test_a_digest_is_that_of_the_text() -> None:
    assert canonical_digest(None) is None
    assert canonical_digest("{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
