"""The append-only table of all changes, and its one clock row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores.db import Base, Boolean, LongBytes, LongText, UtcDateTime, text_column


class EventRow(Base, scratch="the ledger itself"):
    """One change of one entity. Never updated but for thinning of `after`, `changes` and `reason`."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("entity", "version", "entity_id"),
        Index(None, "entity", "entity_id", "seq", "project_id"),  # with the project: changes look at nothing else
        Index(None, "project_id", "seq"),
        Index(None, "kind", "seq"),
        Index(None, "project_id", "kind", "occurred_at", "seq"),  # windows of time are counted and listed from it
        Index(None, "at"),
        Index(None, "request_id"),
        Index(None, "cause"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(text_column(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(text_column(64))
    entity: Mapped[str] = mapped_column(text_column(32))
    entity_id: Mapped[str] = mapped_column(text_column(64))
    version: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[str] = mapped_column(text_column(20))
    actor: Mapped[str] = mapped_column(text_column(80))
    reason: Mapped[str | None] = mapped_column(LongText)
    changes: Mapped[str | None] = mapped_column(LongText)
    after: Mapped[str | None] = mapped_column(LongText)
    full: Mapped[bool] = mapped_column(Boolean)
    links: Mapped[str] = mapped_column(LongText)
    labels: Mapped[str] = mapped_column(LongText)
    cause: Mapped[str | None] = mapped_column(text_column(20))
    request_id: Mapped[str | None] = mapped_column(text_column(64))
    trace_id: Mapped[str | None] = mapped_column(text_column(64))
    digests: Mapped[str] = mapped_column(LongText)
    hash: Mapped[str] = mapped_column(text_column(64))


class LedgerClockRow(Base, scratch="the end of the ledger, and the lock of all that append to it"):
    """One row with id 1: the last number, the record time that no later event may reach back to, the last hash."""

    __tablename__ = "ledger_clock"
    __table_args__ = ({"postgresql_with": {"fillfactor": 10}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger)
    """Microseconds since 1970; may lie behind the last event's, when a moment was closed."""
    hash: Mapped[str] = mapped_column(text_column(64))


class KeyframeRow(Base, scratch="made of the states in events, and made from them again"):
    """All states of a kind of entities as of one event, so that the past behind it is found by the events since."""

    __tablename__ = "ledger_keyframe"

    entity: Mapped[str] = mapped_column(text_column(32), primary_key=True)
    format: Mapped[str] = mapped_column(text_column(32), primary_key=True)
    """How `body` is written and what it holds of each state: those of another format are not read."""
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entities: Mapped[int] = mapped_column(Integer)
    """How many entities there were."""
    body: Mapped[bytes] = mapped_column(LongBytes)
