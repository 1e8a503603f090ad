"""Rows of a table as runs: which column is what, and what is wrong with a cell."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from infrastudio.contexts.tracking.rules import MAX_PARAM_VALUE, MAX_TAG_VALUE, key_problem
from infrastudio.contexts.tracking.schemas.runs import STATUSES
from infrastudio.kernel.clock import EPOCH, format_time, from_millis, parse_time
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.tables import TableRow
from infrastudio.sdk.model import wire_number

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "run_id": ("run_id", "id"),
    "name": ("name", "run_name"),
    "status": ("status", "state"),
    "start_time": ("start_time", "started_at", "start", "created"),
    "end_time": ("end_time", "ended_at", "end", "finished"),
}
WORDS: Final = {
    "finished": "succeeded", "completed": "succeeded", "success": "succeeded", "killed": "canceled",
    "cancelled": "canceled", "crashed": "failed", "error": "failed", "scheduled": "queued",
} | {word: word for word in STATUSES}  # fmt: skip
GROUPS: Final = ("params", "metrics", "tags")
_RUN_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass
class ImportedRun:
    """A row as a run. Its id is that of the row, or follows from what stands in it, so that it is found again."""

    number: int
    id: str = ""
    has_own_id: bool = False
    name: str | None = None
    status: str = "succeeded"
    started_at: str | None = None
    ended_at: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def digest(self) -> str:
        """Return a text that is another one as soon as anything is told otherwise."""
        told = [self.name, self.status, self.started_at, self.ended_at, self.params, repr(self.metrics), self.tags]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def points(self) -> list[dict[str, Any]]:
        """Return the metrics as points of the run's end."""
        moment = parse_time(self.ended_at or self.started_at or format_time(EPOCH))
        millis = int((moment - EPOCH).total_seconds() * 1000)
        return [
            {"key": key, "value": wire_number(value), "timestamp": millis, "step": 0}
            for key, value in self.metrics.items()
        ]


def columns_of(first: Mapping[str, Any], asked: Iterable[str]) -> dict[str, str | None]:
    """Return what each column is: a field, `params.x`, `metrics.y`, `tags.z`; None: nothing.

    Raises:
        ValidationFailed: What is asked for names no column, or nothing that a run has.
    """
    found = {theirs: _known(theirs) for theirs in first}
    for text in asked:
        ours, is_given, theirs = text.partition("=")
        if not is_given or (ours not in FIELDS and ours.partition(".")[0] not in GROUPS):
            message = f"{text!r} is not understood: {', '.join(FIELDS)}, params.x, metrics.y or tags.z=COLUMN"
            raise ValidationFailed.of("--column", message, "--column metrics.acc=Accuracy")
        if theirs not in found:
            raise ValidationFailed.of("--column", f"the file has no column {theirs!r}; it has {', '.join(first)}")
        found[theirs] = ours
    return found


def run_of(row: TableRow, columns: Mapping[str, str | None], experiment: str, seen: dict[str, int]) -> ImportedRun:
    """Return a row as a run, with everything that is wrong with it.

    Args:
        row: What was read.
        columns: What each column is.
        experiment: Name of the experiment that it goes to.
        seen: How often rows of the same content came before; two of them are two runs.
    """
    run = ImportedRun(row.number)
    if row.problem:
        run.problems.append(row.problem)
    for theirs, ours in columns.items():
        value = row.values.get(theirs)
        if ours is not None and value not in (None, ""):
            try:
                _take(run, ours, str(value))
            except ValueError as error:
                run.problems.append(f"{theirs}: {error}")
    if not run.id:
        content = json.dumps([experiment, sorted(row.values.items())], default=str)
        seen[content] = seen.get(content, 0) + 1
        run.id = hashlib.sha256(f"{content} {seen[content]}".encode()).hexdigest()[:32]
    return run


def _known(theirs: str) -> str | None:
    """Return what a column is by its name."""
    group, dot, key = theirs.partition(".")
    if dot and key and group.casefold() in GROUPS:
        return f"{group.casefold()}.{key}"
    word = theirs.strip().casefold().replace(" ", "_")
    return next((ours for ours, words in FIELDS.items() if word in words), None)


def _take(run: ImportedRun, ours: str, value: str) -> None:
    group, dot, key = ours.partition(".")
    if dot and (problem := key_problem(key)) is not None:
        raise ValueError(problem)
    match group:
        case "params":
            run.params[key] = value[:MAX_PARAM_VALUE]
        case "tags":
            run.tags[key] = value[:MAX_TAG_VALUE]
        case "metrics":
            run.metrics[key] = float(value)
        case "name":
            run.name = value
        case "status":
            run.status = _status(value)
        case "start_time":
            run.started_at = format_time(_moment(value))
        case "end_time":
            run.ended_at = format_time(_moment(value))
        case "run_id":
            if not _RUN_ID.fullmatch(value):
                raise ValueError(f"must be 32 lowercase hexadecimal digits, not {value!r}")
            run.id, run.has_own_id = value, True


def _status(value: str) -> str:
    word = WORDS.get(value.strip().casefold())
    if word is None:
        raise ValueError(f"must be one of {', '.join(sorted(WORDS))}, not {value!r}")
    return word


def _moment(value: str) -> datetime:
    """Return a time: RFC 3339, or milliseconds since 1970."""
    try:
        return from_millis(int(value)) if value.isdigit() else parse_time(value)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"must be a time such as 2026-01-31T12:00:00Z, not {value!r}") from error
