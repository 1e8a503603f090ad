"""What can be found: derived from events, so that no context is asked for its names."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores.db import Base, text_column


class SearchEntryRow(Base, scratch="folded from the states in events, and rebuilt from them"):
    """An entity that exists, by what people call it."""

    __tablename__ = "search_entry"
    __table_args__ = (Index(None, "project_id", "seq"),)

    entity: Mapped[str] = mapped_column(text_column(32), primary_key=True)
    entity_id: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20))
    name: Mapped[str | None] = mapped_column(text_column(255))
    title: Mapped[str | None] = mapped_column(text_column(255))
    name_folded: Mapped[str] = mapped_column(text_column(1024))
    """The folded name; empty where there is none."""
    text_folded: Mapped[str] = mapped_column(text_column(2100))
    """All folded words in which a part is looked for, a blank before each."""
    seq: Mapped[int] = mapped_column(BigInteger)
    """The entity's last event: what was touched last ranks first among equals."""


class SearchCheckpointRow(Base, scratch="how far the search entries have followed the ledger"):
    """One row with id 1, written in the transaction that writes the entries."""

    __tablename__ = "search_checkpoint"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[int] = mapped_column(Integer)
    """Which release's way of deriving made the rows; another one starts from the first event."""
