"""Rows of artifacts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores import ledger
from infrastudio.stores.db import Base, LongText, UtcDateTime, text_column


class ArtifactRow(Base, ledgered="artifact"):
    """A file; its bytes are a blob."""

    __tablename__ = "artifact"
    __table_args__ = (
        UniqueConstraint("project_id", "location_digest"),
        Index(None, "run_id"),
        Index(None, "logged_model_id"),
        Index(None, "experiment_id"),
        Index(None, "sha256"),
    )

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    location: Mapped[str] = mapped_column(LongText)
    location_digest: Mapped[str] = mapped_column(text_column(64))
    path: Mapped[str] = mapped_column(LongText)
    experiment_id: Mapped[str | None] = mapped_column(text_column(20))
    run_id: Mapped[str | None] = mapped_column(text_column(64))
    logged_model_id: Mapped[str | None] = mapped_column(text_column(64))
    sha256: Mapped[str] = mapped_column(text_column(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


ledger.register_projection("artifact", ArtifactRow)
