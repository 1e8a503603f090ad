"""How versions of a model differ: their runs, evaluations, signatures and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from infrastudio.contexts.registry import rules
from infrastudio.contexts.registry.queries import artifacts, versions
from infrastudio.contexts.registry.queries.serving import NotKeptHere
from infrastudio.contexts.registry.schemas import (
    ComparedArtifact,
    ComparedColumn,
    ComparedValue,
    ModelVersion,
    VersionComparison,
)
from infrastudio.contexts.tracking.queries.artifacts import UnknownArtifact
from infrastudio.contexts.tracking.queries.runs import UnknownRun, run
from infrastudio.contexts.tracking.schemas.artifacts import Artifact
from infrastudio.contexts.tracking.schemas.runs import wire_number
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.errors import PermissionDenied
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment
from infrastudio.stores.telemetry import TelemetryReader

MOST: Final = 2000
"""Rows of each list."""


def compare(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    model: str,
    numbers: Sequence[int],
    *,
    project: str | None = None,
    at: Moment | None = None,
) -> VersionComparison:
    """Return how versions of a model differ, live or as of a moment.

    Raises:
        UnknownModel, UnknownVersion: One is not there.
        ValidationFailed: They are too few, too many, or one is named twice.
    """
    rules.check_compared(numbers)
    found = [versions.version(snapshot, model, number, project=project, at=at) for number in numbers]
    params = [_params(snapshot, version, at) for version in found]
    metrics = _metrics(telemetry, found, params, at)
    files = [_files(snapshot, version, at) for version in found]
    lists: dict[str, list[Any]] = {
        "params": _values([each or {} for each in params]),
        "metrics": _values(metrics),
        "evaluation": _values([rules.flattened(version.evaluation) for version in found]),
        "signature": _columns(found),
        "artifacts": _artifacts([each or {} for each in files]),
    }
    return VersionComparison(
        versions=found,
        unread_runs=[version.number for version, each in zip(found, params, strict=True) if each is None],
        unread_files=[version.number for version, each in zip(found, files, strict=True) if each is None],
        truncated=[name for name, rows in lists.items() if len(rows) > MOST],
        **{name: rows[:MOST] for name, rows in lists.items()},
    )


def _params(snapshot: Snapshot, version: ModelVersion, at: Moment | None) -> Mapping[str, str] | None:
    try:
        return None if version.run_id is None else run(snapshot, version.run_id, at=at).params
    except UnknownRun:
        return None


def _metrics(
    telemetry: TelemetryReader,
    found: Sequence[ModelVersion],
    params: Sequence[Mapping[str, str] | None],
    at: Moment | None,
) -> list[dict[str, Any]]:
    """Return the latest metrics of the runs that could be read, those that have params."""
    ids = [v.run_id for v, each in zip(found, params, strict=True) if v.run_id is not None and each is not None]
    latest = telemetry.latest("run", ids, received_by=None if at is None else to_micros(at.at)) if ids else {}
    return [
        {name: wire_number(point.value) for name, point in latest.get(version.run_id or "", {}).items()}
        for version in found
    ]


def _files(snapshot: Snapshot, version: ModelVersion, at: Moment | None) -> dict[str, Artifact] | None:
    try:
        return {each.path: each.file for each in artifacts.files_of(snapshot, version, at=at)}
    except (NotKeptHere, PermissionDenied, UnknownArtifact):
        return None


def _values(of_versions: Sequence[Mapping[str, Any]]) -> list[ComparedValue]:
    rows = []
    for key in sorted({key for each in of_versions for key in each}):
        values = [each.get(key) for each in of_versions]
        rows.append(ComparedValue(key=key, values=values, differs=_differ(values)))
    return rows


def _columns(found: Sequence[ModelVersion]) -> list[ComparedColumn]:
    signatures = [rules.columns_of(version.signature or {}) for version in found]
    rows = []
    for part, name in dict.fromkeys(key for each in signatures for key in each):
        types = [each.get((part, name)) for each in signatures]
        rows.append(ComparedColumn(part=part, name=name, types=types, differs=_differ(types)))
    return rows


def _artifacts(of_versions: Sequence[Mapping[str, Artifact]]) -> list[ComparedArtifact]:
    rows = []
    for path in sorted({path for each in of_versions for path in each}):
        digests = _each(of_versions, path, lambda file: file.sha256)
        sizes = _each(of_versions, path, lambda file: file.size_bytes)
        rows.append(ComparedArtifact(path=path, sha256=digests, size_bytes=sizes, differs=_differ(digests)))
    return rows


def _each(of_versions: Sequence[Mapping[str, Artifact]], path: str, value: Callable[[Artifact], Any]) -> list[Any]:
    return [value(each[path]) if path in each else None for each in of_versions]


def _differ(values: Sequence[Any]) -> bool:
    return any(value != values[0] for value in values)
