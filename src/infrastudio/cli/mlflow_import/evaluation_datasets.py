"""Evaluation datasets with their records, tags and experiments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from infrastudio.cli.mlflow_import.target import DIGEST_TAG, ID_TAG
from infrastudio.cli.mlflow_import.work import ImportWork, mark
from infrastudio.kernel.batches import batches

AT_ONCE: Final = 500
FIELDS: Final = ("inputs", "outputs", "expectations", "tags", "source")


def import_evaluation_datasets(work: ImportWork) -> None:
    """Bring all evaluation datasets over; records that are gone in the source stay here."""
    known = {tags[ID_TAG]: each for each, tags in work.target.evaluation_datasets() if ID_TAG in tags}
    for dataset in work.source.evaluation_datasets():
        work.watch(f"evaluation dataset {dataset.name}")
        with work.report.attempt("evaluation_datasets", dataset.name):
            _dataset(work, dataset, known.get(mark("evaluation dataset", dataset.dataset_id)))


def _dataset(work: ImportWork, dataset: Any, found: dict[str, Any] | None) -> None:
    used_in = work.source.experiment_ids(dataset.dataset_id)
    digest = _digest(dataset, used_in)
    if found is not None and json.loads(found["tags"]).get(DIGEST_TAG) == digest:
        work.report.counts["evaluation_datasets"].unchanged += 1
        return
    records = work.source.records(dataset.dataset_id)
    if work.is_dry:
        work.report.counts["records"].created += len(records)
        work.count("evaluation_datasets", is_new=found is None)
        return
    experiments = [work.experiment_ids[id] for id in used_in if id in work.experiment_ids]
    marks = work.marks("evaluation dataset", dataset.dataset_id)
    facts = work.facts(dataset.created_time, dataset.last_update_time, dataset.created_by)
    tags = {key: str(value) for key, value in (dataset.tags or {}).items()} | marks | facts
    if found is None:
        id = work.target.create_evaluation_dataset(dataset.name, experiments, tags)
    else:
        id = str(found["dataset_id"])
        work.target.tag_evaluation_dataset(id, tags)
        work.target.add_experiments(id, experiments)
    for part in batches(records, AT_ONCE):
        merged = work.target.merge_records(id, [_record(each) for each in part])
        work.report.counts["records"].created += merged.get("inserted_count", 0)
        work.report.counts["records"].updated += merged.get("updated_count", 0)
    work.target.tag_evaluation_dataset(id, {DIGEST_TAG: digest})
    mapped = f"evaluation dataset {dataset.dataset_id}"
    work.report.mapped_ids[mapped] = id
    work.count("evaluation_datasets", is_new=found is None)


def _record(record: Any) -> dict[str, Any]:
    told = record.to_dict()
    return {name: told[name] for name in FIELDS if told.get(name) is not None}


def _digest(dataset: Any, used_in: Sequence[str]) -> str:
    told = [dataset.name, dataset.tags, sorted(used_in), dataset.digest, dataset.last_update_time]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
