"""Rows of jobs. Attempts are few and small, and are always read with their job: they stand in its row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Double, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores import ledger
from infrastudio.stores.db import Base, CanonicalJson, LongText, UtcDateTime, text_column


class JobRow(Base, ledgered="job"):
    """A job."""

    __tablename__ = "job"
    __table_args__ = (
        Index(None, "project_id", "created_at"),
        Index(None, "status", "created_at"),
        Index(None, "run_id"),
    )

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    run_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("run.id"))
    experiment_id: Mapped[str] = mapped_column(text_column(19))
    name: Mapped[str] = mapped_column(text_column(255))
    name_folded: Mapped[str] = mapped_column(text_column(1024))
    argv: Mapped[list[str]] = mapped_column(CanonicalJson)
    cwd: Mapped[str | None] = mapped_column(LongText)
    recipe: Mapped[str | None] = mapped_column(text_column(100))
    owner: Mapped[str | None] = mapped_column(text_column(255))
    params: Mapped[dict[str, str]] = mapped_column(CanonicalJson)
    tags: Mapped[dict[str, str]] = mapped_column(CanonicalJson)
    config: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    config_version_id: Mapped[str | None] = mapped_column(text_column(255))
    executor: Mapped[str] = mapped_column(text_column(20))
    resources: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    environment: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    priority: Mapped[int] = mapped_column(Integer)
    timeout_s: Mapped[float | None] = mapped_column(Double)
    retries: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    status: Mapped[str] = mapped_column(text_column(20))
    status_reason: Mapped[str | None] = mapped_column(LongText)
    stopping: Mapped[str | None] = mapped_column(text_column(20))
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(CanonicalJson)
    exit_reason: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


ledger.register_projection("job", JobRow, collections=("config", "params", "tags"))
