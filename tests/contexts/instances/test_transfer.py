"""Lists and histories as files, and files as instances."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import httpx
import pytest

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.queries import instances
from infrastudio.contexts.instances.schemas import InstanceFilter
from infrastudio.contexts.instances.schemas.imports import MAX_IMPORT_ROWS
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.drivers.tables import all_formats
from infrastudio.kernel.tables import Column, ReadOptions, Row
from infrastudio.server.wiring import Studio
from infrastudio.stores import ledger
from make import an_instance

FORMATS = all_formats().by_name
NAMES = ("csv", "json", "ndjson", "xlsx", "parquet")
TEXTS = ("=1+1", "'=1", "Zürich 漢 😀", "a\r\nb", ' "quoted", ', "-5 %", "_x0041_", "\ufeff1")

PAUSE_S = 0.01
LOOKS = 12_000
_projects = iter(range(10_000))


@pytest.fixture
def project(studio: Studio) -> str:
    """An empty project of one's own."""
    return made_project(studio, f"transfer-{next(_projects)}")


def made_project(studio: Studio, slug: str) -> str:
    with studio.db.begin(SINGLE_USER) as uow:
        return projects.create(uow, ProjectIn(slug=slug, name=slug)).slug


async def fill(client: httpx.AsyncClient, project: str, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    made = []
    for body in bodies:
        answer = await client.post(f"/api/instances?project={project}", json=body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    return made


def nasty() -> list[dict[str, Any]]:
    return [an_instance(model_name=text, description=text, replicas=1 + at).values() for at, text in enumerate(TEXTS)]


async def listed(client: httpx.AsyncClient, project: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"/api/instances?project={project}&limit=1000")).json()
    return found


def read(name: str, content: bytes) -> list[Row]:
    return [row.values for row in FORMATS[name].read(io.BytesIO(content), ReadOptions())]


def written(rows: list[dict[str, Any]], name: str = "json") -> bytes:
    columns = tuple(dict.fromkeys(Column(field) for row in rows for field in row))
    return json.dumps(rows).encode() if name == "json" else b"".join(FORMATS[name].write(columns, rows))


async def imported(
    client: httpx.AsyncClient, project: str, content: bytes, name: str = "json", **query: Any
) -> dict[str, Any]:
    """Import a file and return the operation at its end."""
    asked = {"project": project, "format": name, **query}
    started = await client.post(
        "/api/instances/import", params=asked, content=content, headers={"Content-Type": "application/octet-stream"}
    )
    assert started.status_code == 202, started.text
    return await ended(client, started)


async def ended(client: httpx.AsyncClient, started: httpx.Response) -> dict[str, Any]:
    """Return the operation once it has ended; between two looks the event loop does its work."""
    for _ in range(LOOKS):
        found: dict[str, Any] = (await client.get(started.headers["location"])).json()
        if found["status"] != "running":
            return found
        await asyncio.sleep(PAUSE_S)
    raise TimeoutError(started.text)


def counts(operation: dict[str, Any]) -> dict[str, int]:
    report = operation["result"] or operation["error"]["details"]["report"]
    names = ("created", "updated", "unchanged", "skipped", "failed")
    return {name: report[name] for name in names if report[name]}


@pytest.mark.parametrize("name", NAMES)
async def test_what_was_exported_is_imported_into_another_project_as_it_was(
    client: httpx.AsyncClient, studio: Studio, project: str, name: str
) -> None:
    was = await fill(client, project, *nasty())
    file = await client.get(f"/api/instances/export?format={name}&project={project}")
    assert file.status_code == 200
    assert file.headers["content-disposition"] == f"attachment; filename=instances.{name}"
    again = await imported(client, project, file.content, name)
    assert counts(again) == {"unchanged": len(TEXTS)}
    other = made_project(studio, f"{project}-copy")
    assert counts(await imported(client, other, file.content, name)) == {"created": len(TEXTS)}
    assert counts(await imported(client, other, file.content, name)) == {"unchanged": len(TEXTS)}
    kept = set(was[0]) - {"id", "project", "version"}
    now = await listed(client, other)
    assert [{f: item[f] for f in kept} for item in now] == [{f: item[f] for f in kept} for item in was]


async def test_an_export_has_the_filters_the_order_and_the_columns_of_the_list(
    client: httpx.AsyncClient, project: str
) -> None:
    await fill(client, project, *(an_instance(name=f"n{at}", replicas=at).values() for at in range(1, 6)))
    base = f"/api/instances/export?format=json&project={project}"
    found = (await client.get(f"{base}&sort=replicas&order=desc&columns=name,replicas&q=N")).json()
    assert found == [{"name": f"n{at}", "replicas": at} for at in range(5, 0, -1)]
    assert (await client.get(f"{base}&name=n3")).json()[0]["replicas"] == 3
    for wrong in ("columns=nmae", "columns=", "columns=name,name", "sort=x", "format=pdf", "status=x"):
        answer = await client.get(f"{base.replace('format=json', 'a=1')}&{wrong}")
        assert (answer.status_code, "problems" in answer.text) == (422, True), wrong
    assert (await client.get(f"{base}&columns=nmae")).json()["error"]["details"]["problems"][0]["suggestion"] == "name"


async def test_an_export_as_of_a_moment_is_what_the_list_was_then(client: httpx.AsyncClient, project: str) -> None:
    made = await fill(client, project, an_instance(name="early").values())
    base = f"/api/instances/export?format=ndjson&project={project}"
    then = (await client.get(base)).headers["x-as-of-seq"]
    await client.put(f"/api/instances/{made[0]['id']}", json={"replicas": 9})
    await fill(client, project, an_instance(name="late").values())
    past = await client.get(f"{base}&as_of=seq:{then}")
    assert [json.loads(line)["name"] for line in past.text.splitlines()] == ["early"]
    assert (json.loads(past.text)["replicas"], past.headers["x-as-of-seq"]) == (1, then)
    assert len((await client.get(base)).text.splitlines()) == 2


@pytest.mark.parametrize("name", NAMES)
async def test_histories_are_exported_whole(client: httpx.AsyncClient, project: str, name: str) -> None:
    made = await fill(client, project, an_instance().values(), an_instance().values())
    id = made[0]["id"]
    await client.put(f"/api/instances/{id}", json={"replicas": 9}, headers={"X-Studio-Reason": "more"})
    await client.delete(f"/api/instances/{id}")
    own = read(name, (await client.get(f"/api/instances/{id}/history/export?format={name}")).content)
    assert [row["operation_type"] for row in own] == ["delete", "update", "create"]
    changes = own[1]["changes"]
    changes = json.loads(changes) if isinstance(changes, str) else changes
    assert (changes["replicas"], own[1]["reason"]) == ({"old": 1, "new": 9}, "more")
    fleet = await client.get(f"/api/instances/history/export?format={name}&project={project}&order=asc")
    assert [row["operation_type"] for row in read(name, fleet.content)] == ["create", "create", "update", "delete"]
    assert (await client.get(f"/api/instances/99999999/history/export?format={name}")).status_code == 404


async def test_the_head_of_an_export_is_answered_without_making_it(client: httpx.AsyncClient, project: str) -> None:
    head = await client.head(f"/api/instances/export?format=xlsx&project={project}")
    assert (head.status_code, head.content) == (200, b"")


async def test_a_dry_run_reports_each_row_and_changes_nothing(client: httpx.AsyncClient, project: str) -> None:
    await fill(client, project, an_instance(name="same").values(), an_instance(name="other", replicas=2).values())
    rows = [
        an_instance(name="same").values(),
        an_instance(name="other").values() | {"replicas": 3, "colour": "red"},
        an_instance(name="new").values(),
        {"name": "bad", "replicas": 500, "model_name": "m"},
        an_instance(name="new").values(),
    ]
    report = (await imported(client, project, written(rows), dry_run=1))["result"]
    assert [(row["row"], row["action"]) for row in report["rows"]] == [
        (4, "failed"), (5, "failed"), (3, "created"), (2, "updated"), (1, "unchanged"),
    ]  # fmt: skip
    problems = {(row["row"], problem["path"]) for row in report["rows"] for problem in row["problems"]}
    assert problems == {(4, "replicas"), (4, "cluster_name"), (4, "image_tag"), (5, "name")}
    assert (report["unknown_columns"], report["dry_run"]) == (["colour"], True)
    assert [item["version"] for item in await listed(client, project)] == [1, 1]


async def test_one_bad_row_and_nothing_is_imported(client: httpx.AsyncClient, project: str) -> None:
    rows = [an_instance().values(), an_instance().values() | {"status": "sleeping"}]
    operation = await imported(client, project, written(rows))
    assert (operation["status"], operation["error"]["type"]) == ("failed", "VALIDATION_ERROR")
    assert operation["error"]["details"]["problems"][0]["path"] == "rows.2.status"
    assert counts(operation) == {"created": 1, "failed": 1}
    assert await listed(client, project) == []


@pytest.mark.parametrize(
    ("on_conflict", "expected", "replicas"),
    [("update", {"updated": 1, "created": 1}, 3), ("skip", {"skipped": 1, "created": 1}, 1), ("fail", {}, 1)],
)
async def test_instances_that_differ_are_updated_skipped_or_refused(
    client: httpx.AsyncClient, project: str, on_conflict: str, expected: dict[str, int], replicas: int
) -> None:
    await fill(client, project, an_instance(name="a", description="kept").values())
    rows = [{"name": "a", "model_name": "llama", "cluster_name": "gpu-1", "image_tag": "v1", "replicas": 3},
            an_instance(name="b").values()]  # fmt: skip
    operation = await imported(client, project, written(rows), on_conflict=on_conflict)
    now = {item["name"]: item for item in await listed(client, project)}
    assert (now["a"]["replicas"], now["a"]["description"]) == (replicas, "kept")
    if on_conflict == "fail":
        assert (operation["status"], list(now)) == ("failed", ["a"])
    else:
        assert counts(operation) == expected


async def test_an_import_keeps_the_moments_of_the_source_and_says_where_it_came_from(
    client: httpx.AsyncClient, project: str
) -> None:
    moments = {"created_at": "2024-01-02T03:04:05Z", "updated_at": "2025-01-02T03:04:05.5Z"}
    operation = await imported(client, project, written([an_instance().values() | moments]), source="old-tool")
    item = (await listed(client, project))[0]
    assert {field: item[field] for field in moments} == moments
    record = (await client.get(f"/api/instances/{item['id']}/history")).json()["items"][0]
    assert (record["operation_timestamp"], record["actor"]) == (moments["updated_at"], "import:old-tool")
    assert record["labels"] == {"import": "old-tool", "import_id": operation["id"], "by": "user:local"}
    future = an_instance().values() | {"created_at": "2999-01-01T00:00:00Z"}
    assert counts(await imported(client, project, written([future]))) == {"failed": 1}


async def test_ids_are_kept_where_they_were_never_in_use_and_lists_stay_in_their_order(
    client: httpx.AsyncClient, project: str, studio: Studio
) -> None:
    used = (await fill(client, project, an_instance().values()))[0]["id"]
    rows = [an_instance(name=name).values() | {"id": id}
            for name, id in {"c": used + 50, "a": used + 20, "taken": used, "b": used + 20}.items()]  # fmt: skip
    report = (await imported(client, project, written(rows), keep_ids=1))["result"]
    now = {item["name"]: item["id"] for item in await listed(client, project)}
    assert (now["a"], now["c"]) == (used + 20, used + 50)
    assert (now["taken"], now["b"]) == (used + 51, used + 52)
    assert report["mapped_ids"] == {str(used): now["taken"], str(used + 20): now["b"]}
    after = (await fill(client, project, an_instance().values()))[0]["id"]
    assert after == used + 53
    past = (await client.get(f"/api/instances?project={project}&as_of=now")).json()
    assert past == await listed(client, project)
    with studio.db.snapshot(SINGLE_USER) as snapshot:
        assert [*ledger.verify_chain(snapshot), *ledger.verify_tables(snapshot)] == []


async def test_two_imports_at_once_do_everything_once(client: httpx.AsyncClient, project: str) -> None:
    content = written([an_instance().values() for _ in range(300)])
    both = await asyncio.gather(*(imported(client, project, content) for _ in range(2)))
    assert sorted(map(str, map(counts, both))) == ["{'created': 300}", "{'unchanged': 300}"]


async def test_a_file_with_more_rows_than_one_import_takes_is_refused(client: httpx.AsyncClient, project: str) -> None:
    content = written([{"name": "x"}])[:-1] + b',{"name": "x"}' * MAX_IMPORT_ROWS + b"]"
    operation = await imported(client, project, content)
    assert (operation["status"], "10000 rows" in operation["error"]["message"]) == ("failed", True)


async def test_a_keyed_import_is_done_once(client: httpx.AsyncClient, project: str) -> None:
    content, url = written([an_instance().values()]), f"/api/instances/import?project={project}"
    headers = {"Content-Type": "application/json", "Idempotency-Key": project}
    first, second = [await client.post(url, content=content, headers=headers) for _ in range(2)]
    assert second.headers["idempotency-replayed"] == "true"
    assert first.json()["id"] == second.json()["id"]
    assert (await client.post(url, content=b"[{}]", headers=headers)).status_code == 422
    assert counts(await ended(client, first)) == {"created": 1}


async def test_what_is_no_table_is_refused_by_its_type_or_by_its_place(client: httpx.AsyncClient, project: str) -> None:
    url = f"/api/instances/import?project={project}"
    for query, kind, status in (
        ("", "image/png", 415), ("", "application/octet-stream", 422), ("&format=csv", "application/json", 415),
        ("&format=pdf", "text/csv", 422), ("&source=A B", "text/csv", 422), ("&as_of=now", "text/csv", 422),
    ):  # fmt: skip
        answer = await client.post(url + query, content=b"x", headers={"Content-Type": kind})
        assert answer.status_code == status, (query, kind, answer.text)
    latin = "name,model_name,cluster_name,image_tag\nZürich,m,c,i\n".encode("latin-1")
    assert "line 2" in (await imported(client, project, latin, "csv"))["error"]["message"]
    named = {"Content-Type": "text/csv; charset=latin-1"}
    assert counts(await ended(client, await client.post(url, content=latin, headers=named))) == {"created": 1}
    assert (await listed(client, project))[0]["name"] == "Zürich"


def test_an_import_that_is_stopped_in_the_middle_has_done_nothing(studio: Studio) -> None:
    from infrastudio.contexts.instances.rules.candidates import candidate
    from infrastudio.contexts.instances.schemas.imports import ImportOptions
    from infrastudio.contexts.realtime.service.operations import OperationCanceled
    from infrastudio.kernel.tables import TableRow

    def check(done: int) -> None:
        if done >= 500:
            raise OperationCanceled

    rows = [TableRow(at, an_instance().values()) for at in range(1, 1200)]
    found = [candidate(row, is_typed=True, now=studio.clock.now()) for row in rows]
    with pytest.raises(OperationCanceled), studio.db.begin(SINGLE_USER) as uow:
        service.import_instances(uow, found, ImportOptions(), check=check)
    with studio.db.snapshot(SINGLE_USER) as snapshot:
        assert instances(snapshot, InstanceFilter(name=rows[0].values["name"])).total == 0
