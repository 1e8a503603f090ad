"""Fills a data folder with ten thousand runs before a server starts on it: `many_runs.py FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.schemas import ExperimentIn, RunCreate
from infrastudio.kernel.clock import from_millis
from infrastudio.server import wiring
from infrastudio.server.settings import load_settings
from infrastudio.server.wiring import Studio
from infrastudio.stores.telemetry import Point, PointBatch, StreamOwner

RUNS = 10_000
UNIT = 1000
TIME = 1_700_000_000_000
LEARNING_RATES = ("0.1", "0.01", "0.001")


def main(folder: Path) -> None:
    """Make the runs in an empty data folder."""
    given = {"data": folder, "db_synchronous": "OFF"}
    studio = wiring.build(load_settings(given, environment={}, working_directory=folder).settings)
    try:
        asyncio.run(fill(studio))
    finally:
        studio.close()


async def fill(studio: Studio) -> None:
    """Make the runs, a thousand in a unit of work, and log two points of two metrics for each."""
    with studio.db.begin(SINGLE_USER) as uow:
        experiment = service.create_experiment(uow, ExperimentIn(name="ten thousand"))
        project_id = projects.id_of(uow, experiment.project) or ""
    for start in range(0, RUNS, UNIT):
        with studio.db.begin(SINGLE_USER) as uow:
            ids = [service.create_run(uow, run(experiment.id, number)).id for number in range(start, start + UNIT)]
        await asyncio.gather(
            *(
                studio.telemetry.append_points(StreamOwner(project_id, "run", id), points(number))
                for number, id in enumerate(ids, start)
            )
        )


def run(experiment_id: str, number: int) -> RunCreate:
    """Return the run of this number."""
    return RunCreate(
        experiment_id=experiment_id,
        name=f"sweep-{number:05d}",
        status="failed" if number % 10 == 0 else "succeeded",
        started_at=from_millis(TIME + 1000 * number),
        ended_at=from_millis(TIME + 1000 * number + 60_000),
        params={"lr": LEARNING_RATES[number % 3], "seed": str(number)},
        tags={"team": "vision" if number % 2 else "speech"},
    )


def points(number: int) -> PointBatch:
    """Return the points of the run of this number: accuracies are all different, from 0 to 0.9999."""
    accuracy = number * 7919 % RUNS / RUNS
    return PointBatch.of(
        [
            Point(name, step, TIME * 1000 + step * 1_000_000, value)
            for step in (1, 2)
            for name, value in (("val/accuracy", accuracy * step / 2), ("val/loss", 2 - accuracy - step / 10))
        ]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
