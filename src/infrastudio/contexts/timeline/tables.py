"""What is derived from events so that questions about lineage are seeks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores.db import Base, text_column


class EdgeRow(Base, scratch="folded from the links of events, and rebuilt from them"):
    """A link between two entities, from the event that made it to the one that ended it."""

    __tablename__ = "timeline_edge"
    __table_args__ = (Index(None, "to_entity", "to_id"), Index(None, "from_seq"))

    from_entity: Mapped[str] = mapped_column(text_column(32), primary_key=True)
    from_id: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    relation: Mapped[str] = mapped_column(text_column(32), primary_key=True)
    to_entity: Mapped[str] = mapped_column(text_column(32), primary_key=True)
    to_id: Mapped[str] = mapped_column(text_column(255), primary_key=True)
    from_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    to_seq: Mapped[int | None] = mapped_column(BigInteger)
    """The first event after which it no longer holds."""
    project_id: Mapped[str] = mapped_column(text_column(20))
    """The project of the entity that it leads from: that of the event."""


class TimelineCheckpointRow(Base, scratch="how far the derived tables have followed the ledger"):
    """One row with id 1, written in the transaction that writes what was derived."""

    __tablename__ = "timeline_checkpoint"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[int] = mapped_column(Integer)
    """Which release's way of deriving made the rows; another one starts from the first event."""
