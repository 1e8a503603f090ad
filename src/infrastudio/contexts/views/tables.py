"""Rows of saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores import ledger
from infrastudio.stores.db import Base, CanonicalJson, UtcDateTime, text_column


class SavedViewRow(Base, ledgered="saved_view"):
    """A saved view."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("project_id", "page", "owner", "name"),)

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(text_column(255))
    name_folded: Mapped[str] = mapped_column(text_column(1024))
    page: Mapped[str] = mapped_column(text_column(20))
    about: Mapped[str | None] = mapped_column(text_column(64))
    parameters: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    visibility: Mapped[str] = mapped_column(text_column(10))
    owner: Mapped[str] = mapped_column(text_column(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


ledger.register_projection("saved_view", SavedViewRow)
