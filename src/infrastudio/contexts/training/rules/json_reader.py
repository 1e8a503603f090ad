"""JSON with the place of each value, which the standard parsers do not tell."""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final

from infrastudio.contexts.training.rules.documents import MAX_DEPTH, Document, Lines, Path, Unreadable, integer

_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_NUMBER: Final = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_STRINGS: Final = JSONDecoder()
_WORDS: Final = {"true": True, "false": False, "null": None}
_WORD: Final = re.compile("true|false|null")


def read_json(content: str) -> Document:
    """Read one JSON value.

    Raises:
        Unreadable: It is no JSON, or too deep or too large.
    """
    reader = _Reader(content)
    at = reader.blanks(0)
    if at == len(content):
        raise Unreadable("is empty")
    reader.document.value, at = reader.value(at, ())
    if (at := reader.blanks(at)) < len(content):
        raise reader.failure(at, "something follows after the end")
    return reader.document


class _Reader:
    """Reads values; each method takes the offset to begin at and returns the one behind what it has read."""

    def __init__(self, text: str) -> None:
        self.document = Document()
        self._text = text
        self._lines = Lines(text)

    def failure(self, at: int, message: str) -> Unreadable:
        """Return what is wrong at an offset."""
        return Unreadable(f"is not JSON: {message}", self._lines.place(min(at, len(self._text))))

    def blanks(self, at: int) -> int:
        """Skip blanks."""
        match = _BLANKS.match(self._text, at)
        return match.end() if match else at

    def value(self, at: int, path: Path) -> tuple[Any, int]:
        """Read a value."""
        if len(path) > MAX_DEPTH:
            raise Unreadable(f"is nested deeper than {MAX_DEPTH} levels", self._lines.place(at))
        place = self._lines.place(at)
        self.document.count(place)
        self.document.places.setdefault(path, place)
        match self._text[at : at + 1]:
            case "{":
                return self._object(at, path)
            case "[":
                return self._array(at, path)
            case '"':
                text, at = self._string(at)
                return self.document.checked(path, text), at
        if (number := _NUMBER.match(self._text, at)) is not None:
            whole, *rest = number.groups()
            value = float(number[0]) if any(rest) else integer(whole)
            return self.document.checked(path, value), number.end()
        if (word := _WORD.match(self._text, at)) is not None:
            return _WORDS[word[0]], word.end()
        raise self.failure(at, "a value is missing" if at >= len(self._text) else "this is no value")

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = _STRINGS.raw_decode(self._text, at)
        except JSONDecodeError as error:
            raise self.failure(error.pos, error.msg) from error
        return str(text), end

    def _array(self, at: int, path: Path) -> tuple[list[Any], int]:
        items: list[Any] = []
        at = self.blanks(at + 1)
        if self._text[at : at + 1] == "]":
            return items, at + 1
        while True:
            item, at = self.value(at, (*path, len(items)))
            items.append(item)
            at = self.blanks(at)
            if self._text[at : at + 1] == "]":
                return items, at + 1
            if self._text[at : at + 1] != ",":
                raise self.failure(at, "',' or ']' is missing")
            at = self.blanks(at + 1)

    def _object(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        at = self.blanks(at + 1)
        if self._text[at : at + 1] == "}":
            return values, at + 1
        while True:
            if self._text[at : at + 1] != '"':
                raise self.failure(at, "a key in double quotes is missing")
            start = at
            name, at = self._string(at)
            inner = (*path, name)
            if name in values:
                self.document.refuse(inner, "stands here a second time", place=self._lines.place(start))
            self.document.places[inner] = self._lines.place(start)
            at = self.blanks(at)
            if self._text[at : at + 1] != ":":
                raise self.failure(at, "':' is missing")
            value, at = self.value(self.blanks(at + 1), inner)
            if self.document.checked(inner, name) is not None:
                values[name] = value
            at = self.blanks(at)
            if self._text[at : at + 1] == "}":
                return values, at + 1
            if self._text[at : at + 1] != ",":
                raise self.failure(at, "',' or '}' is missing")
            at = self.blanks(at + 1)
