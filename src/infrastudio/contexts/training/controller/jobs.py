"""The level-triggered loop of jobs: look at what is wanted and what is, decide, act, record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from infrastudio.contexts.identity.queries import controller
from infrastudio.contexts.training import queries, rules, service
from infrastudio.contexts.training.controller.log_tailer import LogTailer
from infrastudio.contexts.training.controller.start_queue import StartQueue
from infrastudio.contexts.training.ports import AttemptId, Executor, Program
from infrastudio.contexts.training.schemas import Job, Observed
from infrastudio.http.address import ServerAddress
from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.retry import RetryPolicy
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Entry, LedgerFeed
from infrastudio.stores.telemetry import StreamOwner, TelemetryStore

logger = logging.getLogger(__name__)

AGAIN: Final = RetryPolicy(base_delay_s=0.2, max_delay_s=30)
"""How long to wait after a failure to deal with a job."""
STARTING_S: Final = 0.05
"""How often an attempt that is just starting is looked at."""
ENDS: Final = frozenset({"job.completed", "job.failed", "job.cancelled"})


class JobController:
    """Brings every job to its end. It may be killed between any two lines and started again.

    Args:
        db: Where the jobs are.
        feed: Tells of what is ordered.
        telemetry: Where logs go.
        executors: By the name that jobs know them by.
        address: Where programs reach this server.
        at_once: How many programs may run at once.
        grace_s: Seconds that a program has to end by itself once it was asked to.
        pace_s: Shortest time between two reads of a log.
        look_s: Longest time between two looks at a job of which nothing is heard.
    """

    def __init__(
        self,
        db: Database,
        feed: LedgerFeed,
        telemetry: TelemetryStore,
        executors: Mapping[str, Executor],
        address: ServerAddress,
        *,
        at_once: int = 4,
        grace_s: float = 10.0,
        pace_s: float = 0.05,
        look_s: float = 5.0,
    ) -> None:
        self._db = db
        self._feed = feed
        self._telemetry = telemetry
        self._executors = executors
        self._address = address
        self._at_once = at_once
        self._queue = StartQueue(at_once)
        self._grace_s = grace_s
        self._pace_s = pace_s
        self._look_s = look_s
        self._actor = controller("jobs")
        self._tailers: dict[str, LogTailer] = {}
        self._held: dict[str, asyncio.Event] = {}
        """The jobs that a task takes care of; the event is set when the ledger tells of one."""
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Take care of all jobs that have not ended, adopting those that run, and of those to come; for ever."""
        self._queue = StartQueue(self._at_once)
        unsubscribe = self._feed.subscribe(self._hear)
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                while True:
                    jobs = await self._db.read(self._actor, queries.open_jobs)
                    for job in jobs:
                        if job.status == "running":
                            self._queue.put_running(job.id)
                    for job in jobs:
                        if job.id not in self._held:
                            self._hold(job.id)
                    await asyncio.sleep(self._look_s)  # the ledger tells at once; this finds what it could not
        finally:
            unsubscribe()
            self._tasks = None
            self._held.clear()
            self._tailers.clear()

    async def reconcile(self, job_id: str) -> float | None:
        """Bring one job a step closer to what is wanted; return the seconds to the next look, None at the end."""
        job, project_id = await self._db.read(self._actor, queries.owned_job, job_id)
        if job.ended:
            self._forget(job_id)
            return None
        attempt = AttemptId(job.id, job.attempt.number)
        executor = self._executors.get(job.executor)
        if executor is None:
            seen = Observed(phase="absent", error=f"no executor named {job.executor!r} is set up on this server")
            return _after(await self._db.write(self._actor, service.record, job.id, job.version, seen))
        seen = await executor.observe(attempt)
        if seen.phase != "absent":
            await self._open_tailer(executor, attempt, StreamOwner(project_id, "run", job.run_id))
            self._queue.put_running(job.id)
        recorded = await self._record(job, seen)
        if recorded.version != job.version:
            if recorded.ended or recorded.attempt.number != job.attempt.number:
                self._forget(job_id)
            return _after(recorded)
        if job.stopping is None and rules.is_overdue(job, now=self._db.clock.now()):
            await self._db.write(self._actor, service.order_timeout, job.id, job.version)
            return 0
        match rules.next_step(job, seen.phase, now=self._db.clock.now()):
            case "start":
                return await self._start(job, executor, attempt)
            case "stop":
                await executor.stop(attempt, grace_s=self._grace_s)
            case "wait":
                pass
        return self._pause_s(job, seen)

    def _hear(self, entries: Sequence[Entry]) -> None:
        """Look at the jobs that the ledger tells of; a listener of the feed."""
        for entry in entries:
            if entry.entity == "job" and (entry.kind not in ENDS or entry.entity_id in self._held):
                self._hold(entry.entity_id)

    def _hold(self, job_id: str) -> None:
        """See to it that a task takes care of the job, and looks at it now."""
        if job_id in self._held:
            self._held[job_id].set()
        elif self._tasks is not None:
            self._held[job_id] = asyncio.Event()
            self._tasks.create_task(self._keep(job_id, self._held[job_id]), name=f"job {job_id}")

    async def _keep(self, job_id: str, woken: asyncio.Event) -> None:
        """Take care of one job to its end; what goes wrong with it does not concern the others."""
        failures = 0
        while True:
            woken.clear()
            try:
                pause_s = await self.reconcile(job_id)
                if pause_s:
                    await self._watch(job_id, woken, pause_s)
                failures = 0
            except Exception:
                failures += 1
                pause_s = AGAIN.delay_s(failures)
                self._tailers.pop(job_id, None)
                logger.exception("job %s cannot be dealt with; another look follows in %.1f s", job_id, pause_s)
                await _heard(woken, pause_s)
            if pause_s is None and not woken.is_set():
                del self._held[job_id]
                return

    async def _watch(self, job_id: str, woken: asyncio.Event, pause_s: float) -> None:
        """Store what the job's program prints until there is news: of the job, of the attempt's end, or of the time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + pause_s
        tailer = self._tailers.get(job_id)
        if tailer is None:
            await _heard(woken, pause_s)
            return
        while not woken.is_set() and (left_s := until - loop.time()) > 0:
            if await tailer.read():
                return
            if not await _first(woken, tailer.wait_for_change(left_s)):
                return
            await _heard(woken, self._pace_s)

    async def _open_tailer(self, executor: Executor, attempt: AttemptId, owner: StreamOwner) -> None:
        known = self._tailers.get(attempt.job_id)
        if known is None or known.attempt != attempt:
            self._tailers[attempt.job_id] = await LogTailer.open(executor, self._telemetry, owner, attempt)

    async def _record(self, job: Job, seen: Observed) -> Job:
        """Record what was seen, if it is new; the end only once the whole log is stored."""
        if rules.record(job, seen, now=self._db.clock.now()) is job:
            return job
        lines: tuple[str, ...] = ()
        first_line = 1
        if seen.phase in ("exited", "lost"):
            tailer = self._tailers[job.id]
            while not await tailer.read():
                continue
            if seen.exit_code != 0:
                lines, first_line = await tailer.evidence()
        return await self._db.write(
            self._actor, service.record, job.id, job.version, seen, lines=lines, first_line=first_line
        )

    async def _start(self, job: Job, executor: Executor, attempt: AttemptId) -> float | None:
        """Start an attempt with a token of its own, once there is a slot for it."""
        try:
            program = Program(attempt, job.run_id, job.argv, job.cwd, dict(job.environment.variables))
        except ValidationFailed as error:
            seen = Observed(phase="absent", error=error.message)
            return _after(await self._db.write(self._actor, service.record, job.id, job.version, seen))
        if (reason := self._queue.ask(job)) is not None:
            if reason != job.status_reason:
                await self._db.write(self._actor, service.explain_wait, job.id, job.version, reason)
            return self._look_s
        secret = await self._db.write(self._actor, service.issue_token, job.id)
        program = replace(program, environment={**program.environment, **self._variables(job, secret)})
        try:
            await executor.start(program)
        except OSError as error:
            self._forget(job.id)
            reason = f"cannot be started yet: {error.strerror or error}"
            await self._db.write(self._actor, service.explain_wait, job.id, job.version, reason)
            raise
        return STARTING_S

    def _forget(self, job_id: str) -> None:
        """Drop what was kept for an attempt, and let the next in line look at its slot."""
        self._tailers.pop(job_id, None)
        self._queue.leave(job_id)
        for waiting in self._queue.next_in_line():
            if waiting in self._held:
                self._held[waiting].set()

    def _variables(self, job: Job, secret: str) -> dict[str, str]:
        """Return what the program finds in its environment, for tracking clients and for ours."""
        return {
            "MLFLOW_TRACKING_URI": self._address.url,
            "MLFLOW_TRACKING_TOKEN": secret,
            "MLFLOW_RUN_ID": job.run_id,
            "MLFLOW_EXPERIMENT_ID": job.experiment_id,
            "STUDIO_URL": self._address.url,
            "STUDIO_TOKEN": secret,
            "STUDIO_JOB_ID": job.id,
            "STUDIO_HYPERPARAMS": canonical_json(rules.hyperparams_of(job.config)),
        }

    def _pause_s(self, job: Job, seen: Observed) -> float:
        if seen.phase == "starting":
            return STARTING_S
        now, pauses = self._db.clock.now(), [self._look_s]
        if job.status == "pending" and job.not_before is not None and job.not_before > now:
            pauses.append((job.not_before - now).total_seconds())
        if job.status == "running" and job.timeout_s is not None and job.attempt.started_at is not None:
            pauses.append(job.timeout_s - (now - job.attempt.started_at).total_seconds())
        return max(min(pauses), STARTING_S)


def _after(job: Job) -> float | None:
    """Return when to look again at a job that has just changed."""
    return None if job.ended else 0


async def _heard(woken: asyncio.Event, timeout_s: float) -> bool:
    """Wait for news of a job; False: none came in `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            await woken.wait()
    except TimeoutError:
        return False
    return True


async def _first(woken: asyncio.Event, change: Coroutine[Any, Any, bool]) -> bool:
    """Wait for `change`, or for news of the job, whichever comes first; False: `change` says that nothing came."""
    tasks = (asyncio.ensure_future(change), asyncio.ensure_future(woken.wait()))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return any(task.result() for task in done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
