"""The bytes of a keyframe: columns that are read one by one.

`<u4 length>`, a JSON list of that length with `[encoding, bytes, bytes of content]` for each column, then for each one
zstd frame of its content. That of a `list` is its JSON. That of `words`, few different values, is `<u4 length>`, the
JSON list of them of that length, and a byte for each item that tells which one it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import orjson

from infrastudio.stores.ledger.state_columns import Columns, EncodedColumn, PastStates
from infrastudio.stores.telemetry.compression import compress, decompress

FORMAT: Final = 1
"""Another one when the bytes mean something else."""
MAX_WORDS: Final = 256
"""So many different values have a byte each."""

_LENGTH_BYTES: Final = 4


class TooManyStates(Exception):
    """They would take more memory than a keyframe may."""


def encode(states: PastStates, *, max_bytes: int) -> bytes:
    """Return the bytes of states; columns that are still as in the keyframe that they come from are taken from there.

    Raises:
        TooManyStates: Before compression they are more than `max_bytes`.
    """
    parts: list[EncodedColumn] = []
    for place in range(states.width):
        parts.append(states.encoded(place) or _encoded(states[place]))
        if sum(part.size for part in parts) > max_bytes:
            raise TooManyStates
    header = [(part.encoding, len(part.frame), part.size) for part in parts]
    return b"".join([_with_length(orjson.dumps(header)), *(part.frame for part in parts)])


def decode(body: bytes) -> Columns:
    """Return the columns in such bytes; each is read when it is asked for."""
    header, frames = _split(body)
    parts, start = [], 0
    for encoding, length, size in orjson.loads(header):
        parts.append(EncodedColumn(encoding, frames[start : start + length], size))
        start += length
    return Columns([partial(_READERS[part.encoding], part.frame) for part in parts], parts)


def _encoded(column: Sequence[Any]) -> EncodedColumn:
    encoding, content = _content(column)
    return EncodedColumn(encoding, compress(content), len(content))


def _content(column: Sequence[Any]) -> tuple[str, bytes]:
    code_of: dict[Any, int] = {}
    for value in column:
        if code_of.setdefault(value, len(code_of)) == MAX_WORDS:
            return "list", orjson.dumps(column)
    return "words", _with_length(orjson.dumps(list(code_of))) + bytes(map(code_of.__getitem__, column))


def _list(frame: bytes) -> list[Any]:
    found: list[Any] = orjson.loads(decompress(frame))
    return found


def _words(frame: bytes) -> list[Any]:
    json, codes = _split(decompress(frame))
    return list(map(orjson.loads(json).__getitem__, codes))


_READERS: Final[dict[str, Callable[[bytes], list[Any]]]] = {"list": _list, "words": _words}


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(_LENGTH_BYTES, "little") + part


def _split(content: bytes) -> tuple[bytes, bytes]:
    end = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    return content[_LENGTH_BYTES:end], content[end:]
