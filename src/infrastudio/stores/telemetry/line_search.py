"""Finds the lines of a batch that match a filter: codes first, and texts only where codes leave any line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import re2

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores.telemetry.line_codec import LineColumns
from infrastudio.stores.telemetry.log_levels import LEVEL_CODES, LEVEL_NAMES
from infrastudio.stores.telemetry.reads import LineFilter, LineSearch
from infrastudio.stores.telemetry.values import STREAM_NAMES, BoolArray, IntArray

_ANSI: Final = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")
_BREAK: Final = 0x0A

Finder = Callable[[bytes], Iterator[int]]
"""Yields the places in a text, ascending, one or more per matching line."""


class LineMatcher:
    """A filter made ready to be asked of many batches."""

    def __init__(self, where: LineFilter) -> None:
        """Make ready.

        Raises:
            ValidationFailed: A level or stream is not known, or the pattern is not one of re2.
        """
        self.level_codes = _level_codes(where)
        self.stream_codes = _stream_codes(where)
        self.start, self.end = where.start, where.end
        self.attempt, self.source = where.attempt, where.source
        self._find = None if where.search is None else _finder(where.search)
        self._folds = where.search is not None and not where.search.regex and not where.search.match_case
        self.searches = where.search is not None
        self.asks_columns = not (
            self.level_codes is None and self.stream_codes is None and self.start is None and self.end is None
        )
        self._search = where.search
        self._touched: dict[str, bool] = {}

    def may_touch(self, pattern: str) -> bool:
        """Tell whether a match may lie in, or begin in, a moment that a line begins with; `0` is any digit in it."""
        known = self._touched.get(pattern)
        if known is None:
            known = self._touched[pattern] = self._search is not None and _may_touch(self._search, pattern)
        return known

    def find(self, text: bytes) -> IntArray:
        """Return the places of the lines that hold what is searched for, ascending."""
        if b"\x1b" in text:  # one byte is looked for ten times as fast as two
            text = _ANSI.sub(b"", text)
        if self._folds:
            text = text.lower() if text.isascii() else text.decode().casefold().encode()
        found = np.fromiter(() if self._find is None else self._find(text), dtype=np.int64)
        if not len(found):
            return found
        breaks = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _BREAK)
        return np.unique(np.searchsorted(breaks, found, side="left"))

    def fits(self, columns: LineColumns) -> BoolArray:
        """Tell for each line whether its level, stream and time are wanted."""
        mask = np.ones(len(columns.times), dtype=np.bool_)
        if self.level_codes is not None:
            mask &= np.isin(columns.levels, self.level_codes)
        if self.stream_codes is not None:
            mask &= np.isin(columns.streams, self.stream_codes)
        if self.start is not None:
            mask &= columns.times >= self.start
        if self.end is not None:
            mask &= columns.times < self.end
        return mask


def _may_touch(search: LineSearch, pattern: str) -> bool:
    if search.regex:
        return bool(pattern)
    wanted = search.text if search.match_case else search.text.casefold()
    pattern = pattern if search.match_case else pattern.casefold()
    return any(
        all(letter.isdigit() if place == "0" else letter == place for letter, place in zip(wanted, part, strict=False))
        for part in (pattern[begin:] for begin in range(len(pattern)))
    )


def _level_codes(where: LineFilter) -> list[int] | None:
    if where.levels is None:
        return None
    unknown = [name for name in where.levels if name not in LEVEL_NAMES]
    if unknown:
        raise ValidationFailed.of("level", f"must be one of {', '.join(LEVEL_CODES)}, not {unknown[0]!r}")
    return sorted(0 if name is None else LEVEL_CODES[name] for name in where.levels)


def _stream_codes(where: LineFilter) -> list[int] | None:
    if where.streams is None:
        return None
    unknown = where.streams - set(STREAM_NAMES)
    if unknown:
        raise ValidationFailed.of("stream", f"must be one of {', '.join(STREAM_NAMES)}, not {min(unknown)!r}")
    return sorted(STREAM_NAMES.index(name) for name in where.streams)


def _finder(search: LineSearch) -> Finder:
    if not search.text:
        raise ValidationFailed.of("q", "must not be empty")
    try:
        wanted = search.text.encode()
    except UnicodeEncodeError as error:
        raise ValidationFailed.of("q", "must not contain lone surrogates") from error
    if not search.regex:
        return _substring_finder(wanted if search.match_case else search.text.casefold().encode())
    return _pattern_finder(wanted, match_case=search.match_case)


def _substring_finder(wanted: bytes) -> Finder:
    def find(text: bytes) -> Iterator[int]:
        place = text.find(wanted)
        while place >= 0:
            yield place
            behind = text.find(b"\n", place)
            place = text.find(wanted, behind + 1) if behind >= 0 else -1

    if b"\n" in wanted:
        return lambda _text: iter(())
    return find


def _pattern_finder(wanted: bytes, *, match_case: bool) -> Finder:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True
    options.case_sensitive = match_case
    try:
        pattern = re2.compile(b"(?m)" + wanted, options)
    except re2.error as error:
        told = error.args[0].decode(errors="replace") if error.args else "it cannot be read"
        raise ValidationFailed.of("q", f"is not a regular expression: {told}") from error

    def find_in_each_line(text: bytes) -> Iterator[int]:
        place = 0
        for line in text.split(b"\n"):
            if pattern.search(line) is not None:
                yield place
            place += len(line) + 1

    def find(text: bytes) -> Iterator[int]:
        place = 0
        while (found := pattern.search(text, place)) is not None:
            yield found.start()
            behind = text.find(b"\n", found.start())
            if behind < 0:
                return
            place = behind + 1

    is_anchored = b"\\A" in wanted or b"\\z" in wanted
    return find_in_each_line if is_anchored else find
