"""What an import from MLflow did, or would do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from infrastudio.kernel.errors import StudioError
from infrastudio.sdk import ServerUnreachable

KINDS: Final = (
    "experiments",
    "runs",
    "logged_models",
    "traces",
    "models",
    "versions",
    "evaluation_datasets",
    "records",
    "files",
    "points",
)
MAX_PROBLEMS: Final = 1000


@dataclass
class Counts:
    """How many entities of a kind were made, changed, or found as they should be."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0


@dataclass
class Report:
    """Counts by kind, ids that are others here, and what could not be imported.

    Points are those that were sent: the server drops what it has already.
    """

    counts: dict[str, Counts] = field(default_factory=lambda: {kind: Counts() for kind in KINDS})
    mapped_ids: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """How many entities are made or changed."""
        return sum(each.created + each.updated for kind, each in self.counts.items() if kind != "points")

    @contextmanager
    def attempt(self, kind: str, name: str) -> Iterator[None]:
        """Count a failure of what stands in the block, and go on behind it; a server that is lost ends the import."""
        from mlflow.exceptions import MlflowException

        try:
            yield
        except (StudioError, MlflowException, OSError) as error:
            if isinstance(error, ServerUnreachable):
                raise
            self.counts[kind].failed += 1
            if len(self.problems) < MAX_PROBLEMS:
                self.problems.append(f"{kind.replace('_', ' ').rstrip('s')} {name}: {error}")

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        counts = {kind: vars(each) for kind, each in self.counts.items()}
        return {"counts": counts, "mapped_ids": self.mapped_ids, "problems": self.problems}
