"""The events of one kind in one project, by when they happened: counted and found in an index, no event is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, bindparam, func, or_, select

from infrastudio.contexts.identity.permissions import EVENTS_READ, may_read_events
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedPage, PreparedSelect, Snapshot
from infrastudio.stores.ledger import EventRow

FEW: Final = 1000
"""So many events are put into bins one by one; of more each bin is counted by itself."""


class Series(NamedTuple):
    """The events of a kind in a project."""

    project_id: str
    kind: str


class Place(NamedTuple):
    """Where an event stands on the axis of time."""

    at_us: int
    seq: int


class Times(NamedTuple):
    """Which events are meant: happened from `start_us` to `end_us`, both included, and known at event `until`."""

    start_us: int
    end_us: int
    until: int


def readable_series(snapshot: Snapshot, project: str | None) -> list[Series]:
    """Return the series that the actor may read; `project` as for `readable`."""
    if project != projects.EVERY_PROJECT:
        project_ids: Iterable[str] = [projects.require(snapshot, project, EVENTS_READ)]
    else:
        allowed = snapshot.actor.projects_with(EVENTS_READ)
        project_ids = _project_ids(snapshot) if allowed is None else sorted(allowed)
    return [
        Series(project_id, kind)
        for project_id in project_ids
        for kind in _kinds(snapshot, project_id)
        if may_read_events(snapshot.actor, kind.partition(".")[0], project_id)
    ]


def count_in_bins(snapshot: Snapshot, series: Series, times: Times, bins: int) -> list[int]:
    """Return how many events fall into each of so many equal parts of a window, oldest first."""
    values = {**series._asdict(), **times._asdict()}
    if bins == 1:
        return [_count(snapshot, values)]
    width = bin_width_us(times, bins)
    few = [at_us for (at_us,) in _FIRST_TIMES.rows(snapshot.connection, {**values, "limit": FEW + 1})]
    counts = [0] * bins
    if len(few) <= FEW:
        for at_us in few:
            counts[(at_us - times.start_us) // width] += 1
        return counts
    for number in range((few[0] - times.start_us) // width, bins):
        start_us = times.start_us + number * width
        end_us = min(start_us + width - 1, times.end_us)
        counts[number] = _count(snapshot, {**values, "start_us": start_us, "end_us": end_us})
    return counts


def bin_width_us(times: Times, bins: int) -> int:
    """Return how long a part is, in microseconds; all together they reach at least to the end of the window."""
    return (times.end_us - times.start_us) // bins + 1


def newest_places(
    snapshot: Snapshot, wanted: Iterable[Series], times: Times, *, before: Place | None, limit: int
) -> list[Place]:
    """Return the last events of some series in a window, the newest first; `before` leaves out what is not older."""
    before_seq = MAX_INTEGER
    if before is not None and before.at_us <= times.end_us:
        times, before_seq = times._replace(end_us=before.at_us), before.seq
    found: list[Place] = []
    for series in wanted:
        values = {**series._asdict(), **times._asdict(), "before_seq": before_seq, "limit": limit}
        found += [Place(*row) for row in _NEWEST.rows(snapshot.connection, values)]
        if len(found) >= limit:
            found = sorted(found, reverse=True)[:limit]
            times = times._replace(start_us=found[-1].at_us)  # what is older in the other series comes on later pages
    return sorted(found, reverse=True)


_OF_SERIES: Final = (EventRow.project_id == bindparam("project_id"), EventRow.kind == bindparam("kind"))
_IN_WINDOW: Final = (
    *_OF_SERIES,
    EventRow.occurred_at >= bindparam("start_us", type_=BigInteger),
    EventRow.occurred_at <= bindparam("end_us", type_=BigInteger),
    EventRow.seq <= bindparam("until"),
)
# rows are taken as the driver gives them: times are microseconds
_COUNT: Final = PreparedSelect(select(func.count().label("count")).select_from(EventRow).where(*_IN_WINDOW))
_FIRST_TIMES: Final = PreparedPage(
    select(EventRow.occurred_at).where(*_IN_WINDOW).order_by(EventRow.occurred_at).limit(bindparam("limit"))
)
_PLACE: Final[tuple[Any, ...]] = (EventRow.occurred_at, EventRow.seq)
_NEWEST: Final = PreparedPage(
    select(*_PLACE)
    .where(
        *_IN_WINDOW,
        or_(EventRow.occurred_at < bindparam("end_us", type_=BigInteger), EventRow.seq < bindparam("before_seq")),
    )
    .order_by(EventRow.occurred_at.desc(), EventRow.seq.desc())
    .limit(bindparam("limit"))
)
_NEXT_PROJECT: Final = PreparedSelect(
    select(func.min(EventRow.project_id).label("next")).where(EventRow.project_id > bindparam("behind"))
)
_NEXT_KIND: Final = PreparedSelect(
    select(func.min(EventRow.kind).label("next")).where(
        EventRow.project_id == bindparam("project_id"), EventRow.kind > bindparam("behind")
    )
)
_ANY_OF_PROJECT: Final = PreparedSelect(
    select(EventRow.seq).where(EventRow.project_id == bindparam("project_id")).limit(bindparam("limit"))
)


def _count(snapshot: Snapshot, values: dict[str, int | str]) -> int:
    return int(_COUNT.rows(snapshot.connection, values)[0][0])


def _kinds(snapshot: Snapshot, project_id: str) -> list[str]:
    """Return the kinds of events of a project; the same until something is appended."""
    key = ("kinds", project_id, ledger.head(snapshot))
    return snapshot.remembered(key, lambda: list(_each(snapshot, _NEXT_KIND, {"project_id": project_id})))


def _project_ids(snapshot: Snapshot) -> list[str]:
    """Return the projects that have events; the empty id stands for what belongs to none."""
    none = [""] if _ANY_OF_PROJECT.rows(snapshot.connection, {"project_id": "", "limit": 1}) else []
    return none + list(_each(snapshot, _NEXT_PROJECT, {}))


def _each(snapshot: Snapshot, following: PreparedSelect, values: dict[str, str]) -> Iterator[str]:
    """Yield the different values of a column in their order, by one seek in the index for each."""
    behind = ""
    while (found := following.rows(snapshot.connection, {**values, "behind": behind})[0][0]) is not None:
        yield found
        behind = found
