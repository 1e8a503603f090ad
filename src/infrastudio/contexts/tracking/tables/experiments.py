"""Rows of experiments and of their tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.kernel.diff import State
from infrastudio.stores import ledger
from infrastudio.stores.db import AutoId, Base, LongText, UtcDateTime, text_column
from infrastudio.stores.db.item_rows import item_rows


class ExperimentRow(Base, ledgered="experiment"):
    """An experiment."""

    __tablename__ = "experiment"
    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        Index(None, "project_id", "lifecycle", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(AutoId, primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(text_column(500))
    name_folded: Mapped[str] = mapped_column(text_column(1500))
    owner: Mapped[str | None] = mapped_column(text_column(255))
    owner_folded: Mapped[str] = mapped_column(text_column(1024))
    description: Mapped[str] = mapped_column(text_column(2000))
    artifact_location: Mapped[str] = mapped_column(text_column(1000))
    artifact_location_folded: Mapped[str] = mapped_column(LongText)
    lifecycle: Mapped[str] = mapped_column(text_column(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class ExperimentTagRow(Base, ledgered="experiment"):
    """A tag of an experiment."""

    __tablename__ = "experiment_tag"
    __table_args__ = (Index(None, "key"),)

    experiment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("experiment.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


def _more_rows(state: State, project_id: str) -> Mapping[type[Base], Iterable[Mapping[str, Any]]]:
    del project_id
    return {ExperimentTagRow: item_rows("experiment_id", int(state["id"]), state["tags"])}


ledger.register_projection("experiment", ExperimentRow, collections=("tags",), more=_more_rows)
