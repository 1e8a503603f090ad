"""Rows of runs, of their params and tags, and of what they read and made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.contexts.tracking import rules
from infrastudio.kernel.diff import State
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import Base, CanonicalJson, LongText, UtcDateTime, text_column
from infrastudio.stores.db.item_rows import item_rows


class RunRow(Base, ledgered="run"):
    """A run."""

    __tablename__ = "run"
    __table_args__ = (
        Index(None, "experiment_id", "lifecycle", "created_at"),
        Index(None, "experiment_id", "lifecycle", "started_at"),
        Index(None, "experiment_id", "lifecycle", "status"),
        Index(None, "project_id", "lifecycle", "created_at"),
        Index(None, "parent_id"),
    )

    id: Mapped[str] = mapped_column(text_column(32), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    experiment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("experiment.id"))
    name: Mapped[str] = mapped_column(LongText)
    name_folded: Mapped[str] = mapped_column(LongText)
    status: Mapped[str] = mapped_column(text_column(20))
    status_reason: Mapped[str | None] = mapped_column(LongText)
    user: Mapped[str] = mapped_column(text_column(255))
    user_folded: Mapped[str] = mapped_column(text_column(1024))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    parent_id: Mapped[str | None] = mapped_column(text_column(64))
    job_id: Mapped[str | None] = mapped_column(text_column(20))
    lifecycle: Mapped[str] = mapped_column(text_column(10))
    attempts: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class _RunItem:
    """A key and its value; what params and tags have in common."""

    run_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("run.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


class RunParamRow(_RunItem, Base, ledgered="run"):
    """A param of a run."""

    __tablename__ = "run_param"
    __table_args__ = (Index(None, "key"),)


class RunTagRow(_RunItem, Base, ledgered="run"):
    """A tag of a run."""

    __tablename__ = "run_tag"
    __table_args__ = (Index(None, "key"),)


class RunDatasetRow(Base, ledgered="run"):
    """A dataset that a run used. Its long texts stand in `tracking_text`."""

    __tablename__ = "run_dataset"
    __table_args__ = (Index(None, "name"),)

    run_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("run.id"), primary_key=True)
    name: Mapped[str] = mapped_column(text_column(500), primary_key=True)
    digest: Mapped[str] = mapped_column(text_column(36), primary_key=True)
    name_folded: Mapped[str] = mapped_column(text_column(1500))
    digest_folded: Mapped[str] = mapped_column(text_column(144))
    context: Mapped[str | None] = mapped_column(LongText)
    context_folded: Mapped[str | None] = mapped_column(LongText)
    source_type: Mapped[str] = mapped_column(text_column(36))
    source_sha256: Mapped[str] = mapped_column(text_column(64))
    schema_sha256: Mapped[str | None] = mapped_column(text_column(64))
    profile_sha256: Mapped[str | None] = mapped_column(text_column(64))
    tags: Mapped[dict[str, str]] = mapped_column(CanonicalJson)


class RunModelRow(Base, ledgered="run"):
    """A logged model that a run read (`input`) or made (`output`)."""

    __tablename__ = "run_model"
    __table_args__ = (Index(None, "model_id"),)

    run_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("run.id"), primary_key=True)
    direction: Mapped[str] = mapped_column(text_column(6), primary_key=True)
    model_id: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    step: Mapped[int] = mapped_column(BigInteger)


class TrackingTextRow(Base, scratch="long texts by their digest; events hold the digest"):
    """A text that is too long for the ledger, under its sha256."""

    __tablename__ = "tracking_text"

    sha256: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    text: Mapped[str] = mapped_column(LongText)


def dataset_row(run_id: str, dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row that holds a logged dataset, given as the JSON values of the ledger."""
    context = dataset["tags"].get(rules.CONTEXT_TAG)
    return {
        **dataset,
        "run_id": run_id,
        "name_folded": casefold(dataset["name"]),
        "digest_folded": casefold(dataset["digest"]),
        "context": context,
        "context_folded": context and casefold(context),
    }


def model_row(run_id: str, direction: str, model_id: str, step: int) -> dict[str, Any]:
    """Return the row that ties a run to a logged model."""
    return {"run_id": run_id, "direction": direction, "model_id": model_id, "step": step}


def _more_rows(state: State, project_id: str) -> Mapping[type[Base], Iterable[Mapping[str, Any]]]:
    del project_id
    run_id = state["id"]
    return {
        RunParamRow: item_rows("run_id", run_id, state["params"]),
        RunTagRow: item_rows("run_id", run_id, state["tags"]),
        RunDatasetRow: [dataset_row(run_id, dataset) for dataset in state["datasets"].values()],
        RunModelRow: [
            *(model_row(run_id, "input", model_id, 0) for model_id in state["model_inputs"]),
            *(model_row(run_id, "output", model_id, step) for model_id, step in state["model_outputs"].items()),
        ],
    }


ledger.register_projection(
    "run", RunRow, collections=("params", "tags", "datasets", "model_inputs", "model_outputs"), more=_more_rows
)
