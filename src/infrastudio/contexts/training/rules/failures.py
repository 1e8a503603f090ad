"""What a failure is called, and the lines that show it. Pure: values in, values out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from infrastudio.contexts.training.schemas.jobs import ExitReason, FailureKind, Observed

EVIDENCE_LINES: Final = 20
"""How many lines of the log a failure carries at most."""
MAX_LINE: Final = 500
"""Characters of a line that are kept as evidence; the log has the rest."""

_SIGKILL: Final = 9
_SEARCHED: Final = 4000
"""Characters of a line that are searched for a name of the failure."""
_LOG_PATTERNS: Final[tuple[tuple[FailureKind, re.Pattern[str]], ...]] = (
    (
        "out_of_memory",
        re.compile(
            r"\b(?:MemoryError|OutOfMemoryError|std::bad_alloc|CUBLAS_STATUS_ALLOC_FAILED)\b"
            r"|out of memory|cannot allocate memory|unable to allocate .*\b[kmgt]i?b\b",
            re.IGNORECASE,
        ),
    ),
    ("import_error", re.compile(r"\b(?:ModuleNotFoundError|ImportError)\b")),
    (
        "loss_diverged",
        re.compile(
            r"\bloss\b[^\n]{0,40}\b(?:nan|inf|infinite|infinity|diverged)\b|\bnan\b[^\n]{0,20}\bloss\b", re.IGNORECASE
        ),
    ),
    ("timeout", re.compile(r"\b(?:TimeoutError|TimeoutExpired|DeadlineExceeded|NCCL.*timeout)\b", re.IGNORECASE)),
)


def classify_failure(
    seen: Observed, lines: Sequence[str], *, first_line: int = 1, timed_out: bool = False
) -> ExitReason:
    """Name the failure of an attempt that did not succeed, with the lines that show it.

    What is known for certain (a timeout of ours, a lost node, a program that could not start) comes before what the log
    says, and that before signal and exit code. Of the kinds found in the log the one that stands last wins.

    Args:
        seen: How it ended.
        lines: The last lines of its log, oldest first.
        first_line: The number of the first of them in the run's log.
        timed_out: Did it end because its time was up?
    """

    def reason(kind: FailureKind, message: str, end: int = len(lines)) -> ExitReason:
        start = max(0, end - EVIDENCE_LINES)
        shown = tuple(line[:MAX_LINE] for line in lines[start:end])
        return ExitReason(
            kind=kind, message=message[:MAX_LINE], lines=shown, first_line=first_line + start if shown else None
        )

    if timed_out:
        return reason("timeout", "stopped: its time was up")
    if seen.phase == "lost":
        return reason("node_lost", "it ended unseen: no exit was recorded")
    if seen.error:
        return reason("not_started", seen.error)
    for at in range(len(lines) - 1, -1, -1):
        for kind, pattern in _LOG_PATTERNS:
            if pattern.search(lines[at][:_SEARCHED]):
                return reason(kind, lines[at].strip(), at + 1)
    if seen.signal is not None:
        hint = " (often the kernel, for lack of memory)" if seen.signal == _SIGKILL and not seen.stopped else ""
        return reason("killed", f"killed by signal {seen.signal}{hint}")
    return reason("nonzero_exit", f"exit code {seen.exit_code}")
