"""Decisions of training: the states of a job, the names of failures, what a config means."""

from infrastudio.contexts.training.rules.failures import EVIDENCE_LINES, classify_failure
from infrastudio.contexts.training.rules.progress import hyperparams_of, progress_of
from infrastudio.contexts.training.rules.run_config import plan_run
from infrastudio.contexts.training.rules.states import (
    RUN_STATUS,
    JobEnded,
    JobNotEnded,
    explain_wait,
    is_overdue,
    next_step,
    order_retry,
    order_stop,
    record,
)

__all__ = [
    "EVIDENCE_LINES",
    "RUN_STATUS",
    "JobEnded",
    "JobNotEnded",
    "classify_failure",
    "explain_wait",
    "hyperparams_of",
    "is_overdue",
    "next_step",
    "order_retry",
    "order_stop",
    "plan_run",
    "progress_of",
    "record",
]
