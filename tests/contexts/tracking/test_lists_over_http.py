"""Lists of experiments and runs over HTTP: pages, columns, facets, and the past."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest

from contexts.tracking.making import a_run, an_experiment, history_of, log_metrics, write
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.schemas import Experiment, RunUpdate
from infrastudio.server.wiring import Studio
from infrastudio.stores.telemetry import Point


async def get(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    """The JSON that a path answers; the answer must be 200."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def problems(client: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """What is wrong with a request; the answer must be 422."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 422, answer.text
    found: list[dict[str, Any]] = answer.json()["error"]["details"]["problems"]
    return found


@pytest.fixture
def experiment(studio: Studio) -> Experiment:
    """An experiment with seven runs, r0 to r6."""
    found = an_experiment(studio.db)
    for number in range(7):
        a_run(studio.db, found, name=f"r{number}", status=("running", "queued")[number % 2], params={"n": str(number)})
    return found


async def test_the_first_page_holds_the_newest_and_its_cursor_leads_to_the_rest(
    client: httpx.AsyncClient, experiment: Experiment
) -> None:
    path = f"/api/experiments/{experiment.id}/runs"
    first = await get(client, path, limit=3)
    second = await get(client, path, limit=3, cursor=first["next_cursor"])
    third = await get(client, path, limit=3, cursor=second["next_cursor"])
    found = [[run["name"] for run in page["items"]] for page in (first, second, third)]
    assert found == [["r6", "r5", "r4"], ["r3", "r2", "r1"], ["r0"]]
    assert (first["total"], first["total_exact"], third["next_cursor"]) == (7, True, None)


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "name"},
        {"sort": "name", "order": "desc"},
        {"filter": "status = 'running' or status = 'queued'", "sort": "status"},
        {"filter": "params.n != 'x'"},
        {"sort": "params.n", "order": "desc"},
        {"q": "R"},
    ],
)
async def test_pages_neither_skip_nor_repeat_while_others_write(
    studio: Studio, client: httpx.AsyncClient, experiment: Experiment, query: dict[str, str]
) -> None:
    path = f"/api/experiments/{experiment.id}/runs"
    expected = [run["name"] for run in (await get(client, path, limit=100, **query))["items"]]
    page = await get(client, path, limit=2, **query)
    found = [run["name"] for run in page["items"]]
    while page["next_cursor"]:
        newer = a_run(studio.db, experiment, name="aaa", params={"n": "9"})
        write(studio.db, service.update_run, newer.id, RunUpdate(name="zzz"))
        page = await get(client, path, limit=2, cursor=page["next_cursor"], **query)
        found += [run["name"] for run in page["items"]]
        assert page["total"] == 7
    assert found == expected
    assert len(found) == 7


async def test_a_run_that_is_renamed_while_pages_are_read_keeps_its_place(
    studio: Studio, client: httpx.AsyncClient, experiment: Experiment
) -> None:
    path = f"/api/experiments/{experiment.id}/runs"
    first = await get(client, path, limit=4, sort="name")
    for run in first["items"]:
        write(studio.db, service.update_run, run["id"], RunUpdate(name="z" + run["name"]))
    second = await get(client, path, limit=4, sort="name", cursor=first["next_cursor"])
    assert [run["name"] for run in second["items"]] == ["r4", "r5", "r6"]


async def test_a_cursor_of_another_list_is_refused(client: httpx.AsyncClient, experiment: Experiment) -> None:
    path = f"/api/experiments/{experiment.id}/runs"
    cursor = (await get(client, path, limit=3))["next_cursor"]
    for query in ({"sort": "name"}, {"q": "r"}, {"filter": "name = 'r1'"}):
        (problem,) = await problems(client, path, cursor=cursor, **query)
        assert problem["path"] == "cursor"
    for foreign in ("x", "e30", "eyJzIjotMSwibyI6MH0", "é"):
        (problem,) = await problems(client, path, cursor=foreign)
        assert problem["path"] == "cursor"
    (problem,) = await problems(client, path, cursor=cursor, offset=3)
    assert problem["path"] == "offset"


async def test_an_offset_jumps(client: httpx.AsyncClient, experiment: Experiment) -> None:
    page = await get(client, f"/api/experiments/{experiment.id}/runs", offset=5, limit=10, sort="name")
    assert [run["name"] for run in page["items"]] == ["r5", "r6"]
    assert page["next_cursor"] is None


