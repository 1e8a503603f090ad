"""Metrics and logs of runs over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from contexts.tracking.making import a_run, read, write
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.queries.active_runs import ActiveRuns
from infrastudio.contexts.tracking.queries.runs import UnknownRun
from infrastudio.contexts.tracking.schemas import Run
from infrastudio.kernel.clock import from_millis
from infrastudio.server.wiring import Studio
from infrastudio.stores import ledger


@pytest.fixture
def run(studio: Studio) -> Run:
    """A run that began at second 100 of 1970."""
    return a_run(studio.db, started_at=from_millis(100_000))


def point(name: str, value: float | str, step: int, second: float) -> dict[str, Any]:
    """A point to send; `second` of 1970."""
    millis = round(second * 1000)
    return {"name": name, "value": value, "step": step, "time": from_millis(millis).isoformat()}


async def send(client: httpx.AsyncClient, run: Run, *points: dict[str, Any]) -> None:
    answer = await client.post(f"/api/runs/{run.id}/metrics", json={"points": list(points)})
    assert (answer.status_code, answer.json()) == (201, {"count": len(points)})


async def series(client: httpx.AsyncClient, run: Run, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"/api/runs/{run.id}/metrics", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["series"]
    return found


async def test_points_come_back_as_they_were_sent(client: httpx.AsyncClient, run: Run) -> None:
    sent = (point("loss", 0.5, 0, 101), point("loss", "NaN", 1, 102.25), point("loss", "-Infinity", 2, 103))
    await send(client, run, *sent)
    await send(client, run, *sent)
    (found,) = await series(client, run, name="loss")
    assert found == {
        "name": "loss",
        "attempt": 1,
        "resolution": {"kind": "raw", "width": 0.0},
        "points": [
            {"step": 0, "time": "1970-01-01T00:01:41Z", "value": 0.5},
            {"step": 1, "time": "1970-01-01T00:01:42.25Z", "value": "NaN"},
            {"step": 2, "time": "1970-01-01T00:01:43Z", "value": "-Infinity"},
        ],
    }


async def test_a_range_is_in_the_unit_of_its_axis(client: httpx.AsyncClient, run: Run) -> None:
    await send(client, run, *(point("acc", step, step, 101 + step) for step in range(10)))

    async def steps(**query: Any) -> list[int]:
        (found,) = await series(client, run, name="acc", **query)
        return [each["step"] for each in found["points"]]

    assert await steps(x="step", **{"from": 2, "to": 4}) == [2, 3, 4]
    assert await steps(**{"from": "1970-01-01T00:01:48Z", "to": "1970-01-01T00:01:49Z"}) == [7, 8]
    assert await steps(x="relative", **{"from": 1.5, "to": 3}) == [1, 2]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"name": "a", "x": "step", "from": "1.5"}, "from"),
        ({"name": "a", "x": "time", "to": "5"}, "to"),
        ({"name": "a", "x": "relative", "to": "inf"}, "to"),
        ({"name": "a", "buckets": "0"}, "buckets"),
        ({"x": "step"}, "name"),
        ({"name": "a", "x": "epoch"}, "x"),
    ],
)
async def test_a_bad_range_is_refused_by_name(
    client: httpx.AsyncClient, run: Run, query: dict[str, str], path: str
) -> None:
    answer = await client.get(f"/api/runs/{run.id}/metrics", params=query)
    assert (answer.status_code, answer.json()["error"]["details"]["problems"][0]["path"]) == (422, path)


async def test_buckets_hide_no_spike(client: httpx.AsyncClient, run: Run) -> None:
    values = [0.0] * 1000
    values[617] = 9.0
    await send(client, run, *(point("loss", value, step, 200 + step) for step, value in enumerate(values)))
    (found,) = await series(client, run, name="loss", x="step", buckets=10)
    assert found["resolution"]["kind"] == "bucket"
    assert len(found["points"]) <= 10
    assert max(each["max"] for each in found["points"]) == 9.0
    assert sum(each["count"] for each in found["points"]) == 1000
    assert set(found["points"][0]) == {"step", "time", "first", "last", "min", "max", "mean", "count"}


async def test_a_later_attempt_is_a_series_of_its_own(studio: Studio, client: httpx.AsyncClient, run: Run) -> None:
    await send(client, run, point("loss", 3, 0, 1), point("loss", 2, 1, 2))
    write(studio.db, service.record_job_state, run.id, "running", attempt=2)
    await send(client, run, point("loss", 1, 1, 3))
    found = await series(client, run, name="loss", attempts="all")
    assert [(each["attempt"], len(each["points"])) for each in found] == [(1, 2), (2, 1)]
    found = await series(client, run, name="loss")
    assert [(each["attempt"], [p["step"] for p in each["points"]]) for each in found] == [(1, [0]), (2, [1])]


async def test_names_are_found_by_a_part_and_paged(client: httpx.AsyncClient, run: Run) -> None:
    await send(client, run, *(point(name, 1, 0, 1) for name in ("train/Loss", "val/loss", "acc")))
    path = f"/api/runs/{run.id}/metrics/names"
    found = (await client.get(path, params={"q": "LOSS"})).json()
    assert ([each["name"] for each in found["items"]], found["total"]) == (["train/Loss", "val/loss"], 2)
    first = (await client.get(path, params={"limit": 2})).json()
    rest = (await client.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [each["name"] for each in first["items"] + rest["items"]] == ["acc", "train/Loss", "val/loss"]
    assert rest["next_cursor"] is None
    assert first["items"][0]["last"] == 1.0
    queries: list[dict[str, Any]] = [{"q": "LOSS"}, {"limit": 2}, {"limit": 2, "cursor": first["next_cursor"]}, {}]
    for query in queries:
        live, past = [(await client.get(path, params=query | more)).json() for more in ({}, {"as_of": "now"})]
        assert past == live


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        ({"name": "a?", "value": 1}, "points.0.name"),
        ({"name": "a", "value": "1"}, "points.0.value"),
        ({"name": "a", "value": True}, "points.0.value"),
        ({"name": "a", "value": 1, "step": 1.5}, "points.0.step"),
        ({"name": "a", "value": 1, "step": 2**63}, "points.0.step"),
        ({"name": "a"}, "points.0.value"),
    ],
)
async def test_a_bad_point_is_refused_by_place(
    client: httpx.AsyncClient, run: Run, bad: dict[str, Any], path: str
) -> None:
    answer = await client.post(f"/api/runs/{run.id}/metrics", json={"points": [bad]})
    assert (answer.status_code, answer.json()["error"]["details"]["problems"][0]["path"]) == (422, path)
    assert await series(client, run, name="a") == []


async def log(client: httpx.AsyncClient, run: Run, *texts: str, first: int = 1) -> httpx.Response:
    lines = [{"text": text, "time": from_millis(1000 * (first + n)).isoformat()} for n, text in enumerate(texts)]
    return await client.post(f"/api/runs/{run.id}/logs", json={"lines": lines, "first": first})


async def lines(client: httpx.AsyncClient, run: Run, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/runs/{run.id}/logs", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_lines_are_numbered_and_a_repeat_is_passed_over(client: httpx.AsyncClient, run: Run) -> None:
    assert (await log(client, run, "begin", "ERROR: boom")).json() == {"first_line": 1, "accepted": 2}
    assert (await log(client, run, "ERROR: boom", "end", first=2)).json()["accepted"] == 1
    page = await lines(client, run)
    assert [(each["line"], each["text"], each["level"]) for each in page["items"]] == [
        (1, "begin", None),
        (2, "ERROR: boom", "error"),
        (3, "end", None),
    ]
    assert page["items"][0] == {
        "line": 1, "time": "1970-01-01T00:00:01Z", "level": None, "stream": "stdout", "source": "", "attempt": 1,
        "text": "begin", "fields": None,
    }  # fmt: skip
    assert (page["first_line"], page["total"], page["levels"]["error"], page["levels"]["none"]) == (1, 3, 1, 2)
    assert (await log(client, run, "lost", first=9)).status_code == 409


async def test_the_fields_of_json_lines_are_read(client: httpx.AsyncClient, run: Run) -> None:
    await log(client, run, '{"level": "warn", "loss": 0.5}', "{not json}", "[1]")
    items = (await lines(client, run))["items"]
    assert [each["fields"] for each in items] == [{"level": "warn", "loss": 0.5}, None, None]
    assert items[0]["level"] == "warning"


async def test_a_log_is_read_both_ways_by_cursor_and_by_number(client: httpx.AsyncClient, run: Run) -> None:
    await log(client, run, *(f"line {n}" for n in range(1, 10)))
    first = await lines(client, run, limit=4)
    second = await lines(client, run, limit=4, cursor=first["next_cursor"])
    assert [each["line"] for each in second["items"]] == [5, 6, 7, 8]
    back = await lines(client, run, limit=4, cursor=second["prev_cursor"])
    assert [each["line"] for each in back["items"]] == [1, 2, 3, 4]
    last = await lines(client, run, limit=4, direction="backward")
    assert [each["line"] for each in last["items"]] == [6, 7, 8, 9]
    before = await lines(client, run, limit=4, cursor=last["next_cursor"])
    assert [each["line"] for each in before["items"]] == [2, 3, 4, 5]
    assert [each["line"] for each in (await lines(client, run, from_line=7))["items"]] == [7, 8, 9]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"level": "error"}, [2]),
        ({"level": ["warn", "none"]}, [1, 3, 4]),
        ({"q": "LOSS"}, [1, 4]),
        ({"q": "LOSS", "match_case": "true"}, []),
        ({"q": r"loss \d+", "regex": "true"}, [4]),
        ({"from": "1970-01-01T00:00:02Z", "to": "1970-01-01T00:00:04Z"}, [2, 3]),
        ({"stream": "stderr"}, []),
        ({"attempt": 2}, []),
    ],
)
async def test_lines_are_filtered_on_the_server(
    client: httpx.AsyncClient, run: Run, query: dict[str, Any], expected: list[int]
) -> None:
    await log(client, run, "loss goes down", "ERROR: x", "WARNING: y", "loss 12")
    page = await lines(client, run, **query)
    assert ([each["line"] for each in page["items"]], page["total"]) == (expected, 4)
    hits = (await client.get(f"/api/runs/{run.id}/logs/hits", params=query)).json()
    assert hits == {"lines": expected, "scanned": 4, "next_from_line": None}


async def test_a_histogram_counts_lines_by_level_over_time(client: httpx.AsyncClient, run: Run) -> None:
    empty = (await client.get(f"/api/runs/{run.id}/logs/histogram")).json()
    assert empty["start"] is None
    await log(client, run, "a", "ERROR: x", "b", "c")
    found = (await client.get(f"/api/runs/{run.id}/logs/histogram", params={"buckets": 4})).json()
    assert (sum(found["levels"]["none"]), sum(found["levels"]["error"])) == (3, 1)
    assert (found["start"], found["width_s"] > 0) == ("1970-01-01T00:00:01Z", True)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "eyJsIjoxLCJkIjoiZm9yd2FyZCJ9", "from_line": 1}, "from_line"),
        ({"from": "soon"}, "from"),
        ({"level": "loud"}, "level.0"),
        ({"limit": 0}, "limit"),
    ],
)
async def test_a_bad_question_to_the_log_is_refused_by_name(
    client: httpx.AsyncClient, run: Run, query: dict[str, Any], path: str
) -> None:
    answer = await client.get(f"/api/runs/{run.id}/logs", params=query)
    assert (answer.status_code, answer.json()["error"]["details"]["problems"][0]["path"]) == (422, path)


async def test_a_deleted_run_takes_no_telemetry_from_the_moment_of_its_deletion(
    studio: Studio, client: httpx.AsyncClient, run: Run
) -> None:
    await send(client, run, point("loss", 1, 0, 1))
    assert (await client.delete(f"/api/runs/{run.id}")).status_code == 204
    refused = await client.post(f"/api/runs/{run.id}/metrics", json={"points": [point("loss", 2, 1, 2)]})
    assert refused.status_code == 409
    assert (await log(client, run, "late")).status_code == 409
    await client.post(f"/api/runs/{run.id}/restore")
    await send(client, run, point("loss", 2, 1, 2))


async def test_what_is_known_of_runs_is_forgotten_with_every_commit_that_changes_it(studio: Studio) -> None:
    active = ActiveRuns(studio.db)
    run = a_run(studio.db)
    known = await active.find(SINGLE_USER, run.id)
    assert (known.is_active, known.attempt) == (True, 1)
    for _ in range(3):
        write(studio.db, service.delete_run, run.id)
        with pytest.raises(service.RunNotActive):
            await active.find(SINGLE_USER, run.id)
        write(studio.db, service.restore_run, run.id)
        assert (await active.find(SINGLE_USER, run.id)).is_active
    write(studio.db, service.delete_experiment, run.experiment_id)
    with pytest.raises(service.RunNotActive):
        await active.find(SINGLE_USER, run.id)
    with pytest.raises(UnknownRun):
        await active.find(SINGLE_USER, "nope")


async def test_late_news_of_an_earlier_commit_does_not_hide_a_later_one(studio: Studio) -> None:
    active = ActiveRuns(studio.db)
    run = a_run(studio.db)
    head = read(studio.db, ledger.head)
    with studio.db.begin(SINGLE_USER) as uow:
        service.delete_run(uow, run.id)
        studio.db.wake(head)
        assert (await active.find(SINGLE_USER, run.id)).is_active
    with pytest.raises(service.RunNotActive):
        await active.find(SINGLE_USER, run.id)


async def test_what_is_told_of_a_new_run_is_remembered_unless_something_was_forgotten_meanwhile(studio: Studio) -> None:
    active = ActiveRuns(studio.db)
    run, other = a_run(studio.db), a_run(studio.db)
    access = await active.find(SINGLE_USER, other.id)
    active.learn(run.id, access, generation=active.generation)
    assert active.known(SINGLE_USER, run.id) == access
    before = active.generation
    write(studio.db, service.delete_run, run.id)
    active.learn(run.id, access, generation=before)
    assert active.known(SINGLE_USER, run.id) is None
