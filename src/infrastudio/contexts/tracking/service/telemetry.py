"""Points and lines of runs, from those who know no other protocol."""

from __future__ import annotations

from collections.abc import Sequence

from infrastudio.contexts.tracking import rules
from infrastudio.contexts.tracking.queries.active_runs import ActiveRuns
from infrastudio.contexts.tracking.queries.runs import RunAccess
from infrastudio.contexts.tracking.schemas.logs import LineIn, LinesLogged, LogLinesIn
from infrastudio.contexts.tracking.schemas.metrics import MetricPointsIn, PointsLogged
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock, to_micros
from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.stores.telemetry import (
    LEVEL_CODES,
    STREAM_NAMES,
    LineBatch,
    PointBatch,
    StreamOwner,
    TelemetryStore,
    detect_level,
)


async def log_points(
    telemetry: TelemetryStore, active: ActiveRuns, clock: Clock, actor: Actor, run_id: str, body: MetricPointsIn
) -> PointsLogged:
    """Store points of a run's current attempt; what this returned from is durable.

    Raises:
        UnknownRun: There is no such run for the actor.
        RunNotActive: It is deleted.
        ValidationFailed: A name cannot be kept, or the run has not come to that attempt.
        IngestQueueFull: Too much is waiting to be stored.
    """
    problems = [
        Problem(f"points.{place}.name", problem)
        for place, point in enumerate(body.points)
        if (problem := rules.key_problem(point.name)) is not None
    ]
    if problems:
        raise ValidationFailed(problems)
    access = await active.find(actor, run_id)
    now = to_micros(clock.now())
    batch = PointBatch.from_columns(
        [point.name for point in body.points],
        [point.step for point in body.points],
        [now if point.time is None else to_micros(point.time) for point in body.points],
        [point.value for point in body.points],
        attempt=_attempt(access, body.attempt),
    )
    stored = await telemetry.append_points(StreamOwner(access.project_id, "run", run_id), batch)
    return PointsLogged(count=stored.count)


async def log_lines(
    telemetry: TelemetryStore, active: ActiveRuns, clock: Clock, actor: Actor, run_id: str, body: LogLinesIn
) -> LinesLogged:
    """Store log lines of a run's current attempt; lines that came before are passed over.

    Raises:
        UnknownRun: There is no such run for the actor.
        RunNotActive: It is deleted.
        ValidationFailed: A line holds a line break, or the run has not come to that attempt.
        LineGap: Lines before these are missing.
        IngestQueueFull: Too much is waiting to be stored.
    """
    problems = [
        Problem(f"lines.{place}.text", "must not contain a line break; send it as several lines")
        for place, line in enumerate(body.lines)
        if "\n" in line.text
    ]
    if problems:
        raise ValidationFailed(problems)
    access = await active.find(actor, run_id)
    now = to_micros(clock.now())
    batch = LineBatch(
        body.first,
        [line.text for line in body.lines],
        [now if line.time is None else to_micros(line.time) for line in body.lines],
        [STREAM_NAMES.index(line.stream) for line in body.lines],
        _levels(body.lines),
        _attempt(access, body.attempt),
        body.source,
    )
    stored = await telemetry.append_lines(StreamOwner(access.project_id, "run", run_id), batch)
    return LinesLogged(first_line=stored.first_line, accepted=stored.accepted)


def _attempt(access: RunAccess, asked: int | None) -> int:
    """Return the attempt that something is logged for; what comes late may be of an earlier one."""
    if asked is None:
        return access.attempt
    if asked > access.attempt:
        raise ValidationFailed.of("attempt", f"must be at most {access.attempt}, the attempt that the run is at")
    return asked


def _levels(lines: Sequence[LineIn]) -> list[int] | None:
    """Return the levels of lines by their codes; None: no line has one, and the store finds them all at once."""
    if all(line.level is None for line in lines):
        return None
    return [detect_level(line.text) if line.level is None else LEVEL_CODES[line.level] for line in lines]
