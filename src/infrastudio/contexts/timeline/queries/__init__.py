"""Reads of the ledger and of what was derived from it."""

from infrastudio.contexts.timeline.queries.changes import changes_between
from infrastudio.contexts.timeline.queries.edges import FORMAT, checkpoint, held_edges
from infrastudio.contexts.timeline.queries.events import EventQuery, read_events
from infrastudio.contexts.timeline.queries.items import Window, item_of, read_timeline
from infrastudio.contexts.timeline.queries.lineage import Direction, lineage_of
from infrastudio.contexts.timeline.queries.states import read_state, read_states, summary

__all__ = [
    "FORMAT",
    "Direction",
    "EventQuery",
    "Window",
    "changes_between",
    "checkpoint",
    "held_edges",
    "item_of",
    "lineage_of",
    "read_events",
    "read_state",
    "read_states",
    "read_timeline",
    "summary",
]
