"""Which datasets the runs of experiments used."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.queries.experiments import number_of
from infrastudio.contexts.tracking.queries.runs import READ
from infrastudio.contexts.tracking.tables.runs import RunDatasetRow, RunRow
from infrastudio.stores.db import Snapshot

_used: Final = RunDatasetRow.__table__.c
_run: Final = RunRow.__table__.c


class DatasetSummary(NamedTuple):
    """A dataset that runs of an experiment used, and for what; None: they did not say."""

    experiment_id: str
    name: str
    digest: str
    context: str | None


def dataset_summaries(snapshot: Snapshot, experiment_ids: Collection[str], limit: int) -> list[DatasetSummary]:
    """Return the datasets of some experiments, each once for every context, by experiment and name."""
    statement = (
        select(_run.experiment_id, _used.name, _used.digest, _used.context)
        .select_from(RunDatasetRow)
        .join(RunRow, _run.id == _used.run_id)
        .where(
            projects.visible(snapshot, _run.project_id, projects.EVERY_PROJECT, READ),
            _run.experiment_id.in_(sorted(map(number_of, experiment_ids))),
        )
        .distinct()
        .order_by(_run.experiment_id, _used.name, _used.digest, _used.context)
        .limit(limit)
    )
    return [
        DatasetSummary(str(row.experiment_id), row.name, row.digest, row.context) for row in snapshot.execute(statement)
    ]
