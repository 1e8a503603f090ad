"""Clients that log points and lines, as `writers` says: into one run after the other, of a bounded size each."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from benchmarks.soak.load.writers import Connection, Writer
from typing_extensions import override

BATCHES: Final = 200
"""Of one run: enough for sealing to take some, few enough to be read back after each kill."""
STEPS: Final = 25
"""Of each key in one batch of points."""
LINES: Final = 20
"""In one batch of lines."""
TIME: Final = 1_700_000_000_000
MLFLOW: Final = "/api/2.0/mlflow/"
LINES_OF_A_PAGE: Final = 10_000

Entry = tuple[str, int, float] | str
"""A point as key, step and value, or the text of a line."""


@dataclass
class LoggedRun:
    """A run that one writer logs into; what is in a batch follows from its number."""

    id: str
    batches: int = 0
    """Acknowledged: batches 0 … this - 1."""
    repeated: list[int] = field(default_factory=list)
    """Batches that had been stored already when they were sent again, so that the stream holds them twice."""


class TelemetryWriter(Writer):
    """Logs batches into runs of its own, each of which it leaves after a while."""

    counted: str
    """What it logs, in the plural."""
    keeps_repeats: bool
    """Does the stream hold what was sent twice two times? Reads of values drop it then."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.runs: list[LoggedRun] = []
        self._number = number
        self._is_under_way = False
        """Is a batch of the last run sent and not acknowledged?"""
        self._is_stored = False
        """Was that batch found nevertheless?"""

    @abstractmethod
    def batch(self, number: int) -> list[Entry]:
        """Return what batch `number` of a run holds, in order."""

    @abstractmethod
    def send(self, connection: Connection, run_id: str, number: int) -> None:
        """Log batch `number`."""

    @abstractmethod
    def read(self, connection: Connection, run_id: str) -> list[Entry]:
        """Return what a run holds, sorted, without repeats."""

    def stream(self, run: LoggedRun) -> list[Entry]:
        """Return what a watcher of a run sees, in order, when all batches have been acknowledged."""
        return [entry for number in self._batches_in(run) for entry in self.batch(number)]

    def length(self, run: LoggedRun) -> int:
        """Return how much that is."""
        return sum(len(self.batch(number)) for number in self._batches_in(run))

    def _batches_in(self, run: LoggedRun) -> list[int]:
        twice = run.repeated if self.keeps_repeats else []
        return sorted([*range(run.batches), *twice])

    @override
    def write(self, connection: Connection) -> None:
        if not self.runs or self.runs[-1].batches == BATCHES:
            body = {"experiment_id": "0", "start_time": TIME, "run_name": f"soak-{self._number}"}
            made = connection.ask("POST", f"{MLFLOW}runs/create", body).body
            self.runs.append(LoggedRun(made["run"]["info"]["run_id"]))
        self._send_next(connection)

    @override
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        if self._is_under_way:
            if self._is_stored:
                self.runs[-1].repeated.append(self.runs[-1].batches)
                counts[f"batches of {self.counted} repeated that had been stored"] += 1
            else:
                counts[f"batches of {self.counted} repeated that had not"] += 1
            self._send_next(connection)

    @override
    def check(self, connection: Connection, counts: Counter[str], *, everything: bool) -> None:
        for run in self.runs if everything else self.runs[-1:]:
            found = self.read(connection, run.id)
            stored = run.batches
            if run is self.runs[-1] and self._is_under_way:
                self._is_stored = len(found) > sum(len(self.batch(number)) for number in range(stored))
                stored += self._is_stored
            if found != self._sorted([entry for number in range(stored) for entry in self.batch(number)]):
                self.faults.append(
                    f"run {run.id}: {run.batches} batches acknowledged, found {len(found)} {self.counted}"
                )
            counts[f"comparisons of {self.counted}"] += len(found)

    def _send_next(self, connection: Connection) -> None:
        run = self.runs[-1]
        self._is_under_way = True
        self.send(connection, run.id, run.batches)
        self._is_under_way = self._is_stored = False
        self._counts[f"acknowledged {self.counted}"] += len(self.batch(run.batches))
        run.batches += 1

    def _sorted(self, entries: list[Entry]) -> list[Entry]:
        """Return entries as `read` does."""
        return entries


class MetricWriter(TelemetryWriter):
    """Logs batches of points."""

    counted = "points"
    keeps_repeats = True
    keys: tuple[str, ...] = ("loss", "accuracy")
    steps = STEPS

    @override
    def batch(self, number: int) -> list[Entry]:
        steps = range(number * self.steps, (number + 1) * self.steps)
        return [
            (key, step, (place + 1 + self._number) / (step + 1))
            for place, key in enumerate(self.keys)
            for step in steps
        ]

    @override
    def send(self, connection: Connection, run_id: str, number: int) -> None:
        connection.ask("POST", f"{MLFLOW}runs/log-batch", {"run_id": run_id, "metrics": self._points(number)})

    @override
    def read(self, connection: Connection, run_id: str) -> list[Entry]:
        return [entry for key in self.keys for entry in self._history(connection, run_id, key)]

    @override
    def _sorted(self, entries: list[Entry]) -> list[Entry]:
        return sorted(entries, key=lambda entry: self.keys.index(entry[0]))

    def _points(self, number: int) -> list[dict[str, object]]:
        points = [entry for entry in self.batch(number) if not isinstance(entry, str)]
        return [{"key": key, "step": step, "timestamp": TIME + step, "value": value} for key, step, value in points]

    def _history(self, connection: Connection, run_id: str, key: str) -> list[Entry]:
        found: list[Entry] = []
        token = ""
        while True:
            query = f"run_id={run_id}&metric_key={key}&max_results=25000&page_token={token}"
            page = connection.ask("GET", f"{MLFLOW}metrics/get-history?{query}").body
            points = page.get("metrics", ())
            found += [(key, point.get("step", 0), point["value"]) for point in points]
            if any(point["timestamp"] != TIME + point.get("step", 0) for point in points):
                self.faults.append(f"run {run_id}: points of {key} have another time than they were logged with")
            if not (token := page.get("next_page_token", "")):
                return sorted(found)


class SinglePointWriter(MetricWriter):
    """Logs one point a request."""

    keys = ("loss",)
    steps = 1

    @override
    def send(self, connection: Connection, run_id: str, number: int) -> None:
        (point,) = self._points(number)
        connection.ask("POST", f"{MLFLOW}runs/log-metric", {"run_id": run_id, **point})


class LineWriter(TelemetryWriter):
    """Logs lines and numbers them, so that a repeat changes nothing."""

    counted = "lines"
    keeps_repeats = False

    @override
    def batch(self, number: int) -> list[Entry]:
        lines = range(number * LINES + 1, (number + 1) * LINES + 1)
        return [f"INFO writer {self._number}: line {line}" for line in lines]

    @override
    def send(self, connection: Connection, run_id: str, number: int) -> None:
        body = {"first": number * LINES + 1, "lines": [{"text": text} for text in self.batch(number)]}
        connection.ask("POST", f"/api/runs/{run_id}/logs", body)

    @override
    def read(self, connection: Connection, run_id: str) -> list[Entry]:
        found: list[Entry] = []
        while True:
            address = f"/api/runs/{run_id}/logs?from_line={len(found) + 1}&limit={LINES_OF_A_PAGE}"
            items = connection.ask("GET", address).body["items"]
            found += [item["text"] for item in items]
            if len(items) < LINES_OF_A_PAGE:
                return found
