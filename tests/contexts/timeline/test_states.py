"""What existed at a moment, and how entities differ between two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.timeline.things import Thing, Things, a_reader, an_id
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.timeline import queries
from infrastudio.contexts.timeline.schemas import ChangePage, StatePage
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.diff import Change, State, apply_changes, state_json
from infrastudio.server.wiring import Studio
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Moment
from infrastudio.stores.ledger.replay import PROJECTIONS, Projection

PROJECTIONS["gadget"] = Projection("gadget", lambda _state, _project: {}, collections=("tags",))

EDITS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(("name", "status", "tag", "remove"))), min_size=1, max_size=8
)


class Past:
    """A project, and what its gadgets were after each of some edits."""

    def __init__(self, db: Database, edits: Sequence[tuple[int, str]]) -> None:
        self._things = Things(db)
        self.project = self._things.project()
        ids = [an_id() for _ in range(3)]
        self.seqs = [self._things.head()]
        self.states: list[dict[str, Thing]] = [{}]
        with self._things.in_one_transaction():
            for number, (which, verb) in enumerate(edits):
                self._edit(ids[which], verb, f"{number % 2}")
                self.seqs.append(self._things.head())
                self.states.append({id: thing for (_, id), thing in self._things.states.items()})

    def _edit(self, id: str, verb: str, value: str) -> None:
        things, project_id = self._things, self.project.id
        if ("gadget", id) not in things.states:
            things.put("gadget", id, project_id=project_id)
        elif verb == "remove":
            things.remove("gadget", id, project_id=project_id)
        elif verb == "tag":
            things.tag("gadget", id, {"owner": value}, project_id=project_id)
        else:
            things.put("gadget", id, project_id=project_id, fields={verb: value})


def states(db: Database, seq: int, project: str, *, limit: int = 100, cursor: str | None = None) -> StatePage:
    with db.snapshot(SINGLE_USER) as snapshot:
        return queries.read_states(snapshot, "gadget", seq, project=project, limit=limit, offset=0, cursor=cursor)


def changes(db: Database, start: int, end: int, project: str, actor: Actor = SINGLE_USER, **more: Any) -> ChangePage:
    wanted: dict[str, Any] = {"entity": None, "entity_id": None, "limit": 100, "cursor": None, **more}
    first, last = (Moment(seq, from_micros(0)) for seq in (start, end))
    with db.snapshot(actor) as snapshot:
        return queries.changes_between(snapshot, first, last, project=project, **wanted)


@settings(max_examples=25)
@given(edits=EDITS)
def test_the_states_of_every_moment_are_those_that_were(db: Database, edits: list[tuple[int, str]]) -> None:
    past = Past(db, edits)
    for seq, expected in zip(past.seqs, past.states, strict=True):
        page = states(db, seq, past.project.slug)
        assert {item.entity_id: item.state for item in page.items} == {i: state_json(s) for i, s in expected.items()}
        assert (page.total, page.next_cursor) == (len(expected), None)


@settings(max_examples=25)
@given(edits=EDITS, data=st.data())
def test_changes_lead_from_one_moment_to_the_other_and_name_nothing_else(
    db: Database, edits: list[tuple[int, str]], data: st.DataObject
) -> None:
    past = Past(db, edits)
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(past.seqs) - 1)] * 2)))
    page = changes(db, past.seqs[first], past.seqs[last], past.project.slug)
    reached: dict[str, State] = {id: state_json(state) for id, state in past.states[first].items()}
    for item in page.items:
        told = {field: Change(change.old, change.new) for field, change in item.changes.items()}
        assert all(change.old != change.new or item.change != "updated" for change in told.values())
        assert (item.change == "created", item.change == "deleted") == (
            item.entity_id not in past.states[first], item.entity_id not in past.states[last]
        )  # fmt: skip
        state = apply_changes(reached.pop(item.entity_id, None), told, version=0, collections=("tags",))
        if item.change != "deleted":
            reached[item.entity_id] = state
    for both in (reached, expected := {id: state_json(state) for id, state in past.states[last].items()}):
        for state in both.values():
            state.pop("version")
    assert reached == expected


def test_a_change_names_the_event_that_made_it_and_who_was_last(db: Database) -> None:
    things = Things(db)
    project, id = things.project(), an_id()
    start = things.put("gadget", id, project_id=project.id)
    sized = things.put("gadget", id, project_id=project.id, size=5)
    last = things.put("gadget", id, project_id=project.id, status="on", actor=SINGLE_USER.because("it was idle"))
    (item,) = changes(db, start, last, project.slug).items
    assert {field: change.seq for field, change in item.changes.items()} == {"size": sized, "status": last}
    assert (item.events, item.last.seq, item.last.reason, item.name) == (2, last, "it was idle", f"gadget {id}")


def test_pages_hold_the_moment_of_the_first_one(db: Database) -> None:
    """Others write between two pages: nothing is skipped, nothing comes twice."""
    things = Things(db)
    project, ids = things.project(), [an_id() for _ in range(5)]
    start = things.head()
    for id in ids:
        things.put("gadget", id, project_id=project.id)
    seen, cursor, seq = [], None, things.head()
    touched, changed_cursor = [], None
    for _ in range(3):
        page = states(db, seq, project.slug, limit=2, cursor=cursor)
        differences = changes(db, start, seq, project.slug, limit=2, cursor=changed_cursor)
        seen += [item.entity_id for item in page.items]
        touched += [item.entity_id for item in differences.items]
        assert (page.total, page.as_of_seq) == (5, start + 5)
        cursor, changed_cursor = page.next_cursor, differences.next_cursor
        things.put("gadget", an_id(), project_id=project.id)
        things.put("gadget", ids[0], project_id=project.id, size=9)
        seq = things.head()
    assert (seen, cursor) == (ids[::-1], None)
    assert (touched, changed_cursor) == (ids[::-1], None)


async def test_the_summary_counts_what_the_reader_may_see(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    mine, other = things.project(), things.project()
    gone = an_id()
    for project, count in ((mine, 2), (other, 3)):
        for _ in range(count):
            things.put("gadget", an_id(), project_id=project.id)
    before = things.put("widget", gone, project_id=mine.id)
    things.remove("widget", gone, project_id=mine.id)
    now = (await client.get("/api/state", params={"project": mine.slug})).json()
    then = (await client.get("/api/state", params={"project": mine.slug, "as_of": f"seq:{before}"})).json()
    assert now["counts"] == {"gadget": 2, "project": 1}
    assert then["counts"] == {"gadget": 2, "project": 1, "widget": 1}
    assert (now["seq"], then["seq"], then["head"]) == (before + 1, before, before + 1)
    with studio.db.snapshot(a_reader(mine)) as snapshot:
        seen = queries.summary(snapshot, Moment(before, from_micros(0)), project="*")
    assert seen.counts == {"gadget": 2, "project": 1, "widget": 1}
    page = (await client.get(f"{then['links']['widget']}&project={mine.slug}")).json()
    assert [item["entity_id"] for item in page["items"]] == [gone]


async def test_one_state_is_found_by_its_id_as_long_as_it_exists(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    project, other, id = things.project(), things.project(), an_id()
    born = things.put("gadget", id, project_id=project.id, size=1)
    grown = things.put("gadget", id, project_id=project.id, size=2)
    things.remove("gadget", id, project_id=project.id)
    answers = [
        await client.get("/api/state", params={"entity": "gadget", "id": id, **query})
        for query in ({"as_of": f"seq:{born - 1}"}, {"as_of": f"seq:{born}"}, {"as_of": f"seq:{grown}"}, {})
    ]
    assert [answer.status_code for answer in answers] == [404, 200, 200, 404]
    assert [answers[n].json()["state"]["size"] for n in (1, 2)] == [1, 2]
    assert not any(name.endswith("_folded") for name in answers[1].json()["state"])
    assert answers[1].headers["x-as-of-seq"] == str(born)
    with studio.db.snapshot(a_reader(other)) as snapshot:
        page = queries.read_states(snapshot, "gadget", born, project="*", limit=9, offset=0, cursor=None)
        assert (page.items, page.total) == ([], 0)


async def test_changes_over_http_take_times_and_numbers(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    project, id = things.project(), an_id()
    start = things.put("gadget", id, project_id=project.id)
    things.put("gadget", id, project_id=project.id, size=5)
    asked = {"project": project.slug, "from": f"seq:{start}"}
    page = (await client.get("/api/changes", params=asked)).json()
    one = (await client.get("/api/changes", params={"from": page["from"]["at"], "entity": f"gadget:{id}"})).json()
    assert page["items"][0]["changes"] == {"size": {"old": 0, "new": 5, "seq": start + 1}}
    assert one["items"] == page["items"]
    assert (page["from"]["seq"], page["to"]["seq"], page["total"], page["total_exact"]) == (start, start + 1, 1, True)
    past = (await client.get("/api/changes", params={**asked, "as_of": f"seq:{start}"})).json()
    assert past["items"] == []


async def test_bad_moments_are_named(client: httpx.AsyncClient) -> None:
    for query, path in (
        ({}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2999-01-01T00:00:00Z"}, "from"),
        ({"from": "seq:1", "to": "seq:999999999"}, "to"),
        ({"from": "now", "to": "seq:1"}, "from"),
        ({"from": "seq:1", "cursor": "x"}, "cursor"),
    ):
        answer = await client.get("/api/changes", params=query)
        assert answer.status_code == 422, query
        assert [problem["path"] for problem in answer.json()["error"]["details"]["problems"]] == [path]


def test_a_short_span_and_a_long_one_are_told_alike(db: Database) -> None:
    """They are read in different ways; whatever the span, what was touched in it is there, the last one first."""
    things = Things(db)
    project, other, ids = things.project(), things.project(), [an_id() for _ in range(5)]
    touched: list[tuple[int, str]] = []
    with things.in_one_transaction():
        for number in range(60):
            id = ids[number * number % 5]
            touched.append((things.put("gadget", id, project_id=project.id, size=number + 1), id))
            things.put("gadget", an_id(), project_id=other.id)
    for start, _ in touched[::4]:
        last = {id: seq for seq, id in touched if seq > start}
        counts = Counter(id for seq, id in touched if seq > start)
        for entity in (None, "gadget"):
            page = changes(db, start, things.head(), project.slug, entity=entity)
            found = [(item.last.seq, item.entity_id, item.events) for item in page.items]
            assert found == sorted(((seq, id, counts[id]) for id, seq in last.items()), reverse=True)
            assert (page.total, page.total_exact) == (len(last), True)
            assert all(item.changes["size"].seq == item.last.seq for item in page.items)
        assert changes(db, start, things.head(), project.slug, limit=1).total == len(last)
