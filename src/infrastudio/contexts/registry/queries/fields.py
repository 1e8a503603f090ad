"""What models, versions and logged models can be filtered and ordered by: in our words, and in those of clients."""

from __future__ import annotations

from typing import Final, get_args

from infrastudio.contexts.registry.schemas import Framework, Stage
from infrastudio.kernel.filters import (
    EQUALITY,
    MEMBERSHIP,
    NUMBER_OPERATORS,
    PRESENCE,
    TEXT_OPERATORS,
    Collection,
    Field,
    FilterFields,
    Kind,
    Operator,
)

_IDENTIFIERS: Final = EQUALITY | MEMBERSHIP | PRESENCE
_TAGS: Final = Collection("tag", Field("tag"), aliases=("tags",))

MODEL_FIELDS: Final = FilterFields(
    {
        "id": Field("id", operators=_IDENTIFIERS),
        "name": Field("name"),
        "framework": Field("framework", Kind.CHOICE, choices={word: word for word in get_args(Framework)}),
        "latest_version": Field("latest_version", Kind.NUMBER),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
        "revised_at": Field("revised_at", Kind.TIME),
    },
    (_TAGS,),
)
"""Models in our own words."""

VERSION_FIELDS: Final = FilterFields(
    {
        "number": Field("number", Kind.NUMBER),
        "stage": Field("stage", Kind.CHOICE, choices={word: word for word in get_args(Stage)}),
        "source": Field("source"),
        "run_id": Field("run_id", operators=_IDENTIFIERS),
        "logged_model_id": Field("logged_model_id", operators=_IDENTIFIERS),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
        "revised_at": Field("revised_at", Kind.TIME),
    },
    (_TAGS,),
)
"""Versions in our own words."""

_IN: Final = frozenset({Operator.IN})
_REVISED: Final = Field("revised_at", Kind.MILLISECONDS, filterable=False)

CLIENT_MODEL_FIELDS: Final = FilterFields(
    {
        "name": Field("name", operators=TEXT_OPERATORS | _IN),
        "timestamp": _REVISED,
        "last_updated_timestamp": _REVISED,
    },
    (Collection("tag", Field("tag", operators=TEXT_OPERATORS, sortable=False), aliases=("tags",)),),
)
"""Models in the words of tracking clients."""

CLIENT_VERSION_FIELDS: Final = FilterFields(
    {
        "name": Field("model", operators=TEXT_OPERATORS | _IN),
        "source_path": Field("source", operators=TEXT_OPERATORS, sortable=False),
        "run_id": Field("run_id", operators=TEXT_OPERATORS | _IN, sortable=False),
        "version_number": Field("number", Kind.NUMBER, NUMBER_OPERATORS),
        "creation_timestamp": Field("created_at", Kind.MILLISECONDS, filterable=False),
        "last_updated_timestamp": _REVISED,
    },
    (Collection("tag", Field("tag", operators=TEXT_OPERATORS, sortable=False), aliases=("tags",)),),
)
"""Versions in the words of tracking clients."""

_CLIENT_ITEM: Final = TEXT_OPERATORS | MEMBERSHIP

CLIENT_LOGGED_MODEL_FIELDS: Final = FilterFields(
    {
        "name": Field("name", operators=_CLIENT_ITEM),
        "model_id": Field("id", operators=_CLIENT_ITEM),
        "model_type": Field("model_type", operators=_CLIENT_ITEM),
        "source_run_id": Field("source_run_id", operators=_CLIENT_ITEM),
        "experiment_id": Field("experiment_id", operators=_CLIENT_ITEM),
        "status": Field(
            "status",
            Kind.CHOICE,
            TEXT_OPERATORS | MEMBERSHIP,
            {
                "LOGGED_MODEL_STATUS_UNSPECIFIED": "unspecified",
                "LOGGED_MODEL_PENDING": "pending",
                "LOGGED_MODEL_READY": "ready",
                "LOGGED_MODEL_UPLOAD_FAILED": "upload_failed",
                "PENDING": "pending",
                "READY": "ready",
                "FAILED": "upload_failed",
                "0": "unspecified",
                "1": "pending",
                "2": "ready",
                "3": "upload_failed",
            },
            any_choice=True,
        ),
        "creation_timestamp": Field("created_at", Kind.MILLISECONDS),
        "creation_time": Field("created_at", Kind.MILLISECONDS),
        "last_updated_timestamp": Field("revised_at", Kind.MILLISECONDS),
    },
    (
        Collection("metric", Field("metric", Kind.NUMBER, NUMBER_OPERATORS), aliases=("metrics",)),
        Collection(
            "parameter",
            Field("parameter", operators=_CLIENT_ITEM, sortable=False),
            aliases=("param", "params", "parameters"),
        ),
        Collection("tag", Field("tag", operators=_CLIENT_ITEM, sortable=False), aliases=("tags",)),
    ),
)
"""Logged models in the words of tracking clients; the reference knows a status by its number only."""
