"""Takes what a program logs off its hands: the caller only puts it into a queue, two threads do the rest."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from typing_extensions import override

from infrastudio.sdk.client import Client
from infrastudio.sdk.records import Header, Line, Record, encode
from infrastudio.sdk.sender import Sender
from infrastudio.sdk.spool import Spool

MAX_QUEUED: Final = 100_000
"""Records between the program and its disk."""
MOVED_AT_ONCE: Final = 10_000
ROOM_WAIT_S: Final = 0.5
"""How long a caller waits for room in a full queue; once in vain is enough, until there is room nobody waits again."""
DISK_PAUSE_S: Final = 0.2
CLOSE_WAIT_S: Final = 1.0


@dataclass
class Report:
    """What became of the records of a process.

    Attributes:
        sent: The server has them.
        waiting: They stand on the disk, in `folder`; the next `init` or `studio sync` sends them. `obstacle` says why.
        dropped: They are lost: the queue was full, or the disk was and the server away.
        refused: They will never be taken; `problems` says why.
    """

    sent: int = 0
    waiting: int = 0
    dropped: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list)
    obstacle: str | None = None
    folder: Path | None = None

    @property
    def is_complete(self) -> bool:
        """Has the server got everything?"""
        return not (self.waiting or self.dropped or self.refused)

    @override
    def __str__(self) -> str:
        counts = ((self.dropped, "dropped"), (self.refused, "refused"))
        told = [f"{self.sent} sent", *(f"{count} {word}" for count, word in counts if count)]
        if self.waiting:
            told.append(f"{self.waiting} waiting in {self.folder}: `studio sync` sends them")
        reasons = [*self.problems[:3], *([self.obstacle] if self.waiting and self.obstacle else [])]
        return ", ".join(told) + "".join(f"; {reason}" for reason in reasons)


class Recorder:
    """Writes records into a spool and has them sent from there. `put` does no I/O and never raises."""

    def __init__(
        self,
        header: Header,
        root: Path,
        new_client: Callable[[], Client] | None,
        *,
        takes_leftovers: bool = True,
        max_queued: int = MAX_QUEUED,
        **limits: int,
    ) -> None:
        """Start the threads.

        Args:
            header: The run.
            root: Where spools are.
            new_client: Makes the client that sends; None: nothing is sent, all of it stays on the disk.
            takes_leftovers: Also send what ended processes have left for the same server.
            max_queued: How many records may stand between the program and its disk.
            limits: As of `Spool`.
        """
        self._queue: queue.SimpleQueue[Record | threading.Event] = queue.SimpleQueue()
        self._max_queued = max_queued
        self._room = threading.Event()
        self._is_stuck = False
        self._is_closing = threading.Event()
        self._lines = 0
        self._dropped = 0
        self._refused: list[str] = []
        self.spool = Spool.create(header, root, **limits)
        self._sender: Sender | None = None
        if new_client is not None:
            self._sender = Sender(self.spool, new_client, root, takes_leftovers=takes_leftovers)
        self._writer = threading.Thread(target=self._write, name="studio-writer", daemon=True)
        self._writer.start()

    def put(self, record: Record) -> bool:
        """Take a record; False: there is no room, and it is lost."""
        if self._queue.qsize() >= self._max_queued and not self._comes_room():
            self._dropped += 1
            return False
        self._queue.put(record)
        return True

    def refuse(self, why: str) -> None:
        """Count something that cannot be logged."""
        self._refused.append(why)

    @property
    def obstacle(self) -> str | None:
        """Why the server does not take anything now; None: nothing stands in the way."""
        return self._sender.obstacle if self._sender is not None else None

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that was put is sent; False: it is not, and stands on the disk if that takes it."""
        return self._is_written(timeout_s) and self._sender is not None and self._sender.flush(timeout_s)

    def close(self, timeout_s: float) -> Report:
        """Send the rest, wait for about `timeout_s` at most, and say what became of everything."""
        self.flush(timeout_s)
        self._is_closing.set()
        self._queue.put(threading.Event())
        self._writer.join(CLOSE_WAIT_S)
        is_ended = self._sender is None or self._sender.close(CLOSE_WAIT_S)
        lost = self.spool.in_memory() + self._queue.qsize()
        sender = self._sender
        report = Report(
            sent=sender.sent if sender else 0,
            waiting=self.spool.waiting() - self.spool.in_memory(),
            dropped=self._dropped + lost,
            refused=len(self._refused) + (sender.refused if sender else 0),
            problems=list(dict.fromkeys([*self._refused, *(sender.problems if sender else ())])),
            obstacle=sender.obstacle if sender else None,
            folder=self.spool.folder,
        )
        if is_ended and not report.waiting:
            self.spool.remove()
        elif is_ended:
            self.spool.close()
        return report

    def abandon(self) -> None:
        """Let go of it in a forked child: the threads and what waits are the parent's."""
        self.spool.abandon()

    def _comes_room(self) -> bool:
        if self._is_stuck:
            return False
        self._room.clear()
        self._room.wait(ROOM_WAIT_S)
        self._is_stuck = self._queue.qsize() >= self._max_queued
        return not self._is_stuck

    def _is_written(self, timeout_s: float) -> bool:
        written = threading.Event()
        self._queue.put(written)
        return written.wait(timeout_s)

    def _write(self) -> None:
        """Move records from the queue into the spool; runs in a thread of its own."""
        while not (self._is_closing.is_set() and self._queue.empty()):
            items = list(self._taken())
            self._append([self._encoded(item) for item in items if not isinstance(item, threading.Event)])
            self._is_stuck = False
            self._room.set()
            for item in items:
                if isinstance(item, threading.Event):
                    item.set()

    def _append(self, lines: list[bytes]) -> None:
        """Keep lines; wait as long as there is no room for them, unless the program ends."""
        while lines:
            kept = self.spool.append(lines)
            lines = lines[kept:]
            if self._sender is not None and kept:
                self._sender.tell(kept)
            if lines and self._is_closing.wait(DISK_PAUSE_S):
                self._dropped += len(lines)
                return

    def _taken(self) -> Iterator[Record | threading.Event]:
        """Wait for a record, and take along those behind it."""
        yield self._queue.get()
        for _ in range(min(self._queue.qsize(), MOVED_AT_ONCE)):
            yield self._queue.get()

    def _encoded(self, record: Record | threading.Event) -> bytes:
        if isinstance(record, Line):
            self._lines += 1
            record.number = self._lines
        return encode(record) + b"\n"
