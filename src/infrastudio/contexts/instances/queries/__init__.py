"""Reads of instances and of their history, live and as of a moment."""

from infrastudio.contexts.instances.queries.history import (
    UnknownRecord,
    compare,
    entry,
    fleet_history,
    history,
    last_entry,
    record,
    state_of,
)
from infrastudio.contexts.instances.queries.instances import (
    READ,
    SORTABLE,
    InstanceList,
    UnknownInstance,
    batch,
    instance,
    instance_of,
    instances,
    rights_on,
    row,
    row_or_none,
    rows,
    stream,
    view,
)
from infrastudio.contexts.instances.queries.pages import JsonPage, page
from infrastudio.contexts.instances.queries.summary import summary

__all__ = [
    "READ",
    "SORTABLE",
    "InstanceList",
    "JsonPage",
    "UnknownInstance",
    "UnknownRecord",
    "batch",
    "compare",
    "entry",
    "fleet_history",
    "history",
    "instance",
    "instance_of",
    "instances",
    "last_entry",
    "page",
    "record",
    "rights_on",
    "row",
    "row_or_none",
    "rows",
    "state_of",
    "stream",
    "summary",
    "view",
]
