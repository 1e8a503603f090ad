"""What the job prints: cut into frames of whole lines, appended to segments, never a reason for the job to wait."""

from __future__ import annotations

import os

from infrastudio.drivers.executors.frames import CUT, EVENT, PARTIAL, collapse, encode_frame, segment_name
from infrastudio.shim.files import to_json

SEGMENT_BYTES = 64_000_000
MAX_LINE_BYTES = 1 << 20
"""A longer line is cut into pieces of this size: the shim keeps an unfinished line in memory."""
READ_BYTES = 256 * 1024
LIVE_BYTES = 4096
"""How much of an unfinished line is shown live."""
FIRST_LIVE_NS = 100_000_000
NEXT_LIVE_NS = 1_000_000_000
RETRY_NS = 1_000_000_000


class Stream:
    """One pipe of the job, cut at line ends."""

    def __init__(self, kind: int, fd: int) -> None:
        os.set_blocking(fd, False)
        self.kind = kind
        self.fd = fd
        self.ended = False
        self.live_due_ns: int | None = None
        self._tail = bytearray()
        self._live_at_ns = 0

    def read(self, now_ns: int) -> list[bytes] | None:
        """Return the frames that one read brings, at the end of the pipe the last ones; None: nothing stands in it."""
        try:
            data = os.read(self.fd, READ_BYTES)
        except BlockingIOError:
            return None
        if not data:
            return self.finish(now_ns)
        cut = data.rfind(b"\n") + 1
        frames = []
        if cut:
            frames.append(encode_frame(self.kind, now_ns, bytes(self._tail) + data[:cut]))
            self._tail = bytearray()
            self._live_at_ns, self.live_due_ns = 0, None
        self._extend(data[cut:])
        while len(self._tail) > MAX_LINE_BYTES:
            at = _character_boundary(self._tail, MAX_LINE_BYTES)
            frames.append(encode_frame(self.kind | CUT, now_ns, bytes(self._tail[:at])))
            del self._tail[:at]
        if self._tail and self.live_due_ns is None:
            self.live_due_ns = max(now_ns + FIRST_LIVE_NS, self._live_at_ns + NEXT_LIVE_NS)
        return frames

    def _extend(self, data: bytes) -> None:
        """Add to the unfinished line; of a progress bar only the last state is kept."""
        collapses = b"\r" in data or self._tail.endswith(b"\r")
        self._tail += data
        if collapses:
            at_start = self._tail.endswith(b"\r")
            self._tail = bytearray(collapse(bytes(self._tail)) + (b"\r" if at_start else b""))

    def live(self, now_ns: int) -> bytes:
        """Return the unfinished line as a frame for live views."""
        self.live_due_ns, self._live_at_ns = None, now_ns
        return encode_frame(self.kind | PARTIAL, now_ns, bytes(self._tail[-LIVE_BYTES:]))

    def finish(self, now_ns: int) -> list[bytes]:
        """Close the pipe and return what is left without a line end, as a frame."""
        os.close(self.fd)
        self.ended = True
        tail, self._tail, self.live_due_ns = bytes(self._tail), bytearray(), None
        return [encode_frame(self.kind, now_ns, tail)] if tail else []


def _character_boundary(data: bytearray, at: int) -> int:
    """Return the last place <= `at` where no UTF-8 character is divided, if `data` is UTF-8."""
    for place in range(at, at - 4, -1):
        if data[place] & 0xC0 != 0x80:
            return place
    return at


class Log:
    """The attempt's log. A full disk costs output, which is counted, and never blocks."""

    def __init__(self, folder: str, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.lost_bytes = 0
        self._segment_bytes = segment_bytes
        self._folder = folder
        self._fd = -1
        self._start = 0
        self._size = 0
        self._untold_bytes = 0
        self._retry_at_ns = 0

    @property
    def end(self) -> int:
        """The offset after the last frame written."""
        return self._start + self._size

    def put(self, frames: list[bytes], now_ns: int) -> None:
        """Append frames; those that do not fit are counted as lost."""
        if self._untold_bytes and now_ns < self._retry_at_ns:
            self._lose(frames)
            return
        if self._untold_bytes:
            self._put_after_loss(frames, now_ns)
            return
        kept = self._append(frames)
        if kept < len(frames):
            self._lose(frames[kept:])
            self._retry_at_ns = now_ns + RETRY_NS

    def event(self, name: str, message: str, now_ns: int) -> None:
        """Append an event of our own."""
        self.put([_event(name, message, now_ns)], now_ns)

    def close(self, now_ns: int) -> None:
        """Tell of a loss that is not told yet, if the disk lets us, and make the log survive a power cut."""
        if self._untold_bytes:
            self._put_after_loss([], now_ns)
        if self._fd >= 0:
            try:
                os.fsync(self._fd)
            except OSError as error:  # the exit record has to be written all the same
                self.event("log.sync_failed", f"the log may not survive a power cut: {error.strerror}", now_ns)

    def _put_after_loss(self, frames: list[bytes], now_ns: int) -> None:
        """Append the note about the loss and the frames, both or neither: on a full disk the note alone may fit."""
        message = f"{self._untold_bytes} bytes of output were lost: the log could not be written"
        note = _event("log.lost", message, now_ns)
        if self._append([b"".join([note, *frames])]):
            self._untold_bytes = 0
        else:
            self._lose(frames)
            self._retry_at_ns = now_ns + RETRY_NS

    def _lose(self, frames: list[bytes]) -> None:
        size = sum(map(len, frames))
        self.lost_bytes += size
        self._untold_bytes += size

    def _append(self, frames: list[bytes]) -> int:
        """Return how many frames, from the first on, were written whole; no trace is left of the others."""
        data = b"".join(frames)
        try:
            if self._fd < 0 or self._size >= self._segment_bytes:
                self._next_segment()
            written = os.pwrite(self._fd, data, self._size)
            if written == len(data):
                self._size += written
                return len(frames)
        except OSError:
            written = 0
        kept = 0
        for frame in frames:
            if written < len(frame):
                break
            written -= len(frame)
            self._size += len(frame)
            kept += 1
        if self._fd >= 0:
            os.ftruncate(self._fd, self._size)
        return kept

    def _next_segment(self) -> None:
        start = self.end
        fd = os.open(f"{self._folder}/{segment_name(start)}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._start, self._size = fd, start, 0


def _event(name: str, message: str, now_ns: int) -> bytes:
    return encode_frame(EVENT, now_ns, to_json({"event": name, "message": message}) + b"\n")
