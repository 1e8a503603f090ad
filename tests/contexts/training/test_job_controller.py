"""The loop of jobs, with programs in memory, real stores, and kills between any two of its steps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typing_extensions import override

from conftest import NOON, open_database
from infrastudio.contexts.identity.queries import SINGLE_USER, credential_of
from infrastudio.contexts.tracking.queries import runs
from infrastudio.contexts.training import queries, service
from infrastudio.contexts.training.controller import JobController
from infrastudio.contexts.training.ports import AttemptId, Executor, LogChunk, Program
from infrastudio.contexts.training.schemas import Job, JobStatus, Observed
from infrastudio.drivers.executors.memory import MemoryExecutor
from infrastudio.http import ServerAddress
from infrastudio.kernel.clock import ManualClock
from infrastudio.kernel.ids import RandomIds
from infrastudio.kernel.retry import RetryPolicy
from infrastudio.stores import ledger
from infrastudio.stores.db import ConnectionSettings, Database
from infrastudio.stores.ledger import LedgerFeed, TableLedgerLock
from infrastudio.stores.telemetry import Line, LineBatch, LinesAppended, SqliteTelemetryStore, StreamKey, StreamOwner
from make import a_run_plan

ADDRESS = ServerAddress("http://127.0.0.1:8000")
TIMEOUT_S = 60.0

Result = TypeVar("Result")


class Killed(BaseException):
    """The server was killed here."""


class Fate:
    """Counts the steps that leave a mark in the world, and kills the server at one of them, before or after it."""

    def __init__(self, kill_at: int | None = None) -> None:
        self._kill_at = kill_at
        self._passed = 0

    def pass_by(self) -> None:
        self._passed += 1
        if self._passed == self._kill_at:
            raise Killed

    async def guard(self, step: Callable[[], Awaitable[Result]]) -> Result:
        self.pass_by()
        result = await step()
        self.pass_by()
        return result


class MortalDatabase(Database):
    fate = Fate()

    @override
    async def write(self, actor: Any, verb: Any, *args: Any, **kwargs: Any) -> Any:
        return await self.fate.guard(lambda: super(MortalDatabase, self).write(actor, verb, *args, **kwargs))


class MortalTelemetry(SqliteTelemetryStore):
    fate = Fate()

    @override
    def append_lines(self, owner: StreamOwner, batch: LineBatch) -> asyncio.Future[LinesAppended]:
        return asyncio.ensure_future(self.fate.guard(lambda: super(MortalTelemetry, self).append_lines(owner, batch)))


class MortalExecutor(Executor):
    """Hands everything on to programs in memory, which live on when the server is killed."""

    def __init__(self, world: MemoryExecutor, fate: Fate) -> None:
        self._world = world
        self._fate = fate

    @override
    async def start(self, program: Program) -> None:
        await self._fate.guard(lambda: self._world.start(program))

    @override
    async def observe(self, attempt: AttemptId) -> Observed:
        return await self._fate.guard(lambda: self._world.observe(attempt))

    @override
    async def stop(self, attempt: AttemptId, *, grace_s: float) -> None:
        await self._fate.guard(lambda: self._world.stop(attempt, grace_s=grace_s))

    @override
    async def read_log(self, attempt: AttemptId, offset: int, max_bytes: int = 1 << 20) -> LogChunk:
        return await self._fate.guard(lambda: self._world.read_log(attempt, offset, max_bytes=20))

    @override
    async def wait_for_change(self, attempt: AttemptId, offset: int, *, timeout_s: float) -> bool:
        return await self._world.wait_for_change(attempt, offset, timeout_s=timeout_s)

    @override
    async def discard_log(self, attempt: AttemptId, *, before: int) -> None:
        await self._fate.guard(lambda: self._world.discard_log(attempt, before=before))


class Rehearsal:
    """Stores that stay, programs that stay, and controllers that come and go."""

    def __init__(self, db: Database, telemetry: SqliteTelemetryStore, clock: ManualClock) -> None:
        self.db = db
        self.telemetry = telemetry
        self.clock = clock
        self.world = MemoryExecutor(clock, self._on_start)
        self.starts: list[Program] = []
        self.act: Callable[[MemoryExecutor, AttemptId], None] = lambda _world, _attempt: None

    def _on_start(self, world: MemoryExecutor, program: Program) -> None:
        self.starts.append(program)
        self.act(world, program.attempt)

    def controller(self, executor: Executor | None = None, *, feed: LedgerFeed | None = None) -> JobController:
        with self.db.snapshot(SINGLE_USER) as snapshot:
            feed = feed or LedgerFeed(self.db, since=ledger.head(snapshot))
        executors = {"local": executor or self.world}
        return JobController(self.db, feed, self.telemetry, executors, ADDRESS, grace_s=1, pace_s=0.001, look_s=0.01)

    def create(self, **fields: Any) -> Job:
        with self.db.begin(SINGLE_USER) as uow:
            return service.create(uow, a_run_plan(**fields))

    def order(self, verb: Callable[..., Job], job: Job) -> Job:
        with self.db.begin(SINGLE_USER) as uow:
            return verb(uow, job.id)

    def job(self, job: Job) -> Job:
        with self.db.snapshot(SINGLE_USER) as snapshot:
            return queries.job(snapshot, job.id)

    def run_status(self, job: Job) -> str:
        with self.db.snapshot(SINGLE_USER) as snapshot:
            return runs.run(snapshot, job.run_id).status

    def log(self, job: Job) -> list[Line]:
        return list(self.telemetry.lines(StreamKey("run", job.run_id), limit=10_000).items)

    def texts(self, job: Job) -> list[str]:
        return [line.text for line in self.log(job)]

    async def until(self, job: Job, *statuses: JobStatus) -> Job:
        return await self.until_it(job, lambda found: found.status in statuses)

    async def until_it(self, job: Job, is_so: Callable[[Job], bool]) -> Job:
        """Wait until something holds for the job, and return it."""
        deadline = asyncio.get_running_loop().time() + TIMEOUT_S
        while not is_so(found := self.job(job)):
            assert asyncio.get_running_loop().time() < deadline, found
            await asyncio.sleep(0.002)
        return found


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    clock = ManualClock(NOON)
    telemetry = SqliteTelemetryStore(tmp_path / "telemetry.db", clock=clock, writer="test")
    with open_database(f"sqlite:///{tmp_path / 'studio.db'}", clock=clock) as db:
        yield Rehearsal(db, telemetry, clock)
    telemetry.close()


@asynccontextmanager
async def running(controller: JobController) -> AsyncIterator[None]:
    """Let a controller run beside the test."""
    task = asyncio.create_task(controller.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def first(job: Job) -> AttemptId:
    return AttemptId(job.id, 1)


async def test_a_job_is_started_with_its_environment_and_its_log_is_kept(rehearsal: Rehearsal) -> None:
    config = {"training": {"hyperparams": {"lr": 0.1}}}
    job = rehearsal.create(argv=["train", "1"], environment={"variables": {"A": "b"}}, config=config)
    async with running(rehearsal.controller()):
        await rehearsal.until(job, "running")
        rehearsal.world.say(first(job), "INFO epoch 1")
        rehearsal.world.say(first(job), "oh", "stderr")
        rehearsal.world.finish(first(job), 0)
        done = await rehearsal.until(job, "completed")
    (program,) = rehearsal.starts
    secret = program.environment["MLFLOW_TRACKING_TOKEN"]
    assert (program.argv, program.cwd, program.run_id) == (("train", "1"), None, job.run_id)
    assert program.environment == {
        "A": "b",
        "MLFLOW_TRACKING_URI": ADDRESS.url,
        "MLFLOW_TRACKING_TOKEN": secret,
        "MLFLOW_RUN_ID": job.run_id,
        "MLFLOW_EXPERIMENT_ID": job.experiment_id,
        "STUDIO_URL": ADDRESS.url,
        "STUDIO_TOKEN": secret,
        "STUDIO_JOB_ID": job.id,
        "STUDIO_HYPERPARAMS": '{"lr":0.1}',
    }
    assert [(line.line, line.stream, line.level, line.text) for line in rehearsal.log(job)] == [
        (1, "stdout", "info", "INFO epoch 1"),
        (2, "stderr", None, "oh"),
    ]
    assert (done.attempt.exit_code, rehearsal.run_status(job)) == (0, "succeeded")
    with rehearsal.db.snapshot(SINGLE_USER) as snapshot:
        assert credential_of(snapshot, secret) is None


async def test_a_failure_is_named_with_the_lines_that_show_it(rehearsal: Rehearsal) -> None:
    job = rehearsal.create()
    async with running(rehearsal.controller()):
        await rehearsal.until(job, "running")
        for text in ("epoch 1", "torch.OutOfMemoryError: CUDA out of memory.", "bye"):
            rehearsal.world.say(first(job), text)
        rehearsal.world.finish(first(job), 1)
        failed = await rehearsal.until(job, "failed")
    assert failed.exit_reason is not None
    assert (failed.exit_reason.kind, failed.exit_reason.first_line) == ("out_of_memory", 1)
    assert failed.exit_reason.lines == ("epoch 1", "torch.OutOfMemoryError: CUDA out of memory.")
    assert rehearsal.run_status(job) == "failed"


async def test_a_stop_reaches_the_program_by_way_of_the_ledger(rehearsal: Rehearsal) -> None:
    job = rehearsal.create()
    with rehearsal.db.snapshot(SINGLE_USER) as snapshot:
        feed = LedgerFeed(rehearsal.db, since=ledger.head(snapshot))
    controller = JobController(
        rehearsal.db, feed, rehearsal.telemetry, {"local": rehearsal.world}, ADDRESS, look_s=3600
    )
    following = asyncio.create_task(feed.run())
    async with running(controller):
        await rehearsal.until(job, "running")
        rehearsal.order(service.stop, job)
        await rehearsal.until(job, "cancelled")
        later = rehearsal.create()
        await rehearsal.until(later, "running")
    following.cancel()
    assert [line.stream for line in rehearsal.log(job)] == ["event"]
    assert rehearsal.run_status(job) == "canceled"


async def test_a_retry_after_the_end_is_a_second_attempt(rehearsal: Rehearsal) -> None:
    def act(world: MemoryExecutor, attempt: AttemptId) -> None:
        world.say(attempt, f"attempt {attempt.number}")
        world.finish(attempt, 1)

    rehearsal.act = act
    job = rehearsal.create(retries=RetryPolicy(max_attempts=2, base_delay_s=60))
    async with running(rehearsal.controller()):
        waiting = await rehearsal.until_it(job, lambda found: found.attempt.number == 2)
        assert waiting.not_before is not None
        rehearsal.clock.set(waiting.not_before)
        await rehearsal.until(job, "failed")
        rehearsal.order(service.retry, job)
        failed = await rehearsal.until(job, "failed")
    assert [program.attempt.number for program in rehearsal.starts] == [1, 2, 3]
    assert [(line.attempt, line.text) for line in rehearsal.log(job)] == [(n, f"attempt {n}") for n in (1, 2, 3)]
    assert len({program.environment["STUDIO_TOKEN"] for program in rehearsal.starts}) == 3
    assert failed.attempt.number == 3


async def test_a_job_whose_time_is_up_is_stopped(rehearsal: Rehearsal) -> None:
    job = rehearsal.create(timeout_s=60)
    async with running(rehearsal.controller()):
        await rehearsal.until(job, "running")
        rehearsal.clock.advance(61)
        failed = await rehearsal.until(job, "failed")
    assert failed.exit_reason is not None
    assert failed.exit_reason.kind == "timeout"


async def test_what_runs_is_adopted_by_the_next_controller(rehearsal: Rehearsal) -> None:
    job = rehearsal.create()
    async with running(rehearsal.controller()):
        await rehearsal.until(job, "running")
        rehearsal.world.say(first(job), "before")
    rehearsal.world.say(first(job), "nobody looks")
    async with running(rehearsal.controller()):
        rehearsal.world.say(first(job), "after")
        rehearsal.world.finish(first(job), 0)
        await rehearsal.until(job, "completed")
    assert rehearsal.texts(job) == ["before", "nobody looks", "after"]
    assert len(rehearsal.starts) == 1


async def test_a_job_that_cannot_be_started_says_so(rehearsal: Rehearsal) -> None:
    unknown = rehearsal.create(executor="ray")
    impossible = rehearsal.create(cwd="relative")
    async with running(rehearsal.controller()):
        reasons = [(await rehearsal.until(job, "failed")).exit_reason for job in (unknown, impossible)]
    assert [reason and reason.kind for reason in reasons] == ["not_started", "not_started"]
    assert rehearsal.starts == []


class FullDisk(MemoryExecutor):
    """Cannot start anything until there is room."""

    is_full = True

    @override
    async def start(self, program: Program) -> None:
        if self.is_full:
            raise OSError(28, "No space left on device")
        await super().start(program)


async def test_a_start_that_fails_is_tried_again_and_the_wait_explained(rehearsal: Rehearsal) -> None:
    job = rehearsal.create()
    executor = FullDisk(rehearsal.clock)
    async with running(rehearsal.controller(executor)):
        why = "cannot be started yet: No space left on device"
        await rehearsal.until_it(job, lambda found: found.status_reason == why)
        executor.is_full = False
        assert (await rehearsal.until(job, "running")).status_reason is None


async def test_trouble_with_one_job_does_not_keep_the_others(rehearsal: Rehearsal) -> None:
    class Picky(MemoryExecutor):
        @override
        async def observe(self, attempt: AttemptId) -> Observed:
            if attempt.job_id == troubled.id:
                raise RuntimeError("no connection to the node")
            return await super().observe(attempt)

    troubled, fine = rehearsal.create(), rehearsal.create()
    async with running(rehearsal.controller(Picky(rehearsal.clock))):
        await rehearsal.until(fine, "running")
    assert rehearsal.job(troubled).status == "pending"


async def test_jobs_wait_for_a_free_slot_and_the_most_urgent_goes_first(rehearsal: Rehearsal) -> None:
    with rehearsal.db.snapshot(SINGLE_USER) as snapshot:
        feed = LedgerFeed(rehearsal.db, since=ledger.head(snapshot))
    controller = JobController(
        rehearsal.db, feed, rehearsal.telemetry, {"local": rehearsal.world}, ADDRESS, at_once=1, look_s=3600
    )
    running_job, later, urgent = rehearsal.create(), rehearsal.create(), rehearsal.create(priority=1)
    with rehearsal.db.begin(SINGLE_USER) as uow:
        service.record(uow, running_job.id, 1, Observed(phase="running", started_at=NOON))
    await rehearsal.world.start(Program(first(running_job), running_job.run_id, ("x",)))
    rehearsal.starts.clear()
    following = asyncio.create_task(feed.run())
    async with running(controller):
        for job in (later, urgent):
            await rehearsal.until_it(
                job, lambda found: found.status_reason == "waiting for a free slot: 1 may run at once"
            )
        rehearsal.world.finish(first(running_job))
        assert (await rehearsal.until(urgent, "running")).status_reason is None
        assert rehearsal.job(later).status == "pending"
        rehearsal.order(service.stop, urgent)
        await rehearsal.until(later, "running")
    following.cancel()
    assert [program.attempt.job_id for program in rehearsal.starts] == [urgent.id, later.id]


async def test_secrets_that_a_program_prints_are_not_kept(rehearsal: Rehearsal) -> None:
    job = rehearsal.create()
    async with running(rehearsal.controller()):
        await rehearsal.until(job, "running")
        secret = rehearsal.starts[0].environment["STUDIO_TOKEN"]
        rehearsal.world.say(first(job), f"token={secret}, and more")
        rehearsal.world.finish(first(job), 1)
        failed = await rehearsal.until(job, "failed")
    assert rehearsal.texts(job) == ["token=stk_…, and more"]
    assert secret not in failed.model_dump_json()


@pytest.mark.parametrize("is_stopped", [False, True], ids=["to its end", "to a stop"])
async def test_kills_between_any_two_steps_lose_nothing_and_double_nothing(tmp_path: Path, is_stopped: bool) -> None:
    """Every step in turn is the last one of a server; the next server goes on. It ends with one that nothing kills."""
    clock = ManualClock(NOON)
    settings = ConnectionSettings(url=f"sqlite:///{tmp_path / 'studio.db'}", synchronous="OFF")
    with open_database(settings.url, clock=clock):
        db = MortalDatabase(settings, lock=TableLedgerLock(), clock=clock, ids=RandomIds())
    telemetry = MortalTelemetry(tmp_path / "telemetry.db", clock=clock, writer="test")
    kills, kill_at, was_killed = 0, 0, True
    while was_killed:
        kill_at += 1
        was_killed = await _survive(Rehearsal(db, telemetry, clock), kill_at, is_stopped)
        kills += was_killed
    telemetry.close()
    db.close()
    assert kills > 20


async def _survive(rehearsal: Rehearsal, kill_at: int, is_stopped: bool) -> bool:
    """Run one job to its end with a server that is killed once; return whether it came to that."""
    said = [f"line {n} of a program" for n in range(3)]

    def act(world: MemoryExecutor, attempt: AttemptId) -> None:
        for text in said:
            world.say(attempt, text)
        if not is_stopped:
            world.finish(attempt, 3)

    rehearsal.act = act
    job = rehearsal.create()
    was_killed = False
    for fate in (Fate(kill_at), Fate()):
        MortalDatabase.fate = MortalTelemetry.fate = fate
        server = asyncio.create_task(rehearsal.controller(MortalExecutor(rehearsal.world, fate)).run())
        ending = asyncio.create_task(_to_the_end(rehearsal, job, stop=is_stopped))
        await asyncio.wait((server, ending), return_when=asyncio.FIRST_COMPLETED)
        for task in (server, ending):
            task.cancel()
        outcomes = await asyncio.gather(server, ending, return_exceptions=True)
        MortalDatabase.fate = MortalTelemetry.fate = Fate()
        assert outcomes[1] is None or isinstance(outcomes[1], asyncio.CancelledError), outcomes[1]
        if isinstance(outcomes[0], BaseExceptionGroup):
            assert outcomes[0].subgroup(Killed) is not None, outcomes[0]
            was_killed = True
    done = rehearsal.job(job)
    assert done.status == ("cancelled" if is_stopped else "failed")
    assert rehearsal.run_status(job) == ("canceled" if is_stopped else "failed")
    assert [text for text in rehearsal.texts(job) if "stop ordered" not in text] == said
    assert len(rehearsal.starts) == 1
    with rehearsal.db.snapshot(SINGLE_USER) as snapshot:
        assert credential_of(snapshot, rehearsal.starts[0].environment["STUDIO_TOKEN"]) is None
        kinds = [entry.kind for entry in ledger.history(snapshot, "job", job.id)]
    assert len(kinds) == len(set(kinds))
    return was_killed


async def _to_the_end(rehearsal: Rehearsal, job: Job, *, stop: bool) -> None:
    if stop:
        found = await rehearsal.until(job, "running", "cancelled")
        if found.status == "running":
            rehearsal.order(service.stop, job)
    await rehearsal.until(job, "failed", "cancelled")
