"""Log lines on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Protocol

import msgspec
from pydantic import Field, GetPydanticSchema, StringConstraints, ValidatorFunctionWrapHandler
from pydantic_core.core_schema import no_info_wrap_validator_function

from infrastudio.contexts.tracking.schemas.runs import AttemptNumber
from infrastudio.kernel.text import Integer, Text, is_storable
from infrastudio.kernel.versioned import Time, Value

Level = Literal["debug", "info", "warning", "error", "critical"]
LevelWord = Literal["none", "debug", "info", "warn", "warning", "error", "critical"]
"""What a filter may say; `none` means lines that state no level."""
LogStream = Literal["stdout", "stderr", "event"]
Direction = Literal["forward", "backward"]

MAX_LINES: Final = 10_000
MAX_TEXT: Final = 1_000_000


class LogLine(Value):
    """A log line. `fields` are those of a line that is a JSON object."""

    line: int
    time: Time
    level: Level | None
    stream: LogStream
    source: str
    attempt: int
    text: str
    fields: dict[str, Any] | None


class LogPage(Value):
    """Lines in ascending order; `next_cursor` goes on in the direction that was asked for.

    `first_line` is the lowest number still held (null: there is none); `total` and `levels` count all lines of the
    run, whatever the filter.
    """

    items: list[LogLine]
    next_cursor: str | None
    prev_cursor: str | None
    first_line: int | None
    total: int
    levels: dict[str, int]


class LogHits(Value):
    """Numbers of matching lines out of one slice of the log; `next_from_line` begins the next older slice."""

    lines: list[int]
    scanned: int
    next_from_line: int | None


class LogHistogram(Value):
    """Counts of lines over time by level; bucket i begins `i * width_s` seconds behind `start`."""

    start: Time | None
    width_s: float
    levels: dict[str, list[int]]


class LineIn(Protocol):
    """A line to store, however it was read."""

    @property
    def text(self) -> str:
        """What it says."""
        ...

    @property
    def time(self) -> datetime | None:
        """When; None: when the server received it."""
        ...

    @property
    def level(self) -> Level | None:
        """None: the one that the text states."""
        ...

    @property
    def stream(self) -> LogStream:
        """Where it was written to."""
        ...


class LogLineIn(Value):
    """A line to store; without a time it is the server's, without a level the one that the text states."""

    text: Annotated[Text, StringConstraints(max_length=MAX_TEXT)]
    time: Time | None = None
    level: Level | None = None
    stream: LogStream = "stdout"


class _PlainLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """The same as well-behaved clients send it, read in a fraction of the time."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    time: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    level: Level | None = None
    stream: LogStream = "stdout"


def _read_lines(value: Any, closer_look: ValidatorFunctionWrapHandler) -> Sequence[LineIn]:
    """Return lines at once where all are well-behaved; else after a closer look, with exact errors."""
    try:
        lines = msgspec.convert(value, list[_PlainLine])
    except msgspec.ValidationError:
        return closer_look(value)  # type: ignore[no-any-return]  # of the inner schema, a list of LogLineIn
    text = "".join([line.text for line in lines])
    is_good = "\0" not in text if text.isascii() else is_storable(text)
    return lines if is_good and 1 <= len(lines) <= MAX_LINES else closer_look(value)


_Lines = Annotated[list[LogLineIn], Field(min_length=1, max_length=MAX_LINES)]


class LogLinesIn(Value):
    """Lines of one sender, who numbers them: what was sent before is passed over, a gap is refused."""

    lines: Annotated[
        Sequence[LineIn],
        GetPydanticSchema(lambda _, handler: no_info_wrap_validator_function(_read_lines, handler(_Lines))),
    ]
    first: Annotated[Integer, Field(ge=1)]
    """The sender's own number of the first line, from 1 on in each attempt."""
    source: Annotated[Text, StringConstraints(max_length=100)] = ""
    """Who sends, where several do: a rank, a file."""
    attempt: AttemptNumber | None = None
    """Which attempt of the run printed them; None: the one that it is at."""


class LinesLogged(Value):
    """How many of the lines were new, and the number that the first of them got."""

    first_line: int
    accepted: int
