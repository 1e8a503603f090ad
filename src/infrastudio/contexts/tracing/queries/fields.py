"""What traces can be filtered and ordered by, in the words of tracking clients, and where it stands."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, FromClause, and_, literal, select, type_coerce
from sqlalchemy.types import BigInteger, String
from typing_extensions import override

from infrastudio.contexts.tracing.tables import (
    AssessmentRow,
    TraceMetadataRow,
    TraceRow,
    TraceRunRow,
    TraceTagRow,
)
from infrastudio.kernel.filters import (
    EQUALITY,
    MEMBERSHIP,
    PRESENCE,
    TEXT_OPERATORS,
    Collection,
    Field,
    FilterFields,
    Kind,
    Operator,
)
from infrastudio.stores.db import contains
from infrastudio.stores.db.filter_compiler import CollectionColumns, FieldColumn, FilterColumns, moment_column
from infrastudio.stores.db.item_columns import ItemColumns, ValueCondition

RUN_COLLECTION: Final = "linked_run"
"""The runs of a trace; `run_id` of clients means one of them, whatever the key."""
PROMPT_COLLECTION: Final = "linked_prompt"
"""The versions of prompts that a trace used; the key is what their list says of one, whatever the value."""
PROMPTS_TAG: Final = "mlflow.linkedPrompts"
"""The tag in which clients list them, as JSON."""
WIRE_PREFIX: Final = "tr-"

_MICROSECONDS: Final = 1000
"""In a millisecond."""
_ISSUE: Final = Field("issue", operators=frozenset({Operator.EQUAL}), sortable=False)
_ITEMS: Final = TEXT_OPERATORS | PRESENCE
_NAMES: Final = TEXT_OPERATORS | MEMBERSHIP
_MADE: Final = {
    "timestamp": Field("started_at", Kind.MILLISECONDS),
    "timestamp_ms": Field("started_at", Kind.MILLISECONDS),
    "execution_time": Field("duration_ms", Kind.NUMBER),
    "execution_time_ms": Field("duration_ms", Kind.NUMBER),
    "end_time": Field("ended_ms", Kind.NUMBER),
    "end_time_ms": Field("ended_ms", Kind.NUMBER),
}
_trace = TraceRow.__table__.c

CLIENT_TRACE_FIELDS: Final = FilterFields(
    {
        "request_id": Field("id", operators=_NAMES),
        **_MADE,
        "status": Field(
            "state",
            Kind.CHOICE,
            choices={
                "STATE_UNSPECIFIED": "unspecified",
                "TRACE_STATUS_UNSPECIFIED": "unspecified",
                "OK": "ok",
                "ERROR": "error",
                "IN_PROGRESS": "in_progress",
            },
            any_choice=True,
        ),
        "client_request_id": Field("client_request_id", operators=_NAMES, sortable=False),
        "experiment_id": Field("experiment_id", filterable=False),
    },
    (
        Collection("tag", Field("tag", operators=_ITEMS), aliases=("tags",)),
        Collection("request_metadata", Field("request_metadata", operators=_ITEMS), aliases=("metadata",)),
        Collection("feedback", Field("feedback", operators=_ITEMS, sortable=False)),
        Collection("expectation", Field("expectation", operators=_ITEMS, sortable=False)),
        Collection("issue", _ISSUE, keys={"id": _ISSUE}),
        Collection(RUN_COLLECTION, Field(RUN_COLLECTION, operators=EQUALITY | _NAMES, sortable=False)),
        Collection(PROMPT_COLLECTION, Field(PROMPT_COLLECTION, operators=frozenset({Operator.EQUAL}), sortable=False)),
    ),
    attribute_entities=("attribute", "attributes", "attr", "trace"),
)
"""Traces in the words of tracking clients."""


class _Unsortable(CollectionColumns):
    """Values of which a trace may have several."""

    @override
    def joined(self, key: str, number: int) -> tuple[FromClause, ColumnElement[bool], FieldColumn]:
        raise TypeError(f"{key!r} has no order")


class AssessmentColumns(_Unsortable):
    """What valid assessments of one kind say, by their name."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        said = AssessmentRow.__table__.c
        text = FieldColumn(said.value_text, said.value_text)
        named = and_(said.kind == self._kind, said.name == key, said.valid.is_(True))
        return _trace.id.in_(select(said.trace_id).where(named, condition(text)))


class IssueColumns(_Unsortable):
    """The issues that assessments name."""

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        said = AssessmentRow.__table__.c
        named = condition(FieldColumn(said.name, said.name))
        return _trace.id.in_(select(said.trace_id).where(said.kind == "issue", named))


class RunColumns(_Unsortable):
    """The runs to which a trace belongs."""

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        runs = TraceRunRow.__table__.c
        return _trace.id.in_(select(runs.trace_id).where(condition(FieldColumn(runs.run_id, runs.run_id))))


class PromptColumns(_Unsortable):
    """The versions of prompts that a trace used."""

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        tags = TraceTagRow.__table__.c
        return _trace.id.in_(select(tags.trace_id).where(tags.key == PROMPTS_TAG, contains(tags.value, key)))


def trace_columns() -> FilterColumns:
    """Return where the fields of traces stand."""
    wire_id = literal(WIRE_PREFIX, String()).concat(_trace.id)
    began = type_coerce(_trace.started_at, BigInteger())
    return FilterColumns(
        {
            "id": FieldColumn(wire_id, wire_id),
            "started_at": moment_column(_trace.started_at),
            "duration_ms": FieldColumn(_trace.duration_us // _MICROSECONDS, nullable=True),
            "ended_ms": FieldColumn((began + _trace.duration_us) // _MICROSECONDS, nullable=True),
            "state": FieldColumn(_trace.state),
            "client_request_id": FieldColumn(_trace.client_request_id, _trace.client_request_id_folded, nullable=True),
            "experiment_id": FieldColumn(_trace.experiment_id),
        },
        {
            "tag": ItemColumns(TraceTagRow, "trace_id", _trace.id),
            "request_metadata": ItemColumns(TraceMetadataRow, "trace_id", _trace.id),
            "feedback": AssessmentColumns("feedback"),
            "expectation": AssessmentColumns("expectation"),
            "issue": IssueColumns(),
            RUN_COLLECTION: RunColumns(),
            PROMPT_COLLECTION: PromptColumns(),
        },
    )
