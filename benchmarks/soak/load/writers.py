"""Clients that remember what was acknowledged, repeat what was cut off, and compare both with what is read back."""

from __future__ import annotations

import http.client
import json
import threading
import uuid
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from typing_extensions import override

TIMEOUT_S: Final = 30.0
UPDATES: Final = 4
"""Of one instance, before the next one is created."""
STEPS: Final = 25
KEYS: Final = ("loss", "accuracy")
TIME: Final = 1_700_000_000_000
PAGE: Final = 1000
MLFLOW: Final = "/api/2.0/mlflow/"
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

    def check_and_repeat(self, address: Address) -> Counter[str]:
        """Compare what is there with what was acknowledged, then repeat the request that was cut off."""
        connection = Connection(address)
        counts: Counter[str] = Counter()
        try:
            self.check(connection, counts)
            if self.is_cut_off:
                self.repeat(connection, counts)
                self.is_cut_off = False
                self.check(connection, counts)
        finally:
            connection.close()
        self.take_counts()
        return counts

    @abstractmethod
    def write(self, connection: Connection) -> None:
        """Send one request and remember its answer."""

    @abstractmethod
    def check(self, connection: Connection, counts: Counter[str]) -> None:
        """Compare what is there with what was acknowledged."""

    @abstractmethod
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        """Send the request that was cut off once more."""


@dataclass(frozen=True)
class Known:
    """An instance as the last acknowledgement told it."""

    id: int
    version: int
    replicas: int


@dataclass(frozen=True)
class Change:
    """A write that may or may not have happened."""

    name: str
    replicas: int
    id: int | None
    """None: the instance is created."""
    key: str


