"""Tables and units of work on SQLite, PostgreSQL and MariaDB/MySQL."""

from infrastudio.stores.db.base import Base
from infrastudio.stores.db.database import Database
from infrastudio.stores.db.idempotency import Repeat
from infrastudio.stores.db.lock import LedgerLock, LedgerPosition
from infrastudio.stores.db.planning import unindexed
from infrastudio.stores.db.prepared import (
    PreparedInsert,
    PreparedList,
    PreparedPage,
    PreparedSelect,
    PreparedUpdate,
    Record,
)
from infrastudio.stores.db.settings import ConnectionSettings
from infrastudio.stores.db.text_search import contains, contains_folded
from infrastudio.stores.db.types import AutoId, Boolean, CanonicalJson, LongBytes, LongText, UtcDateTime, text_column
from infrastudio.stores.db.unit_of_work import PendingEvent, Snapshot, UnitOfWork

__all__ = [
    "AutoId",
    "Base",
    "Boolean",
    "CanonicalJson",
    "ConnectionSettings",
    "Database",
    "LedgerLock",
    "LedgerPosition",
    "LongBytes",
    "LongText",
    "PendingEvent",
    "PreparedInsert",
    "PreparedList",
    "PreparedPage",
    "PreparedSelect",
    "PreparedUpdate",
    "Record",
    "Repeat",
    "Snapshot",
    "UnitOfWork",
    "UtcDateTime",
    "contains",
    "contains_folded",
    "text_column",
    "unindexed",
]
