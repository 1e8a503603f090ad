"""Rows of tokens; the digests of their secrets stand apart, for no ledger ever tells of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores import ledger
from infrastudio.stores.db import Base, UtcDateTime, text_column


class TokenRow(Base, ledgered="token"):
    """An API token."""

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), index=True)
    name: Mapped[str] = mapped_column(text_column(255))
    kind: Mapped[str] = mapped_column(text_column(20))
    role: Mapped[str | None] = mapped_column(text_column(20))
    subject: Mapped[str] = mapped_column(text_column(80), index=True)
    scope: Mapped[str] = mapped_column(text_column(80))
    prefix: Mapped[str] = mapped_column(text_column(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class TokenSecretRow(Base, scratch="digests of secrets never go into the ledger"):
    """The sha256 of a token's secret."""

    __tablename__ = "token_secret"

    digest: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    token_id: Mapped[str] = mapped_column(text_column(20), unique=True)


ledger.register_projection("token", TokenRow)
