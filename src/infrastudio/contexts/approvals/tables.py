"""Rows of approvals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores import ledger
from infrastudio.stores.db import Base, CanonicalJson, UtcDateTime, text_column


class ApprovalRow(Base, ledgered="approval"):
    """Something that was asked for."""

    __tablename__ = "approval"
    __table_args__ = (Index(None, "entity", "entity_id", "status"), Index(None, "status", "expires_at"))

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    verb: Mapped[str] = mapped_column(text_column(64))
    entity: Mapped[str] = mapped_column(text_column(32))
    entity_id: Mapped[str] = mapped_column(text_column(64))
    title: Mapped[str] = mapped_column(text_column(1000))
    arguments: Mapped[Any] = mapped_column(CanonicalJson)
    status: Mapped[str] = mapped_column(text_column(20))
    requested_by: Mapped[str] = mapped_column(text_column(80))
    request_reason: Mapped[str | None] = mapped_column(text_column(2000))
    decided_by: Mapped[str | None] = mapped_column(text_column(80))
    decision_reason: Mapped[str | None] = mapped_column(text_column(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


ledger.register_projection("approval", ApprovalRow)
