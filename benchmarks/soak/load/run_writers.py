"""Writers of single points, of log lines and of whole runs."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Final

from benchmarks.soak.load.writers import MLFLOW, PAGE, TIME, Connection, Writer
from typing_extensions import override

LINES: Final = 40
RUNS: Final = "/api/experiments/0/runs"


def created_run(connection: Connection, name: str) -> str:
    """Make a run and return its id; asked again under the same name it is the same run."""
    headers = {"Idempotency-Key": f"create {name}"}
    run_id: str = connection.ask("POST", RUNS, {"name": name}, headers).body["id"]
    return run_id


class PointWriter(Writer):
    """Logs one point after the other into a run of its own; the value of a point is its step."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._name = f"soak-points-{number}"
        self._run_id: str | None = None
        self._points = 0
        """Acknowledged: steps 0 … this - 1."""

    @override
    def write(self, connection: Connection) -> None:
        if self._run_id is None:
            self._run_id = created_run(connection, self._name)
        point = {"run_id": self._run_id, "key": "loss", "step": self._points, "timestamp": TIME, "value": self._points}
        connection.ask("POST", f"{MLFLOW}runs/log-metric", point)
        self._points += 1
        self._counts["acknowledged single points"] += 1

    @override
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        self.write(connection)
        counts["single points repeated"] += 1

    @override
    def check(self, connection: Connection, counts: Counter[str]) -> None:
        if self._run_id is None:
            return
        found: list[tuple[int, float]] = []
        token = ""
        while True:
            query = f"run_id={self._run_id}&metric_key=loss&max_results=25000&page_token={token}"
            page = connection.ask("GET", f"{MLFLOW}metrics/get-history?{query}").body
            found += [(point.get("step", 0), point["value"]) for point in page.get("metrics", ())]
            if not (token := page.get("next_page_token", "")):
                break
        allowed = [self._points, self._points + 1] if self.is_cut_off else [self._points]
        if len(found) not in allowed or sorted(found) != [(step, step) for step in range(len(found))]:
            self.faults.append(f"{self._name}: {self._points} points acknowledged, found {len(found)}: {found[-3:]}")
        counts["comparisons of a single point"] += len(found)


class LineWriter(Writer):
    """Sends log lines of a run of its own in portions; each line says its number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._name = f"soak-lines-{number}"
        self._run_id: str | None = None
        self._lines = 0
        """Acknowledged: lines 1 … this."""

    @override
    def write(self, connection: Connection) -> None:
        if self._run_id is None:
            self._run_id = created_run(connection, self._name)
        numbers = range(self._lines + 1, self._lines + 1 + LINES)
        lines = [{"text": f"{'ERROR' if number % 50 == 0 else 'INFO'} line {number}"} for number in numbers]
        connection.ask("POST", f"/api/runs/{self._run_id}/logs", {"first": self._lines + 1, "lines": lines})
        self._lines += LINES
        self._counts["acknowledged log lines"] += LINES

    @override
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        self.write(connection)
        counts["portions of lines repeated"] += 1

    @override
    def check(self, connection: Connection, counts: Counter[str]) -> None:
        if self._run_id is None:
            return
        found: list[str] = []
        cursor = ""
        while True:
            page = connection.ask("GET", f"/api/runs/{self._run_id}/logs?limit={PAGE}{cursor}").body
            found += [line["text"] for line in page["items"]]
            if len(found) >= page["total"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
        allowed = [self._lines, self._lines + LINES] if self.is_cut_off else [self._lines]
        numbers = [int(text.rsplit(" ", 1)[1]) for text in found]
        if len(found) not in allowed or numbers != list(range(1, len(found) + 1)):
            self.faults.append(f"{self._name}: {self._lines} lines acknowledged, found {len(found)}: {found[-3:]}")
        counts["comparisons of a log line"] += len(found)


class RunWriter(Writer):
    """Creates runs with params and tags."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._prefix = f"soak-runs-{number}-"
        self._acknowledged: dict[str, str] = {}
        self._key = uuid.uuid4().hex
        """Of the run that is created next."""

    @override
    def write(self, connection: Connection) -> None:
        number = len(self._acknowledged)
        name = f"{self._prefix}{number}"
        body = {"name": name, "params": {"number": str(number), "lr": "0.1"}, "tags": {"writer": self._prefix}}
        self._acknowledged[name] = connection.ask("POST", RUNS, body, {"Idempotency-Key": self._key}).body["id"]
        self._key = uuid.uuid4().hex
        self._counts["acknowledged runs"] += 1

    @override
    def repeat(self, connection: Connection, counts: Counter[str]) -> None:
        self.write(connection)
        counts["creations of runs repeated"] += 1

    @override
    def check(self, connection: Connection, counts: Counter[str]) -> None:
        found: dict[str, tuple[str, str]] = {}
        cursor = ""
        while True:
            query = f"limit={PAGE}&columns=params.number&filter=tags.writer%20%3D%20%27{self._prefix}%27{cursor}"
            page = connection.ask("GET", f"{RUNS}?{query}").body
            for item in page["items"]:
                if item["name"] in found:
                    self.faults.append(f"run {item['name']} is there twice")
                found[item["name"]] = (item["id"], item["params"]["number"])
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        expected = {name: (id, str(number)) for number, (name, id) in enumerate(self._acknowledged.items())}
        more = found.keys() - expected.keys()
        if {name: found.get(name) for name in expected} != expected or len(more) > self.is_cut_off:
            self.faults.append(f"{self._prefix}: {len(expected)} runs acknowledged, found {len(found)}")
        counts["comparisons of a run"] += len(found)