async def test_a_list_answers_only_the_columns_it_was_asked_for(studio: Studio, client: httpx.AsyncClient) -> None:
    experiment = an_experiment(studio.db)
    run = a_run(studio.db, experiment, params={"lr": "1", "x.y": "2"}, tags={"team": "v"})
    points = [Point("acc", 0, 0, math.nan), Point("loss", 0, 0, math.inf), Point("a b", 0, 0, 0.5)]
    await log_metrics(studio.telemetry, studio.db, run, points)
    path = f"/api/experiments/{experiment.id}/runs"
    (whole,) = (await get(client, path))["items"]
    assert whole["params"] == {"lr": "1", "x.y": "2"}
    assert whole["metrics"] == {"a b": 0.5, "acc": "NaN", "loss": "Infinity"}
    (some,) = (await get(client, path, columns="metrics.acc,params.x.y,tags.team,status,metrics.`a b`"))["items"]
    assert (some["params"], some["tags"], some["metrics"]) == ({"x.y": "2"}, {"team": "v"}, {"a b": 0.5, "acc": "NaN"})
    (none,) = (await get(client, path, columns="name"))["items"]
    assert (none["params"], none["tags"], none["metrics"]) == ({}, {}, {})
    (problem,) = await problems(client, path, columns="metrics.acc,duration")
    assert (problem["path"], problem["message"]) == ("columns", "'duration' is no column")


async def test_facets_count_all_that_match(client: httpx.AsyncClient, experiment: Experiment) -> None:
    path = f"/api/experiments/{experiment.id}/runs"
    for query in ({}, {"as_of": "now"}):
        page = await get(client, path, facets="status", filter="not name = 'r0'", limit=1, **query)
        expected = {"queued": 3, "running": 3, "succeeded": 0, "failed": 0, "canceled": 0}
        assert page["facets"] == {"status": expected}


@pytest.mark.parametrize(
    ("query", "path", "column"),
    [
        ({"filter": "status = 'runing'"}, "filter", 10),
        ({"filter": "metrics.acc >"}, "filter", 14),
        ({"sort": "nmae"}, "sort", 1),
        ({"sort": "datasets.name"}, "sort", 1),
    ],
)
async def test_what_is_not_understood_is_told_with_its_place(
    client: httpx.AsyncClient, experiment: Experiment, query: dict[str, str], path: str, column: int
) -> None:
    (problem,) = await problems(client, f"/api/experiments/{experiment.id}/runs", **query)
    assert (problem["path"], problem["line"], problem["column"]) == (path, 1, column)


LISTS: list[dict[str, Any]] = [
    {},
    {"sort": "name"},
    {"sort": "name", "order": "desc", "limit": 2, "offset": 1},
    {"sort": "status,name"},
    {"sort": "started_at", "order": "desc"},
    {"filter": "status = 'running'"},
    {"filter": "name ILIKE 'R%' and not name LIKE '%3'"},
    {"filter": "started_at > '2020-01-01T00:00:00Z' or started_at is null"},
    {"q": "R1"},
    {"lifecycle": "all"},
]


async def test_the_list_as_of_now_equals_the_live_one(
    studio: Studio, client: httpx.AsyncClient, experiment: Experiment
) -> None:
    gone = a_run(studio.db, experiment, name="gone")
    write(studio.db, service.delete_run, gone.id)
    for query in LISTS:
        for path in (f"/api/experiments/{experiment.id}/runs", "/api/runs"):
            live = await get(client, path, **query)
            past = await get(client, path, as_of="now", **query)
            live["next_cursor"] = past["next_cursor"] = None
            assert past == live, query
            assert live["items"]


async def test_a_list_of_the_past_shows_that_moment(
    studio: Studio, client: httpx.AsyncClient, experiment: Experiment
) -> None:
    path = f"/api/experiments/{experiment.id}/runs"
    run = (await get(client, path, filter="name = 'r3'"))["items"][0]
    seq = history_of(studio.db, "run", run["id"])[-1].seq
    write(studio.db, service.set_tags, run["id"], {"later": "1"})
    write(studio.db, service.log_params, run["id"], {"later": "1"})
    write(studio.db, service.update_run, run["id"], RunUpdate(name="new", status="failed"))
    then = (await get(client, path, as_of=f"seq:{seq}", sort="name"))["items"]
    assert [each["name"] for each in then] == ["r0", "r1", "r2", "r3"]
    assert (then[3]["params"], then[3]["tags"]) == ({"n": "3"}, {"mlflow.runName": "r3"})
    then = (await get(client, path, as_of=f"seq:{seq + 3}", filter="name = 'r3'"))["items"]
    assert (then[0]["status"], "later" in then[0]["tags"]) == ("queued", False)


@pytest.mark.parametrize(
    "query", [{"filter": "metrics.acc > 1"}, {"filter": "params.a = '1'"}, {"sort": "tags.team"}, {"sort": "metrics.a"}]
)
async def test_the_past_cannot_be_searched_by_what_states_leave_out(
    client: httpx.AsyncClient, experiment: Experiment, query: dict[str, str]
) -> None:
    (problem,) = await problems(client, f"/api/experiments/{experiment.id}/runs", as_of="now", **query)
    assert problem["path"] == "as_of"


