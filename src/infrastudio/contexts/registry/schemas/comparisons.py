"""How versions of a model differ."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from infrastudio.contexts.registry.schemas.versions import ModelVersion
from infrastudio.kernel.versioned import Value

SignaturePart = Literal["inputs", "outputs", "params"]


class ComparedValue(Value):
    """One param, metric or evaluated quantity of every version, in their order; null where a version has none."""

    key: str
    values: list[Any]
    differs: bool


class ComparedColumn(Value):
    """One column of the signature of every version: its type with its shape; null where a version lacks it."""

    part: SignaturePart
    name: str
    types: list[str | None]
    differs: bool


class ComparedArtifact(Value):
    """One file of every version: its sha256 and size, null where a version has no such file."""

    path: str
    sha256: list[str | None]
    size_bytes: list[int | None]
    differs: bool


class VersionComparison(Value):
    """How two to five versions of a model differ.

    Attributes:
        versions: What is compared, in the order that was asked for; all lists below follow it.
        params, metrics: Those of the runs that the versions come from; the metrics are the latest values.
        unread_runs: Versions whose run is not recorded, or not for the reader to see: they have no params and metrics.
        unread_files: Versions whose files lie in a storage that this server cannot read.
        truncated: Which of the lists are longer than shown.
    """

    versions: list[ModelVersion]
    params: list[ComparedValue]
    metrics: list[ComparedValue]
    evaluation: list[ComparedValue]
    signature: list[ComparedColumn]
    artifacts: list[ComparedArtifact]
    unread_runs: list[int]
    unread_files: list[int]
    truncated: list[str] = Field(default_factory=list)
