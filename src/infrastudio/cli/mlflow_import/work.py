"""What all parts of an import share: both sides, the report, and what things are called here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from infrastudio.cli.mlflow_import.report import Report
from infrastudio.cli.mlflow_import.source import MlflowSource, SourceFile
from infrastudio.cli.mlflow_import.target import ID_TAG, SOURCE_TAG, ImportTarget, moment
from infrastudio.contexts.tracking.rules import MAX_TAG_VALUE

RUN_ID_LENGTH: Final = 32
CREATED_TAG: Final = "studio.import.created_at"
"""When something was made in the source. Here it is made when it is imported, and the ledger says so."""
UPDATED_TAG: Final = "studio.import.updated_at"
"""When it was last changed there."""
USER_TAG: Final = "studio.import.user"
"""Who made it there."""
FACTS: Final = (CREATED_TAG, UPDATED_TAG, USER_TAG)


@dataclass
class ImportWork:
    """One import, or its dry run.

    Attributes:
        source: What is read.
        target: What is written to.
        is_dry: Only count what would be written.
        with_files: Bring artifacts over, too.
        watch: Called with what is being done.
        experiment_ids: What experiments of the source are called here.
        run_ids: The same of runs.
        logged_model_ids: The same of logged models.
        labels: Models and datasets that points are of, by run, key, step and timestamp: the history does not tell them.
        roots: Roots of artifacts in the source, with what they belong to here: `runs` or `models`, and its id.
    """

    source: MlflowSource
    target: ImportTarget
    is_dry: bool
    with_files: bool
    watch: Callable[[str], object]
    report: Report = field(default_factory=Report)
    experiment_ids: dict[str, str] = field(default_factory=dict)
    run_ids: dict[str, str] = field(default_factory=dict)
    logged_model_ids: dict[str, str] = field(default_factory=dict)
    roots: dict[str, tuple[str, str]] = field(default_factory=dict)
    labels: dict[tuple[str, str, int, int], list[dict[str, str]]] = field(default_factory=dict)

    def marks(self, kind: str, id: str) -> dict[str, str]:
        """Return the tags by which something is found again."""
        return {SOURCE_TAG: self.source.name[:MAX_TAG_VALUE], ID_TAG: mark(kind, id)}

    def facts(self, created_ms: int | None, updated_ms: int | None, user: str | None = None) -> dict[str, str]:
        """Return the tags that tell what only the source knows: when something was made and changed, and by whom."""
        told = {CREATED_TAG: moment(created_ms), UPDATED_TAG: moment(updated_ms), USER_TAG: user or None}
        return {key: value[:MAX_TAG_VALUE] for key, value in told.items() if value is not None}

    def run_id(self, id: str) -> str:
        """Return the id of a run here: its own where that is free or stands for the same run, else always the same."""
        if id not in self.run_ids:
            found = self.target.run(id) if len(id) == RUN_ID_LENGTH else {"tags": {}}
            is_ours = found is None or found["tags"].get(ID_TAG) == mark("run", id)
            other = hashlib.sha256(f"{self.source.name} {id}".encode()).hexdigest()[:RUN_ID_LENGTH]
            self.run_ids[id] = id if is_ours else other
            if not is_ours:
                self.report.mapped_ids[f"run {id}"] = other
        return self.run_ids[id]

    def files(self, uri: str) -> list[SourceFile]:
        """Return the files of a root of artifacts, none where they are not wanted."""
        return list(self.source.files(uri)) if self.with_files else []

    def copy_files(self, uri: str, root: str, files: Sequence[SourceFile]) -> None:
        """Bring files over that are not there yet."""
        there = self.target.files(root) if files else {}
        counts = self.report.counts["files"]
        for file in files:
            if file.path in there and file.size_bytes in (None, there[file.path]):
                counts.unchanged += 1
                continue
            with self.source.downloaded(uri, file.path) as path:
                self.target.put_file(root, file.path, path)
            counts.created += 1

    def count(self, kind: str, *, is_new: bool) -> None:
        """Count something that was written, or would be."""
        counts = self.report.counts[kind]
        counts.created += is_new
        counts.updated += not is_new


def missing_tags(found: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that are to be set: those that are not there, and facts of the same thing that have changed."""
    is_same = found.get(ID_TAG) == wanted[ID_TAG]
    return {
        key: value
        for key, value in wanted.items()
        if key not in found or (is_same and key in FACTS and found[key] != value)
    }


def mark(kind: str, id: str) -> str:
    """Return what something of the source is called, in one text."""
    return f"{kind} {id}"[:MAX_TAG_VALUE]
