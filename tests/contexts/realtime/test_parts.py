"""The parts that sockets are made of: frames, rings, selections."""

from __future__ import annotations

import json

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.timeline.things import Things, a_reader, an_id
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.realtime import queries
from infrastudio.contexts.realtime.rules.messages import MAX_FRAME_BYTES, Message, frames
from infrastudio.contexts.realtime.rules.records import record_of
from infrastudio.contexts.realtime.rules.selection import Selection
from infrastudio.contexts.realtime.service.ledger_tail import LedgerTail
from infrastudio.contexts.realtime.service.ring import Ring
from infrastudio.stores import ledger
from infrastudio.stores.db import Database

HEAD = b'"type":"event"'


@given(
    texts=st.lists(st.text(max_size=40) | st.integers(100, 250).map("x".__mul__), max_size=30),
    gaps=st.lists(st.integers(1, 5), min_size=30, max_size=30),
    limit=st.integers(400, 900),
)
def test_frames_hold_every_message_in_order_each_behind_the_one_before(
    texts: list[str], gaps: list[int], limit: int
) -> None:
    seqs = [100 + sum(gaps[: place + 1]) for place in range(len(texts))]
    messages = [Message(seq, HEAD, orjson.dumps({"text": text})) for seq, text in zip(seqs, texts, strict=True)]
    packed = list(frames(messages, 100, limit=limit))
    found = [json.loads(frame.text) for frame in packed]
    flat = [message for frame in found for message in (frame if isinstance(frame, list) else [frame])]
    assert [message["data"]["text"] for message in flat] == texts
    assert [message["seq"] for message in flat] == seqs
    assert [message["prev"] for message in flat] == [100, *seqs][: len(seqs)]
    assert [frame.last for frame in packed] == [(f[-1] if isinstance(f, list) else f)["seq"] for f in found]
    assert all(len(frame.text.encode()) <= limit for frame in packed)


@given(
    portions=st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=20),
    most=st.integers(1, 20),
    asked=st.lists(st.integers(0, 120), min_size=1, max_size=10),
)
def test_a_ring_is_the_end_of_a_list(portions: list[tuple[int, bool]], most: int, asked: list[int]) -> None:
    ring: Ring[int] = Ring(10, size_of=lambda _: 1, most_items=most, most_bytes=1000)
    known, woken = list[int](), list[int]()
    ring.subscribe(lambda: woken.append(1))
    number = 10
    for count, has_gap in portions:
        if has_gap:
            number += 3
            known.clear()
        items = list(range(number + 1, number + 1 + count))
        ring.extend(items[0], items)
        known = (known + items)[-most:]
        number += count
        for after in (*asked, ring.floor, ring.head):
            expected = None if known and after < known[0] - 1 else [item for item in known if item > after][:7]
            assert ring.after(after, most=7) == (expected if known else [])
    assert (ring.head, len(woken)) == (number, len(portions))


def test_a_ring_is_bounded_in_bytes_too() -> None:
    ring: Ring[int] = Ring(0, size_of=lambda size: size, most_items=100, most_bytes=1000)
    ring.extend(1, [400, 400, 400])
    assert (ring.floor, ring.bytes_held, ring.after(1, most=9)) == (1, 800, [400, 400])
    ring.extend(4, [5000])
    assert (ring.floor, ring.head, ring.bytes_held) == (4, 4, 0)


def test_the_tail_of_the_ledger_holds_events_only_while_somebody_watches(db: Database) -> None:
    things = Things(db)
    project = things.project()
    tail = LedgerTail(things.head())

    def one_more() -> tuple[int, int, list[int] | None]:
        """Append an event; return its number, the end of the tail, and what it holds of it."""
        seq = things.put("run", an_id(), project_id=project.id)
        with db.snapshot(SINGLE_USER) as snapshot:
            tail.hear(ledger.since(snapshot, tail.head))
        held = tail.after(seq - 1, most=9)
        return seq, tail.head, None if held is None else [record.seq for record in held]

    seq, head, held = one_more()
    assert (head, held, tail.bytes_held, tail.after(seq, most=9)) == (seq, None, 0, [])
    leave = tail.subscribe(lambda: None)
    seq, head, held = one_more()
    assert (head, held) == (seq, [seq])
    leave()
    seq, head, held = one_more()
    assert (head, held, tail.bytes_held) == (seq, None, 0)


