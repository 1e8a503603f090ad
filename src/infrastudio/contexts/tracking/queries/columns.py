"""Where the values of experiments and runs stand, for filters and orders."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    Select,
    String,
    and_,
    cast,
    false,
    func,
    literal,
    select,
    type_coerce,
)
from typing_extensions import override

from infrastudio.contexts.tracking.tables.experiments import ExperimentRow, ExperimentTagRow
from infrastudio.contexts.tracking.tables.runs import RunDatasetRow, RunParamRow, RunRow, RunTagRow
from infrastudio.stores.db.filter_compiler import CollectionColumns, FieldColumn, FilterColumns, moment_column
from infrastudio.stores.db.item_columns import ItemColumns, JoinedValues, ValueCondition
from infrastudio.stores.telemetry import search_tables

_run = RunRow.__table__.c
_experiment = ExperimentRow.__table__.c


class MetricColumns(CollectionColumns):
    """Latest values of metrics, which telemetry keeps; NULL is NaN there. For one statement of `select_runs` only.

    Conditions on a metric that the statement was joined with before, to be ordered by it, look no value up again.
    """

    def __init__(self, dialect: str) -> None:
        self._tables = search_tables(dialect)
        self._joined: dict[str, JoinedValues] = {}

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        if key in self._joined:
            values, _, column = self._joined[key]
            return and_(values.c.stream_id.is_not(None), func.coalesce(condition(column), false()))
        latest = self._tables.latest.alias()
        met = condition(FieldColumn(latest.c.value, null_is_nan=True))
        found = select(literal(1)).where(*self._is_value_of(key, latest), met).correlate(self._tables.stream)
        return found.exists()

    @override
    def joined(self, key: str, number: int) -> JoinedValues:
        """Seek the value of each run: a join over a subquery of all values takes minutes on SQLite."""
        latest = self._tables.latest.alias(f"ordered_{number}")
        found = (latest, and_(*self._is_value_of(key, latest)), FieldColumn(latest.c.value, null_is_nan=True))
        self._joined.setdefault(key, found)
        return found

    def _is_value_of(self, key: str, latest: FromClause) -> tuple[ColumnElement[bool], ...]:
        series = self._tables.series
        plain = (series.c.model_id == "", series.c.dataset_name == "", series.c.dataset_digest == "")
        number = select(series.c.series_id).where(series.c.name == key, *plain).scalar_subquery()
        return latest.c.stream_id == self._tables.stream.c.stream_id, latest.c.series_id == number


class DatasetColumns(CollectionColumns):
    """Datasets that runs used; a run may have several."""

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        columns = RunDatasetRow.__table__.c
        column = FieldColumn(columns[key], columns[f"{key}_folded"], nullable=True)
        runs = select(RunDatasetRow.run_id).where(column.value.is_not(None), condition(column))
        return _run.id.in_(runs)

    @override
    def joined(self, key: str, number: int) -> JoinedValues:
        raise TypeError("a run may have several datasets, so they give no order; their fields must not be sortable")


def select_runs(dialect: str) -> Select[Any]:
    """Return the statement of all runs, each with its stream of telemetry, if it has one."""
    stream = search_tables(dialect).stream
    return select(RunRow.__table__).outerjoin(stream, and_(stream.c.entity == "run", stream.c.owner_id == _run.id))


def run_columns(dialect: str, *, of_few: bool = False) -> FilterColumns:
    """Return the live columns of runs, for one statement of `select_runs`; `of_few`: one that looks at few runs."""
    artifact_uri = _artifact_uri(_experiment.artifact_location)
    return FilterColumns(
        {
            "id": FieldColumn(_run.id, _run.id),
            "name": FieldColumn(_run.name, _run.name_folded),
            "status": FieldColumn(_run.status),
            "user": FieldColumn(_run.user, _run.user_folded),
            "artifact_uri": FieldColumn(artifact_uri, _artifact_uri(_experiment.artifact_location_folded)),
            "experiment_id": FieldColumn(cast(_run.experiment_id, String(20))),
            "parent_id": FieldColumn(_run.parent_id, nullable=True),
            "job_id": FieldColumn(_run.job_id, nullable=True),
            "attempts": FieldColumn(_run.attempts),
            "started_at": moment_column(_run.started_at, nullable=True),
            "ended_at": moment_column(_run.ended_at, nullable=True),
            "created_at": moment_column(_run.created_at),
            "updated_at": moment_column(_run.updated_at),
            "duration_s": FieldColumn(_duration_s(), nullable=True),
        },
        {
            "metric": MetricColumns(dialect),
            "parameter": ItemColumns(RunParamRow, "run_id", _run.id, of_few=of_few),
            "tag": ItemColumns(RunTagRow, "run_id", _run.id, of_few=of_few),
            "dataset": DatasetColumns(),
        },
    )


def _duration_s() -> ColumnElement[float]:
    """How long a run took; NULL while it goes on."""
    started_us, ended_us = (type_coerce(moment, BigInteger()) for moment in (_run.started_at, _run.ended_at))
    return type_coerce((ended_us - started_us) / literal(1e6, Double()), Double())


def experiment_columns() -> FilterColumns:
    """Return the live columns of experiments."""
    last_run_at = (
        select(func.max(func.coalesce(_run.started_at, _run.created_at)))
        .where(_run.experiment_id == _experiment.id, _run.lifecycle == "active")
        .correlate(ExperimentRow.__table__)
        .scalar_subquery()
    )
    id_text = cast(_experiment.id, String(20))
    return FilterColumns(
        {
            "id": FieldColumn(id_text, id_text),
            "name": FieldColumn(_experiment.name, _experiment.name_folded),
            "owner": FieldColumn(_experiment.owner, _experiment.owner_folded, nullable=True),
            "lifecycle": FieldColumn(_experiment.lifecycle),
            "created_at": moment_column(_experiment.created_at),
            "updated_at": moment_column(_experiment.updated_at),
            "revised_at": moment_column(_experiment.revised_at),
            "last_run_at": moment_column(last_run_at, nullable=True),
        },
        {"tag": ItemColumns(ExperimentTagRow, "experiment_id", _experiment.id)},
    )


def _artifact_uri(location: Any) -> ColumnElement[str]:
    root = select(location).where(_experiment.id == _run.experiment_id).correlate(RunRow.__table__).scalar_subquery()
    uri: ColumnElement[str] = root + literal("/") + _run.id + literal("/artifacts")
    return uri
