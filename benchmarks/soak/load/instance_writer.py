"""A client that creates and changes instances, as `writers` says."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.soak.load.writers import PAGE, Answer, Connection, Writer
from typing_extensions import override

UPDATES: Final = 4
"""Of one instance, before the next one is created."""


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
    def check(self, connection: Connection, counts: Counter[str], *, everything: bool) -> None:
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
