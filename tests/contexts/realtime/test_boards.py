"""Presence and operations: what lives in memory."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from contexts.realtime.served import Served
from contexts.timeline.things import Things, an_id
from infrastudio.contexts.projects.schemas import Project
from infrastudio.contexts.realtime.schemas import OperationProgress
from infrastudio.contexts.realtime.service import Operations, PresenceBoard
from infrastudio.contexts.realtime.service.operations import MOST
from infrastudio.kernel.clock import ManualClock
from infrastudio.kernel.errors import Conflict, RateLimited
from infrastudio.kernel.ids import SeededIds

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_run(things: Things, project: Project) -> str:
    run = an_id()
    things.put("run", run, project_id=project.id)
    return run


def test_people_at_a_place_see_each_other_come_and_go(served: Served) -> None:
    things = Things(served.studio.db)
    place = f"run/{a_run(things, things.project())}/logs"
    topic = f"presence/{place}"
    with served.socket() as watcher, served.socket() as other:
        watcher.subscribe(topic)
        other.say("presence", place=place, detail="line 7")
        came = watcher.events(1)[0]["data"]
        other.say("presence", place=place, detail="line 8")
        moved = watcher.events(1)[0]["data"]
        watcher.say("presence", place=place)
        both = watcher.events(1)[0]["data"]
        other.say("presence", place=place, leave=True)
        left = watcher.events(1)[0]["data"]
        late = served.socket()
        late.subscribe(topic)
        known = late.events(1)[0]["data"]
        late.__exit__()
    assert [person["detail"] for person in came["present"]] == ["line 7"]
    assert (came["place"], came["present"][0]["actor"]) == (place, "user:local")
    assert [person["detail"] for person in moved["present"]] == ["line 8"]
    assert moved["present"][0]["since"] == came["present"][0]["since"]
    assert [person["detail"] for person in both["present"]] == ["line 8", None]
    assert left == known
    assert len(left["present"]) == 1


def test_who_closes_the_window_is_gone_at_once(served: Served) -> None:
    things = Things(served.studio.db)
    place = f"run/{a_run(things, things.project())}"
    with served.socket() as watcher:
        watcher.subscribe(f"presence/{place}")
        with served.socket() as other:
            other.say("presence", place=place)
            assert len(watcher.events(1)[0]["data"]["present"]) == 1
        assert watcher.events(1)[0]["data"]["present"] == []


def test_who_is_silent_for_half_a_minute_is_forgotten() -> None:
    clock = ManualClock(NOON)
    presence = PresenceBoard(clock)

    def people() -> list[bytes]:
        return [posted.data for posted in presence.board.after(0, lambda _key, _posted: True)]

    presence.beat("run/1", "prj_1", connection="ses_1", actor="user:a", detail=None)
    clock.advance(20)
    presence.beat("run/1", "prj_1", connection="ses_2", actor="user:b", detail=None)
    clock.advance(10)
    presence.expire()
    assert [b"user:a" in data for data in people()] == [False]
    assert [b"user:b" in data for data in people()] == [True]
    clock.advance(20)
    presence.expire()
    assert b'"present":[]' in people()[0]
    clock.advance(30)
    presence.expire()
    assert people() == []


def test_a_beat_that_changes_nothing_tells_nobody() -> None:
    presence = PresenceBoard(ManualClock(NOON))
    woken: list[int] = []
    presence.board.subscribe(lambda: woken.append(1))
    for _ in range(3):
        presence.beat("run/1", "prj_1", connection="ses_1", actor="user:a", detail="tab")
    assert len(woken) == 1


def test_an_operation_is_followed_to_its_end_by_those_who_may(served: Served) -> None:
    things = Things(served.studio.db)
    project, other = things.project(), things.project()
    mine, theirs = served.token(project).secret, served.token(other).secret
    operations = served.hub.operations
    with served.socket(token=mine) as socket, served.socket(token=theirs) as stranger:
        socket.subscribe("operations")
        stranger.subscribe("operations")
        started = served.run(lambda: operations.start("export", project_id=project.id, project=project.slug))
        url = f"http://{served.address}/api/operations/{started.id}"
        assert socket.events(1)[0]["data"]["status"] == "running"
        served.run(lambda: operations.report(started.id, OperationProgress(done=3, total=10, unit="rows")))
        assert socket.events(1)[0]["data"]["progress"] == {"done": 3, "total": 10, "unit": "rows"}
        assert httpx.get(url).json()["progress"]["done"] == 3
        served.run(lambda: operations.succeed(started.id, {"rows": 10}))
        end = socket.events(1)[0]
        assert (end["data"]["status"], end["data"]["result"]) == ("succeeded", {"rows": 10})
        assert httpx.get(url, headers={"Authorization": f"Bearer {theirs}"}).status_code == 404
        beat = stranger.next("heartbeat", where=lambda found: found["upto"]["operations"] >= end["seq"])
        assert (beat["upto"]["operations"] >= end["seq"], stranger.waiting) == (True, [])
    assert httpx.get(url + "?as_of=now").status_code == 422
    with served.socket(token=mine) as socket:
        socket.subscribe("operations", since=0)
        assert socket.events(1)[0]["data"]["id"] == started.id


def test_a_failed_operation_tells_what_a_client_may_know() -> None:
    operations = Operations(ManualClock(NOON), SeededIds(1))
    foreseen = operations.start("import", project_id="prj_1", project="default")
    bug = operations.start("import", project_id="prj_1", project="default")
    error = operations.fail(foreseen.id, Conflict("The name is taken.", field="name")).error
    assert error is not None
    assert (error.type, error.message, error.details) == ("RESOURCE_CONFLICT", "The name is taken.", {"field": "name"})
    withheld = operations.fail(bug.id, RuntimeError("password=1234")).error
    assert withheld is not None
    assert withheld.type == "INTERNAL_SERVER_ERROR"
    assert "1234" not in withheld.message


def test_old_operations_make_room_for_new_ones_but_none_that_runs() -> None:
    operations = Operations(ManualClock(NOON), SeededIds(1))
    first = operations.start("export", project_id="prj_1", project="default")
    operations.succeed(first.id)
    for _ in range(MOST):
        operations.start("export", project_id="prj_1", project="default")
    assert len(operations.board.after(0, lambda _key, _posted: True)) == MOST
    with pytest.raises(RateLimited):
        operations.start("export", project_id="prj_1", project="default")
