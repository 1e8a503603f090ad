"""A text that people write, YAML or JSON, as plain values with the place that each of them stands at."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.text import MAX_INTEGER, is_storable

Path = tuple[str | int, ...]

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 32
MAX_VALUES: Final = 20_000
"""How many values a document may hold, those that YAML aliases repeat included."""
MAX_PROBLEMS: Final = 100
"""How many problems are told of one document."""
MAX_DIGITS: Final = 40
"""Longer integers are out of range whatever they are; Python would take its time to read them."""


class Place(NamedTuple):
    """Where something stands in a text, both counted from 1."""

    line: int
    column: int


class Unreadable(ValidationFailed):
    """The text is not of its language, or more than we take."""

    def __init__(self, message: str, place: Place | None = None, suggestion: str | None = None) -> None:
        line, column = place or (None, None)
        super().__init__(Problem("content", message, line=line, column=column, suggestion=suggestion))


@dataclass
class Document:
    """Plain values, the place of each by its path, and what could be read and yet not be taken."""

    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def place_of(self, path: Path) -> Place | None:
        """Return the place of the value at `path`, or of the nearest one around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path)

    def refuse(self, path: Path, message: str, *, suggestion: str | None = None, place: Place | None = None) -> None:
        """Note a problem with the value at `path`; reading goes on."""
        if len(self.problems) >= MAX_PROBLEMS:
            return
        line, column = place or self.place_of(path) or (None, None)
        problem = Problem(dotted(path), message, line=line, column=column, suggestion=suggestion)
        if problem not in self.problems:
            self.problems.append(problem)

    def count(self, place: Place) -> None:
        """Count one more value.

        Raises:
            Unreadable: There are more than a document may hold.
        """
        self.values += 1
        if self.values > MAX_VALUES:
            raise Unreadable(f"holds more than {MAX_VALUES} values", place)

    def checked(self, path: Path, value: Any) -> Any:
        """Return a scalar, or None in place of one that cannot be kept, with its problem noted."""
        if isinstance(value, str) and not is_storable(value):
            self.refuse(path, "must not contain NUL or lone surrogates")
            return None
        if isinstance(value, float) and value - value != 0:
            self.refuse(path, "must be a finite number")
            return None
        if isinstance(value, int) and not isinstance(value, bool) and not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
            self.refuse(path, "must fit into 64 bits")
            return None
        return value


class Lines:
    """Turns offsets in a text into places."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]

    def place(self, offset: int) -> Place:
        """Return the place of the character at `offset`."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)


def dotted(path: Path) -> str:
    """Return how a path is written in problems; the whole document is `content`."""
    return ".".join(map(str, path)) or "content"


def integer(text: str, base: int = 10) -> int:
    """Return the integer that digits name; one far beyond 64 bits stands for all of these."""
    return int(text, base) if len(text) <= MAX_DIGITS else MAX_INTEGER + 1
