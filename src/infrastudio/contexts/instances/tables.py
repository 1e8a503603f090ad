"""Rows of instances."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.contexts.instances.schemas import Instance
from infrastudio.stores import ledger
from infrastudio.stores.db import AutoId, Base, LongText, UtcDateTime, text_column


class InstanceRow(Base, ledgered="instance"):
    """An inference instance."""

    __tablename__ = "instance"
    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        Index(None, "project_id", "status"),
        Index(None, "project_id", "id"),
        Index(None, "project_id", "updated_at", "id"),
        Index(None, "project_id", "replicas", "id"),
        Index(None, "project_id", "model_name", "id"),
        Index(None, "project_id", "cluster_name", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(AutoId, primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(text_column(255))
    name_folded: Mapped[str] = mapped_column(text_column(1024))
    search_folded: Mapped[str] = mapped_column(LongText)
    model_name: Mapped[str] = mapped_column(text_column(255))
    model_version: Mapped[str] = mapped_column(text_column(50))
    cluster_name: Mapped[str] = mapped_column(text_column(255))
    image_tag: Mapped[str] = mapped_column(text_column(255))
    replicas: Mapped[int] = mapped_column(Integer)
    pp: Mapped[int] = mapped_column(Integer)
    cp: Mapped[int] = mapped_column(Integer)
    tp: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(text_column(20))
    priority: Mapped[str] = mapped_column(text_column(20))
    description: Mapped[str] = mapped_column(text_column(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


ledger.register_projection("instance", InstanceRow, searched=Instance.searched)
