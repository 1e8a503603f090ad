"""Rows of projects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores import ledger
from infrastudio.stores.db import Base, UtcDateTime, text_column


class ProjectRow(Base, ledgered="project"):
    """A project."""

    __tablename__ = "project"

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    slug: Mapped[str] = mapped_column(text_column(63), unique=True)
    name: Mapped[str] = mapped_column(text_column(255))
    name_folded: Mapped[str] = mapped_column(text_column(1024))
    description: Mapped[str] = mapped_column(text_column(2000))
    metric_retention_days: Mapped[int | None] = mapped_column(Integer)
    log_retention_days: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


ledger.register_projection("project", ProjectRow)
