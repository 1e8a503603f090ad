"""Logged models: they get new ids here, under which runs and versions refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infrastudio.cli.mlflow_import.target import ID_TAG, pairs
from infrastudio.cli.mlflow_import.work import ImportWork, mark

STATUSES: Final = {"READY": "LOGGED_MODEL_READY", "FAILED": "LOGGED_MODEL_UPLOAD_FAILED"}
"""What is said at the end, by the status in the source; one that is pending there stays so."""


def import_logged_models(work: ImportWork, experiment: Any, experiment_id: str) -> None:
    """Bring the logged models of an experiment over; `experiment_id` is empty where that is not made yet."""
    known: dict[str, dict[str, Any]] = {}
    for model in work.target.logged_models(experiment_id) if experiment_id else ():
        info = model["info"]
        known |= {tag["value"]: info for tag in info.get("tags", ()) if tag["key"] == ID_TAG}
    for model in work.source.logged_models(experiment.experiment_id):
        work.watch(f"{experiment.name}: logged model {model.name}")
        with work.report.attempt("logged_models", model.model_id):
            _logged_model(work, model, experiment_id, known)


def _logged_model(work: ImportWork, model: Any, experiment_id: str, known: Mapping[str, dict[str, Any]]) -> None:
    found = known.get(mark("logged model", model.model_id))
    status = STATUSES.get(str(getattr(model.status, "value", model.status)))
    is_done = found is not None and status in (None, found["status"])
    files = [] if is_done else work.files(model.artifact_location)
    if is_done:
        work.report.counts["logged_models"].unchanged += 1
    elif work.is_dry:
        work.report.counts["files"].created += len(files)
        work.count("logged_models", is_new=found is None)
    if work.is_dry and found is None:
        return
    id = str(found["model_id"]) if found is not None else _created(work, model, experiment_id)
    work.logged_model_ids[model.model_id] = id
    work.roots[model.artifact_location] = ("models", id)
    work.report.mapped_ids[f"logged model {model.model_id}"] = id
    for metric in model.metrics or ():
        label = {"model_id": id, "dataset_name": metric.dataset_name, "dataset_digest": metric.dataset_digest}
        place = (metric.run_id, metric.key, metric.step, metric.timestamp)
        work.labels.setdefault(place, []).append({name: value for name, value in label.items() if value})
    if is_done or work.is_dry:
        return
    work.copy_files(model.artifact_location, f"{experiment_id}/models/{id}/artifacts", files)
    if status is not None:
        work.target.finalize_logged_model(id, status)
    work.count("logged_models", is_new=found is None)


def _created(work: ImportWork, model: Any, experiment_id: str) -> str:
    facts = work.facts(model.creation_timestamp, model.last_updated_timestamp)
    body = {
        "experiment_id": experiment_id,
        "name": model.name,
        "model_type": model.model_type or "",
        "source_run_id": work.run_id(model.source_run_id) if model.source_run_id else "",
        "params": pairs(model.params or {}),
        "tags": pairs((model.tags or {}) | work.marks("logged model", model.model_id) | facts),
    }
    return work.target.create_logged_model(body)
