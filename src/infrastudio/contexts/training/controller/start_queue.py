"""How many programs run at once, and who comes next."""

from __future__ import annotations

from datetime import datetime

from infrastudio.contexts.training.schemas import Job


class StartQueue:
    """Slots for jobs. Those that wait get a free one by priority, then by age.

    Args:
        size: How many jobs may have a running program at once.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._running: set[str] = set()
        self._waiting: dict[str, tuple[int, datetime, str]] = {}

    def put_running(self, job_id: str) -> None:
        """Count a job whose program runs, whether or not there was a slot for it."""
        self._waiting.pop(job_id, None)
        self._running.add(job_id)

    def ask(self, job: Job) -> str | None:
        """Take a slot for a job; where there is none, put it in line and return why it waits."""
        if job.id in self._running:
            return None
        self._waiting[job.id] = (-job.priority, job.created_at, job.id)
        if job.id in self.next_in_line():
            self.put_running(job.id)
            return None
        return f"waiting for a free slot: {self._size} may run at once"

    def leave(self, job_id: str) -> None:
        """Give back the slot, or the place in line, of a job."""
        self._waiting.pop(job_id, None)
        self._running.discard(job_id)

    def next_in_line(self) -> list[str]:
        """Return the waiting jobs that there are free slots for."""
        free = max(0, self._size - len(self._running))
        return sorted(self._waiting, key=self._waiting.__getitem__)[:free]
