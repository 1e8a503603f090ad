"""The app's socket: topics, filters, rights, resumption."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from contexts.realtime.served import Cursor, Message, Reader, Served, Socket, eventually, serving
from contexts.timeline.things import Things, an_id
from infrastudio.contexts.identity import service as identity
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.realtime.service import Limits

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 12)),
        st.tuples(st.just("read"), st.integers(1, 15)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=14,
)


def seqs(messages: list[Message]) -> list[int]:
    return [message["seq"] for message in messages]


def follow(served: Served, since: int, **wanted: Any) -> Reader:
    """Return a reader of the ledger."""

    def open(cursors: dict[str, Cursor]) -> Socket:
        socket = served.socket()
        socket.say("subscribe", topic="ledger", since=cursors["ledger"].seen, filter={"project": "*", **wanted})
        return socket

    return Reader(open, lambda message: "ledger" if message["type"] == "event" else None, {"ledger": since})


def test_a_socket_says_hello_and_then_what_happens(served: Served) -> None:
    things = Things(served.studio.db)
    project, run = things.project(), an_id()
    with served.socket() as socket:
        hello = socket.message()
        assert (hello["type"], hello["heartbeat_s"]) == ("hello", 0.2)
        eventually(lambda: served.hub.ledger.head == things.head())
        begin = socket.subscribe("ledger", filter={"project": project.slug})["upto"]["ledger"]
        first = things.put("run", run, project_id=project.id, name="pretrain")
        second = things.put("run", run, project_id=project.id, size=3, actor=SINGLE_USER.because("more"))
        one, two = socket.events(2)
    assert (one["topic"], one["seq"], one["prev"]) == ("ledger", first, begin)
    assert (two["seq"], two["prev"]) == (second, first)
    data = two["data"]
    assert (data["kind"], data["entity"], data["entity_id"]) == ("run.sample_changed", "run", run)
    assert (data["changes"], data["reason"], data["actor"]) == ({"size": {"old": 0, "new": 3}}, "more", "user:local")
    assert (data["seq"], data["version"], data["links"]) == (second, 2, [])


def test_real_events_tell_their_project(served: Served) -> None:
    with served.socket() as socket:
        socket.subscribe("ledger", filter={"entity": "instance"})
        body = {"name": an_id(), "model_name": "m", "cluster_name": "c", "image_tag": "t"}
        made = httpx.post(f"http://{served.address}/api/instances", json=body).json()
        httpx.delete(f"http://{served.address}/api/instances/{made['id']}")
        events = socket.events(2)
    assert [(event["data"]["project"], event["data"]["kind"]) for event in events] == [
        ("default", "instance.created"),
        ("default", "instance.deleted"),
    ]


@settings(max_examples=25)
@given(steps=STEPS)
def test_however_the_connection_is_cut_nothing_is_lost_and_nothing_comes_twice(
    served: Served, steps: list[tuple[str, int]]
) -> None:
    things = Things(served.studio.db)
    project = things.project()
    start = things.head()
    reader = follow(served, start, project=project.slug, entity=["run", "model"])
    for verb, count in steps:
        if verb == "write":
            with things.in_one_transaction():
                for number in range(count):
                    entity = ("run", "dataset", "model")[number % 3]
                    things.put(entity, an_id(), project_id=project.id)
        elif verb == "read":
            reader.read(count, timeout=0.02)
        else:
            reader.cut()
    reader.read_until({"ledger": things.head()})
    reader.cut()
    asked: dict[str, str | int] = {"since": start, "project": project.slug, "kind": "run.*,model.*", "limit": 1000}
    listed = httpx.get(f"http://{served.address}/api/events", params=asked).json()["items"]
    assert seqs(reader.seen["ledger"]) == seqs(listed)


def test_filters_narrow_a_topic_and_numbers_become_sparse(served: Served) -> None:
    things = Things(served.studio.db)
    project, other, run = things.project(), things.project(), an_id()
    start = things.head()
    wanted: list[tuple[dict[str, Any], list[int]]] = [
        ({"project": "*"}, [1, 2, 3, 4]),
        ({"project": project.slug}, [1, 2, 3]),
        ({"project": project.slug, "entity": "run"}, [1, 3]),
        ({"project": project.slug, "entity": ["run", "model"], "id": run}, [1, 3]),
        ({"project": project.slug, "kind": "run.sample_changed"}, [3]),
        ({"project": "*", "kind": ["model.*", "run.sample_changed"]}, [2, 3, 4]),
    ]
    sockets = [served.socket() for _ in wanted]
    for socket, (condition, _) in zip(sockets, wanted, strict=True):
        socket.subscribe("ledger", since=start, filter=condition)
    things.put("run", run, project_id=project.id)
    things.put("model", an_id(), project_id=project.id)
    things.put("run", run, project_id=project.id, size=1)
    things.put("model", an_id(), project_id=other.id)
    for socket, (_, expected) in zip(sockets, wanted, strict=True):
        events = socket.events(len(expected))
        assert [event["seq"] - start for event in events] == expected
        assert [event["prev"] - start for event in events] == [0, *expected[:-1]]
        upto = socket.next("heartbeat", where=lambda beat: beat["upto"]["ledger"] >= start + 4)
        assert upto["upto"]["ledger"] == start + 4
        socket.__exit__()


def test_topics_of_one_socket_have_their_own_numbers(served: Served) -> None:
    things = Things(served.studio.db)
    project, run, deployment = things.project(), an_id(), an_id()
    things.put("run", run, project_id=project.id)
    things.put("deployment", deployment, project_id=project.id)
    start = things.head()
    with served.socket() as socket:
        socket.subscribe("ledger", since=start, filter={"project": project.slug, "entity": "dataset"})
        socket.subscribe(f"run/{run}", since=start)
        socket.subscribe(f"deployment/{deployment}", since=start)
        own = things.put("run", run, project_id=project.id, size=1)
        linked = things.put("model", an_id(), project_id=project.id, links=[("trained_from", f"run:{run}")])
        replica = things.put("replica", an_id(), project_id=project.id, deployment_id=deployment)
        things.put("model", an_id(), project_id=project.id)
        dataset = things.put("dataset", an_id(), project_id=project.id)
        events = socket.events(4)
    by_topic: dict[str, list[tuple[int, int]]] = {}
    for event in events:
        by_topic.setdefault(event["topic"], []).append((event["seq"], event["prev"]))
    assert by_topic == {
        f"run/{run}": [(own, start), (linked, own)],
        f"deployment/{deployment}": [(replica, start)],
        "ledger": [(dataset, start)],
    }


def test_a_topic_that_was_missed_is_read_from_the_ledger(served: Served) -> None:
    """What memory never held: events of before, among them those that only link to the run."""
    things = Things(served.studio.db)
    project, run = things.project(), an_id()
    start = things.head()
    with things.in_one_transaction():
        own = [things.put("run", run, project_id=project.id, size=number) for number in range(3)]
        linked = things.put("model", an_id(), project_id=project.id, links=[("trained_from", f"run:{run}")])
        for _ in range(2500):
            things.put("dataset", an_id(), project_id=project.id)
    eventually(lambda: served.hub.ledger.head == things.head())
    assert served.hub.ledger.floor > linked
    with served.socket() as socket:
        socket.subscribe(f"run/{run}", since=start)
        assert seqs(socket.events(4)) == [*own, linked]
        socket.subscribe("ledger", since=start, filter={"project": project.slug})
        assert seqs(socket.events(2504)) == list(range(start + 1, start + 2505))
    assert all(len(frame.encode()) <= 256 * 1024 for frame in socket.frames)


def test_a_second_subscription_takes_the_place_of_the_first_and_an_end_ends_it(served: Served) -> None:
    things = Things(served.studio.db)
    project = things.project()
    with served.socket() as socket:
        socket.subscribe("ledger", filter={"project": project.slug, "entity": "run"})
        begin = socket.subscribe("ledger", filter={"project": project.slug, "entity": "model"})["upto"]["ledger"]
        things.put("run", an_id(), project_id=project.id)
        model = things.put("model", an_id(), project_id=project.id)
        (event,) = socket.events(1)
        assert (event["seq"], event["prev"]) == (model, begin)
        socket.say("unsubscribe", topic="ledger")
        socket.next("heartbeat", where=lambda beat: beat["upto"] == {})
        things.put("model", an_id(), project_id=project.id)
        socket.subscribe("ledger", since=things.head(), filter={"project": project.slug})
        last = things.put("model", an_id(), project_id=project.id)
        assert seqs(socket.events(1)) == [last]


def test_readers_of_two_projects_see_their_own_and_nothing_else(served: Served) -> None:
    things = Things(served.studio.db)
    projects = [things.project(), things.project()]
    tokens = [served.token(project) for project in projects]
    runs = [an_id(), an_id()]
    for project, run in zip(projects, runs, strict=True):
        things.put("run", run, project_id=project.id)
    start = things.head()
    sockets = [served.socket(token=token.secret) for token in tokens]
    for socket in sockets:
        socket.subscribe("ledger", since=start, filter={"project": "*"})
    expected: list[list[int]] = [[], []]
    for number in range(6):
        which = number % 2
        expected[which].append(things.put("run", runs[which], project_id=projects[which].id, size=number))
    with served.studio.db.begin(SINGLE_USER) as uow:
        identity.issue_token(
            uow, project_id=projects[0].id, project=projects[0].slug, name="x", kind="personal", role="viewer"
        )
    for socket, mine, other, run in zip(sockets, expected, projects[::-1], runs[::-1], strict=True):
        assert seqs(socket.events(3)) == mine
        socket.next("heartbeat", where=lambda beat: beat["upto"]["ledger"] == things.head())
        assert socket.waiting == []
        for topic, condition in (
            ("ledger", {"filter": {"project": other.slug}}),
            (f"run/{run}", {}),
            (f"presence/run/{run}", {}),
        ):
            socket.say("subscribe", topic=topic, **condition)
            error = socket_error(socket)
            assert (error["type"], error["details"]["topic"]) == ("RESOURCE_NOT_FOUND", topic)
        socket.__exit__()


def socket_error(socket: Socket) -> dict[str, Any]:
    while True:
        message = socket.message()
        if message["type"] == "error":
            error: dict[str, Any] = message["error"]
            return error


@pytest.mark.parametrize(
    ("text", "type", "path"),
    [
        ("{", "VALIDATION_ERROR", "message"),
        ("[]", "VALIDATION_ERROR", "op"),
        ('{"op":"dance"}', "VALIDATION_ERROR", "op"),
        ('{"op":"subscribe"}', "VALIDATION_ERROR", "subscribe.topic"),
        ('{"op":"subscribe","topic":"weather"}', "VALIDATION_ERROR", "topic"),
        ('{"op":"subscribe","topic":"run/"}', "VALIDATION_ERROR", "topic"),
        ('{"op":"subscribe","topic":"ledger","since":"3"}', "VALIDATION_ERROR", "subscribe.since"),
        ('{"op":"subscribe","topic":"ledger","since":-1}', "VALIDATION_ERROR", "subscribe.since"),
        (
            '{"op":"subscribe","topic":"ledger","filter":{"colour":"red"}}',
            "VALIDATION_ERROR",
            "subscribe.filter.colour",
        ),
        ('{"op":"subscribe","topic":"operations","filter":{"entity":"run"}}', "VALIDATION_ERROR", "filter"),
        ('{"op":"subscribe","topic":"run/a\\u0000b"}', "VALIDATION_ERROR", "subscribe.topic"),
        ('{"op":"presence","place":"nowhere"}', "VALIDATION_ERROR", "place"),
        ('"' + "x" * 70_000 + '"', "VALIDATION_ERROR", "message"),
    ],
)
def test_what_a_client_says_wrongly_is_named_and_the_socket_stays(
    served: Served, text: str, type: str, path: str
) -> None:
    with served.socket() as socket:
        socket.connection.send(text)
        error = socket_error(socket)
        assert error["type"] == type
        assert [problem["path"] for problem in error["details"]["problems"]] == [path]
        socket.connection.send(b"\xff\xfe")
        assert socket_error(socket)["type"] == "VALIDATION_ERROR"
        socket.subscribe("ledger")


def test_credentials_come_by_header_or_subprotocol(served: Served) -> None:
    things = Things(served.studio.db)
    project = things.project()
    secret = served.token(project).secret
    for options, spoken in (
        ({"token": secret}, None),
        ({"subprotocols": (f"studio.bearer.{secret}",)}, f"studio.bearer.{secret}"),
        ({"subprotocols": ("studio", f"studio.bearer.{secret}")}, "studio"),
    ):
        with served.socket(**options) as socket:
            assert socket.connection.subprotocol == spoken
            start = things.head()
            socket.subscribe("ledger", since=start)
            seq = things.put("run", an_id(), project_id=project.id)
            assert seqs(socket.events(1)) == [seq]


def test_who_may_not_come_in_is_told_by_the_code(served: Served) -> None:
    with served.socket(token="stk_wrong") as socket:
        assert socket.message()["error"]["type"] == "AUTHENTICATION_ERROR"
        assert socket.close_code() == 4401
    with served.socket(headers={"Origin": "https://evil.example"}) as socket:
        assert socket.close_code() == 4403


def test_a_revoked_token_ends_its_sockets_at_once(served: Served) -> None:
    things = Things(served.studio.db)
    project = things.project()
    token = served.token(project)
    with served.socket(token=token.secret) as socket:
        socket.subscribe("ledger")
        with served.studio.db.begin(SINGLE_USER) as uow:
            identity.revoke_tokens(uow, subject=token.token.subject, project=project.slug)
        assert socket.close_code() == 4401


def test_a_reader_that_comes_from_another_ledger_starts_again(served: Served) -> None:
    things = Things(served.studio.db)
    project = things.project()
    eventually(lambda: served.hub.ledger.head == things.head())
    with served.socket() as socket:
        socket.say("subscribe", topic="ledger", since=things.head() + 1000, filter={"project": project.slug})
        reset = socket.next("reset")
        assert (reset["topic"], reset["reason"]) == ("ledger", "too_old")
        upto = socket.next("heartbeat")["upto"]["ledger"]
        seq = things.put("run", an_id(), project_id=project.id)
        (event,) = socket.events(1)
        assert (event["seq"], event["prev"]) == (seq, upto)


def test_no_topic_gets_more_than_twenty_frames_a_second(served: Served) -> None:
    things = Things(served.studio.db)
    project = things.project()
    with served.socket() as socket:
        socket.subscribe("ledger", filter={"project": project.slug})
        arrivals, seen = [], 0
        started = time.monotonic()
        while time.monotonic() < started + 1.0:
            things.put("run", an_id(), project_id=project.id)
            seen += 1
        while seen:
            socket.next("event")
            seen -= 1
            if not socket.waiting:
                arrivals.append(time.monotonic())
    events = [frame for frame in socket.frames if '"type":"event"' in frame]
    assert len(events) <= 20 * (arrivals[-1] - started) + 2


def test_a_server_that_stops_says_so(tmp_path: Any) -> None:
    with serving(tmp_path) as served:
        socket = served.socket()
        socket.subscribe("ledger")
    assert socket.close_code() == 1012


def test_chaos_cuts_sockets_and_readers_come_back(tmp_path: Any) -> None:
    with serving(tmp_path, limits=Limits(cut_after_s=(0.05, 0.3))) as served:
        things = Things(served.studio.db)
        project = things.project()
        start, expected, cuts = things.head(), list[int](), 0
        reader = follow(served, start, project=project.slug)
        while cuts < 3:
            expected.append(things.put("run", an_id(), project_id=project.id))
            try:
                reader.read(3, timeout=0.02)
            except ConnectionClosed:
                reader.socket = None
                cuts += 1
        while len(reader.seen["ledger"]) < len(expected):
            try:
                reader.read(1, timeout=0.5)
            except ConnectionClosed:
                reader.socket = None
        assert seqs(reader.seen["ledger"]) == expected
        reader.cut()
