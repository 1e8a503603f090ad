"""Clients that remember what was acknowledged, repeat what was cut off, and compare both with what is read back."""

from __future__ import annotations

import http.client
import json
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

TIMEOUT_S: Final = 30.0
PAGE: Final = 1000
CUT_OFF: Final = (OSError, http.client.HTTPException)

Address = tuple[str, int]


class Refused(Exception):
    """The server answered, and not with 2xx."""


class Connection:
    """A keep-alive connection that speaks JSON."""

    def __init__(self, address: Address) -> None:
        self._http = http.client.HTTPConnection(*address, timeout=TIMEOUT_S)

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a request and return the answer.

        Raises:
            Refused: The status is not 2xx.
            OSError, HTTPException: There is no whole answer.
        """
        text = None if body is None else json.dumps(body)
        kind = {} if text is None else {"Content-Type": "application/json"}
        self._http.request(method, path, text, {**kind, **(headers or {})})
        response = self._http.getresponse()
        content = response.read()
        if not 200 <= response.status < 300:
            raise Refused(f"{method} {path}: {response.status} {content[:500]!r}")
        return Answer(json.loads(content), response.getheader("Idempotency-Replayed") == "true")

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()


@dataclass(frozen=True)
class Answer:
    """A 2xx answer."""

    body: Any
    is_replayed: bool


class Writer(ABC):
    """Writes without a pause until it is told to stop, or cut off."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.is_cut_off = False
        self._counts: Counter[str] = Counter()

    def work(self, address: Address, stopping: threading.Event) -> None:
        """Write until the server is gone."""
        connection = Connection(address)
        try:
            while not stopping.is_set():
                self.write(connection)
        except CUT_OFF:
            self.is_cut_off = True
        except Refused as refusal:
            self.faults.append(f"a write was refused: {refusal}")
        finally:
            connection.close()

    def take_counts(self) -> Counter[str]:
        """Return what was acknowledged since the last call."""
        counts, self._counts = self._counts, Counter()
        return counts

    def take_faults(self) -> list[str]:
        """Return what was found wrong since the last call."""
        faults, self.faults = self.faults, []
        return faults

    def check_and_repeat(self, address: Address, *, everything: bool) -> Counter[str]:
        """Compare what is there with what was acknowledged, then repeat the request that was cut off.

        Args:
            address: The server.
            everything: From the beginning; else what was written last, so that many kills do not read ever more.
        """
        connection = Connection(address)
        counts: Counter[str] = Counter()
        try:
            self.check(connection, counts, everything=everything)
            if self.is_cut_off:
                self.repeat(connection, counts)
                self.is_cut_off = False
                self.check(connection, counts, everything=False)
        finally:
            connection.close()
        self.take_counts()
        return counts

    @abstractmethod
    def write(self, connection: Connection) -> None:
        """Send one request and remember its answer."""

    @abstractmethod
    def check(self, connection: Connection, counts: Counter[str], *, everything: bool) -> None:
        """Compare what is there with what was acknowledged; without `everything` at least what was written last."""

    @abstractmethod
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        """Send the request that was cut off once more."""


class Worker(Protocol):
    """A client with a thread of its own."""

    def work(self, address: Address, stopping: threading.Event) -> None:
        """Work until the server is gone, or it is told to stop."""


@contextmanager
def at_work(workers: Sequence[Worker], address: Address) -> Iterator[None]:
    """Let all clients work, a thread each; at the end of the block the server is gone, or they stop."""
    stopping = threading.Event()
    threads = [threading.Thread(target=worker.work, args=(address, stopping)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