NAMES = ("run", "model", "token")


@settings(max_examples=30)
@given(data=st.data())
def test_what_was_missed_is_what_would_have_come_live(db: Database, data: st.DataObject) -> None:
    """One rule decides for memory and for the ledger, whatever the filter and the rights."""
    things = Things(db)
    projects = [things.project(), things.project()]
    start, ids = things.head(), [an_id(), an_id()]
    with things.in_one_transaction():
        for _ in range(data.draw(st.integers(1, 12))):
            which, entity = data.draw(st.integers(0, 1)), data.draw(st.sampled_from(NAMES))
            links = data.draw(st.sampled_from(((), [("uses", f"run:{ids[0]}")], [("uses", f"run:{ids[1]}")])))
            id, owner = f"{ids[which][1:]}{entity[0]}", data.draw(st.sampled_from((None, ids[0])))
            if data.draw(st.booleans()) or (entity, id) not in things.states:
                things.put(entity, id, project_id=projects[which].id, links=links, deployment_id=owner)
            else:
                things.remove(entity, id, project_id=projects[which].id)
    actor = data.draw(
        st.sampled_from(
            (SINGLE_USER, a_reader(projects[0]), a_reader(projects[1], "developer"), a_reader(projects[0], "guest"))
        )
    )
    selection = Selection(
        actor,
        projects=data.draw(st.sampled_from((None, frozenset({projects[0].id}), frozenset(p.id for p in projects)))),
        entities=data.draw(st.sampled_from((frozenset(), frozenset({"run"}), frozenset({"model", "token"})))),
        ids=data.draw(st.sampled_from((frozenset(), frozenset({f"{ids[0][1:]}r"})))),
        kinds=data.draw(
            st.sampled_from((frozenset(), frozenset({"run.*"}), frozenset({"model.sampled", "run.sample_removed"})))
        ),
        concerns=data.draw(st.sampled_from((None, f"run:{ids[0]}", f"deployment:{ids[0]}", f"run:{ids[0][1:]}r"))),
    )
    with db.snapshot(SINGLE_USER) as snapshot:
        live = [record_of(entry) for entry in ledger.since(snapshot, start)]
    with db.snapshot(actor) as snapshot:
        found = queries.missed(snapshot, selection, start)
    assert [record.seq for record in found.records] == [record.seq for record in live if selection.takes(record)]
    assert found.upto == start + len(live)


def test_the_end_of_a_part_concerns_the_whole_too(db: Database) -> None:
    """A replica names its deployment in its state; when it is gone, only its last changes do."""
    things = Things(db)
    project, replica, deployment = things.project(), an_id(), an_id()
    made = things.put("replica", replica, project_id=project.id, deployment_id=deployment)
    gone = things.remove("replica", replica, project_id=project.id)
    things.put("replica", an_id(), project_id=project.id, deployment_id=an_id())
    selection = Selection(SINGLE_USER, concerns=f"deployment:{deployment}")
    with db.snapshot(SINGLE_USER) as snapshot:
        live = [record_of(entry) for entry in ledger.since(snapshot, made - 1)]
        found = queries.missed(snapshot, selection, made - 1)
    assert [record.seq for record in live if selection.takes(record)] == [made, gone]
    assert [record.seq for record in found.records] == [made, gone]


def test_a_change_that_no_frame_holds_is_told_without_its_largest_parts(db: Database) -> None:
    things = Things(db)
    project, id = things.project(), an_id()
    seq = things.put("run", id, project_id=project.id, status="x" * 400_000, name="large")
    with db.snapshot(SINGLE_USER) as snapshot:
        (entry,) = ledger.since(snapshot, seq - 1)
    data = json.loads(record_of(entry).data)
    assert (data["changes"], data["seq"], data["entity_id"]) == (None, seq, id)
    assert len(record_of(entry).data) < MAX_FRAME_BYTES
