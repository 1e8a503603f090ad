"""Runs: what they were made from, what they measured, what they left behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from infrastudio.cli.mlflow_import.source import SourceFile
from infrastudio.cli.mlflow_import.target import DIGEST_TAG, moment
from infrastudio.cli.mlflow_import.work import ImportWork
from infrastudio.contexts.tracking.rules import MAX_PARAM_VALUE, MAX_TAG_VALUE, PARENT_TAG, cut

STATUSES: Final = {
    "RUNNING": "running",
    "SCHEDULED": "queued",
    "FINISHED": "succeeded",
    "FAILED": "failed",
    "KILLED": "canceled",
}


def import_run(work: ImportWork, run: Any, experiment_id: str) -> None:
    """Bring a run over. Its digest is set last, so that one that was left half done is done anew."""
    id = work.run_id(run.info.run_id)
    work.roots[run.info.artifact_uri] = ("runs", id)
    files = work.files(run.info.artifact_uri)
    digest = _digest(run, files, with_files=work.with_files)
    found = work.target.run(id)
    if found is not None and found["tags"].get(DIGEST_TAG) == digest:
        work.report.counts["runs"].unchanged += 1
        return
    if work.is_dry:
        work.report.counts["files"].created += len(files)
    else:
        _write(work, run, id, files, digest, found, experiment_id)
    work.count("runs", is_new=found is None)


def _write(
    work: ImportWork, run: Any, id: str, files: Sequence[SourceFile], digest: str, found: Any, experiment_id: str
) -> None:
    if found is None:
        body = {
            "id": id,
            "name": run.info.run_name or None,
            "status": "queued" if run.info.status == "SCHEDULED" else "running",
            "user": run.info.user_id or None,
            "started_at": moment(run.info.start_time),
            "tags": work.marks("run", run.info.run_id),
        }
        work.target.create_run(experiment_id, body)
    elif found["lifecycle"] == "deleted":
        work.target.restore_run(id)
    _fill(work, run, id)
    work.copy_files(run.info.artifact_uri, f"{experiment_id}/{id}/artifacts", files)
    ended = {"ended_at": moment(run.info.end_time)} if run.info.end_time else {}
    tags = _tags(work, run) | {DIGEST_TAG: digest}
    work.target.update_run(id, {"status": STATUSES[run.info.status], "tags": tags, **ended})
    if run.info.lifecycle_stage == "deleted":
        work.target.delete_run(id)


def _tags(work: ImportWork, run: Any) -> dict[str, str]:
    """Return the tags of a run, its parent as it is called here."""
    tags = cut(run.data.tags, MAX_TAG_VALUE) | work.marks("run", run.info.run_id)
    if parent := tags.get(PARENT_TAG):
        tags[PARENT_TAG] = work.run_id(parent)
    return tags


def _fill(work: ImportWork, run: Any, id: str) -> None:
    """Log params, points, inputs and outputs; what is there already is not changed by it."""
    work.target.log_params(id, cut(run.data.params, MAX_PARAM_VALUE))
    for key in run.data.metrics:
        history = work.source.metric_history(run.info.run_id, key)
        points = [told for point in history for told in _points(work, run.info.run_id, point)]
        work.target.log_points(id, points)
        work.report.counts["points"].created += len(points)
    if run.inputs is not None:
        datasets = [_dataset(entry) for entry in run.inputs.dataset_inputs]
        models = [work.logged_model_ids.get(entry.model_id) for entry in run.inputs.model_inputs or ()]
        work.target.log_inputs(id, datasets, [model for model in models if model])
    if run.outputs is not None:
        made = {work.logged_model_ids.get(entry.model_id): entry.step for entry in run.outputs.model_outputs or ()}
        work.target.log_outputs(id, {model: step for model, step in made.items() if model})


def _points(work: ImportWork, run_id: str, point: Any) -> Iterator[dict[str, Any]]:
    """Yield a point, once for each model or dataset that it is of."""
    told = {"key": point.key, "value": point.value, "timestamp": point.timestamp, "step": point.step}
    for label in work.labels.get((run_id, point.key, point.step, point.timestamp), [{}]):
        yield told | label


def _dataset(entry: Any) -> dict[str, Any]:
    names = ("name", "digest", "source_type", "source", "schema", "profile")
    body = {name: value for name in names if (value := getattr(entry.dataset, name)) is not None}
    return {"tags": [{"key": tag.key, "value": tag.value} for tag in entry.tags], "dataset": body}


def _digest(run: Any, files: Sequence[SourceFile], *, with_files: bool) -> str:
    """Return a text that is another one as soon as anything of a run is."""
    info, inputs, outputs = run.info, run.inputs, run.outputs
    told = [
        [info.run_name, info.status, info.start_time, info.end_time, info.lifecycle_stage, with_files],
        [run.data.params, run.data.tags],
        sorted([each.key, repr(each.value), each.step, each.timestamp] for each in run.data._metric_objs),
        sorted([each.dataset.name, each.dataset.digest] for each in (inputs.dataset_inputs if inputs else ())),
        sorted(each.model_id for each in ((inputs.model_inputs if inputs else None) or ())),
        sorted([each.model_id, each.step] for each in ((outputs.model_outputs if outputs else None) or ())),
        sorted(f"{file.path} {file.size_bytes}" for file in files),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
