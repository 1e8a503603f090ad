"""Ten thousand runs in a data folder, made once by the services and kept under `.cache`."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path
from typing import Final

from benchmarks.harness.big_ledger import KEPT
from benchmarks.harness.report import console

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.schemas import ExperimentIn, RunCreate
from infrastudio.kernel.clock import from_millis
from infrastudio.server import wiring
from infrastudio.server.settings import load_settings
from infrastudio.server.wiring import Studio
from infrastudio.stores.telemetry import Point, PointBatch, StreamOwner

FORMAT: Final = 1
"""Another one when `fill` makes something else."""

UNIT: Final = 1000
"""Runs in one unit of work."""
AT_ONCE: Final = 50
"""Batches of points that share a commit."""
TIME: Final = 1_700_000_000_000
EXPERIMENT: Final = "many runs"
PARAMS: Final = 8


def kept(*, runs: int, metrics: int) -> Path:
    """Return a folder whose `data` holds so many runs with so many metrics each; it is made where it is not there.

    The folder is marked when it is whole: one that was cut off is made anew.
    """
    folder = KEPT / f"runs-{runs}-{metrics}"
    mark = folder / f"made-{FORMAT}"
    if not mark.exists():
        shutil.rmtree(folder, ignore_errors=True)
        data = folder / "data"
        data.mkdir(parents=True)
        given = {"data": data, "db_synchronous": "OFF"}
        studio = wiring.build(load_settings(given, environment={}, working_directory=data).settings)
        started = time.monotonic()
        try:
            asyncio.run(fill(studio, runs, metrics))
        finally:
            studio.close()
        elapsed_s = time.monotonic() - started
        console.print(f"[dim]{runs:,} runs with {metrics:,} metrics each made in {elapsed_s:.0f} s.[/]")
        mark.touch()
    return folder


async def fill(studio: Studio, runs: int, metrics: int) -> None:
    """Make the runs and log one point of each metric."""
    with studio.db.begin(SINGLE_USER) as uow:
        experiment = service.create_experiment(uow, ExperimentIn(name=EXPERIMENT))
        project_id = projects.id_of(uow, experiment.project) or ""
    for start in range(0, runs, UNIT):
        with studio.db.begin(SINGLE_USER.because("a benchmark")) as uow:
            ids = [
                service.create_run(uow, run(experiment.id, number)).id
                for number in range(start, min(start + UNIT, runs))
            ]
        for place in range(0, len(ids), AT_ONCE):
            some = enumerate(ids[place : place + AT_ONCE], start + place)
            await asyncio.gather(
                *(
                    studio.telemetry.append_points(StreamOwner(project_id, "run", id), points(number, metrics))
                    for number, id in some
                )
            )


def run(experiment_id: str, number: int) -> RunCreate:
    """Return the run of this number; what it was told repeats as in a real sweep."""
    return RunCreate(
        experiment_id=experiment_id,
        name=f"sweep-{number:05d}",
        status=("succeeded", "succeeded", "succeeded", "failed", "running")[number % 5],
        started_at=from_millis(TIME + 1000 * number),
        params=params(number),
        tags={"team": f"team-{number % 6}"},
    )


def params(number: int) -> dict[str, str]:
    """Return the params of the run of this number."""
    return {f"param-{key}": str(number % (key + 2)) for key in range(PARAMS)}


def value(number: int, metric: int) -> float:
    """Return the value of a metric of the run of this number, between 0 and 1."""
    return (number * 7919 + metric * 104_729) % 10_007 / 10_007


def points(number: int, metrics: int) -> PointBatch:
    """Return one point of each metric of the run of this number."""
    found = [Point(f"metric-{metric}", 1, TIME * 1000, value(number, metric)) for metric in range(metrics)]
    return PointBatch.of(found)
