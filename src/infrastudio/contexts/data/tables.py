"""Rows of evaluation datasets, their tags, experiments and records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.contexts.data.schemas import EvaluationDataset
from infrastudio.kernel.diff import State
from infrastudio.stores import ledger
from infrastudio.stores.db import Base, CanonicalJson, LongText, UtcDateTime, text_column
from infrastudio.stores.db.item_rows import item_rows

Row = dict[str, Any]


class EvaluationDatasetRow(Base, ledgered="evaluation_dataset"):
    """An evaluation dataset."""

    __tablename__ = "evaluation_dataset"
    __table_args__ = (Index(None, "project_id", "created_at"),)

    id: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(text_column(255))
    name_folded: Mapped[str] = mapped_column(text_column(765))
    experiment_ids: Mapped[Any] = mapped_column(CanonicalJson)
    fields: Mapped[Any] = mapped_column(CanonicalJson)
    digest: Mapped[str] = mapped_column(text_column(64))
    record_count: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str | None] = mapped_column(text_column(250))
    updated_by: Mapped[str | None] = mapped_column(text_column(250))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class EvaluationDatasetTagRow(Base, ledgered="evaluation_dataset"):
    """A tag of a dataset."""

    __tablename__ = "evaluation_dataset_tag"

    dataset_id: Mapped[str] = mapped_column(text_column(64), ForeignKey("evaluation_dataset.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


class EvaluationDatasetExperimentRow(Base, ledgered="evaluation_dataset"):
    """An experiment in which a dataset is used."""

    __tablename__ = "evaluation_dataset_experiment"
    __table_args__ = (Index(None, "experiment_id"),)

    dataset_id: Mapped[str] = mapped_column(text_column(64), ForeignKey("evaluation_dataset.id"), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(text_column(20), primary_key=True)


class EvaluationRecordRow(Base, ledgered="evaluation_record"):
    """A record of a dataset."""

    __tablename__ = "evaluation_record"
    __table_args__ = (UniqueConstraint("dataset_id", "inputs_digest"),)

    id: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    dataset_id: Mapped[str] = mapped_column(text_column(64))
    inputs_digest: Mapped[str] = mapped_column(text_column(64))
    content: Mapped[Any] = mapped_column(CanonicalJson)
    created_by: Mapped[str | None] = mapped_column(text_column(250))
    updated_by: Mapped[str | None] = mapped_column(text_column(250))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


def experiment_rows(id: str, experiment_ids: Any) -> list[Row]:
    """Return the rows that say in which experiments a dataset is used."""
    return [{"dataset_id": id, "experiment_id": each} for each in experiment_ids]


def _more(state: State, _project_id: str) -> dict[type[Base], list[Row]]:
    return {
        EvaluationDatasetTagRow: item_rows("dataset_id", state["id"], state["tags"]),
        EvaluationDatasetExperimentRow: experiment_rows(state["id"], state["experiment_ids"]),
    }


ledger.register_projection(
    "evaluation_dataset", EvaluationDatasetRow, collections=EvaluationDataset.collections, more=_more
)
ledger.register_projection("evaluation_record", EvaluationRecordRow)
