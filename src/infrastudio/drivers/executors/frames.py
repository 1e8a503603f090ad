"""The frame format of a job's log: what the shim writes and the executor reads.

A frame is `u32 crc | u8 kind | u64 time_ns | u32 length | data`, little-endian; the crc covers all that follows it. One
frame holds whole lines that one read of one pipe brought, so they share a time. Frames stand in segments
`log.<offset of the first byte in the whole log, 20 digits>`, so that one integer names a place in the log.

The shim imports this module at every start of a job: nothing beyond struct and zlib may be imported here.
"""

from __future__ import annotations

from struct import Struct
from zlib import crc32

STDOUT, STDERR, EVENT = 1, 2, 3
PARTIAL = 0x10
"""Added to the kind of an unfinished line: for live views only, the whole line follows."""
CUT = 0x20
"""Added to the kind of a piece of a line too long to keep whole: the next frame of the stream goes on with it."""
STREAM_MASK = 0x0F

SEGMENT_PREFIX = "log."

_CRC = Struct("<I")
_HEAD = Struct("<BQI")
HEADER_BYTES = _CRC.size + _HEAD.size


def encode_frame(kind: int, time_ns: int, data: bytes) -> bytes:
    """Return one frame."""
    head = _HEAD.pack(kind, time_ns, len(data))
    return b"".join((_CRC.pack(crc32(data, crc32(head))), head, data))


def frame_bytes(buffer: bytes, at: int) -> int | None:
    """Return the size of the frame that begins at `at`, header included; None: not even the header is there."""
    if len(buffer) - at < HEADER_BYTES:
        return None
    return HEADER_BYTES + int(_HEAD.unpack_from(buffer, at + _CRC.size)[2])


def decode_frame(buffer: bytes, at: int) -> tuple[int, int, bytes, int] | None:
    """Return kind, time in ns, data and the place after the frame; None: it is torn or damaged."""
    size = frame_bytes(buffer, at)
    if size is None or len(buffer) - at < size:
        return None
    if crc32(memoryview(buffer)[at + _CRC.size : at + size]) != _CRC.unpack_from(buffer, at)[0]:
        return None
    kind, time_ns, _ = _HEAD.unpack_from(buffer, at + _CRC.size)
    return kind, time_ns, buffer[at + HEADER_BYTES : at + size], at + size


def segment_name(offset: int) -> str:
    """Return the file name of the segment whose first byte stands at `offset` of the log."""
    return f"{SEGMENT_PREFIX}{offset:020d}"


def collapse(line: bytes) -> bytes:
    """Return what a terminal would show of `line`: what follows the last carriage return; one at its end is dropped."""
    if b"\r" not in line:
        return line
    shown = line.rstrip(b"\r")
    return shown[shown.rfind(b"\r") + 1 :]
