"""What a run measured and printed, taken away in open formats, and what uses the space of a project."""

from __future__ import annotations

import csv
import io
import math
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pyarrow import parquet

from contexts.tracking.making import a_run
from infrastudio.contexts.tracking.controller import RetentionController
from infrastudio.contexts.tracking.schemas import Run
from infrastudio.kernel.clock import ManualClock, from_millis
from infrastudio.server.wiring import Studio
from infrastudio.stores.telemetry import SealPolicy


@pytest.fixture
def run(studio: Studio) -> Run:
    """A run that began at second 100 of 1970."""
    return a_run(studio.db, started_at=from_millis(100_000))


async def log(client: httpx.AsyncClient, run: Run) -> None:
    """Send three points and two lines."""
    values = (0.5, "NaN", "-Infinity")
    points = [{"name": "loss", "value": v, "step": n, "time": f"1970-01-01T00:02:0{n}Z"} for n, v in enumerate(values)]
    assert (await client.post(f"/api/runs/{run.id}/metrics", json={"points": points})).status_code == 201
    lines = [{"text": "ERROR it broke, twice", "time": "1970-01-01T00:02:00Z"}, {"text": "größe", "stream": "stderr"}]
    assert (await client.post(f"/api/runs/{run.id}/logs", json={"first": 1, "lines": lines})).status_code == 201


async def table(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(answer.content)).to_pylist()
    return rows


@pytest.mark.parametrize("is_sealed", [False, True])
async def test_points_are_exported_as_parquet(
    client: httpx.AsyncClient, studio: Studio, run: Run, *, is_sealed: bool
) -> None:
    await log(client, run)
    if is_sealed:
        assert await studio.telemetry.seal(SealPolicy(batches=0, quiet_s=0)) >= 2
    rows = await table(client, f"/api/runs/{run.id}/metrics/export")
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert [(row["name"], row["step"], row["attempt"]) for row in rows] == [("loss", n, 1) for n in range(3)]
    assert rows[0]["time"].isoformat() == "1970-01-01T00:02:00+00:00"
    assert (rows[0]["value"], rows[2]["value"]) == (0.5, -math.inf)
    assert math.isnan(rows[1]["value"])


async def test_lines_are_exported_as_parquet_and_as_csv(client: httpx.AsyncClient, run: Run) -> None:
    await log(client, run)
    rows = await table(client, f"/api/runs/{run.id}/logs/export")
    assert [(row["line"], row["level"], row["stream"], row["text"]) for row in rows] == [
        (1, "error", "stdout", "ERROR it broke, twice"),
        (2, None, "stderr", "größe"),
    ]
    answer = await client.get(f"/api/runs/{run.id}/logs/export", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    texts = [row["text"] for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))]
    assert texts == ["ERROR it broke, twice", "größe"]


async def test_a_run_without_telemetry_gives_an_empty_table_and_an_unknown_one_none(
    client: httpx.AsyncClient, run: Run
) -> None:
    assert await table(client, f"/api/runs/{run.id}/metrics/export") == []
    assert await table(client, f"/api/runs/{run.id}/logs/export") == []
    assert (await client.get("/api/runs/nobody/logs/export")).status_code == 404
    assert (await client.get(f"/api/runs/{run.id}/logs/export", params={"format": "xlsx"})).status_code == 422


async def test_the_space_of_a_project_is_told_by_kind_experiment_and_run(
    client: httpx.AsyncClient, studio: Studio, run: Run
) -> None:
    before = {k["kind"]: k for k in (await client.get("/api/projects/default/space")).json()["kinds"]}
    small = a_run(studio.db)
    await log(client, run)
    lines = [{"text": "x" * 5000 + str(n)} for n in range(50)]
    assert (await client.post(f"/api/runs/{run.id}/logs", json={"first": 3, "lines": lines})).status_code == 201
    point = {"name": "loss", "value": 1.0, "step": 1}
    assert (await client.post(f"/api/runs/{small.id}/metrics", json={"points": [point]})).status_code == 201
    space = (await client.get("/api/projects/default/space")).json()
    grown = [(kind["kind"], kind["count"] - before[kind["kind"]]["count"]) for kind in space["kinds"]]
    assert grown == [("metrics", 4), ("logs", 52), ("artifacts", 0)]
    by_id = {each["id"]: each for each in space["runs"]}
    assert by_id[run.id]["bytes"] > by_id[small.id]["bytes"]
    assert by_id[run.id]["metric_bytes"] > 0
    assert by_id[small.id]["log_bytes"] == 0
    assert space["bytes"] == sum(kind["bytes"] for kind in space["kinds"]) == sum(r["bytes"] for r in space["runs"])
    assert sum(each["bytes"] for each in space["experiments"]) == space["bytes"]
    (first,) = (await client.get("/api/projects/default/space", params={"limit": 1})).json()["runs"]
    assert first == space["runs"][0]
    assert (await client.get("/api/projects/nobody/space")).status_code == 404


async def test_a_project_keeps_its_telemetry_for_as_many_days_as_it_says(
    client: httpx.AsyncClient, studio: Studio, run: Run
) -> None:
    await log(client, run)
    await studio.telemetry.seal(SealPolicy(batches=0, quiet_s=0))

    async def kept_after(days: float) -> tuple[int, int]:
        """Sweep as if so many days had passed, and count the points and lines that are left."""
        clock = ManualClock(studio.clock.now() + timedelta(days=days))
        await RetentionController(studio.db, studio.telemetry, clock).sweep()
        points = await table(client, f"/api/runs/{run.id}/metrics/export")
        return len(points), len((await client.get(f"/api/runs/{run.id}/logs")).json()["items"])

    assert await kept_after(10_000) == (3, 2), "for ever is the default"
    assert (await client.patch("/api/projects/default", json={"log_retention_days": 7})).status_code == 200
    kinds = (await client.get("/api/projects/default/space")).json()["kinds"]
    assert [(kind["kind"], kind["retention_days"]) for kind in kinds] == [
        ("metrics", None),
        ("logs", 7),
        ("artifacts", None),
    ]
    assert await kept_after(6.9) == (3, 2)
    assert await kept_after(7.1) == (3, 0)
    settings = {"log_retention_days": None, "metric_retention_days": 1}
    assert (await client.patch("/api/projects/default", json=settings)).status_code == 200
    assert await kept_after(1.1) == (0, 0)
    shown = (await client.get(f"/api/runs/{run.id}")).json()["metrics"]
    assert shown, "the latest values stay"
