"""A run's own socket."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.realtime.served import Cursor, Message, Reader, Served, Socket, eventually
from contexts.timeline.things import Things, an_id
from infrastudio.contexts.identity import service as identity
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects.schemas import Project
from infrastudio.stores.telemetry import LineBatch, Point, PointBatch, StreamOwner

STREAMS = {"metric_point": "metric", "log_line": "log", "status": "ledger", "timeline_event": "ledger"}
SECOND = 1_000_000


class Run:
    """A run that logs."""

    def __init__(self, served: Served, project: Project | None = None) -> None:
        self.served = served
        self.things = Things(served.studio.db)
        self.project = project or self.things.project()
        self.id = an_id()
        self.born = self.things.put("run", self.id, project_id=self.project.id, name="pretrain", status="queued")
        self.owner = StreamOwner(self.project.id, "run", self.id)
        self.points = 0
        self.lines = 0

    def log_points(self, *values: float, name: str = "loss") -> None:
        """Append metric points."""
        batch = PointBatch.of(
            Point(name, self.points + place, (self.points + place) * SECOND, value)
            for place, value in enumerate(values)
        )
        self.points += len(values)

        async def append() -> None:
            await self.served.studio.telemetry.append_points(self.owner, batch)

        self.served.call(append())

    def log_lines(self, *texts: str, stream: int = 0) -> None:
        """Append lines of the log."""
        batch = LineBatch(self.lines + 1, texts, [SECOND] * len(texts), stream)
        self.lines += len(texts)

        async def append() -> None:
            await self.served.studio.telemetry.append_lines(self.owner, batch)

        self.served.call(append())

    def change(self, **fields: Any) -> int:
        """Change the run."""
        return self.things.put("run", self.id, project_id=self.project.id, **fields)

    def socket(self, since: str | None = None, **options: Any) -> Socket:
        """Open the run's socket."""
        return self.served.socket(f"/ws/runs/{self.id}{'' if since is None else f'?since={since}'}", **options)


def follow(run: Run) -> Reader:
    """Return a reader of all streams of a run, from the start."""

    def open(cursors: dict[str, Cursor]) -> Socket:
        return run.socket(",".join(f"{stream}:{cursor.seen}" for stream, cursor in cursors.items()))

    return Reader(open, lambda message: STREAMS.get(message["type"]), {"ledger": 0, "metric": 0, "log": 0})


def data_of(messages: list[Message], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(message["data"][field] for field in fields) for message in messages]


def test_everything_of_a_run_comes_from_the_start_when_it_is_asked_for(served: Served) -> None:
    run = Run(served)
    run.log_points(2.0, math.nan, math.inf, -math.inf)
    run.log_lines("hello", "ERROR: no")
    running = run.change(status="running")
    linked = run.things.put("model", an_id(), project_id=run.project.id, links=[("trained_from", f"run:{run.id}")])
    with run.socket("0") as socket:
        assert socket.message()["type"] == "hello"
        found = socket.events(9, *STREAMS)
    points, lines, statuses, items = ([message for message in found if message["type"] == type] for type in STREAMS)
    assert data_of(points, "name", "value", "step", "attempt") == [
        ("loss", 2.0, 0, 1), ("loss", "NaN", 1, 1), ("loss", "Infinity", 2, 1), ("loss", "-Infinity", 3, 1)
    ]  # fmt: skip
    assert [(point["seq"], point["prev"]) for point in points] == [(1, 0), (2, 1), (3, 2), (4, 3)]
    assert points[1]["data"]["time"] == "1970-01-01T00:00:01Z"
    assert data_of(lines, "line", "level", "stream", "text", "truncated") == [
        (1, None, "stdout", "hello", False), (2, "error", "stdout", "ERROR: no", False)
    ]  # fmt: skip
    assert data_of(statuses, "status", "reason", "started_at") == [("queued", None, None), ("running", None, None)]
    assert [(one["seq"], one["prev"]) for one in [*statuses, *items]] == [
        (run.born, 0), (running, run.born), (linked, running)
    ]  # fmt: skip
    (item,) = items
    assert set(item["data"]) == {"id", "kind", "lane", "time", "end_time", "title", "entity", "entity_id"}
    assert (item["data"]["lane"], item["data"]["kind"]) == ("registry", "model.sampled")


def test_without_a_number_it_begins_now(served: Served) -> None:
    run = Run(served)
    run.log_points(1.0, 2.0)
    run.log_lines("before")
    eventually(lambda: served.hub.ledger.head == run.things.head())
    with run.socket() as socket:
        upto = socket.next("heartbeat", where=lambda beat: "log" in beat["upto"])["upto"]
        assert upto == {"ledger": run.things.head(), "metric": 2, "log": 1}
        run.log_points(3.0)
        run.log_lines("after")
        seq = run.change(status="failed", status_reason="out of memory")
        found = {message["type"]: message for message in socket.events(3, *STREAMS)}
    assert (found["metric_point"]["seq"], found["metric_point"]["prev"]) == (3, 2)
    assert (found["log_line"]["seq"], found["log_line"]["prev"], found["log_line"]["data"]["text"]) == (2, 1, "after")
    assert (found["status"]["seq"], found["status"]["prev"]) == (seq, upto["ledger"])
    assert found["status"]["data"]["status"] == "failed"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("points"), st.integers(1, 30)),
        st.tuples(st.just("lines"), st.integers(1, 30)),
        st.tuples(st.just("change"), st.just(0)),
        st.tuples(st.just("read"), st.integers(1, 40)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=20)
