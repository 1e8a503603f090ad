"""What experiments and runs can be filtered and ordered by: in our own words, and in those of tracking clients."""

from __future__ import annotations

from typing import Final

from infrastudio.contexts.tracking.schemas.runs import STATUSES
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
)

LIFECYCLES: Final = {"active": "active", "deleted": "deleted"}
_IDENTIFIERS: Final = EQUALITY | MEMBERSHIP | PRESENCE

RUN_FIELDS: Final = FilterFields(
    {
        "id": Field("id"),
        "name": Field("name"),
        "status": Field("status", Kind.CHOICE, choices={status: status for status in STATUSES}),
        "user": Field("user"),
        "experiment_id": Field("experiment_id", operators=_IDENTIFIERS),
        "parent_id": Field("parent_id", operators=_IDENTIFIERS),
        "job_id": Field("job_id", operators=_IDENTIFIERS),
        "attempts": Field("attempts", Kind.NUMBER),
        "started_at": Field("started_at", Kind.TIME),
        "ended_at": Field("ended_at", Kind.TIME),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
        "duration_s": Field("duration_s", Kind.NUMBER),
    },
    (
        Collection("metric", Field("metric", Kind.NUMBER), aliases=("metrics",)),
        Collection("parameter", Field("parameter"), aliases=("param", "params", "parameters")),
        Collection("tag", Field("tag"), aliases=("tags",)),
        Collection(
            "dataset",
            Field("dataset", sortable=False),
            aliases=("datasets",),
            keys={name: Field(name, sortable=False) for name in ("name", "digest", "context")},
        ),
    ),
    attribute_entities=("attribute", "attributes", "attr", "run"),
)
"""Runs in our own words."""

EXPERIMENT_FIELDS: Final = FilterFields(
    {
        "id": Field("id", operators=_IDENTIFIERS),
        "name": Field("name"),
        "owner": Field("owner"),
        "lifecycle": Field("lifecycle", Kind.CHOICE, choices=LIFECYCLES),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
        "last_run_at": Field("last_run_at", Kind.TIME),
    },
    (Collection("tag", Field("tag"), aliases=("tags",)),),
)
"""Experiments in our own words."""

_CLIENT_STATUSES: Final = {
    "FAILED": "failed",
    "FINISHED": "succeeded",
    "KILLED": "canceled",
    "RUNNING": "running",
    "SCHEDULED": "queued",
}
"""Sorted by what clients say, for they order by it."""

_CLIENT_ITEM: Final = TEXT_OPERATORS | PRESENCE
_NAME: Final = Field("name", operators=TEXT_OPERATORS)
_NAME_IN_FILTERS: Final = Field("name", operators=TEXT_OPERATORS, sortable=False)
_START: Final = Field("started_at", Kind.MILLISECONDS)

CLIENT_RUN_FIELDS: Final = FilterFields(
    {
        "run_id": Field("id", operators=TEXT_OPERATORS | MEMBERSHIP),
        "run_name": _NAME,
        "run name": _NAME_IN_FILTERS,
        "Run name": _NAME_IN_FILTERS,
        "Run Name": _NAME_IN_FILTERS,
        "status": Field("status", Kind.CHOICE, TEXT_OPERATORS, _CLIENT_STATUSES, any_choice=True),
        "user_id": Field("user", operators=TEXT_OPERATORS),
        "artifact_uri": Field("artifact_uri", operators=TEXT_OPERATORS),
        "start_time": _START,
        "created": _START,
        "Created": _START,
        "end_time": Field("ended_at", Kind.MILLISECONDS),
    },
    (
        Collection("metric", Field("metric", Kind.NUMBER, NUMBER_OPERATORS), aliases=("metrics",)),
        Collection("parameter", Field("parameter", operators=_CLIENT_ITEM), aliases=("param", "params", "parameters")),
        Collection("tag", Field("tag", operators=_CLIENT_ITEM), aliases=("tags",)),
        Collection(
            "dataset",
            Field("dataset", sortable=False),
            aliases=("datasets",),
            keys={
                name: Field(name, operators=TEXT_OPERATORS | MEMBERSHIP, sortable=False)
                for name in ("name", "digest", "context")
            },
        ),
    ),
    attribute_entities=("attribute", "attributes", "attr", "run"),
)
"""Runs in the words of tracking clients: times are milliseconds, statuses are theirs."""

CLIENT_EXPERIMENT_FIELDS: Final = FilterFields(
    {
        "name": _NAME,
        "experiment_id": Field("id", operators=EQUALITY | MEMBERSHIP | TEXT_OPERATORS),
        "creation_time": Field("created_at", Kind.MILLISECONDS),
        "last_update_time": Field("revised_at", Kind.MILLISECONDS),
    },
    (Collection("tag", Field("tag", operators=_CLIENT_ITEM, sortable=False), aliases=("tags",)),),
)
"""Experiments in the words of tracking clients."""
