"""What an import did, or would do, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from rich.markup import escape
from rich.table import Table

from infrastudio.cli.connection import console
from infrastudio.contexts.instances.rules.candidates import Candidate
from infrastudio.contexts.instances.rules.older_schema import WORDS, Translation, fold_word
from infrastudio.contexts.instances.schemas.imports import ImportReport
from infrastudio.kernel.errors import Problem

COUNTS: Final = ("created", "updated", "unchanged", "skipped", "failed")
SHOWN: Final = 20


@dataclass
class Outcome:
    """The reports of all parts together."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    mapped_ids: dict[str, int] = field(default_factory=dict)
    import_ids: list[str] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """How many instances are created or changed."""
        return self.counts["created"] + self.counts["updated"]

    def add(self, import_id: str | None, report: ImportReport) -> None:
        """Count one part."""
        for name in COUNTS:
            self.counts[name] += getattr(report, name)
        self.mapped_ids |= report.mapped_ids
        self.problems += [row.model_dump(mode="json") for row in report.rows if row.problems]
        if import_id is not None and report.created + report.updated:
            self.import_ids.append(import_id)

    def refuse(self, rows: Iterable[Candidate]) -> None:
        """Count rows that cannot be sent."""
        for row in rows:
            problems = [{"path": each.path, "message": _explained(each)} for each in row.problems]
            self.problems.append({"row": row.row, "name": row.name, "problems": problems})
            self.counts["failed"] += 1


def _explained(problem: Problem) -> str:
    """Return what is wrong with a cell; of a word that nobody knows also how to say what it means."""
    if problem.path not in WORDS or not isinstance(problem.value, str):
        return problem.message
    word = fold_word(problem.value)
    return f"{problem.message}, not {problem.value!r}; say what it means: --map {problem.path}.{word}=…"


def as_json_values(told: Translation, planned: Outcome, done: Outcome | None) -> dict[str, Any]:
    """Return everything as JSON values; `applied` is null unless it was done."""
    return {
        "columns": told.columns,
        "unknown_columns": told.unknown_columns,
        "words": dict(told.words),
        "defaulted": dict(told.defaulted),
        "descriptions_cut": [{"name": name, "length": length} for name, length in told.cut],
        "renamed": [{"old": old, "new": new} for old, new in told.renamed],
        "problems": planned.problems,
        "plan": planned.counts,
        "applied": None if done is None else done.counts,
        "mapped_ids": (done or planned).mapped_ids,
        "import_ids": [] if done is None else done.import_ids,
    }


def print_plan(told: Translation, planned: Outcome, target: str) -> None:
    """Say what was found in the source, and what would be done."""
    read = ", ".join(ours if ours == theirs else f"{ours} ({theirs})" for ours, theirs in told.columns.items())
    _line(f"Read {len(told.rows)} rows. Columns: {read}.")
    if told.unknown_columns:
        _line(f"Left out, for they mean nothing here: {', '.join(told.unknown_columns)}.")
    for text, count in sorted(told.words.items()):
        _line(f"  {text}  ({count})")
    for name, count in sorted(told.defaulted.items()):
        _line(f"  {name}: nothing → the default  ({count})")
    _some("descriptions are cut at 2000 characters", [f"{name} ({length})" for name, length in told.cut])
    _some("names are made unique", [f"{old} → {new}" for old, new in told.renamed])
    problems = [
        f"row {row['row']} {row['name'] or ''}: {problem['path']} {problem['message']}"
        for row in planned.problems
        for problem in row["problems"]
    ]
    _some("problems", problems, style="red")
    _some("ids of the source belong to others here", [f"{old} → {new}" for old, new in planned.mapped_ids.items()])
    _counts(planned, f"Dry run against {target}")


def print_done(done: Outcome) -> None:
    """Say what was done, and how it is taken back."""
    _some("ids of the source became others", [f"{old} → {new}" for old, new in done.mapped_ids.items()])
    _counts(done, "Imported")
    for id in done.import_ids:
        _line(f"The way back: studio import undo {id}")


def _counts(outcome: Outcome, title: str) -> None:
    table = Table(*COUNTS, title=title, title_justify="left", header_style="bold")
    table.add_row(*(str(outcome.counts[name]) for name in COUNTS))
    console.print(table)


def _some(what: str, lines: list[str], *, style: str = "yellow") -> None:
    if not lines:
        return
    console.print(f"[{style}]{len(lines)} {what}:[/]")
    for line in lines[:SHOWN]:
        _line(f"  {line}")
    if len(lines) > SHOWN:
        _line(f"  … and {len(lines) - SHOWN} more (--json lists all)")


def _line(text: str) -> None:
    console.print(escape(text), highlight=False, soft_wrap=True)
