"""Rows of models, versions and logged models, and of their tags, params and aliases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.contexts.registry.schemas import LoggedModel, ModelState, VersionState
from infrastudio.kernel.diff import State
from infrastudio.stores import ledger
from infrastudio.stores.db import Base, CanonicalJson, LongText, UtcDateTime, text_column
from infrastudio.stores.db.item_rows import item_rows

Row = dict[str, Any]


class ModelRow(Base, ledgered="model"):
    """A registered model."""

    __tablename__ = "model"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(text_column(256))
    name_folded: Mapped[str] = mapped_column(text_column(1024))
    description: Mapped[str | None] = mapped_column(LongText)
    framework: Mapped[str | None] = mapped_column(text_column(20))
    metadata_: Mapped[Any] = mapped_column("metadata", CanonicalJson)
    protected_stages: Mapped[Any] = mapped_column(CanonicalJson, default=())
    latest_version: Mapped[int | None] = mapped_column(BigInteger)
    last_number: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class ModelTagRow(Base, ledgered="model"):
    """A tag of a model."""

    __tablename__ = "model_tag"

    model_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("model.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


class ModelAliasRow(Base, ledgered="model"):
    """An alias: the version that a name means."""

    __tablename__ = "model_alias"

    model_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("model.id"), primary_key=True)
    alias: Mapped[str] = mapped_column(text_column(255), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class ModelVersionRow(Base, ledgered="model_version"):
    """A version of a model."""

    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("model_id", "number"),
        Index(None, "run_id"),
        Index(None, "logged_model_id"),
    )

    id: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    model_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("model.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[str | None] = mapped_column(LongText)
    stage: Mapped[str] = mapped_column(text_column(20))
    status: Mapped[str] = mapped_column(text_column(20))
    status_message: Mapped[str | None] = mapped_column(LongText)
    source: Mapped[str] = mapped_column(LongText)
    source_folded: Mapped[str] = mapped_column(LongText)
    location: Mapped[str] = mapped_column(LongText)
    run_id: Mapped[str | None] = mapped_column(text_column(64))
    logged_model_id: Mapped[str | None] = mapped_column(text_column(64))
    run_link: Mapped[str | None] = mapped_column(text_column(500))
    flavors: Mapped[Any] = mapped_column(CanonicalJson)
    signature: Mapped[Any] = mapped_column(CanonicalJson, nullable=True)
    evaluation: Mapped[Any] = mapped_column(CanonicalJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class ModelVersionTagRow(Base, ledgered="model_version"):
    """A tag of a version."""

    __tablename__ = "model_version_tag"

    version_id: Mapped[str] = mapped_column(text_column(64), ForeignKey("model_version.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


class LoggedModelRow(Base, ledgered="logged_model"):
    """A model that a run has logged."""

    __tablename__ = "logged_model"
    __table_args__ = (
        Index(None, "experiment_id", "lifecycle", "created_at"),
        Index(None, "source_run_id"),
    )

    id: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    experiment_id: Mapped[str] = mapped_column(text_column(20))
    name: Mapped[str] = mapped_column(text_column(500))
    name_folded: Mapped[str] = mapped_column(text_column(1500))
    model_type: Mapped[str | None] = mapped_column(text_column(500))
    model_type_folded: Mapped[str] = mapped_column(text_column(1500))
    source_run_id: Mapped[str | None] = mapped_column(text_column(64))
    status: Mapped[str] = mapped_column(text_column(20))
    status_message: Mapped[str | None] = mapped_column(LongText)
    lifecycle: Mapped[str] = mapped_column(text_column(20))
    location: Mapped[str] = mapped_column(LongText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class LoggedModelParamRow(Base, ledgered="logged_model"):
    """A param of a logged model."""

    __tablename__ = "logged_model_param"

    logged_model_id: Mapped[str] = mapped_column(text_column(64), ForeignKey("logged_model.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


class LoggedModelTagRow(Base, ledgered="logged_model"):
    """A tag of a logged model."""

    __tablename__ = "logged_model_tag"

    logged_model_id: Mapped[str] = mapped_column(text_column(64), ForeignKey("logged_model.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


def _model_rows(state: State, _project_id: str) -> dict[type[Base], list[Row]]:
    aliases: list[Row] = [{"model_id": state["id"], "alias": a, "number": n} for a, n in state["aliases"].items()]
    return {ModelTagRow: item_rows("model_id", state["id"], state["tags"]), ModelAliasRow: aliases}


def _version_rows(state: State, _project_id: str) -> dict[type[Base], list[Row]]:
    return {ModelVersionTagRow: item_rows("version_id", state["id"], state["tags"])}


def _logged_model_rows(state: State, _project_id: str) -> dict[type[Base], list[Row]]:
    return {
        LoggedModelParamRow: item_rows("logged_model_id", state["id"], state["params"]),
        LoggedModelTagRow: item_rows("logged_model_id", state["id"], state["tags"]),
    }


ledger.register_projection("model", ModelRow, collections=ModelState.collections, more=_model_rows)
ledger.register_projection("model_version", ModelVersionRow, collections=VersionState.collections, more=_version_rows)
ledger.register_projection("logged_model", LoggedModelRow, collections=LoggedModel.collections, more=_logged_model_rows)
