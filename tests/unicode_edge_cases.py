"""Texts that databases, JSON and filters treat differently unless somebody takes care."""

from __future__ import annotations

import itertools
import random

_PARTS = (
    'a', 'A', '\xe4', '\xc4', '\xdf', '\u1e9e', '\xe9', 'e\u0301', '\u0131', 'I', 'i', '\u0130', '\ufb00',
    '\u03a3', '\u03c2', '\u03c3', '\U0001f600', '\U0001f469\u200d\U0001f469\u200d\U0001f467', '\U0010ffff',
    '\ufffe', '\uffff', '\ufffd', '\u200b', '\xa0', '\u2028', '%', '_', '\\', "'", '"', '`', "''", '--', ';',
    '/', '..', 'a ', ' a', 'a\t', '\n', '\r\n', '\x01', '\x7f', '\x85', 'null', 'NaN', '1e400', '0', '-1',
    '{}', '[]', '<b>', '&amp;', '$1', '${x}', ':name', '?', '\u0645\u0631\u062d\u0628\u0627',
    '\u05e9\u05dc\u05d5\u05dd', '\u4f60\u597d', '\u65e5\u672c', '\ud55c\uad6d', '\u0e44\u0e17\u0e22', '\xf1',
    'n\u0303', '\xc5', '\xc5', '\xbd', '\xb2', '\U0001d4b3', '\U00010437', '\u202e', '\ufeff',
)  # fmt: skip


def unicode_edge_cases(count: int = 200) -> list[str]:
    """Return `count` different texts without NUL and lone surrogates, the same ones each time."""
    chance = random.Random(8)
    pairs = [first + second for first, second in itertools.product(_PARTS, repeat=2)]
    chance.shuffle(pairs)
    return list(dict.fromkeys([*_PARTS, *pairs]))[:count]


UNSTORABLE = ("\0", "a\0b", "\ud800", "\udfffx", "😀\ud83d")
"""Texts that are refused everywhere."""
