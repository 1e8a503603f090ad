"""The walk over everything in an MLflow store. It may be killed anywhere and begun again: what is done stays done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infrastudio.cli.mlflow_import.logged_models import import_logged_models
from infrastudio.cli.mlflow_import.registry import import_models
from infrastudio.cli.mlflow_import.runs import import_run
from infrastudio.cli.mlflow_import.work import ImportWork
from infrastudio.contexts.tracking.rules import MAX_TAG_VALUE, cut

DEFAULT_ID: Final = "0"
DEFAULT_NAME: Final = "Default"


def import_everything(work: ImportWork) -> None:
    """Bring over experiments with their logged models and runs, then the registry, which refers to both."""
    known = work.target.experiments()
    for experiment in work.source.experiments():
        with work.report.attempt("experiments", experiment.name):
            _experiment(work, experiment, known)
    import_models(work)


def _experiment(work: ImportWork, experiment: Any, known: Mapping[str, dict[str, Any]]) -> None:
    name = DEFAULT_NAME if experiment.experiment_id == DEFAULT_ID else experiment.name
    tags = cut(experiment.tags, MAX_TAG_VALUE) | work.marks("experiment", experiment.experiment_id)
    found = known.get(name)
    missing = tags if found is None else {key: value for key, value in tags.items() if key not in found["tags"]}
    if found is None:
        found = {"id": "", "lifecycle": "active"} if work.is_dry else work.target.create_experiment(name, tags)
        work.count("experiments", is_new=True)
    elif missing and found["lifecycle"] == "active":
        if not work.is_dry:
            work.target.tag_experiment(found["id"], missing)
        work.count("experiments", is_new=False)
    else:
        work.report.counts["experiments"].unchanged += 1
    if found["id"] not in ("", experiment.experiment_id):
        work.report.mapped_ids[f"experiment {experiment.experiment_id}"] = found["id"]
    import_logged_models(work, experiment, found["id"])
    for run in work.source.runs(experiment.experiment_id):
        work.watch(f"{name}: run {run.info.run_name or run.info.run_id}")
        with work.report.attempt("runs", run.info.run_id):
            import_run(work, run, found["id"])
    if experiment.lifecycle_stage == "deleted" and found["lifecycle"] == "active" and not work.is_dry:
        work.target.delete_experiment(found["id"])
