"""What uses the space of a project."""

from __future__ import annotations

from infrastudio.kernel.versioned import Value


class KindSpace(Value):
    """The space of everything of one kind: metric points, log lines, or artifacts."""

    kind: str
    bytes: int
    count: int
    retention_days: int | None
    """For how many days it is kept; null: for ever."""


class ExperimentSpace(Value):
    """The space of the runs of an experiment."""

    id: int
    name: str
    bytes: int


class RunSpace(Value):
    """The space of a run."""

    id: str
    name: str
    experiment_id: int
    bytes: int
    metric_bytes: int
    log_bytes: int
    artifact_bytes: int


class ProjectSpace(Value):
    """What uses the space of a project, the largest first.

    Bytes of metrics and logs are those stored, compressed; bytes of artifacts are those of the files, each counted
    where it was logged.
    """

    bytes: int
    kinds: tuple[KindSpace, ...]
    experiments: tuple[ExperimentSpace, ...]
    runs: tuple[RunSpace, ...]
