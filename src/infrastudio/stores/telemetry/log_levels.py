"""Finds the level of a log line."""

from __future__ import annotations

import re
from typing import Final

LEVEL_NAMES: Final = (None, "debug", "info", "warning", "error", "critical")
"""Name of a level by its code; code 0: the line does not say."""

LEVEL_CODES: Final = {name: code for code, name in enumerate(LEVEL_NAMES) if name is not None}

_DEBUG, _INFO, _WARNING, _ERROR, _CRITICAL = range(1, 6)
_WORDS: Final = (
    dict.fromkeys(("trace", "debug"), _DEBUG)
    | dict.fromkeys(("info", "information", "notice"), _INFO)
    | dict.fromkeys(("warn", "warning"), _WARNING)
    | dict.fromkeys(("err", "error"), _ERROR)
    | dict.fromkeys(("critical", "crit", "fatal", "panic", "emerg", "emergency", "alert"), _CRITICAL)
)
_LETTERS: Final = {"D": _DEBUG, "I": _INFO, "W": _WARNING, "E": _ERROR, "F": _CRITICAL}
_PYTHON: Final = {"Error": _ERROR, "Exception": _ERROR, "Warning": _WARNING}

_SEEN: Final = 200
"""Characters of a line that are looked at: levels stand in front."""

_ANSI: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_JSON: Final = re.compile(
    r'"(?:level|levelname|severity|severity_text|lvl|log_level|log\.level)"\s*:\s*(?:"([A-Za-z]+)|(\d\d?)\b)',
    re.IGNORECASE,
)
_SMALL: Final = "trace|debug|info|notice|warn|warning|err|error|crit|critical|fatal|[DIWEF]"
_WORD: Final = re.compile(
    r"TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL|PANIC"
    rf"|\[(?:{_SMALL})\]|\((?:{_SMALL})\)|<(?:{_SMALL})>|\|(?:{_SMALL})\|"
)
"""Every alternative begins with a literal, so that `re` skips to a character that can begin one."""
_PAIR: Final = re.compile(r"\b(?:level|lvl|severity)=[\"']?([A-Za-z]+)")
_START: Final = re.compile(
    r"(?:(trace|debug|info|notice|warn(?:ing)?|error|critical|fatal|panic):|([DIWEF])\d{4} \d\d:)", re.IGNORECASE
)
_PYTHON_ERROR: Final = re.compile(r"(?:^|: )(?:[A-Za-z_]\w*\.)*[A-Za-z_]*(Error|Exception|Warning)(?::|$)")
_NONE: Final = (2 * _SEEN, 0)
"""Behind every place, no level."""


def detect_level(text: str) -> int:
    """Return the code of the level that a log line states first, 0 when it states none.

    Known are a JSON object's `level` (also as pino's numbers 10 to 60), `level=…` pairs, level words in capitals or in
    brackets or in front, the letters of glog, and the first and last lines of Python tracebacks and warnings.
    """
    if text[:1] == "{":
        return _level_of_json(text)
    head = text[:_SEEN]
    if "\x1b" in head:
        head = _ANSI.sub("", text[: 2 * _SEEN])
    start = _START.match(head)
    if start is not None:
        return _level(start[1], start[2])
    found = _word(head)
    if "el=" in head or "vl=" in head or "ity=" in head:
        found = min(found, _pair(head))
    return found[1] or _level_of_python(head)


def strip_ansi(text: str) -> str:
    """Return `text` without the escape sequences that colour it."""
    return _ANSI.sub("", text)


def _word(head: str) -> tuple[int, int]:
    """Find a level word in capitals that is not part of a longer word, path or name, or one in brackets."""
    found = _WORD.search(head)
    while found is not None:
        start, end = found.span()
        word = found[0]
        if not word[0].isalpha():
            return start, _level(word[1:-1], word[1:-1])
        before, behind = head[start - 1 : start], head[end : end + 1]
        if not (before.isalnum() or (before and before in "_./-")) and not (behind.isalnum() or behind == "_"):
            return start, _WORDS[word.lower()]
        found = _WORD.search(head, end)
    return _NONE


def _pair(head: str) -> tuple[int, int]:
    found = _PAIR.search(head)
    return _NONE if found is None else (found.start(), _level(found[1], None))


def _level(word: str | None, letter: str | None) -> int:
    return _LETTERS.get(letter or "") or _WORDS.get((word or "").lower(), 0)


def _level_of_json(text: str) -> int:
    found = _JSON.search(text)
    if found is None:
        return 0
    if found[1]:
        return _WORDS.get(found[1].lower(), 0)
    return min(_CRITICAL, max(_DEBUG, int(found[2]) // 10 - 1))


def _level_of_python(head: str) -> int:
    if "Error" in head or "Exception" in head or "Warning" in head:
        found = _PYTHON_ERROR.search(head)
        return 0 if found is None else _PYTHON[found[1]]
    return _ERROR if head.startswith("Traceback (most recent") else 0
