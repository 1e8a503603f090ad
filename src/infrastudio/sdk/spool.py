"""Records between a program and the server: in files that outlive the program, in memory while the disk takes none.

A spool is a folder of its own for each process and run: `header.json`, segments of records, `position` (how far they
are sent) and `lock`, which its process holds until it ends, however it ends. Who gets the lock of a spool may send it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from infrastudio.sdk.records import Header

SEGMENT_BYTES: Final = 16_000_000
MAX_DISK_BYTES: Final = 1_000_000_000
MAX_MEMORY_BYTES: Final = 16_000_000
READ_BYTES: Final = 1_000_000
SUFFIX: Final = ".records"


class Part(NamedTuple):
    """Records that were read from a spool, and the place behind them; `segment` 0: they stand in memory only."""

    lines: list[bytes]
    segment: int
    offset: int


def spool_root() -> Path:
    """Return the folder of all spools of this user: STUDIO_SPOOL, or `spool` in the data folder."""
    given = os.environ.get("STUDIO_SPOOL")
    return Path(given) if given else Path(os.environ.get("STUDIO_DATA") or Path.home() / ".infrastudio") / "spool"


class Spool:
    """Records of one process and run, in order. Safe in two threads, one that appends and one that sends."""

    def __init__(
        self,
        header: Header,
        folder: Path | None,
        lock: int | None = None,
        *,
        max_disk_bytes: int = MAX_DISK_BYTES,
        max_memory_bytes: int = MAX_MEMORY_BYTES,
    ) -> None:
        """Go on with a folder whose lock is held; without one everything stays in memory."""
        self.header = header
        self.folder = folder
        self._lock_descriptor = lock
        self._max_disk_bytes = max_disk_bytes
        self._max_memory_bytes = max_memory_bytes
        self._mutex = threading.Lock()
        self._memory: deque[bytes] = deque()
        self._memory_bytes = 0
        self._is_memory_read = False
        self._writer: int | None = None
        self._sizes = _segments(folder) if folder is not None else {}
        self._place = _position(folder) if folder is not None else (1, 0)
        self._written = max(self._sizes, default=0)

    @classmethod
    def create(cls, header: Header, root: Path, **limits: int) -> Spool:
        """Begin a new spool; where no folder can be made it keeps its records in memory."""
        folder = root / f"{header.run_id}.{header.source}"
        try:
            folder.mkdir(parents=True, mode=0o700)
            lock = _try_lock(folder)
            if lock is None:
                return cls(header, None, **limits)
            spool = cls(header, folder, lock, **limits)
            spool.put_header(header)
        except OSError:  # no room, or no right to write there
            return cls(header, None, **limits)
        return spool

    @classmethod
    def claim(cls, folder: Path) -> Spool | None:
        """Take over a spool whose process has ended; None: it has not, or there is nothing to send."""
        lock = _try_lock(folder)
        if lock is None:
            return None
        try:
            header = msgspec.json.decode((folder / "header.json").read_bytes(), type=Header)
        except (OSError, msgspec.DecodeError):
            os.close(lock)
            return None
        return cls(header, folder, lock)

    def put_header(self, header: Header) -> None:
        """Store what was learned of the run; it appears whole or not at all.

        Raises:
            OSError: It could not be written.
        """
        self.header = header
        if self.folder is not None:
            new = self.folder / "header.json.new"
            new.write_bytes(msgspec.json.encode(header))
            new.replace(self.folder / "header.json")

    def append(self, lines: Sequence[bytes]) -> int:
        """Keep records, each of which ends in a line end; return how many of them, from the first on, were kept."""
        with self._mutex:
            self._settle()
            kept = self._write(lines) if not self._memory else 0
            for line in lines[kept:]:
                if self._memory_bytes + len(line) > self._max_memory_bytes:
                    break
                self._memory.append(line)
                self._memory_bytes += len(line)
                kept += 1
            return kept

    def read(self) -> Part | None:
        """Return the next records to send; None: there are none."""
        with self._mutex:
            self._settle()
            segment, offset = self._place
            while self._sizes.get(segment, 0) <= offset and segment < self._written:
                self._drop_segment(segment)
                segment, offset = segment + 1, 0
            self._place = segment, offset
            end = self._sizes.get(segment, 0)
            if self.folder is not None and end > offset:
                lines = _lines(self.folder / _segment_name(segment), offset, end)
                if lines:
                    return Part(lines, segment, offset + sum(map(len, lines)))
                self._sizes[segment] = offset  # what a killed process left of a line
            if not self._memory:
                return None
            self._is_memory_read = True
            return Part(list(_first(self._memory, READ_BYTES)), 0, 0)

    def forget(self, part: Part) -> None:
        """Let go of records that are sent."""
        with self._mutex:
            if part.segment:
                self._place = part.segment, part.offset
                self._put_position()
            else:
                self._is_memory_read = False
                for line in part.lines:
                    self._memory.popleft()
                    self._memory_bytes -= len(line)

    def hold(self, part: Part) -> None:
        """Keep records that could not be sent."""
        if not part.segment:
            with self._mutex:
                self._is_memory_read = False

    def waiting(self) -> int:
        """Return how many records are not sent yet."""
        with self._mutex:
            segment, offset = self._place
            found = len(self._memory)
            for number in sorted(self._sizes):
                if self.folder is not None and number >= segment:
                    data = (self.folder / _segment_name(number)).read_bytes()[: self._sizes[number]]
                    found += data.count(b"\n", offset if number == segment else 0)
            return found

    def in_memory(self) -> int:
        """Return how many records would be lost if the process ended now."""
        with self._mutex:
            return len(self._memory)

    def close(self) -> None:
        """Let another process take it over."""
        with self._mutex:
            self.abandon()

    def abandon(self) -> None:
        """As `close`, in a forked child: its threads are gone, and one of them may have held the lock."""
        for descriptor in (self._writer, self._lock_descriptor):
            if descriptor is not None:
                os.close(descriptor)
        self._writer = self._lock_descriptor = None

    def remove(self) -> None:
        """Delete it: everything is sent, or shall never be."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.close()

    def _settle(self) -> None:
        """Move what stands in memory to the disk, if that takes records again and nobody is sending them."""
        if self._memory and not self._is_memory_read:
            for _ in range(self._write(tuple(self._memory))):
                self._memory_bytes -= len(self._memory.popleft())

    def _write(self, lines: Sequence[bytes]) -> int:
        """Return how many records, from the first on, are on the disk; no trace is left of the others."""
        if self.folder is None or not lines:
            return 0
        data = b"".join(lines)
        if sum(self._sizes.values()) + len(data) > self._max_disk_bytes:
            return 0
        try:
            if self._writer is None or self._sizes[self._written] >= SEGMENT_BYTES:
                self._next_segment()
            size = self._sizes[self._written]
            written = os.pwrite(self._writer or 0, data, size)
            if written != len(data):
                os.ftruncate(self._writer or 0, size)
                return 0
        except OSError:  # no room
            return 0
        self._sizes[self._written] = size + written
        return len(lines)

    def _next_segment(self) -> None:
        assert self.folder is not None  # noqa: S101  only a spool with a folder writes
        number = self._written + 1
        path = self.folder / _segment_name(number)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if self._writer is not None:
            os.close(self._writer)
        self._writer, self._written, self._sizes[number] = descriptor, number, 0

    def _drop_segment(self, number: int) -> None:
        if self._sizes.pop(number, None) is not None and self.folder is not None:
            (self.folder / _segment_name(number)).unlink(missing_ok=True)

    def _put_position(self) -> None:
        """Remember how far the records are sent; where that fails some are sent again, which changes nothing."""
        if self.folder is None:
            return
        try:
            (self.folder / "position").write_text("{} {}".format(*self._place))
        except OSError:
            return


