"""The views of the one ledger: raw events, items on lanes, changes between two moments, states at one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from infrastudio.contexts.identity.permissions import EVENTS_READ
from infrastudio.contexts.projects.queries import EVERY_PROJECT
from infrastudio.contexts.timeline import queries
from infrastudio.contexts.timeline.queries import EventQuery, Window
from infrastudio.contexts.timeline.rules.edges import EntityName
from infrastudio.contexts.timeline.rules.items import LANES
from infrastudio.contexts.timeline.schemas import ChangePage, EntityState, EventPage, StatePage, StateSummary, Timeline
from infrastudio.http import Access, AsOf, ProjectParameter, reads, resource
from infrastudio.kernel.clock import EPOCH, parse_time
from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.pages import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET
from infrastudio.kernel.text import MAX_INTEGER, Text
from infrastudio.stores import ledger
from infrastudio.stores.ledger import LedgerFeed, Moment

router = APIRouter(prefix="/api", tags=["timeline"])

MAX_WAIT_S: Final = 60
MAX_ITEMS: Final = 5000
MAX_BINS: Final = 500
LATEST: Final = timedelta(hours=1)
"""The window of a timeline that names none."""

_ENTITY: Final = r"^[a-z][a-z0-9_]{0,31}(:.{1,255})?$"
_KINDS: Final = r"^[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|\*)(,[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|\*))*$"

Reader = Annotated[Access, Depends(reads(EVENTS_READ))]
Feed = Annotated[LedgerFeed, Depends(resource(LedgerFeed))]
EntityParameter = Annotated[
    Text | None, Query(pattern=_ENTITY, description="A kind of entity such as `run`, or one of them: `run:<id>`.")
]
MOMENT: Final = "An RFC 3339 time, `now` or `seq:<number>`."
From = Annotated[Text | None, Query(alias="from", max_length=64, description=MOMENT)]
To = Annotated[Text | None, Query(alias="to", max_length=64, description=MOMENT)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[Text | None, Query(max_length=4000)]
Bins = Annotated[
    int | None,
    Query(ge=1, le=MAX_BINS, description="Count the events of each lane in so many equal parts of the window."),
]


@router.get("/events")
async def list_events(
    reader: Reader,
    feed: Feed,
    at: AsOf,
    since: Annotated[int, Query(ge=0, le=MAX_INTEGER, description="The last number that is known already.")] = 0,
    kind: Annotated[
        Text | None, Query(max_length=1000, pattern=_KINDS, description="Kinds, comma-separated; `run.*` is allowed.")
    ] = None,
    entity: EntityParameter = None,
    limit: Limit = 100,
    wait_s: Annotated[float, Query(ge=0, le=MAX_WAIT_S, description="Wait so long for the first event.")] = 0,
    project: ProjectParameter = None,
) -> EventPage:
    """Return events in order, from the ledger itself. Go on with `since=<upto>`; rights and filters leave holes."""
    name, project = _named(entity, project)
    kinds = tuple(kind.split(",")) if kind else ()
    query = EventQuery(project, kinds, name and name.entity, (name and name.id) or None)
    until = None if at is None else at.seq
    if wait_s == 0 or until is not None:
        return await reader.read(queries.read_events, query, since=since, limit=limit, until=until)
    return await _first_events(feed, reader, query, since=since, limit=limit, wait_s=wait_s)


@router.get("/timeline")
async def get_timeline(
    reader: Reader,
    at: AsOf,
    start: From = None,
    end: To = None,
    lanes: Annotated[Text | None, Query(max_length=1000, description="Lanes, comma-separated; default: all.")] = None,
    entity: EntityParameter = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ITEMS)] = MAX_LIMIT,
    cursor: Cursor = None,
    bins: Bins = None,
    project: ProjectParameter = None,
) -> Timeline:
    """Return what happened in a window of time, by default in the last hour, as items on lanes, newest first.

    With an entity only what concerns it: its own events, those of entities next to it, and those that tied them.
    """
    name, project = _named(entity, project)
    if name is not None and not name.id:
        raise ValidationFailed.of("entity", "must name one entity", f"{name.entity}:<id>")
    window = await _window(reader, at, start, end, lanes, project, name)
    return await reader.read(queries.read_timeline, window, limit=limit, cursor=cursor, bins=bins)


@router.get("/runs/{id}/timeline")
async def get_run_timeline(
    id: Annotated[Text, Path(max_length=64)],
    reader: Reader,
    at: AsOf,
    start: From = None,
    end: To = None,
    lanes: Annotated[Text | None, Query(max_length=1000, description="Lanes, comma-separated; default: all.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ITEMS)] = MAX_LIMIT,
    cursor: Cursor = None,
    bins: Bins = None,
) -> Timeline:
    """Return what happened to a run and around it, from its beginning on, as items on lanes, newest first."""
    window = await _window(reader, at, start, end, lanes, None, EntityName("run", id))
    return await reader.read(queries.read_timeline, window, limit=limit, cursor=cursor, bins=bins)


@router.get("/changes")
async def list_changes(
    reader: Reader,
    at: AsOf,
    start: From = None,
    end: To = None,
    entity: EntityParameter = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    project: ProjectParameter = None,
) -> ChangePage:
    """Return how entities differ between two moments, field by field; without `to` between `from` and now."""
    name, project = _named(entity, project)
    if start is None and cursor is None:
        raise ValidationFailed.of("from", "is required", "an RFC 3339 time or `seq:<number>`")
    last = at or await _live(reader)
    until = last if end is None else await _moment(reader, end, "to")
    if at is not None and until.seq > at.seq:
        raise ValidationFailed.of("to", "lies behind `as_of`")
    since = until if start is None else await _moment(reader, start, "from")
    if since.seq > until.seq:
        raise ValidationFailed.of("from", "lies behind `to`")
    return await reader.read(
        queries.changes_between,
        since,
        until,
        entity=name and name.entity,
        entity_id=(name and name.id) or None,
        project=project,
        limit=limit,
        cursor=cursor,
    )


@router.get("/state")
async def get_state(
    reader: Reader,
    at: AsOf,
    entity: Annotated[
        Text | None, Query(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="A kind, such as `run`.")
    ] = None,
    id: Annotated[Text | None, Query(min_length=1, max_length=64, description="One entity of that kind.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    cursor: Cursor = None,
    project: ProjectParameter = None,
) -> StateSummary | StatePage | EntityState:
    """Return what existed at a moment: counts by kind, the states of one kind page by page, or one state."""
    moment = at or await _live(reader)
    if entity is None:
        if id is not None:
            raise ValidationFailed.of("entity", "is required together with `id`", "a kind such as `run`")
        return await reader.read(queries.summary, moment, project=project)
    if id is not None:
        return await reader.read(queries.read_state, entity, id, moment.seq)
    if cursor is not None and offset:
        raise ValidationFailed.of("offset", "cannot be used together with cursor; leave one of them out")
    return await reader.read(
        queries.read_states, entity, moment.seq, project=project, limit=limit, offset=offset, cursor=cursor
    )


async def _first_events(
    feed: LedgerFeed, reader: Access, query: EventQuery, *, since: int, limit: int, wait_s: float
) -> EventPage:
    """Read as soon as there is something, or after `wait_s` seconds at the latest."""
    news = asyncio.Event()
    unsubscribe = feed.subscribe(lambda _entries: news.set())
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    try:
        page = await reader.read(queries.read_events, query, since=since, limit=limit)
        while not page.items and loop.time() < deadline:
            try:
                async with asyncio.timeout_at(deadline):
                    await news.wait()
            except TimeoutError:
                pass  # one last look below: the feed of this process may have stood still
            news.clear()
            page = await reader.read(queries.read_events, query, since=page.upto, limit=limit)
        return page
    finally:
        unsubscribe()


def _named(entity: str | None, project: str | None) -> tuple[EntityName | None, str | None]:
    """Return what `entity` names, and the project to look in: one entity by its id is found in every project."""
    if entity is None:
        return None, project
    name = EntityName.of(entity)
    return name, EVERY_PROJECT if name.id else project


async def _window(
    reader: Access,
    at: Moment | None,
    start: str | None,
    end: str | None,
    lanes: str | None,
    project: str | None,
    about: EntityName | None,
) -> Window:
    known = at or await _live(reader)
    last = known.at if end is None else await _time(reader, end, "to")
    first = None if about is not None else _before(last)
    if start is not None:
        first = await _time(reader, start, "from")
        if first > last:
            raise ValidationFailed.of("from", "lies behind `to`")
    return Window(first, last, known.seq, project, _lanes(lanes), about)


def _before(last: datetime) -> datetime:
    """Return where a window begins that names its end only; nothing lies before 1970."""
    return last - LATEST if last > EPOCH + LATEST else EPOCH


def _lanes(text: str | None) -> frozenset[str]:
    lanes = frozenset(lane.strip() for lane in text.split(",")) if text else frozenset()
    if unknown := sorted(lanes - set(LANES)):
        raise ValidationFailed.of("lanes", f"does not know {', '.join(unknown)}", f"any of {', '.join(LANES)}")
    return lanes


async def _live(reader: Access) -> Moment:
    """Return the end of the ledger. No moment is closed: whoever asks for now does not make the writers wait."""
    return Moment(await reader.read(ledger.head), reader.db.clock.now())


async def _time(reader: Access, text: str, path: str) -> datetime:
    """Return the time that a boundary of a window names; it may lie in the future."""
    if text == "now" or text.startswith("seq:"):
        return (await _moment(reader, text, path)).at
    try:
        return parse_time(text)
    except (ValueError, OverflowError) as error:
        raise ValidationFailed.of(path, "is no moment", "an RFC 3339 time, `now` or `seq:<number>`") from error


async def _moment(reader: Access, text: str, path: str) -> Moment:
    """Return the closed moment that a parameter names."""
    try:
        return await asyncio.to_thread(ledger.resolve_as_of, reader.db, reader.actor, text)
    except ValidationFailed as error:
        problems: list[Problem] = [replace(problem, path=path) for problem in error.problems]
        raise ValidationFailed(problems) from error
