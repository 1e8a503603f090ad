"""Reads of instances and of their history, live and as of a moment."""

from infrastudio.contexts.instances.queries.columns import REMEMBERED
from infrastudio.contexts.instances.queries.exports import (
    HISTORY_COLUMNS,
    LIST_COLUMNS,
    choose,
    history_rows,
    list_rows,
)
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
    last_id,
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
    "HISTORY_COLUMNS",
    "LIST_COLUMNS",
    "READ",
    "REMEMBERED",
    "SORTABLE",
    "InstanceList",
    "JsonPage",
    "UnknownInstance",
    "UnknownRecord",
    "batch",
    "choose",
    "compare",
    "entry",
    "fleet_history",
    "history",
    "history_rows",
    "instance",
    "instance_of",
    "instances",
    "last_entry",
    "last_id",
    "list_rows",
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
