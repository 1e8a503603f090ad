"""Clients that log single points and lines, as `writers` has them for batches."""

from __future__ import annotations

from collections import Counter
from typing import Final

from benchmarks.soak.load.writers import MLFLOW, TIME, Connection, MetricWriter, Writer
from typing_extensions import override

LINES: Final = 20
"""Of one request."""
PAGE: Final = 10_000


class SinglePointWriter(MetricWriter):
    """Logs one point a request."""

    keys = ("loss",)
    steps = 1

    @override
    def send(self, connection: Connection, points: list[dict[str, object]]) -> None:
        (point,) = points
        connection.ask("POST", f"{MLFLOW}runs/log-metric", {"run_id": self.run_id, **point})


class LineWriter(Writer):
    """Logs lines into a run of its own; the text of a line follows from its number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._run_id: str | None = None
        self._lines = 0
        """Acknowledged: lines 1 … this."""

    @override
    def write(self, connection: Connection) -> None:
        if self._run_id is None:
            body = {"experiment_id": "0", "start_time": TIME, "run_name": f"soak-lines-{self._number}"}
            self._run_id = connection.ask("POST", f"{MLFLOW}runs/create", body).body["run"]["info"]["run_id"]
        self._send(connection)

    @override
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        if self._run_id is not None:
            self._send(connection)
            counts["batches of lines repeated"] += 1

    @override
    def check(self, connection: Connection, counts: Counter[str]) -> None:
        if self._run_id is None:
            return
        found = self._read(connection)
        allowed = {self._lines, self._lines + LINES} if self.is_cut_off else {self._lines}
        if len(found) not in allowed or found != [self._text(number) for number in range(1, len(found) + 1)]:
            self.faults.append(f"run {self._run_id}: {self._lines} lines acknowledged, found {len(found)}")
        counts["comparisons of a line"] += len(found)

    def _send(self, connection: Connection) -> None:
        numbers = range(self._lines + 1, self._lines + LINES + 1)
        body = {"first": self._lines + 1, "lines": [{"text": self._text(number)} for number in numbers]}
        connection.ask("POST", f"/api/runs/{self._run_id}/logs", body)
        self._lines += LINES
        self._counts["acknowledged lines"] += LINES

    def _text(self, number: int) -> str:
        return f"INFO writer {self._number}: line {number}"

    def _read(self, connection: Connection) -> list[str]:
        found: list[str] = []
        while True:
            address = f"/api/runs/{self._run_id}/logs?from_line={len(found) + 1}&limit={PAGE}"
            items = connection.ask("GET", address).body["items"]
            found += [item["text"] for item in items]
            if len(items) < PAGE:
                return found
