"""Facts about jobs. All but the creation are partial: what can be long and never changes stands in full events."""

from __future__ import annotations

from infrastudio.contexts.training.schemas import Job
from infrastudio.stores.ledger import Event


class JobCreated(Event, kind="job.created"):
    """A job and its run were made."""

    after: Job


class JobDelayed(Event, kind="job.delayed", partial=True):
    """The job waits, and for what is known."""

    after: Job


class JobStarted(Event, kind="job.started", partial=True):
    """An attempt runs."""

    after: Job


class JobStopOrdered(Event, kind="job.stop_ordered", partial=True):
    """The job is to end, because a person said so or its time is up."""

    after: Job


class JobCompleted(Event, kind="job.completed", partial=True):
    """The job came to its end with exit code 0."""

    after: Job


class JobFailed(Event, kind="job.failed", partial=True):
    """The job came to another end, and is not tried again."""

    after: Job


class JobCancelled(Event, kind="job.cancelled", partial=True):
    """The job ended under a person's order."""

    after: Job


class JobRetryScheduled(Event, kind="job.retry_scheduled", partial=True):
    """An attempt failed, and the job's policy allows another one."""

    after: Job


class JobRetryOrdered(Event, kind="job.retry_ordered", partial=True):
    """A person wants another attempt."""

    after: Job
