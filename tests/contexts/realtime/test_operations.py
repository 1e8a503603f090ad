"""Long work: carried beside the requests, followed from any thread, ended by people and by the end of the server."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from contexts.realtime.served import Served, eventually
from contexts.timeline.things import Things
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.realtime.schemas import Operation
from infrastudio.contexts.realtime.service import Operations, RunningOperation
from infrastudio.contexts.realtime.service.operations import MOST_ANNOUNCED_BYTES
from infrastudio.kernel.clock import ManualClock
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.ids import SeededIds
from infrastudio.stores.db import Repeat

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def operations() -> Operations:
    return Operations(ManualClock(NOON), SeededIds(1))


async def ended(operations: Operations, operation: Operation) -> Operation:
    changed = asyncio.Event()
    operations.board.subscribe(changed.set)
    async with asyncio.timeout(20):
        while operations.get(SINGLE_USER, operation.id).status == "running":
            await changed.wait()
            changed.clear()
    return operations.get(SINGLE_USER, operation.id)


async def test_work_ends_as_it_ends_and_its_result_is_kept(operations: Operations) -> None:
    async def work(running: RunningOperation) -> dict[str, str]:
        return {"made by": running.id}

    started = operations.launch("export", work, project_id="prj_1", project="default")
    assert started.status == "running"
    done = await ended(operations, started)
    assert (done.status, done.result) == ("succeeded", {"made by": started.id})


async def test_a_bug_in_the_work_fails_the_operation_and_tells_nothing(
    operations: Operations, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(_: RunningOperation) -> None:
        raise RuntimeError("password=1234")

    done = await ended(operations, operations.launch("export", work, project_id="prj_1", project="default"))
    assert done.error is not None
    assert (done.status, "1234" in done.model_dump_json()) == ("failed", False)
    assert "1234" in caplog.text


async def test_progress_of_another_thread_is_told_and_only_the_latest(operations: Operations) -> None:
    told: list[int] = []

    async def work(running: RunningOperation) -> None:
        def report_all() -> None:
            for done in range(1, 1001):
                running.report(done, 1000, "rows")

        await asyncio.to_thread(report_all)

    operations.board.subscribe(lambda: told.append(1))
    started = operations.launch("import", work, project_id="prj_1", project="default")
    done = await ended(operations, started)
    assert done.progress is not None
    assert (done.progress.done, done.progress.total, done.progress.unit) == (1000, 1000, "rows")
    assert len(told) < 900


async def test_work_that_is_canceled_ends_at_its_next_look(operations: Operations) -> None:
    at_work = asyncio.Event()

    async def work(running: RunningOperation) -> None:
        at_work.set()
        while True:
            running.check()
            await asyncio.sleep(0.001)

    started = operations.launch("import", work, project_id="prj_1", project="default")
    await at_work.wait()
    assert operations.cancel(SINGLE_USER, started.id).status == "running"
    done = await ended(operations, started)
    assert done.error is not None
    assert (done.status, done.error.message) == ("canceled", "The operation was canceled; nothing was changed.")
    assert operations.cancel(SINGLE_USER, started.id) == done


async def test_work_past_its_last_look_ends_as_it_would_have(operations: Operations) -> None:
    """What was committed is never called canceled."""
    go_on = asyncio.Event()

    async def work(running: RunningOperation) -> str:
        running.check()
        await go_on.wait()
        return "committed"

    started = operations.launch("import", work, project_id="prj_1", project="default")
    await asyncio.sleep(0)
    operations.cancel(SINGLE_USER, started.id)
    go_on.set()
    done = await ended(operations, started)
    assert (done.status, done.result) == ("succeeded", "committed")


async def test_the_end_of_the_server_fails_what_runs_with_its_reason(operations: Operations) -> None:
    supervised = asyncio.create_task(operations.run())

    async def work(running: RunningOperation) -> None:
        def busy() -> None:
            while True:
                running.check()
                threading.Event().wait(0.001)

        await asyncio.to_thread(busy)

    started = operations.launch("import", work, project_id="prj_1", project="default")
    await asyncio.sleep(0)
    supervised.cancel()
    with pytest.raises(asyncio.CancelledError):
        await supervised
    done = operations.get(SINGLE_USER, started.id)
    assert done.error is not None
    assert (done.status, done.error.type) == ("failed", "SERVICE_UNAVAILABLE")
    assert "server stopped" in done.error.message


async def test_a_keyed_request_starts_one_operation(operations: Operations) -> None:
    started = operations.start("import", project_id="prj_1", project="default")
    operations.remember(SINGLE_USER, Repeat("key", "body"), started)
    again = Repeat("key", "body")
    assert operations.started_by(SINGLE_USER, again) == started
    assert again.replayed
    assert operations.started_by(SINGLE_USER, Repeat("other", "body")) is None
    with pytest.raises(ValidationFailed):
        operations.started_by(SINGLE_USER, Repeat("key", "another body"))


def test_a_large_result_is_left_out_on_sockets_and_told_by_id(operations: Operations) -> None:
    result: Any = ["x" * MOST_ANNOUNCED_BYTES]
    started = operations.start("import", project_id="prj_1", project="default")
    operations.succeed(started.id, result)
    announced = operations.board.after(0, lambda _key, _posted: True)[-1].data
    assert (len(announced) < MOST_ANNOUNCED_BYTES, b'"succeeded"' in announced) == (True, True)
    assert operations.get(SINGLE_USER, started.id).result == result


def test_only_who_may_ends_an_operation(served: Served) -> None:
    things = Things(served.studio.db)
    project, other = things.project(), things.project()
    tokens = {
        role: {"Authorization": f"Bearer {served.token(of, role).secret}"}  # type: ignore[arg-type]  # one of the roles
        for role, of in {"viewer": project, "operator": project, "admin": other}.items()
    }
    operations = served.hub.operations

    async def work(running: RunningOperation) -> None:
        while True:
            running.check()
            await asyncio.sleep(0.001)

    async def launch() -> Operation:
        return operations.launch("import", work, project_id=project.id, project=project.slug)

    started = served.call(launch())
    url = f"http://{served.address}/api/operations/{started.id}"
    assert httpx.post(f"{url}/cancel", headers=tokens["viewer"]).status_code == 403
    assert httpx.post(f"{url}/cancel", headers=tokens["admin"]).status_code == 404
    assert httpx.get(url, headers=tokens["viewer"]).json()["status"] == "running"
    assert httpx.post(f"{url}/cancel", headers=tokens["operator"]).status_code == 200
    eventually(lambda: httpx.get(url, headers=tokens["viewer"]).json()["status"] == "canceled")
