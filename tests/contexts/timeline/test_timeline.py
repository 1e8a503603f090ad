"""Items on lanes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from contexts.timeline.things import Things, a_reader, an_id
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.timeline import queries
from infrastudio.contexts.timeline.controller import TimelineFollower
from infrastudio.contexts.timeline.queries import Window
from infrastudio.contexts.timeline.rules.items import LANES, lane_of
from infrastudio.contexts.timeline.schemas import Timeline
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import format_time
from infrastudio.server.wiring import Studio
from infrastudio.stores.db import Database
from make import an_instance

LONG_AGO = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
FOREVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def timeline(
    db: Database, window: Window, *, limit: int = 100, cursor: str | None = None, actor: Actor = SINGLE_USER
) -> Timeline:
    with db.snapshot(actor) as snapshot:
        return queries.read_timeline(snapshot, window, limit=limit, cursor=cursor)


async def get(client: httpx.AsyncClient, path: str = "/api/timeline", **query: Any) -> dict[str, Any]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_last_hour_is_shown_on_lanes_newest_first(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    project, deployment, run = things.project(), an_id(), an_id()
    things.put("deployment", deployment, project_id=project.id, name="chat")
    things.put("run", run, project_id=project.id, name="pretrain")
    last = things.put(
        "deployment", deployment, project_id=project.id, size=4, status="ready", actor=SINGLE_USER.because("load")
    )
    found = await get(client, project=project.slug)
    assert [item["seq"] for item in found["items"]] == [last, last - 1, last - 2, last - 3]
    first = found["items"][0]
    assert (first["lane"], first["title"], first["reason"]) == (
        "deploys", "Deployment chat sample changed: status null → ready, size 0 → 4", "load"
    )  # fmt: skip
    assert found["lanes"] == [
        {"lane": "access", "total": 1, "bins": None},
        {"lane": "deploys", "total": 2, "bins": None},
        {"lane": "runs", "total": 1, "bins": None},
    ]
    assert found["total"] == 4
    some = await get(client, project=project.slug, lanes="runs,data")
    assert ([item["name"] for item in some["items"]], some["total"]) == (["pretrain"], 1)


async def test_what_happened_earlier_than_it_was_recorded_is_drawn_where_it_happened(db: Database) -> None:
    things = Things(db)
    project = things.project()
    late = things.put("run", an_id(), project_id=project.id, occurred_at=LONG_AGO)
    now = things.put("run", an_id(), project_id=project.id)
    await TimelineFollower(db).catch_up()
    past = timeline(db, Window(LONG_AGO, LONG_AGO + timedelta(hours=1), now, project.slug))
    recent = timeline(db, Window(datetime.now(UTC) - timedelta(hours=1), FOREVER[1], now, project.slug))
    assert [item.seq for item in past.items] == [late]
    assert past.items[0].time == LONG_AGO
    assert late not in [item.seq for item in recent.items]
    assert now in [item.seq for item in recent.items]
    everything = timeline(db, Window(*FOREVER, now, project.slug))
    assert [item.seq for item in everything.items][-1] == late


def test_the_ends_of_a_window_belong_to_it(db: Database) -> None:
    things = Things(db)
    project = things.project()
    seqs = [things.put("run", an_id(), project_id=project.id) for _ in range(3)]
    times = {item.seq: item.time for item in timeline(db, Window(*FOREVER, seqs[-1], project.slug)).items}
    window = Window(times[seqs[0]], times[seqs[1]], seqs[-1], project.slug)
    assert [item.seq for item in timeline(db, window).items] == [seqs[1], seqs[0]]
    assert timeline(db, Window(*FOREVER, seqs[1], project.slug)).items[0].seq == seqs[1]


def test_older_items_stand_on_the_next_page(db: Database) -> None:
    things = Things(db)
    project = things.project()
    seqs = [things.put("run", an_id(), project_id=project.id) for _ in range(7)]
    window = Window(*FOREVER, seqs[-1], project.slug, frozenset({"runs"}))
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = timeline(db, window, limit=3, cursor=cursor)
        seen += [item.seq for item in page.items]
        assert page.total == 7
        if (cursor := page.next_cursor) is None:
            break
    assert seen == seqs[::-1]


async def test_a_runs_timeline_shows_the_run_and_what_is_next_to_it(client: httpx.AsyncClient, studio: Studio) -> None:
    things = Things(studio.db)
    project, run, dataset, model, stranger = things.project(), an_id(), an_id(), an_id(), an_id()
    things.put("dataset", dataset, project_id=project.id)
    things.put("run", stranger, project_id=project.id)
    born = things.put("run", run, project_id=project.id, links=[("uses", f"dataset:{dataset}")])
    produced = things.put("model", model, project_id=project.id, links=[("trained_from", f"run:{run}")])
    changed = things.put("dataset", dataset, project_id=project.id, size=2)
    things.put("run", stranger, project_id=project.id, size=2)
    last = things.put("run", run, project_id=project.id, status="succeeded")
    found = await get(client, f"/api/runs/{run}/timeline")
    assert [item["seq"] for item in found["items"]] == [last, changed, produced, born]
    same = await get(client, entity=f"run:{run}")
    assert same["items"] == found["items"]
    early = await get(client, f"/api/runs/{run}/timeline", as_of=f"seq:{produced}")
    assert [item["seq"] for item in early["items"]] == [produced, born]
    assert (await client.get(f"/api/runs/{an_id()}/timeline")).status_code == 404


def test_another_projects_items_do_not_exist(db: Database) -> None:
    things = Things(db)
    mine, other = things.project(), things.project()
    own = things.put("run", an_id(), project_id=mine.id)
    things.put("deployment", an_id(), project_id=other.id)
    found = timeline(db, Window(*FOREVER, things.head(), "*"), actor=a_reader(mine))
    assert own in [item.seq for item in found.items]
    assert ({item.project for item in found.items}, found.total) == ({mine.slug}, len(found.items))
    assert "deploys" not in [lane.lane for lane in found.lanes]


async def test_real_changes_have_readable_titles(client: httpx.AsyncClient) -> None:
    made = (await client.post("/api/instances", json=an_instance(name="chat-prod").model_dump())).json()
    await client.put(f"/api/instances/{made['id']}", json={"replicas": 3, "status": "error", "tp": 2, "pp": 2})
    await client.delete(f"/api/instances/{made['id']}")
    found = await get(client, lanes="instances", entity=f"instance:{made['id']}")
    assert [item["title"] for item in found["items"]] == [
        "Instance chat-prod deleted",
        "Instance chat-prod updated: status active → error, pp 1 → 2, replicas 1 → 3, 1 more",
        "Instance chat-prod created",
    ]
    assert format_time(datetime.now(UTC))[:13] in {found["items"][0]["time"][:13], found["to"][:13]}


async def test_a_version_is_titled_by_its_number(client: httpx.AsyncClient) -> None:
    model = (await client.post("/api/registry/models", json={"name": "titled"})).json()["id"]
    await client.post(f"/api/registry/models/{model}/versions", json={"source": "s3://bucket/model"})
    await client.post(f"/api/registry/models/{model}/versions/1/transition", json={"stage": "staging"})
    found = await get(client, entity=f"model_version:{model}/1")
    assert [item["title"] for item in found["items"] if item["entity"] == "model_version"] == [
        "Model version 1 transitioned: stage draft → staging",
        "Model version 1 created",
    ]


async def test_a_window_may_end_where_time_begins(client: httpx.AsyncClient) -> None:
    for end in ("0001-01-01T00:00:00Z", "1970-01-01T00:30:00Z", "9999-12-31T23:59:59Z"):
        found = await get(client, to=end)
        assert (found["to"], found["items"]) == (end, [])


def test_every_kind_has_a_lane() -> None:
    assert [lane_of(kind) for kind in ("run.checkpointed", "job.started", "nobody.knows")] == [
        "checkpoints",
        "training",
        "other",
    ]
    assert {
        "deploys",
        "checkpoints",
        "alerts",
        "commits",
        "configs",
        "incidents",
        "notes",
        "instances",
        "registry",
    } <= set(LANES)


@pytest.mark.parametrize(
    ("query", "path"),
    [({"lanes": "roads"}, "lanes"), ({"from": "x"}, "from"), ({"from": "2026-02-02", "to": "2026-02-01"}, "from"),
     ({"entity": "run"}, "entity"), ({"limit": 5001}, "limit"),
     ({"cursor": "e30"}, "cursor"), ({"to": "seq:99999999"}, "to")],
)  # fmt: skip
async def test_a_bad_parameter_is_named(client: httpx.AsyncClient, query: dict[str, Any], path: str) -> None:
    answer = await client.get("/api/timeline", params=query)
    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["error"]["details"]["problems"]] == [path]
