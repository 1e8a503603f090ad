"""The meaning of LIKE, in Python: `%` is any run of characters, `_` one character, all else itself; anchored."""

from __future__ import annotations

from infrastudio.kernel.text import casefold


def like_matches(text: str, pattern: str, *, ignore_case: bool = False) -> bool:
    """Does the whole `text` match `pattern`? Time is at most len(text) * len(pattern).

    Args:
        text: What is looked at.
        pattern: There are no escapes.
        ignore_case: Compare after Unicode case folding, as ILIKE does.
    """
    if ignore_case:
        text, pattern = casefold(text), casefold(pattern)
    at, start, anchor = 0, 0, -1
    place = 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "%":
            anchor, start = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("_", text[place]):
            at += 1
            place += 1
        elif anchor >= 0:
            start += 1
            at, place = anchor + 1, start
        else:
            return False
    return pattern[at:].strip("%") == ""