class InstanceWriter(Writer):
    """Creates instances under names of its own and changes each a few times."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._prefix = f"soak-{number}-"
        self._acknowledged: dict[str, Known] = {}
        self._change: Change | None = None

    @override
    def write(self, connection: Connection) -> None:
        self._change = self._next_change()
        self._send(connection, self._change)

    @override
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        if self._change is not None:
            answer = self._send(connection, self._change)
            counts["repeats answered from the first time" if answer.is_replayed else "repeats that happened now"] += 1

    @override
    def check(self, connection: Connection, counts: Counter[str]) -> None:
        found = self._read(connection)
        change = self._change
        for name, known in self._acknowledged.items():
            open_change = change if self.is_cut_off and change is not None and change.id == known.id else None
            allowed = [known]
            if open_change is not None:
                allowed.append(replace(known, version=known.version + 1, replicas=open_change.replicas))
            seen = found.pop(name, [])
            if len(seen) != 1 or seen[0] not in allowed:
                self.faults.append(f"instance {name}: acknowledged {allowed}, found {seen}")
        if self.is_cut_off and change is not None and change.id is None:
            seen = found.pop(change.name, [])
            if [(each.version, each.replicas) for each in seen] not in ([], [(1, change.replicas)]):
                self.faults.append(f"instance {change.name} was created once at most, found {seen}")
        if found:
            self.faults.append(f"instances that nobody asked for: {found}")
        counts["comparisons of an instance"] += len(self._acknowledged)

    def _next_change(self) -> Change:
        key = uuid.uuid4().hex
        if self._acknowledged:
            name, known = next(reversed(self._acknowledged.items()))
            if known.version <= UPDATES:
                return Change(name, known.replicas % 100 + 1, known.id, key)
        return Change(f"{self._prefix}{len(self._acknowledged)}", 1, None, key)

    def _send(self, connection: Connection, change: Change) -> Answer:
        headers = {"Idempotency-Key": change.key}
        if change.id is None:
            body = {"name": change.name, "model_name": "m", "cluster_name": "c", "image_tag": "t"}
            answer = connection.ask("POST", "/api/instances", body | {"replicas": change.replicas}, headers)
        else:
            path = f"/api/instances/{change.id}"
            answer = connection.ask("PUT", path, {"replicas": change.replicas}, headers)
        told = answer.body
        before = self._acknowledged.pop(change.name, None)
        self._acknowledged[change.name] = known = Known(told["id"], told["version"], told["replicas"])
        self._change = None
        self._counts["acknowledged instance writes"] += 1
        if known.version != (before.version + 1 if before else 1) or known.replicas != change.replicas:
            self.faults.append(f"instance {change.name}: {change} after {before} was answered with {known}")
        return answer

    def _read(self, connection: Connection) -> dict[str, list[Known]]:
        """Return all instances of this writer by name; a name that stands twice has two."""
        found: dict[str, list[Known]] = {}
        skip = 0
        while page := connection.ask("GET", f"/api/instances?name={self._prefix}&skip={skip}&limit={PAGE}").body:
            for item in page:
                found.setdefault(item["name"], []).append(Known(item["id"], item["version"], item["replicas"]))
            skip += len(page)
        return found


class MetricWriter(Writer):
    """Logs batches of points into a run of its own; the value of a point follows from its step."""

    keys: tuple[str, ...] = KEYS
    steps = STEPS
    """Of each key in one request."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.run_id: str | None = None
        self._steps = 0
        """Acknowledged: steps 0 … this - 1 of every key."""

    @override
    def write(self, connection: Connection) -> None:
        if self.run_id is None:
            body = {"experiment_id": "0", "start_time": TIME, "run_name": f"soak-{self._number}"}
            self.run_id = connection.ask("POST", f"{MLFLOW}runs/create", body).body["run"]["info"]["run_id"]
        self._send(connection)

    @override
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        if self.run_id is not None:
            self._send(connection)
            counts["batches of points repeated"] += 1

    @override
    def check(self, connection: Connection, counts: Counter[str]) -> None:
        if self.run_id is None:
            return
        expected = [self._points(key, 0, self._steps) for key in self.keys]
        found = [self._read(connection, key) for key in self.keys]
        allowed = [expected]
        if self.is_cut_off:
            allowed.append([self._points(key, 0, self._steps + self.steps) for key in self.keys])
        if found not in allowed:
            told = [f"{key} {len(points)} points" for key, points in zip(self.keys, found, strict=True)]
            self.faults.append(f"run {self.run_id}: {self._steps} steps acknowledged, found {told}")
        counts["comparisons of a point"] += sum(map(len, found))

    def _send(self, connection: Connection) -> None:
        points: list[dict[str, object]] = [
            {"key": key, "step": step, "timestamp": time, "value": value}
            for key in self.keys
            for step, time, value in self._points(key, self._steps, self._steps + self.steps)
        ]
        self.send(connection, points)
        self._steps += self.steps
        self._counts["acknowledged points"] += len(points)

    def send(self, connection: Connection, points: list[dict[str, object]]) -> None:
        """Log points of this client's run."""
        connection.ask("POST", f"{MLFLOW}runs/log-batch", {"run_id": self.run_id, "metrics": points})

    def _points(self, key: str, first: int, last: int) -> list[tuple[int, int, float]]:
        """Return step, time and value of the steps from `first` up to `last`."""
        factor = KEYS.index(key) + 1 + self._number
        return [(step, TIME + step, factor / (step + 1)) for step in range(first, last)]

    def _read(self, connection: Connection, key: str) -> list[tuple[int, int, float]]:
        found: list[tuple[int, int, float]] = []
        token = ""
        while True:
            query = f"run_id={self.run_id}&metric_key={key}&max_results=25000&page_token={token}"
            page = connection.ask("GET", f"{MLFLOW}metrics/get-history?{query}").body
            found += [(m.get("step", 0), m["timestamp"], m["value"]) for m in page.get("metrics", ())]
            if not (token := page.get("next_page_token", "")):
                return sorted(found)


@contextmanager
def at_work(writers: Sequence[Writer], address: Address) -> Iterator[None]:
    """Let all writers write, a thread each; at the end of the block the server is gone, or they stop."""
    stopping = threading.Event()
    threads = [threading.Thread(target=writer.work, args=(address, stopping)) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
