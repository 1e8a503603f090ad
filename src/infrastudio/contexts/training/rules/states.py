"""The state machine of jobs. Pure: values in, values out.

    pending ──▶ running ──▶ completed | failed | cancelled
       ▲           │
       └─ retry ───┘   as a new attempt

What an executor reports never changes a terminal status; only a person's order to retry leaves one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal

from infrastudio.contexts.tracking.schemas import RunStatus
from infrastudio.contexts.training.rules.failures import classify_failure
from infrastudio.contexts.training.schemas.jobs import (
    Attempt,
    ExitReason,
    Job,
    JobStatus,
    Observed,
    Phase,
    StopCause,
)
from infrastudio.kernel.errors import Conflict

Step = Literal["start", "stop", "wait"]

RUN_STATUS: Final[Mapping[JobStatus, RunStatus]] = MappingProxyType(
    {"pending": "queued", "running": "running", "completed": "succeeded", "failed": "failed", "cancelled": "canceled"}
)


class JobEnded(Conflict):
    """The job has come to its end; nothing is left to stop."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"The job is {job.status} already.", field="status", value=job.status)


class JobNotEnded(Conflict):
    """The job still waits or runs, or was completed: there is nothing to retry."""

    def __init__(self, job: Job) -> None:
        super().__init__(
            f"The job is {job.status}; only a failed or cancelled one can be retried.", field="status", value=job.status
        )


def next_step(job: Job, phase: Phase, *, now: datetime) -> Step:
    """Decide what the executor is to be told about the job's last attempt, once what it told us is recorded."""
    alive = phase in ("starting", "running")
    if job.ended or job.stopping:
        return "stop" if alive else "wait"
    if job.status == "pending" and phase == "absent" and (job.not_before is None or job.not_before <= now):
        return "start"
    return "wait"


def is_overdue(job: Job, *, now: datetime) -> bool:
    """Has the running attempt used up its time?"""
    started_at = job.attempt.started_at
    if job.status != "running" or job.timeout_s is None or started_at is None:
        return False
    return now - started_at > timedelta(seconds=job.timeout_s)


def order_stop(job: Job, cause: StopCause) -> Job:
    """Return the job with the order to stop; the first cause stands, but a person's order outranks a timeout.

    Raises:
        JobEnded: There is nothing left to stop.
    """
    if job.ended:
        raise JobEnded(job)
    if job.stopping == "requested" or job.stopping == cause:
        return job
    return _changed(job, stopping=cause, status_reason="stopping" if cause == "requested" else "stopping: timeout")


def order_retry(job: Job) -> Job:
    """Return the ended job as pending with a new attempt.

    Raises:
        JobNotEnded: It waits, runs, or was completed.
    """
    if job.status not in ("failed", "cancelled"):
        raise JobNotEnded(job)
    return _changed(
        job,
        status="pending",
        status_reason="retry ordered",
        attempts=_with_next_attempt(job),
        exit_reason=None,
        completed_at=None,
    )


def explain_wait(job: Job, reason: str) -> Job:
    """Return the waiting job with the reason why it waits; the same object if it does not wait or has this reason."""
    if job.status != "pending" or job.status_reason == reason:
        return job
    return _changed(job, status_reason=reason)


def record(
    job: Job,
    seen: Observed,
    *,
    now: datetime,
    lines: Sequence[str] = (),
    first_line: int = 1,
    jitter: float = 0.0,
) -> Job:
    """Return the job as it is after its last attempt was seen so; the same object if nothing has changed.

    Args:
        job: The state before.
        seen: What the executor reports of the last attempt.
        now: When it was seen.
        lines: The last lines of the attempt's log, for the name of a failure.
        first_line: The number of the first of them in the run's log.
        jitter: A random number in 0..1 for the delay before a retry.
    """
    if job.ended:
        return job
    match seen.phase:
        case "absent":
            return _record_absence(job, seen, now)
        case "starting":
            return job
        case "running":
            return _record_start(job, seen, now)
        case "exited" | "lost":
            return _record_end(_record_start(job, seen, now), seen, now, lines, first_line, jitter)


def _record_absence(job: Job, seen: Observed, now: datetime) -> Job:
    if job.status == "running":
        # It ran, and its executor has no trace of it: to start it again could run it twice.
        return _record_end(job, Observed(phase="lost"), now, (), 1, 0.0)
    if job.stopping:
        return _end(job, "cancelled", "stopped before it started", now)
    return job if seen.error is None else _record_end(job, seen, now, (), 1, 0.0)


def _record_start(job: Job, seen: Observed, now: datetime) -> Job:
    if job.status == "running":
        return job
    started_at = seen.started_at or now
    return _changed(
        job,
        status="running",
        status_reason=job.status_reason if job.stopping else None,
        not_before=None,
        started_at=job.started_at or started_at,
        attempts=(*job.attempts[:-1], job.attempt.model_copy(update={"started_at": started_at})),
    )


def _record_end(job: Job, seen: Observed, now: datetime, lines: Sequence[str], first_line: int, jitter: float) -> Job:
    succeeded = seen.phase == "exited" and seen.exit_code == 0
    timed_out = job.stopping == "timeout" and (seen.stopped or seen.phase == "lost")
    cancelled = not timed_out and (seen.stopped or (seen.phase == "lost" and job.stopping is not None))
    completed = succeeded and not seen.stopped
    reason = None
    if not completed and not cancelled:
        reason = classify_failure(seen, lines, first_line=first_line, timed_out=timed_out)
    attempt = job.attempt.model_copy(
        update={
            "ended_at": seen.ended_at or now,
            "exit_code": seen.exit_code,
            "signal": seen.signal,
            "cpu_s": seen.cpu_s,
            "max_rss_bytes": seen.max_rss_bytes,
            "lost_bytes": seen.lost_bytes,
            "exit_reason": reason,
        }
    )
    job = _changed(job, attempts=(*job.attempts[:-1], attempt))
    if completed:
        return _end(job, "completed", None, attempt.ended_at or now)
    if reason is None:
        return _end(job, "cancelled", "stopped", attempt.ended_at or now)
    if job.stopping != "requested" and job.retries.allows(attempt.number, reason.kind):
        return _retry(job, reason, attempt.ended_at or now, jitter)
    return _changed(_end(job, "failed", reason.message, attempt.ended_at or now), exit_reason=reason)


def _retry(job: Job, reason: ExitReason, ended_at: datetime, jitter: float) -> Job:
    number = job.attempt.number
    return _changed(
        job,
        status="pending",
        status_reason=f"attempt {number + 1} of {job.retries.max_attempts} after {reason.kind}",
        stopping=None,
        not_before=ended_at + timedelta(seconds=job.retries.delay_s(number, jitter)),
        attempts=_with_next_attempt(job),
    )


def _with_next_attempt(job: Job) -> tuple[Attempt, ...]:
    """Return the attempts and a new one; of those before, the log alone keeps the lines that show a failure."""
    last = job.attempt
    if last.exit_reason is not None:
        last = last.model_copy(update={"exit_reason": last.exit_reason.model_copy(update={"lines": ()})})
    return (*job.attempts[:-1], last, Attempt(number=last.number + 1))


def _end(job: Job, status: JobStatus, reason: str | None, at: datetime) -> Job:
    return _changed(job, status=status, status_reason=reason, stopping=None, not_before=None, completed_at=at)


def _changed(job: Job, **values: Any) -> Job:
    return job.model_copy(update=values)