@given(steps=STEPS)
def test_however_the_connection_is_cut_no_stream_loses_or_doubles_anything(
    served: Served, steps: list[tuple[str, int]]
) -> None:
    run = Run(served)
    reader, changes = follow(run), [run.born]
    for verb, count in steps:
        if verb == "points":
            run.log_points(*(run.points + 0.5 + place for place in range(count)))
        elif verb == "lines":
            run.log_lines(*(f"line {run.lines + place}" for place in range(1, count + 1)))
        elif verb == "change":
            changes.append(run.change(size=len(changes)))
        elif verb == "read":
            reader.read(count, timeout=0.02)
        else:
            reader.cut()
    reader.read_until({"ledger": run.things.head(), "metric": run.points, "log": run.lines})
    reader.cut()
    assert data_of(reader.seen["metric"], "value") == [(number + 0.5,) for number in range(run.points)]
    assert data_of(reader.seen["log"], "text") == [(f"line {number}",) for number in range(1, run.lines + 1)]
    assert [message["seq"] for message in reader.seen["ledger"]] == changes


def test_a_long_past_is_sent_in_frames_of_a_bounded_size(served: Served) -> None:
    run = Run(served)
    run.log_lines(*(f"{number} " + "x" * 300 for number in range(1, 3001)))
    with run.socket("log:0") as socket:
        lines = socket.events(3000, "log_line")
    assert [line["data"]["line"] for line in lines] == list(range(1, 3001))
    assert max(len(frame.encode()) for frame in socket.frames) <= 256 * 1024


def test_a_line_that_no_frame_holds_is_cut_and_says_so(served: Served) -> None:
    run = Run(served)
    run.log_lines("\x01" * 300_000, "short")
    with run.socket("0") as socket:
        long, short = socket.events(2, "log_line")
    assert (long["data"]["truncated"], short["data"]["truncated"]) == (True, False)
    assert long["data"]["text"] == "\x01" * len(long["data"]["text"])
    assert max(len(frame.encode()) for frame in socket.frames) <= 256 * 1024


def test_many_watchers_of_a_run_share_one_reader_that_ends_with_the_last(served: Served) -> None:
    run = Run(served)
    sockets = [run.socket() for _ in range(5)]
    for socket in sockets:
        socket.next("heartbeat", where=lambda beat: "log" in beat["upto"])
    assert served.run(lambda: list(served.hub.runs._tasks)) == [run.id]
    run.log_points(1.0)
    for socket in sockets:
        assert socket.events(1, "metric_point")[0]["seq"] == 1
        socket.__exit__()
    eventually(lambda: served.run(lambda: not served.hub.runs._tasks))


def test_points_of_another_server_are_found_without_a_signal(served: Served) -> None:
    """Signals are hints only: here the store never wakes anybody."""
    run = Run(served)
    with run.socket() as socket:
        socket.next("heartbeat", where=lambda beat: "log" in beat["upto"])
        served.run(served.hub.runs.close)
        try:
            run.log_points(1.0)
            assert socket.events(1, "metric_point")[0]["seq"] == 1
        finally:
            store = served.studio.telemetry
            served.hub.runs._unsubscribe = served.run(lambda: store.subscribe(served.hub.runs._hear))


def test_a_run_that_the_reader_may_not_see_does_not_exist(served: Served) -> None:
    run, other = Run(served), Run(served)
    token = served.token(other.project).secret
    gone = Run(served)
    gone.things.remove("run", gone.id, project_id=gone.project.id)
    for socket in (
        run.socket(token=token),
        served.socket("/ws/runs/nothing"),
        served.socket("/ws/runs/a%00b"),
        served.socket("/ws/runs/" + "x" * 300),
        gone.socket(),
    ):
        with socket:
            assert socket.message()["error"]["type"] == "RESOURCE_NOT_FOUND"
            assert socket.close_code() == 4404
    with other.socket(token=token) as socket:
        assert socket.message()["type"] == "hello"


def test_who_may_read_no_run_at_all_is_refused(served: Served) -> None:
    run = Run(served)
    with run.socket(token=served.token(run.project, "guest").secret) as socket:
        assert socket.close_code() == 4403
    with run.socket(token="stk_wrong") as socket:
        assert socket.close_code() == 4401


def test_the_token_of_a_job_sees_the_run_but_not_what_happens_around_it(served: Served) -> None:
    run = Run(served)
    with served.studio.db.begin(SINGLE_USER) as uow:
        token = identity.issue_token(
            uow, project_id=run.project.id, project=run.project.slug, name="job", kind="job", subject="job:job_1"
        )
    run.things.put("model", an_id(), project_id=run.project.id, links=[("trained_from", f"run:{run.id}")])
    last = run.change(status="running")
    with run.socket("0", token=token.secret) as socket:
        assert [message["seq"] for message in socket.events(2, *STREAMS)] == [run.born, last]


@pytest.mark.parametrize(
    "since", ["x", "metric", "metric:", "metric:-1", "metric:1,", "tune:3", "metric:99999999999999999999"]
)
def test_a_number_that_cannot_be_read_is_named(served: Served, since: str) -> None:
    run = Run(served)
    with run.socket(since) as socket:
        problems = socket.message()["error"]["details"]["problems"]
        assert [problem["path"] for problem in problems] == ["since"]
        assert socket.close_code() == 1008


def test_numbers_of_another_store_start_again(served: Served) -> None:
    run = Run(served)
    run.log_points(1.0)
    with run.socket("metric:500,log:3") as socket:
        resets = {socket.next("reset")["topic"] for _ in range(2)}
        run.log_points(2.0)
        (point,) = socket.events(1, "metric_point")
    assert resets == {"metric", "log"}
    assert (point["seq"], point["prev"]) == (2, 1)
