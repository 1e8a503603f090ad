"""Rows of traces, of their tags, metadata, runs and spans, and of assessments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.stores import ledger
from infrastudio.stores.db import Base, CanonicalJson, LongText, UtcDateTime, text_column


class TraceRow(Base, scratch="traces are telemetry: programs send them by the thousand, and never change them"):
    """A trace."""

    __tablename__ = "trace"
    __table_args__ = (Index(None, "experiment_id", "started_at"),)

    id: Mapped[str] = mapped_column(text_column(32), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    experiment_id: Mapped[str] = mapped_column(text_column(20))
    client_request_id: Mapped[str | None] = mapped_column(text_column(250))
    client_request_id_folded: Mapped[str | None] = mapped_column(text_column(750))
    request_preview: Mapped[str | None] = mapped_column(LongText)
    response_preview: Mapped[str | None] = mapped_column(LongText)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    duration_us: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(text_column(20))
    location: Mapped[str] = mapped_column(LongText)
    from_spans: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Its program told of no more than its spans, so that further ones change what is known of it."""


class TraceTagRow(Base, scratch="part of a trace, which is telemetry"):
    """A tag of a trace."""

    __tablename__ = "trace_tag"

    trace_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("trace.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


class TraceMetadataRow(Base, scratch="part of a trace, which is telemetry"):
    """What the program says about a trace, once."""

    __tablename__ = "trace_metadata"

    trace_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("trace.id"), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


class TraceRunRow(Base, scratch="part of a trace, which is telemetry"):
    """A run to which a trace belongs: the one that made it, and those it was linked to."""

    __tablename__ = "trace_run"
    __table_args__ = (Index(None, "run_id"),)

    trace_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("trace.id"), primary_key=True)
    run_id: Mapped[str] = mapped_column(text_column(64), primary_key=True)


class SpanRow(Base, scratch="part of a trace, which is telemetry"):
    """A span of a trace, and what filters ask of it."""

    __tablename__ = "trace_span"

    trace_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("trace.id"), primary_key=True)
    span_id: Mapped[str] = mapped_column(text_column(16), primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(text_column(16))
    name: Mapped[str] = mapped_column(LongText)
    name_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded name where it differs; so with the type."""
    type: Mapped[str] = mapped_column(LongText)
    type_folded: Mapped[str | None] = mapped_column(LongText)
    status: Mapped[str] = mapped_column(text_column(20))
    started_ns: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str | None] = mapped_column(LongText)
    """The whole span as JSON; None: it lies in the file that its program stored."""


class SpanAttributeRow(Base, scratch="part of a trace, which is telemetry"):
    """The text of an attribute of a span, as filters compare it."""

    __tablename__ = "trace_span_attribute"

    trace_id: Mapped[str] = mapped_column(text_column(32), ForeignKey("trace.id"), primary_key=True)
    span_id: Mapped[str] = mapped_column(text_column(16), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(250), primary_key=True)
    value: Mapped[str] = mapped_column(LongText)
    value_folded: Mapped[str | None] = mapped_column(LongText)
    """The folded value where it differs."""


class AssessmentRow(Base, ledgered="assessment"):
    """What somebody says about a trace."""

    __tablename__ = "assessment"
    __table_args__ = (Index(None, "trace_id"),)

    id: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    project_id: Mapped[str] = mapped_column(text_column(20), ForeignKey("project.id"))
    trace_id: Mapped[str] = mapped_column(text_column(32))
    name: Mapped[str] = mapped_column(text_column(250))
    kind: Mapped[str] = mapped_column(text_column(20))
    span_id: Mapped[str | None] = mapped_column(text_column(250))
    source_type: Mapped[str] = mapped_column(text_column(20))
    source_id: Mapped[str] = mapped_column(text_column(250))
    content: Mapped[Any] = mapped_column(CanonicalJson)
    value_text: Mapped[str] = mapped_column(LongText)
    rationale: Mapped[str | None] = mapped_column(LongText)
    metadata_: Mapped[Any] = mapped_column("metadata", CanonicalJson)
    overrides: Mapped[str | None] = mapped_column(text_column(250))
    valid: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger)


ledger.register_projection("assessment", AssessmentRow)
