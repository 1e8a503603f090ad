"""How far a job has come, from what it logs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from infrastudio.contexts.training.schemas.jobs import JobStatus, Progress


def progress_of(
    config: Mapping[str, Any], status: JobStatus, started_at: datetime | None, steps: Iterable[int], *, now: datetime
) -> Progress:
    """Return the progress of an attempt.

    A program that logs one step an epoch, from 0 or from 1 on, is `epochs` steps long; one that logs more steps than
    that counts something else, and no share can be told.

    Args:
        config: The job's config.
        status: The job's status.
        started_at: When the attempt began.
        steps: The last step of each metric that the attempt has logged.
        now: The moment of the question.
    """
    step = max(steps, default=None)
    total = _epochs(config)
    if status == "completed":
        return Progress(step=step, total=total, percent=100.0, eta_s=0.0)
    if step is None or total is None or not 0 <= step <= total:
        return Progress(step=step, total=total)
    share = step / total
    eta_s = None
    if status == "running" and started_at is not None and share > 0:
        eta_s = round(max(0.0, (now - started_at).total_seconds()) * (1 - share) / share, 1)
    return Progress(step=step, total=total, percent=round(100 * share, 1), eta_s=eta_s)


def hyperparams_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the hyperparameters that a job's config names."""
    for holder in (config.get("training"), config):
        hyperparams = holder.get("hyperparams") if isinstance(holder, dict) else None
        if isinstance(hyperparams, dict):
            return hyperparams
    return {}


def _epochs(config: Mapping[str, Any]) -> int | None:
    epochs = hyperparams_of(config).get("epochs")
    return int(epochs) if isinstance(epochs, int | float) and not isinstance(epochs, bool) and epochs >= 1 else None
