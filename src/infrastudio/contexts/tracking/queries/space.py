"""What uses the space of a project."""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NamedTuple

from sqlalchemy import func, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.queries.runs import READ
from infrastudio.contexts.tracking.schemas.space import ExperimentSpace, KindSpace, ProjectSpace, RunSpace
from infrastudio.contexts.tracking.tables.artifacts import ArtifactRow
from infrastudio.contexts.tracking.tables.experiments import ExperimentRow
from infrastudio.contexts.tracking.tables.items import table_of
from infrastudio.contexts.tracking.tables.runs import RunRow
from infrastudio.kernel.batches import batches
from infrastudio.stores.db import Snapshot
from infrastudio.stores.telemetry import StreamSpace, TelemetryReader

_runs, _experiments, _artifacts = table_of(RunRow), table_of(ExperimentRow), table_of(ArtifactRow)
_NOTHING: Final = StreamSpace(0, 0, 0, 0)


class _Run(NamedTuple):
    name: str
    experiment_id: int


def project_space(snapshot: Snapshot, telemetry: TelemetryReader, slug: str, *, limit: int) -> ProjectSpace:
    """Return the space of a project by kind, and the `limit` experiments and runs that use the most.

    Raises:
        UnknownProject: There is no such project for the actor.
    """
    project_id = projects.require(snapshot, slug, READ)
    kept = projects.retention_of(snapshot, project_id)
    streams = telemetry.space(project_id)
    files = _artifact_bytes(snapshot, project_id)
    used = {key.id: space for key, space in streams.items() if key.entity == "run"}
    known = _known_runs(snapshot, project_id, used.keys() | files.keys())
    rows = [_run_space(id, run, used.get(id, _NOTHING), files.get(id, 0)) for id, run in known.items()]
    points, lines = sum(s.points for s in streams.values()), sum(s.lines for s in streams.values())
    sums = select(func.count().label("files"), func.coalesce(func.sum(_artifacts.c.size_bytes), 0).label("bytes"))
    stored = snapshot.execute(sums.where(_artifacts.c.project_id == project_id)).one()
    kinds = (
        _kind("metrics", sum(s.point_bytes for s in streams.values()), points, kept.metric_days),
        _kind("logs", sum(s.line_bytes for s in streams.values()), lines, kept.log_days),
        _kind("artifacts", int(stored.bytes), int(stored.files), None),
    )
    return ProjectSpace(
        bytes=sum(kind.bytes for kind in kinds),
        kinds=kinds,
        experiments=_experiment_space(snapshot, rows, limit),
        runs=tuple(sorted(rows, key=lambda row: (-row.bytes, row.id))[:limit]),
    )


def _kind(kind: str, bytes: int, count: int, retention_days: int | None) -> KindSpace:
    return KindSpace(kind=kind, bytes=bytes, count=count, retention_days=retention_days)


def _run_space(id: str, run: _Run, used: StreamSpace, artifact_bytes: int) -> RunSpace:
    return RunSpace(
        id=id,
        name=run.name,
        experiment_id=run.experiment_id,
        bytes=used.point_bytes + used.line_bytes + artifact_bytes,
        metric_bytes=used.point_bytes,
        log_bytes=used.line_bytes,
        artifact_bytes=artifact_bytes,
    )


def _artifact_bytes(snapshot: Snapshot, project_id: str) -> dict[str, int]:
    query = select(_artifacts.c.run_id, func.sum(_artifacts.c.size_bytes).label("bytes"))
    query = query.where(_artifacts.c.project_id == project_id, _artifacts.c.run_id.is_not(None))
    return {row.run_id: int(row.bytes) for row in snapshot.execute(query.group_by(_artifacts.c.run_id))}


def _known_runs(snapshot: Snapshot, project_id: str, ids: set[str]) -> dict[str, _Run]:
    found: dict[str, _Run] = {}
    query = select(_runs.c.id, _runs.c.name, _runs.c.experiment_id).where(_runs.c.project_id == project_id)
    for some in batches(sorted(ids)):
        for row in snapshot.execute(query.where(_runs.c.id.in_(some))):
            found[row.id] = _Run(row.name, row.experiment_id)
    return found


def _experiment_space(snapshot: Snapshot, rows: list[RunSpace], limit: int) -> tuple[ExperimentSpace, ...]:
    sizes: dict[int, int] = defaultdict(int)
    for row in rows:
        sizes[row.experiment_id] += row.bytes
    largest = sorted(sizes, key=lambda id: (-sizes[id], id))[:limit]
    query = select(_experiments.c.id, _experiments.c.name)
    names: dict[int, str] = {}
    for some in batches(largest):
        names |= {found.id: found.name for found in snapshot.execute(query.where(_experiments.c.id.in_(some)))}
    return tuple(ExperimentSpace(id=id, name=names[id], bytes=sizes[id]) for id in largest)
