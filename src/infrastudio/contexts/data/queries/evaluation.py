"""Reads of evaluation datasets and their records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, select

from infrastudio.contexts.data.schemas import EvaluationDataset, EvaluationRecord
from infrastudio.contexts.data.tables import (
    EvaluationDatasetExperimentRow,
    EvaluationDatasetRow,
    EvaluationDatasetTagRow,
    EvaluationRecordRow,
)
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.batches import batches
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.filters import (
    TEXT_OPERATORS,
    Expression,
    Field,
    FilterFields,
    Kind,
    Operator,
    Ordering,
)
from infrastudio.kernel.filters import Collection as Items
from infrastudio.stores.db import Snapshot
from infrastudio.stores.db.filter_compiler import (
    FieldColumn,
    FilterColumns,
    compile_filter,
    moment_column,
    order_statement,
)
from infrastudio.stores.db.item_columns import ItemColumns

READ: Final = "datasets.read"
WRITE: Final = "datasets.write"

_table: Final = EvaluationDatasetRow.__table__.c
_record: Final = EvaluationRecordRow.__table__.c

CLIENT_FIELDS: Final = FilterFields(
    {
        "name": Field("name", operators=TEXT_OPERATORS | {Operator.IN}),
        "created_time": Field("created_at", Kind.MILLISECONDS),
        "last_update_time": Field("updated_at", Kind.MILLISECONDS),
        "created_by": Field("created_by", operators=TEXT_OPERATORS, sortable=False),
        "last_updated_by": Field("updated_by", operators=TEXT_OPERATORS, sortable=False),
    },
    (Items("tag", Field("tag", operators=TEXT_OPERATORS, sortable=False), aliases=("tags",)),),
)
"""Evaluation datasets in the words of tracking clients."""

_COLUMNS: Final = FilterColumns(
    {
        "name": FieldColumn(_table.name, _table.name_folded),
        "created_at": moment_column(_table.created_at),
        "updated_at": moment_column(_table.updated_at),
        "created_by": FieldColumn(_table.created_by, _table.created_by, nullable=True),
        "updated_by": FieldColumn(_table.updated_by, _table.updated_by, nullable=True),
    },
    {"tag": ItemColumns(EvaluationDatasetTagRow, "dataset_id", _table.id)},
)


class UnknownDataset(NotFound):
    """No such dataset exists for the actor."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no evaluation dataset {id!r}.", field="dataset_id", value=id)
        self.id = id


@dataclass(frozen=True)
class DatasetSearch:
    """What is wanted: of some experiments, or of the actor's project where none is named; the newest first."""

    experiment_ids: Collection[str]
    where: Expression | None
    order: Sequence[Ordering]
    limit: int
    offset: int = 0


def dataset_row(snapshot: Snapshot, id: str, *, right: str = READ) -> Row[Any]:
    """Return the row of a dataset, if the actor has `right` on it.

    Raises:
        UnknownDataset: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = snapshot.execute(select(EvaluationDatasetRow.__table__).where(_table.id == id)).one_or_none()
    if found is None:
        raise UnknownDataset(id)
    changes = f"evaluation_dataset:{id}"
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownDataset(id), changes=changes)
    return found


def dataset(snapshot: Snapshot, id: str) -> EvaluationDataset:
    """Return a dataset that the actor may read."""
    return datasets_of(snapshot, [dataset_row(snapshot, id)])[0]


def search(snapshot: Snapshot, wanted: DatasetSearch) -> list[EvaluationDataset]:
    """Return datasets that match."""
    where = "*" if wanted.experiment_ids else None
    statement = select(EvaluationDatasetRow.__table__).where(
        projects.visible(snapshot, _table.project_id, where, READ),
        compile_filter(wanted.where, CLIENT_FIELDS, _COLUMNS),
    )
    if wanted.experiment_ids:
        used = EvaluationDatasetExperimentRow.__table__.c
        of_these = select(used.dataset_id).where(used.experiment_id.in_(sorted(wanted.experiment_ids)))
        statement = statement.where(_table.id.in_(of_these))
    ordered = order_statement(statement, wanted.order, CLIENT_FIELDS, _COLUMNS)
    page = ordered.order_by(_table.created_at.desc(), _table.id.asc()).offset(wanted.offset).limit(wanted.limit)
    return datasets_of(snapshot, snapshot.execute(page).all())


def records(snapshot: Snapshot, dataset_id: str, *, limit: int, offset: int = 0) -> list[EvaluationRecord]:
    """Return a part of the records of a dataset that the actor may read, the oldest first."""
    dataset_row(snapshot, dataset_id)
    statement = (
        select(EvaluationRecordRow.__table__)
        .where(_record.dataset_id == dataset_id)
        .order_by(_record.created_at.asc(), _record.id.asc())
        .offset(offset)
        .limit(limit)
    )
    return records_of(snapshot, snapshot.execute(statement).all())


def records_by_inputs(snapshot: Snapshot, dataset_id: str, digests: Sequence[str]) -> dict[str, EvaluationRecord]:
    """Return the records of a dataset by the digest of their inputs; rights were checked before."""
    found: dict[str, EvaluationRecord] = {}
    for part in batches(digests):
        statement = select(EvaluationRecordRow.__table__).where(
            _record.dataset_id == dataset_id, _record.inputs_digest.in_(part)
        )
        found |= {each.inputs_digest: each for each in records_of(snapshot, snapshot.execute(statement).all())}
    return found


def records_by_id(snapshot: Snapshot, dataset_id: str, ids: Collection[str]) -> list[EvaluationRecord]:
    """Return those of some records that a dataset has; rights were checked before."""
    found: list[EvaluationRecord] = []
    for part in batches(dict.fromkeys(ids)):
        statement = select(EvaluationRecordRow.__table__).where(_record.dataset_id == dataset_id, _record.id.in_(part))
        found += records_of(snapshot, snapshot.execute(statement).all())
    return found


def records_of(snapshot: Snapshot, rows: Sequence[Row[Any]]) -> list[EvaluationRecord]:
    """Return the records that rows hold."""
    return [
        EvaluationRecord.model_validate({**row._mapping, "project": projects.slug_of(snapshot, row.project_id)})
        for row in rows
    ]


def datasets_of(snapshot: Snapshot, rows: Sequence[Row[Any]]) -> list[EvaluationDataset]:
    """Return the datasets that rows hold, with their tags."""
    tags: dict[str, dict[str, str]] = defaultdict(dict)
    items = EvaluationDatasetTagRow.__table__.c
    for part in batches([row.id for row in rows]):
        for item in snapshot.execute(
            select(items.dataset_id, items.key, items.value).where(items.dataset_id.in_(part)).order_by(items.key)
        ):
            tags[item.dataset_id][item.key] = item.value
    return [
        EvaluationDataset.model_validate(
            {**row._mapping, "project": projects.slug_of(snapshot, row.project_id), "tags": tags[row.id]}
        )
        for row in rows
    ]
