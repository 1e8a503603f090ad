"""What deployments can be filtered and ordered by, and where the values stand."""

from __future__ import annotations

from typing import Final, get_args

from infrastudio.contexts.deployments.schemas import DeploymentState, Environment
from infrastudio.contexts.deployments.tables import DeploymentRow
from infrastudio.kernel.filters import EQUALITY, MEMBERSHIP, Field, FilterFields, Kind
from infrastudio.stores.db.filter_compiler import FieldColumn, FilterColumns, moment_column

_row: Final = DeploymentRow.__table__.c

FIELDS: Final = FilterFields(
    {
        "id": Field("id", operators=EQUALITY | MEMBERSHIP),
        "name": Field("name"),
        "environment": Field("environment", Kind.CHOICE, choices={word: word for word in get_args(Environment)}),
        "state": Field("state", Kind.CHOICE, choices={word: word for word in get_args(DeploymentState)}),
        "model_id": Field("model_id", operators=EQUALITY | MEMBERSHIP),
        "model_name": Field("model_name"),
        "model_version": Field("model_version", Kind.NUMBER),
        "replicas": Field("replicas", Kind.NUMBER),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
    }
)


def deployment_columns() -> FilterColumns:
    """Return the live columns of deployments."""
    return FilterColumns(
        {
            "id": FieldColumn(_row.id),
            "name": FieldColumn(_row.name, _row.name_folded),
            "environment": FieldColumn(_row.environment),
            "state": FieldColumn(_row.state),
            "model_id": FieldColumn(_row.model_id),
            "model_name": FieldColumn(_row.model_name, _row.model_name_folded),
            "model_version": FieldColumn(_row.model_version),
            "replicas": FieldColumn(_row.replicas),
            "created_at": moment_column(_row.created_at),
            "updated_at": moment_column(_row.updated_at),
        }
    )
