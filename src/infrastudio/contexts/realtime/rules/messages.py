"""Numbered messages, and how they share frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

MAX_FRAME_BYTES: Final = 256 * 1024
MAX_MESSAGES: Final = 500
"""Messages that are read from a source at once."""

_OVERHEAD: Final = 64
"""Bytes around the parts of a message: braces, the names of `seq` and `prev` and two long numbers."""


class Message(NamedTuple):
    """A message that waits for its `prev`. `head` and `data` are JSON: `"type":"log_line"` and an object."""

    seq: int
    head: bytes
    data: bytes

    def encoded(self, prev: int) -> bytes:
        """Return the JSON object as it is sent behind message `prev`."""
        return b'{%b,"seq":%d,"prev":%d,"data":%b}' % (self.head, self.seq, prev, self.data)

    @property
    def size(self) -> int:
        """About how many bytes it takes in a frame, never less."""
        return len(self.head) + len(self.data) + _OVERHEAD


class Batch(NamedTuple):
    """Messages in order, and the number up to which everything was looked through."""

    messages: Sequence[Message]
    upto: int


class Frame(NamedTuple):
    """The text of one frame, and the number of the last message in it."""

    text: str
    last: int


def frames(messages: Iterable[Message], prev: int, *, limit: int = MAX_FRAME_BYTES) -> Iterator[Frame]:
    """Pack messages into as few frames as hold them in order; a frame is one object or an array of them.

    Args:
        messages: In order; each fits into a frame.
        prev: The number of the message sent before.
        limit: Bytes of a frame.
    """
    parts: list[bytes] = []
    size = 2
    for message in messages:
        if parts and size + message.size > limit:
            yield Frame(_text(parts), prev)
            parts, size = [], 2
        parts.append(message.encoded(prev))
        size += message.size
        prev = message.seq
    if parts:
        yield Frame(_text(parts), prev)


def _text(parts: Sequence[bytes]) -> str:
    return parts[0].decode() if len(parts) == 1 else f"[{b','.join(parts).decode()}]"
