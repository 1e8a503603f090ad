"""A client that watches what a writer logs, over a socket that is cut again and again, and wants everything once."""

from __future__ import annotations

import json
import logging
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.soak.load.telemetry_writers import Entry, LoggedRun, TelemetryWriter
from benchmarks.soak.load.writers import Address
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

CUT_AFTER_S: Final = (0.05, 0.6)
"""A connection lives for a random time of this window."""
CATCH_UP_S: Final = 60.0
LOOK_S: Final = 0.05
"""Between two looks whether to go on, while nothing comes."""
STREAMS: Final = {"points": ("metric", "metric_point"), "lines": ("log", "log_line")}
"""What a writer logs, and what its stream and its messages are called on the socket."""
LOST: Final = (OSError, WebSocketException)

_library: Final = logging.getLogger("soak.watchers")
"""Of the library, to which a connection that is cut while it reads is an error of its own."""
_library.addHandler(logging.NullHandler())
_library.propagate = False


@dataclass
class Watched:
    """What has come of one run."""

    run: LoggedRun
    seen: list[Entry] = field(default_factory=list)
    last: int = 0
    """The number of the last message; the next one must say that it follows it."""


class Watcher:
    """Follows the runs of one writer in turn, and after a cut goes on behind the last message that it got.

    A message that came already, one that is missing, and one that is not what was logged are faults.
    """

    def __init__(self, writer: TelemetryWriter, chance: random.Random) -> None:
        self.faults: list[str] = []
        self._writer = writer
        self._stream, self._type = STREAMS[writer.counted]
        self._chance = chance
        self._finished = 0
        """So many runs of the writer have been seen to their end."""
        self._watched: Watched | None = None
        self._counts: Counter[str] = Counter()

    def work(self, address: Address, stopping: threading.Event) -> None:
        """Watch until the server is gone."""
        while not stopping.is_set():
            if not self._writer.runs:
                stopping.wait(0.01)  # until there is something to watch
                continue
            if not self._watch(address, self._chance.uniform(*CUT_AFTER_S)):
                return
            self._go_on_with_the_next()

    def check(self, address: Address) -> Counter[str]:
        """See everything that the writer has logged, in order and once; the writer rests."""
        deadline = time.monotonic() + CATCH_UP_S
        while self._writer.runs and not (self._is_with_the_last() and self._is_at_the_end()):
            if time.monotonic() > deadline:
                self.faults.append(f"{self._name()}: {self._told()} came within {CATCH_UP_S:.0f} s")
                break
            self._watch(address, deadline - time.monotonic(), until_the_end=True)
            self._go_on_with_the_next()
        if self._writer.runs:
            self._compare(self._current())
        counts, self._counts = self._counts, Counter()
        return counts

    def take_faults(self) -> list[str]:
        """Return what was found wrong since the last call."""
        faults, self.faults = self.faults, []
        return faults

    def _watch(self, address: Address, seconds: float, *, until_the_end: bool = False) -> bool:
        """Watch over one connection for a while, and cut it unless the server does; could it be made?"""
        watched, until = self._current(), time.monotonic() + seconds
        url = f"ws://{address[0]}:{address[1]}/ws/runs/{watched.run.id}?since={self._stream}:{watched.last}"
        try:
            made = connect(url, proxy=None, max_size=None, open_timeout=CATCH_UP_S, close_timeout=1, logger=_library)
        except LOST:
            return False
        self._counts["connections of watchers"] += 1
        with suppress(*LOST), _cut_at_the_end(made):
            while time.monotonic() < until and not (until_the_end and self._is_at_the_end()):
                with suppress(TimeoutError):
                    self._take(watched, made.recv(LOOK_S))
        return True

    def _take(self, watched: Watched, frame: str | bytes) -> None:
        told: Any = json.loads(frame)
        for message in told if isinstance(told, list) else [told]:
            if message["type"] in ("error", "reset"):
                self.faults.append(f"{self._name()}: {message}")
            if message["type"] == self._type:
                if message["prev"] != watched.last or message["seq"] <= watched.last:
                    self.faults.append(f"{self._name()}: {message['prev']} → {message['seq']} behind {watched.last}")
                watched.last = message["seq"]
                watched.seen.append(_entry(message["data"]))
                self._counts[f"seen by watchers: {self._writer.counted}"] += 1

    def _current(self) -> Watched:
        """Return the run that is watched: the first that has not been seen to its end."""
        if self._watched is None:
            self._watched = Watched(self._writer.runs[self._finished])
        return self._watched

    def _is_with_the_last(self) -> bool:
        return self._current().run is self._writer.runs[-1]

    def _is_at_the_end(self) -> bool:
        """Has all come that was acknowledged of the run that is watched?"""
        watched = self._current()
        return len(watched.seen) >= self._writer.length(watched.run)

    def _go_on_with_the_next(self) -> None:
        """Leave a run that the writer has left, once it has been seen to its end."""
        watched = self._current()
        if not self._is_with_the_last() and self._is_at_the_end():
            self._compare(watched)
            self._finished += 1
            self._watched = None

    def _compare(self, watched: Watched) -> None:
        if watched.seen != self._writer.stream(watched.run):
            self.faults.append(f"{self._name()}: {self._told()} is not what was logged")

    def _name(self) -> str:
        return f"watcher of run {self._current().run.id}"

    def _told(self) -> str:
        watched = self._current()
        return f"{len(watched.seen)} of {self._writer.length(watched.run)} {self._writer.counted}"


def _entry(data: dict[str, Any]) -> Entry:
    return data["text"] if "text" in data else (data["name"], data["step"], data["value"])


@contextmanager
def _cut_at_the_end(connection: ClientConnection) -> Iterator[None]:
    """Lose a connection without a word, as a broken network does."""
    with connection:
        try:
            yield
        finally:
            connection.socket.shutdown(socket.SHUT_RDWR)
