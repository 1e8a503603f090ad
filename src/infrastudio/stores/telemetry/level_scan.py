"""Finds the levels of many lines at once, as `detect_level` finds them one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from infrastudio.stores.telemetry.line_chunks import ByteArray, line_starts, prefixed_lines
from infrastudio.stores.telemetry.log_levels import LEVEL_CODES, detect_level
from infrastudio.stores.telemetry.values import BoolArray, IntArray

_MANY: Final = 32
"""Lines below which looking at them one by one is as fast."""
_WORDS: Final = {name.upper().encode(): code for name, code in LEVEL_CODES.items()}


def detect_levels(texts: Sequence[str], joined: bytes) -> IntArray:
    """Return the code of the level of each line.

    Lines that begin with a moment and then a level in capitals, as most programs write them, are seen all at once.

    Args:
        texts: The lines.
        joined: The same in UTF-8, joined by line breaks.
    """
    levels = np.zeros(len(texts), dtype=np.int64)
    if len(texts) >= _MANY:
        levels = _levels_behind_moments(joined)
    for place in np.flatnonzero(levels == 0).tolist():
        levels[place] = detect_level(texts[place])
    return levels


def _levels_behind_moments(joined: bytes) -> IntArray:
    """Return the levels of lines that state one right behind the moment they begin with, 0 for all others."""
    text = np.frombuffer(joined, dtype=np.uint8)
    starts = line_starts(text)
    levels = np.zeros(len(starts), dtype=np.int64)
    has_moment, length = prefixed_lines(text, starts)
    lines = np.flatnonzero(has_moment)
    for word, code in _WORDS.items():
        if len(lines):
            is_word = _stands_at(text, starts[lines] + length, word)
            levels[lines[is_word]] = code
            lines = lines[~is_word]
    return levels


def _stands_at(text: ByteArray, places: IntArray, word: bytes) -> BoolArray:
    """Tell for each place whether a word stands there that ends there: a space or a colon is behind it."""
    fits = places + len(word) < len(text)
    found = np.zeros(len(places), dtype=np.bool_)
    matrix = text[places[fits][:, None] + np.arange(len(word) + 1)]
    ends = (matrix[:, -1] == ord(" ")) | (matrix[:, -1] == ord(":"))
    found[fits] = np.all(matrix[:, :-1] == np.frombuffer(word, dtype=np.uint8), axis=1) & ends
    return found