async def test_metrics_of_the_past_are_those_received_by_then(studio: Studio, client: httpx.AsyncClient) -> None:
    run = a_run(studio.db)
    await log_metrics(studio.telemetry, studio.db, run, [Point("acc", 0, 0, 0.5)])
    write(studio.db, service.set_tags, run.id, {"between": "1"})
    at = history_of(studio.db, "run", run.id)[-1].at.isoformat()
    await log_metrics(studio.telemetry, studio.db, run, [Point("acc", 1, 0, 0.9)])
    path = f"/api/experiments/{run.experiment_id}/runs"
    assert (await get(client, path))["items"][0]["metrics"] == {"acc": 0.9}
    assert (await get(client, path, as_of=at))["items"][0]["metrics"] == {"acc": 0.5}
    assert (await get(client, f"/api/runs/{run.id}", as_of=at))["metrics"] == {"acc": 0.5}
    assert (await get(client, f"/api/runs/{run.id}"))["metrics"] == {"acc": 0.9}


EXPERIMENT_LISTS: list[dict[str, Any]] = [
    {},
    {"sort": "name", "order": "desc"},
    {"filter": "owner ILIKE 'ADA%'"},
    {"filter": "owner is null", "sort": "created_at"},
    {"filter": "lifecycle = 'deleted'", "lifecycle": "all"},
    {"q": "STRASSE"},
    {"limit": 2, "offset": 1},
]


async def test_experiments_as_of_now_equal_the_live_ones(studio: Studio, client: httpx.AsyncClient) -> None:
    named = an_experiment(studio.db, owner="Ada L", tags={"team": "v"})
    a_run(studio.db, named)
    write(studio.db, service.delete_run, a_run(studio.db, named).id)
    an_experiment(studio.db, name="Straße")
    write(studio.db, service.delete_experiment, an_experiment(studio.db).id)
    for query in EXPERIMENT_LISTS:
        live = await get(client, "/api/experiments", **query)
        past = await get(client, "/api/experiments", as_of="now", **query)
        live["next_cursor"] = past["next_cursor"] = None
        assert past == live, query
        assert live["items"]


async def test_experiments_count_their_runs_and_know_the_last(
    studio: Studio, client: httpx.AsyncClient, experiment: Experiment
) -> None:
    last = a_run(studio.db, experiment)
    write(studio.db, service.update_run, last.id, RunUpdate(status="failed"), fill_times=True)
    shown = await get(client, f"/api/experiments/{experiment.id}")
    assert shown["runs"] == {"queued": 3, "running": 4, "succeeded": 0, "failed": 1, "canceled": 0}
    run = await get(client, f"/api/runs/{last.id}")
    assert shown["last_run_at"] == run["started_at"]
    seq = history_of(studio.db, "run", last.id)[0].seq
    then = await get(client, f"/api/experiments/{experiment.id}", as_of=f"seq:{seq}")
    assert then["runs"] == {"queued": 3, "running": 5, "succeeded": 0, "failed": 0, "canceled": 0}


async def test_experiments_are_ordered_by_their_last_run(studio: Studio, client: httpx.AsyncClient) -> None:
    older, newer = an_experiment(studio.db), an_experiment(studio.db)
    a_run(studio.db, newer)
    a_run(studio.db, older)
    page = await get(client, "/api/experiments", sort="last_run_at", order="desc", limit=2)
    assert [each["id"] for each in page["items"]] == [older.id, newer.id]
    rest = await get(client, "/api/experiments", sort="last_run_at", order="desc", limit=2, cursor=page["next_cursor"])
    assert {older.id, newer.id} & {each["id"] for each in rest["items"]} == set()
    (problem,) = await problems(client, "/api/experiments", sort="last_run_at", as_of="now")
    assert problem["path"] == "as_of"


async def test_pages_of_experiments_are_pinned_too(studio: Studio, client: httpx.AsyncClient) -> None:
    marked = [an_experiment(studio.db, tags={"page": "yes"}).id for _ in range(5)]
    for query in ({"filter": "tags.page = 'yes'"}, {"filter": f"created_at >= '{await created(client, marked[0])}'"}):
        page = await get(client, "/api/experiments", limit=2, **query)
        found = [each["id"] for each in page["items"]]
        while page["next_cursor"]:
            an_experiment(studio.db, tags={"page": "yes"})
            page = await get(client, "/api/experiments", limit=2, cursor=page["next_cursor"], **query)
            found += [each["id"] for each in page["items"]]
        assert [id for id in found if id in marked] == marked[::-1]
        assert len(set(found)) == len(found)


async def created(client: httpx.AsyncClient, id: str) -> str:
    text: str = (await get(client, f"/api/experiments/{id}"))["created_at"]
    return text
