"""From text to words: names, values, operators and keywords, each with its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from infrastudio.kernel.filters.errors import InvalidFilter
from infrastudio.kernel.filters.tree import Position
from infrastudio.kernel.text import is_storable

MAX_LENGTH: Final = 100_000
"""Characters of a whole filter."""

KEYWORDS: Final = frozenset({"AND", "OR", "NOT", "LIKE", "ILIKE", "IN", "IS", "NULL"})

_BLANK = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_BARE = re.compile(r"[^\W\d][\w.\-/:]*")
_BARE_KEY = re.compile(r"[\w.\-/:]+")
_OPERATOR = re.compile(r"<=|>=|!=|<>|==|=|<|>")
_WORD = re.compile(r"[^\s()=<>!,'\"`]+")
_CLOSED_BY: Final = {"'": "'", '"': '"', "`": "`"}

Kind = Literal["name", "keyword", "text", "number", "operator", "punctuation", "end"]


@dataclass(frozen=True)
class Token:
    """One word of a filter. `source` is what was typed; `parts` are those of a name, or the one of a quoted text."""

    kind: Kind
    source: str
    position: Position
    parts: tuple[str, ...] = ()

    def is_keyword(self, *words: str) -> bool:
        """Is it one of these keywords, in any case?"""
        return self.kind == "keyword" and self.source.upper() in words


class Lexer:
    """Cuts a text into tokens."""

    def __init__(self, text: str, parameter: str) -> None:
        self._text = text
        self._at = 0
        self._parameter = parameter
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def tokens(self) -> Iterator[Token]:
        """Yield all tokens, and one of kind `end` behind them.

        Raises:
            InvalidFilter: A character has no place here, or a quoted text is not closed.
        """
        if len(self._text) > MAX_LENGTH:
            raise self._error(f"The text is longer than {MAX_LENGTH} characters.", 0)
        if not is_storable(self._text):
            raise self._error("NUL and lone surrogates have no place here.", 0)
        while True:
            if (blank := _BLANK.match(self._text, self._at)) is not None:
                self._at = blank.end()
            if self._at >= len(self._text):
                yield Token("end", "", self._position(self._at))
                return
            yield self._next()

    def _next(self) -> Token:
        start, text = self._at, self._text
        if text[start] in _CLOSED_BY:
            return self._quoted()
        if (match := _NUMBER.match(text, start)) is not None:
            return self._number(match)
        if (match := _BARE.match(text, start)) is not None:
            return self._bare(match)
        if (match := _OPERATOR.match(text, start)) is not None:
            return self._token("operator", match.end())
        if text[start] in "(),":
            return self._token("punctuation", start + 1)
        word = _WORD.match(text, start)
        raise self._error(f"Invalid clause(s) in filter string: '{word[0] if word else text[start]}'", start)

    def _number(self, match: re.Match[str]) -> Token:
        if (behind := _BARE_KEY.match(self._text, match.end())) is not None:
            word = match[0] + behind[0]
            raise self._error(
                f"Invalid clause(s) in filter string: '{word}'", match.start(), f"a number, or text in quotes: '{word}'"
            )
        return self._token("number", match.end())

    def _bare(self, match: re.Match[str]) -> Token:
        start, word = match.start(), match[0]
        if word.upper() in KEYWORDS:
            return self._token("keyword", match.end())
        entity, dot, key = word.partition(".")
        if not dot:
            return self._token("name", match.end(), (word,))
        if key:
            return self._token("name", match.end(), (entity, key))
        return self._token("name", self._key_end(match.end()), (entity, self._key(match.end(), start)))

    def _quoted(self) -> Token:
        """Read a quoted text; with a dot behind it, it is the entity of a name."""
        start = self._at
        inner, end = self._read_quoted(start)
        if self._text[start] != "'" and self._text.startswith(".", end):
            return self._token("name", self._key_end(end + 1), (inner, self._key(end + 1, start)))
        return self._token("name" if self._text[start] == "`" else "text", end, (inner,))

    def _key(self, at: int, start: int) -> str:
        if self._text[at : at + 1] in ("`", '"'):
            return self._read_quoted(at)[0]
        if (match := _BARE_KEY.match(self._text, at)) is None:
            raise self._error(f"'{self._text[start:at]}' lacks the name of a key behind the dot.", start)
        return match[0]

    def _key_end(self, at: int) -> int:
        if self._text[at : at + 1] in ("`", '"'):
            return self._read_quoted(at)[1]
        match = _BARE_KEY.match(self._text, at)
        return at if match is None else match.end()

    def _read_quoted(self, start: int) -> tuple[str, int]:
        quote = self._text[start]
        end = self._text.find(quote, start + 1)
        if end < 0:
            raise self._error(f"The text that begins with {quote} is not closed.", start, f"write another {quote}")
        return self._text[start + 1 : end], end + 1

    def _token(self, kind: Kind, end: int, parts: tuple[str, ...] = ()) -> Token:
        token = Token(kind, self._text[self._at : end], self._position(self._at), parts)
        self._at = end
        return token

    def _position(self, offset: int) -> Position:
        line = bisect_right(self._line_starts, offset)
        return Position(offset, line, offset - self._line_starts[line - 1] + 1)

    def _error(self, message: str, offset: int, suggestion: str | None = None) -> InvalidFilter:
        return InvalidFilter(message, self._position(offset), suggestion=suggestion, parameter=self._parameter)