def leftovers(root: Path) -> Iterator[Spool]:
    """Yield the spools of processes that have ended, oldest first; each is the caller's to close."""
    try:
        folders = sorted((path for path in root.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    except OSError:
        return
    for folder in folders:
        if (spool := Spool.claim(folder)) is not None:
            yield spool


def _try_lock(folder: Path) -> int | None:
    """Return a descriptor that holds the folder's lock; None: another process holds it, or the folder is gone."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _segment_name(number: int) -> str:
    return f"{number:08d}{SUFFIX}"


def _segments(folder: Path) -> dict[int, int]:
    """Return the sizes of a folder's segments by number."""
    return {int(path.stem): path.stat().st_size for path in folder.glob(f"*{SUFFIX}")}


def _position(folder: Path) -> tuple[int, int]:
    """Return the segment and offset behind what is sent; the beginning where that is not known."""
    try:
        segment, offset = (folder / "position").read_text().split()
        return int(segment), int(offset)
    except (OSError, ValueError):
        return min(_segments(folder), default=1), 0


def _lines(path: Path, offset: int, end: int) -> list[bytes]:
    """Return whole lines of a file from an offset on: about READ_BYTES of them, at least one if there is one."""
    wanted = READ_BYTES
    with path.open("rb") as file:
        while True:
            data = os.pread(file.fileno(), min(wanted, end - offset), offset)
            cut = data.rfind(b"\n") + 1
            if cut or offset + wanted >= end:
                return data[:cut].splitlines(keepends=True)
            wanted *= 4


def _first(lines: deque[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for line in lines:
        size += len(line)
        yield line
        if size >= limit:
            return
