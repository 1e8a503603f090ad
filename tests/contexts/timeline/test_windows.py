"""Windows of time over kinds and projects, recorded early and late: pages and counts are those of a plain sort."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.timeline.things import Things, a_reader, an_id
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.timeline import queries
from infrastudio.contexts.timeline.queries import Window
from infrastudio.contexts.timeline.queries.series import FEW
from infrastudio.contexts.timeline.rules.edges import EntityName
from infrastudio.contexts.timeline.rules.items import lane_of
from infrastudio.contexts.timeline.schemas import Timeline
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.errors import NotFound
from infrastudio.server.wiring import Studio
from infrastudio.stores.db import Database

START = datetime(2024, 5, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTITIES = ("run", "deployment", "instance", "note")
HAPPENED = st.lists(
    st.tuples(st.sampled_from(ENTITIES), st.integers(0, 1), st.integers(-2, 12)), min_size=1, max_size=14
)


def read(db: Database, window: Window, actor: Actor = SINGLE_USER, **more: Any) -> Timeline:
    asked: dict[str, Any] = {"limit": 100, "cursor": None, **more}
    with db.snapshot(actor) as snapshot:
        return queries.read_timeline(snapshot, window, **asked)


@settings(max_examples=25)
@given(happened=HAPPENED, limit=st.integers(1, 4), bins=st.integers(1, 7))
def test_pages_and_counts_are_those_of_a_plain_sort(
    db: Database, happened: list[tuple[str, int, int]], limit: int, bins: int
) -> None:
    things = Things(db)
    mine = [things.project(), things.project()]
    expected: list[tuple[datetime, int, str]] = []
    with things.in_one_transaction():
        for entity, project, hour in happened:
            at = START + hour * HOUR
            seq = things.put(entity, an_id(), project_id=mine[project].id, occurred_at=at)
            if 0 <= hour <= 10:
                expected.append((at, seq, lane_of(f"{entity}.sampled")))
    expected.sort(reverse=True)
    end = START + 10 * HOUR
    window = Window(START, end, things.head(), "*")
    reader = Actor(ref="user:r", grants={**a_reader(mine[0]).grants, **a_reader(mine[1]).grants}, project=mine[0].slug)
    width = (end - START) // bins + timedelta(microseconds=1)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = read(db, window, reader, limit=limit, cursor=cursor, bins=bins)
        seen += [item.seq for item in page.items]
        assert {lane.lane: lane.total for lane in page.lanes} == Counter(lane for _, _, lane in expected)
        for lane in page.lanes:
            parts = Counter((at - START) // width for at, _, name in expected if name == lane.lane)
            assert lane.bins == [parts[number] for number in range(bins)]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == [seq for _, seq, _ in expected]
    assert page.total == len(expected)


def test_many_events_are_counted_part_by_part(db: Database) -> None:
    """So many that they are no longer put into parts one by one; at the ends of the window, and between parts, too."""
    things = Things(db)
    project = things.project()
    expected = [0] * 10
    with things.in_one_transaction():
        for number in range(2 * FEW):
            at = START + number % 11 * HOUR
            things.put("run", an_id(), project_id=project.id, occurred_at=at)
            expected[min(9, number % 11)] += 1
    window = Window(START, START + 10 * HOUR - timedelta(microseconds=1), things.head(), project.slug)
    (lane,) = read(db, window, limit=1, bins=10).lanes
    assert lane.bins == [*expected[:9], expected[9] - sum(number % 11 == 10 for number in range(2 * FEW))]
    assert lane.total == sum(lane.bins)
    (all_of_it,) = read(db, Window(START, START + 10 * HOUR, things.head(), project.slug), limit=1, bins=10).lanes
    assert (all_of_it.total, sum(all_of_it.bins or ())) == (2 * FEW, 2 * FEW)


def test_an_event_counts_from_the_moment_when_it_was_recorded(db: Database) -> None:
    things = Things(db)
    project = things.project()
    before = things.put("run", an_id(), project_id=project.id, occurred_at=START)
    late = things.put("deployment", an_id(), project_id=project.id, occurred_at=START)
    for until, lanes in ((before, ["runs"]), (late, ["deploys", "runs"])):
        found = read(db, Window(START, START, until, project.slug), bins=3)
        assert [lane.lane for lane in found.lanes] == lanes
        assert [lane.bins for lane in found.lanes] == [[1, 0, 0]] * len(lanes)


def test_a_new_kind_is_seen_at_once(db: Database) -> None:
    """Which kinds there are is remembered until something is appended."""
    things = Things(db)
    project = things.project()
    for entity, lanes in (("run", {"access", "runs"}), ("note", {"access", "notes", "runs"})):
        things.put(entity, an_id(), project_id=project.id)
        window = Window(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), things.head(), project.slug)
        assert {lane.lane for lane in read(db, window).lanes} == lanes


def test_a_kind_that_the_reader_may_not_read_is_not_counted(db: Database) -> None:
    things = Things(db)
    project = things.project()
    for entity in ("run", "token"):
        things.put(entity, an_id(), project_id=project.id, occurred_at=START)
    window = Window(START, START, things.head(), project.slug)
    assert {lane.lane for lane in read(db, window).lanes} == {"access", "runs"}
    assert {lane.lane for lane in read(db, window, a_reader(project)).lanes} == {"runs"}
    with pytest.raises(NotFound):
        read(db, window, a_reader(things.project()))


def test_around_an_entity_counts_stand_in_parts_too(db: Database) -> None:
    things = Things(db)
    project, run = things.project(), an_id()
    for hour in (0, 1, 1, 9):
        things.put("run", run, project_id=project.id, occurred_at=START + hour * HOUR)
    things.put("run", an_id(), project_id=project.id, occurred_at=START)
    window = Window(START, START + 9 * HOUR, things.head(), None, about=EntityName("run", run))
    (lane,) = read(db, window, bins=3).lanes
    assert (lane.bins, lane.total) == ([3, 0, 1], 4)


async def test_bins_come_over_http(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    project, run = things.project(), an_id()
    things.put("run", run, project_id=project.id, occurred_at=START)
    asked: dict[str, Any] = {"project": project.slug, "from": format_time(START), "to": format_time(START + HOUR)}
    asked |= {"bins": 4, "limit": 1}
    expected = [{"lane": "runs", "total": 1, "bins": [1, 0, 0, 0]}]
    assert (await client.get("/api/timeline", params=asked)).json()["lanes"] == expected
    of_run = await client.get(f"/api/runs/{run}/timeline", params={"to": asked["to"], "bins": 4})
    assert of_run.json()["lanes"] == expected
    for bins in ("0", "501", "many"):
        assert (await client.get("/api/timeline", params={**asked, "bins": bins})).status_code == 422
