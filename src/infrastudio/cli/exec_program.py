"""A program that runs in the foreground while its output is read: passed on as it is, and cut into lines."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Final

from infrastudio.drivers.executors.frames import collapse
from infrastudio.sdk.records import StreamName

READ_BYTES: Final = 65_536
MAX_LINE_BYTES: Final = 1_000_000
DRAIN_S: Final = 1.0
"""How long processes that the program left behind may go on to print."""
LOOK_S: Final = 0.1
PASSED_ON: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
FROM_TERMINAL: Final = frozenset({signal.SIGINT, signal.SIGQUIT})
"""A terminal sends these to the program itself."""
NOT_FOUND: Final = 127
NOT_STARTED: Final = 126

Take = Callable[[str, StreamName], object]


class LineCutter:
    """Cuts what a pipe brings into lines; of a progress bar only the last state is kept."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield the lines that are whole now, and pieces of one that is too long."""
        *lines, self._tail = (self._tail + data).split(b"\n")
        yield from map(_text, lines)
        while len(self._tail) > MAX_LINE_BYTES:
            piece, self._tail = self._tail[:MAX_LINE_BYTES], self._tail[MAX_LINE_BYTES:]
            yield _text(piece)
        if b"\r" in self._tail[:-1]:
            ends_in_return = self._tail.endswith(b"\r")
            self._tail = collapse(self._tail) + (b"\r" if ends_in_return else b"")

    def finish(self) -> Iterator[str]:
        """Yield what is left without a line end."""
        if self._tail:
            yield _text(self._tail)
        self._tail = b""


class CapturedProgram:
    """Runs a command once. Signals to this process are passed on to it.

    Attributes:
        stopped_by: The last signal that was to end it, None where there was none.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self.stopped_by: signal.Signals | None = None

    def run(self, environment: Mapping[str, str], take: Take, started: Callable[[int], object]) -> int:
        """Run it to its end; return its exit code, or minus the signal that ended it.

        Args:
            environment: What it finds in its environment.
            take: Called with each line of its output and the stream.
            started: Called with its pid.

        Raises:
            OSError: It could not be started.
        """
        process = subprocess.Popen(  # noqa: S603  the user's own command
            self._command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        before = {number: signal.signal(number, self._pass_on(process)) for number in PASSED_ON}
        try:
            started(process.pid)
            self._drain(process, take)
            return process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _pass_on(self, process: subprocess.Popen[bytes]) -> Callable[[int, FrameType | None], None]:
        def pass_on(number: int, frame: FrameType | None) -> None:
            del frame
            if number not in (signal.SIGUSR1, signal.SIGUSR2):
                self.stopped_by = signal.Signals(number)
            if number not in FROM_TERMINAL or not sys.stdin.isatty():
                process.send_signal(number)

        return pass_on

    def _drain(self, process: subprocess.Popen[bytes], take: Take) -> None:
        """Read both pipes to their end, or for a moment beyond the program's."""
        with selectors.DefaultSelector() as selector:
            for pipe, target, stream in ((process.stdout, 1, "stdout"), (process.stderr, 2, "stderr")):
                assert pipe is not None  # noqa: S101  both are pipes
                selector.register(pipe, selectors.EVENT_READ, (target, stream, LineCutter()))
            until: float | None = None
            while selector.get_map() and (until is None or time.monotonic() < until):
                for key, _ in selector.select(LOOK_S):
                    target, stream, cutter = key.data
                    data = os.read(key.fd, READ_BYTES)
                    _write(target, data)
                    for line in cutter.feed(data) if data else cutter.finish():
                        take(line, stream)
                    if not data:
                        selector.unregister(key.fileobj)
                if until is None and process.poll() is not None:
                    until = time.monotonic() + DRAIN_S
            for key in list(selector.get_map().values()):
                for line in key.data[2].finish():
                    take(line, key.data[1])


def _write(target: int, data: bytes) -> None:
    """Pass output on; a terminal or pipe that is gone does not hold the program up."""
    try:
        while data:
            data = data[os.write(target, data) :]
    except OSError:
        return


def _text(line: bytes) -> str:
    return collapse(line).decode("utf-8", "replace")
