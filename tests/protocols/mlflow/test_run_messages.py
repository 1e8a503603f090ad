"""What is remembered of runs between two searches: never more than is still so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from infrastudio.contexts.tracking.queries.found_runs import RunVersion
from infrastudio.protocols.mlflow import run_messages
from infrastudio.protocols.mlflow.run_messages import RunMessages
from infrastudio.stores.telemetry import PointChanges, StreamKey
from protocols.mlflow.requests import Door

POINT = {"value": 0.5, "timestamp": 1_700_000_000_000}
DATASET = {"name": "iris", "digest": "1", "source_type": "local", "source": "/iris", "schema": "{}", "profile": "{}"}
CHANGES: Sequence[tuple[str, Mapping[str, Any]]] = [
    ("runs/log-metric", {"key": "loss", "step": 0, **POINT}),
    ("runs/log-metric", {"key": "loss", "step": 1, **POINT, "value": 0.25}),
    ("runs/log-batch", {"metrics": [{"key": "acc", "step": 0, **POINT}, {"key": "loss", "step": 2, **POINT}]}),
    ("runs/log-batch", {"metrics": [{"key": "acc", "step": 9, **POINT}], "params": [{"key": "lr", "value": "0.1"}]}),
    ("runs/log-parameter", {"key": "depth", "value": "3"}),
    ("runs/set-tag", {"key": "team", "value": "vision"}),
    ("runs/set-tag", {"key": "team", "value": "speech"}),
    ("runs/delete-tag", {"key": "team"}),
    ("runs/update", {"run_name": "renamed"}),
    ("runs/update", {"status": "FINISHED", "end_time": 1_700_000_001_000}),
    ("runs/log-inputs", {"datasets": [{"dataset": DATASET, "tags": []}]}),
    ("runs/outputs", {"models": [{"model_id": "m-" + "0" * 32, "step": 3}]}),
    ("runs/delete", {}),
    ("runs/restore", {}),
]


async def test_a_search_tells_every_change_as_soon_as_it_is_acknowledged(door: Door) -> None:
    experiment = await door.an_experiment()
    changed, other = await door.a_run(experiment), await door.a_run(experiment)
    for path, body in CHANGES:
        for _ in range(2):  # the second time it is remembered
            await _found(door, experiment)
        await door.post(path, run_id=changed, **body)
        assert await _found(door, experiment) == {id: await door.run(id) for id in (changed, other)}, (path, body)


async def test_points_that_go_on_while_others_search_are_told_by_the_next_search(door: Door) -> None:
    experiment = await door.an_experiment()
    run = await door.a_run(experiment)
    logged = asyncio.Event()

    async def search() -> None:
        while not logged.is_set():
            await _found(door, experiment)

    searching = [asyncio.create_task(search()) for _ in range(3)]
    for step in range(60):
        await door.post("runs/log-metric", run_id=run, key="loss", step=step, value=float(step), timestamp=step + 1)
        (metric,) = (await _found(door, experiment))[run]["data"]["metrics"]
        assert metric["step"] == step
    logged.set()
    await asyncio.gather(*searching)


async def _found(door: Door, experiment: str) -> dict[str, Any]:
    answer = await door.post("runs/search", experiment_ids=[experiment], run_view_type="ALL")
    return {run["info"]["run_id"]: run for run in answer["runs"]}


def test_what_was_not_asked_for_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_messages, "MAX_BYTES", 20)
    known = RunMessages(PointChanges())
    written: list[str] = []

    def write(ids: Sequence[str]) -> dict[str, bytes]:
        written.extend(ids)
        return {id: id.encode() * 10 for id in ids}

    def ask(*ids: str, version: int = 1) -> list[str]:
        """Which of the runs had to be written."""
        written.clear()
        assert known.of({id: RunVersion(version, 0) for id in ids}, write) == {id: id.encode() * 10 for id in ids}
        return list(written)

    assert ask("a", "b") == ["a", "b"]
    assert ask("b", "a") == []
    assert ask("c") == ["c"]
    assert ask("a", "c") == []
    assert ask("b") == ["b"]
    assert ask("c", version=2) == ["c"]
    assert ask("c", version=2) == []
    assert ask("c", version=1) == ["c"]


def test_a_message_read_before_a_point_was_told_does_not_outlive_it() -> None:
    changes = PointChanges()
    known = RunMessages(changes)
    versions = {"a": RunVersion(1, 0)}

    def overtaken(ids: Sequence[str]) -> dict[str, bytes]:
        changes.tell([StreamKey("run", "a")])
        return dict.fromkeys(ids, b"old")

    assert known.of(versions, overtaken) == {"a": b"old"}
    assert known.of(versions, lambda ids: dict.fromkeys(ids, b"new")) == {"a": b"new"}
    assert known.of(versions, overtaken) == {"a": b"new"}
