"""What runs were started from, as the ledger tells of their jobs: as text, and where configs differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import yaml

from infrastudio.contexts.identity.permissions import ENTITY_RIGHTS
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking.schemas.comparison import ComparedConfigs, ConfigDifference
from infrastudio.contexts.tracking.schemas.runs import Run
from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot

JOB: Final = "job"
MAX_DIFFERENCES: Final = 2000
MAX_CHARACTERS: Final = 8_000_000
"""Of all compared configs together, as JSON."""

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def compared_configs(snapshot: Snapshot, runs: Sequence[Run], seq: int) -> ComparedConfigs:
    """Return the configs of runs as of an event; the actor sees those of jobs that it may read.

    Raises:
        ValidationFailed: They are too long to be compared at once.
    """
    configs = [_config(snapshot, run, seq) for run in runs]
    if sum(len(canonical_json(config)) for config in configs if config) > MAX_CHARACTERS:
        raise ValidationFailed.of("run_ids", "have configs too long to be compared at once; name fewer runs")
    differences = list(_differences(configs))
    return ComparedConfigs(
        texts=[None if config is None else as_text(config) for config in configs],
        differences=differences[:MAX_DIFFERENCES],
        total=len(differences),
    )


def as_text(config: dict[str, Any]) -> str:
    """Return a config as people write it: YAML, its keys in order."""
    text: str = yaml.dump(config, Dumper=_Dumper, allow_unicode=True, sort_keys=True, default_flow_style=False)
    return text


def flattened(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the places of a config that hold a value, with their JSON texts: `optimizer.lr`, `layers.0.size`."""
    if isinstance(value, dict) and value:
        parts = list(value.items())
    elif isinstance(value, list) and value:
        parts = [(str(place), part) for place, part in enumerate(value)]
    else:
        yield path, canonical_json(value)
        return
    for name, part in parts:
        yield from flattened(part, f"{path}.{name}" if path else name)


def _config(snapshot: Snapshot, run: Run, seq: int) -> dict[str, Any] | None:
    project_id = projects.id_of(snapshot, run.project) or ""
    if run.job_id is None or not snapshot.actor.may(ENTITY_RIGHTS[JOB], project_id):
        return None
    job = ledger.state_at(snapshot, JOB, run.job_id, seq, collections=("config",))
    return (job or {}).get("config") or None


def _differences(configs: Sequence[dict[str, Any] | None]) -> Iterator[ConfigDifference]:
    """Yield the places where the configs that are there differ, in order."""
    known = [dict(flattened(config)) if config is not None else None for config in configs]
    there = [places for places in known if places is not None]
    for path in sorted({path for places in there for path in places}):
        if len({places.get(path) for places in there}) > 1:
            yield ConfigDifference(path=path, values=[None if each is None else each.get(path) for each in known])
