"""The ledger: one append-only table of all changes, written in the transaction that changes the rows."""

from infrastudio.stores.ledger.as_of import (
    BIRTH,
    EVENT_AT,
    Moment,
    birth_seq,
    collections_at,
    resolve_as_of,
    select_last_events,
    select_states,
    state_at,
    state_of,
)
from infrastudio.stores.ledger.entries import (
    Entry,
    changes_since,
    entry_of,
    head,
    history,
    last_version,
    maker,
    makers,
    next_seq,
    recorded_texts,
    select_entries,
    since,
)
from infrastudio.stores.ledger.event import EVENT_KINDS, SEARCH_FOLDED, Event, Link, append, is_full_version
from infrastudio.stores.ledger.feed import LedgerFeed
from infrastudio.stores.ledger.follower import Follower
from infrastudio.stores.ledger.json_value import has_key, json_value
from infrastudio.stores.ledger.keyframe_follower import KeyframeFollower
from infrastudio.stores.ledger.keyframes import KeyframeLimits, verify_keyframes
from infrastudio.stores.ledger.lock import TableLedgerLock, advance_clock
from infrastudio.stores.ledger.orders import remembered_order
from infrastudio.stores.ledger.past_states import remembered_states
from infrastudio.stores.ledger.population import count_existing
from infrastudio.stores.ledger.replay import Finding, register_projection, row_of, verify_chain, verify_tables
from infrastudio.stores.ledger.state_columns import PastState, PastStates, RememberedKind
from infrastudio.stores.ledger.tables import EventRow, KeyframeRow, LedgerClockRow

__all__ = [
    "BIRTH",
    "EVENT_AT",
    "EVENT_KINDS",
    "SEARCH_FOLDED",
    "Entry",
    "Event",
    "EventRow",
    "Finding",
    "Follower",
    "KeyframeFollower",
    "KeyframeLimits",
    "KeyframeRow",
    "LedgerClockRow",
    "LedgerFeed",
    "Link",
    "Moment",
    "PastState",
    "PastStates",
    "RememberedKind",
    "TableLedgerLock",
    "advance_clock",
    "append",
    "birth_seq",
    "changes_since",
    "collections_at",
    "count_existing",
    "entry_of",
    "has_key",
    "head",
    "history",
    "is_full_version",
    "json_value",
    "last_version",
    "maker",
    "makers",
    "next_seq",
    "recorded_texts",
    "register_projection",
    "remembered_order",
    "remembered_states",
    "resolve_as_of",
    "row_of",
    "select_entries",
    "select_last_events",
    "select_states",
    "since",
    "state_at",
    "state_of",
    "verify_chain",
    "verify_keyframes",
    "verify_tables",
]
