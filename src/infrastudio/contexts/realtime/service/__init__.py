"""What the sockets of one process share: recent events, streams of watched runs, operations, presence."""

from infrastudio.contexts.realtime.service.hub import CHAOS_CUT_S, Hub, Limits
from infrastudio.contexts.realtime.service.operations import Operations, RunningOperation
from infrastudio.contexts.realtime.service.presence import PresenceBoard
from infrastudio.contexts.realtime.service.sources import (
    BoardSource,
    LedgerSource,
    LineSource,
    PointSource,
    Source,
)

__all__ = [
    "CHAOS_CUT_S",
    "BoardSource",
    "Hub",
    "LedgerSource",
    "Limits",
    "LineSource",
    "Operations",
    "PointSource",
    "PresenceBoard",
    "RunningOperation",
    "Source",
]
