"""Where the values of models, versions and logged models stand, for filters and orders."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, or_, select
from typing_extensions import override

from infrastudio.contexts.registry.tables import (
    LoggedModelParamRow,
    LoggedModelRow,
    LoggedModelTagRow,
    ModelRow,
    ModelTagRow,
    ModelVersionRow,
    ModelVersionTagRow,
)
from infrastudio.stores.db.filter_compiler import CollectionColumns, FieldColumn, FilterColumns, moment_column
from infrastudio.stores.db.item_columns import ItemColumns, JoinedValues, ValueCondition
from infrastudio.stores.telemetry import search_tables

_model = ModelRow.__table__.c
_version = ModelVersionRow.__table__.c
_logged = LoggedModelRow.__table__.c

Dataset = tuple[str, str | None]
"""Name and digest; without a digest every dataset of that name."""


class ModelMetricColumns(CollectionColumns):
    """Latest values of the metrics of logged models, on some datasets or on any; telemetry keeps them."""

    def __init__(self, dialect: str, datasets: Collection[Dataset] = ()) -> None:
        self._tables = search_tables(dialect)
        self._datasets = datasets

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        series, latest = self._tables.series, self._tables.latest
        models = (
            select(series.c.model_id)
            .join(latest, latest.c.series_id == series.c.series_id)
            .where(self._named(key), condition(FieldColumn(latest.c.value, null_is_nan=True)))
        )
        return _logged.id.in_(models)

    @override
    def joined(self, key: str, number: int) -> JoinedValues:
        series, latest = self._tables.series, self._tables.latest
        newest = (
            select(
                series.c.model_id,
                latest.c.value,
                func.row_number()
                .over(
                    partition_by=series.c.model_id,
                    order_by=(latest.c.time.desc(), latest.c.step.desc(), latest.c.stream_id, latest.c.series_id),
                )
                .label("place"),
            )
            .join(latest, latest.c.series_id == series.c.series_id)
            .where(self._named(key))
            .subquery(f"newest_{number}")
        )
        values = select(newest.c.model_id, newest.c.value).where(newest.c.place == 1).subquery(f"ordered_{number}")
        return values, values.c.model_id == _logged.id, FieldColumn(values.c.value, null_is_nan=True)

    def _named(self, key: str) -> ColumnElement[bool]:
        series = self._tables.series.c
        named = and_(series.name == key, series.model_id != "")
        if not self._datasets:
            return named
        wanted = [
            and_(series.dataset_name == name, *([] if digest is None else [series.dataset_digest == digest]))
            for name, digest in self._datasets
        ]
        return and_(named, or_(*wanted))


def model_columns() -> FilterColumns:
    """Return the live columns of models."""
    return FilterColumns(
        {
            "id": FieldColumn(_model.id),
            "name": FieldColumn(_model.name, _model.name_folded),
            "framework": FieldColumn(_model.framework, nullable=True),
            "latest_version": FieldColumn(_model.latest_version, nullable=True),
            "created_at": moment_column(_model.created_at),
            "updated_at": moment_column(_model.updated_at),
            "revised_at": moment_column(_model.revised_at),
        },
        {"tag": ItemColumns(ModelTagRow, "model_id", _model.id)},
    )


def version_columns() -> FilterColumns:
    """Return the live columns of versions; the statement joins their models."""
    return FilterColumns(
        {
            "number": FieldColumn(_version.number),
            "stage": FieldColumn(_version.stage),
            "model": FieldColumn(_model.name, _model.name_folded),
            "source": FieldColumn(_version.source, _version.source_folded),
            "run_id": FieldColumn(_version.run_id, _version.run_id, nullable=True),
            "logged_model_id": FieldColumn(_version.logged_model_id, nullable=True),
            "created_at": moment_column(_version.created_at),
            "updated_at": moment_column(_version.updated_at),
            "revised_at": moment_column(_version.revised_at),
        },
        {"tag": ItemColumns(ModelVersionTagRow, "version_id", _version.id)},
    )


def logged_model_columns(dialect: str, datasets: Collection[Dataset] = ()) -> FilterColumns:
    """Return the live columns of logged models; metrics count on the given datasets only, if there are any."""
    return FilterColumns(
        {
            "id": FieldColumn(_logged.id, _logged.id),
            "name": FieldColumn(_logged.name, _logged.name_folded),
            "model_type": FieldColumn(_logged.model_type, _logged.model_type_folded, nullable=True),
            "source_run_id": FieldColumn(_logged.source_run_id, _logged.source_run_id, nullable=True),
            "experiment_id": FieldColumn(_logged.experiment_id, _logged.experiment_id),
            "status": FieldColumn(_logged.status),
            "created_at": moment_column(_logged.created_at),
            "revised_at": moment_column(_logged.revised_at),
        },
        {
            "metric": ModelMetricColumns(dialect, datasets),
            "parameter": ItemColumns(LoggedModelParamRow, "logged_model_id", _logged.id),
            "tag": ItemColumns(LoggedModelTagRow, "logged_model_id", _logged.id),
        },
    )
