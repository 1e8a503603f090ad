"""A client that creates runs, as `writers` says."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Final

from benchmarks.soak.load.writers import PAGE, Connection, Writer
from typing_extensions import override

RUNS: Final = "/api/experiments/0/runs"


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
    def check(self, connection: Connection, counts: Counter[str], *, everything: bool) -> None:
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
