"""Rows of deployments, replicas and endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores import ledger
from infrastudio.stores.db import Base, Boolean, CanonicalJson, LongText, UtcDateTime, text_column


class DeploymentRow(Base, ledgered="deployment"):
    """A model version that is served."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("project_id", "name"), Index(None, "project_id", "created_at"))

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(text_column(63))
    name_folded: Mapped[str] = mapped_column(text_column(63))
    environment: Mapped[str] = mapped_column(text_column(20))
    runtime: Mapped[str] = mapped_column(text_column(20))
    model_id: Mapped[str] = mapped_column(text_column(20))
    model_name: Mapped[str] = mapped_column(text_column(256))
    model_name_folded: Mapped[str] = mapped_column(text_column(768))
    model_version: Mapped[int] = mapped_column(BigInteger)
    replicas: Mapped[int] = mapped_column(Integer)
    split: Mapped[Any] = mapped_column(CanonicalJson)
    state: Mapped[str] = mapped_column(text_column(20))
    reason: Mapped[str | None] = mapped_column(LongText)
    stop_requested: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class ReplicaRow(Base, ledgered="replica"):
    """One process that serves one version."""

    __tablename__ = "replica"
    __table_args__ = (Index(None, "deployment_id", "place", "created_at"), Index(None, "state"))

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    deployment_id: Mapped[str] = mapped_column(text_column(20))
    model_version: Mapped[int] = mapped_column(BigInteger)
    place: Mapped[int] = mapped_column(Integer)
    restarts: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(text_column(20))
    reason: Mapped[str | None] = mapped_column(LongText)
    address: Mapped[str | None] = mapped_column(text_column(255))
    pid: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


class EndpointRow(Base, ledgered="endpoint"):
    """An address that answers for a deployment."""

    __tablename__ = "endpoint"

    id: Mapped[str] = mapped_column(text_column(20), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    deployment_id: Mapped[str] = mapped_column(text_column(20), index=True)
    protocol: Mapped[str] = mapped_column(text_column(20))
    path: Mapped[str] = mapped_column(text_column(255))
    method: Mapped[str] = mapped_column(text_column(10))
    authentication: Mapped[str] = mapped_column(text_column(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


ledger.register_projection("deployment", DeploymentRow)
ledger.register_projection("replica", ReplicaRow)
ledger.register_projection("endpoint", EndpointRow)
