"""Lines that are read at once are what a closer look makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from infrastudio.contexts.tracking.schemas.logs import MAX_LINES, LineIn, LogLineIn, LogLinesIn

CLOSER_LOOK = TypeAdapter(list[LogLineIn])

texts = st.one_of(st.text(max_size=8), st.sampled_from(["\0", "a\ud800b", 7, None]))
moments = st.one_of(
    st.datetimes(timezones=st.timezones()).map(str),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.sampled_from([None, "2026-01-31T12:00:00.123456Z", "2026-01-31t12:00:00z", "2026-01-31", "now", 7, "12:00"]),
)
line = st.fixed_dictionaries(
    {"text": texts},
    optional={
        "time": moments,
        "level": st.sampled_from(["debug", "error", "none", None, 1]),
        "stream": st.sampled_from(["stdout", "stderr", "event", "socket", None]),
        "more": st.just(1),
    },
)


def outcome(read: Callable[[], Sequence[LineIn]]) -> object:
    """Return the lines that were read, or the places that are refused."""
    try:
        return [(line.text, line.time, line.level, line.stream) for line in read()]
    except ValidationError as refusal:
        return {tuple(part for part in error["loc"] if part != "lines") for error in refusal.errors()}


@given(lines=st.lists(line, min_size=1, max_size=4))
def test_lines_are_read_at_once_as_by_a_closer_look(lines: list[dict[str, Any]]) -> None:
    at_once = outcome(lambda: LogLinesIn.model_validate({"first": 1, "lines": lines}).lines)
    assert at_once == outcome(lambda: CLOSER_LOOK.validate_python(lines))


@pytest.mark.parametrize("count", [0, MAX_LINES + 1])
def test_too_few_and_too_many_lines_are_refused(count: int) -> None:
    assert outcome(lambda: LogLinesIn.model_validate({"first": 1, "lines": [{"text": "a"}] * count}).lines) == {()}
