"""The walk over everything in an MLflow store. It may be killed anywhere and begun again: what is done stays done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infrastudio.cli.mlflow_import.evaluation_datasets import import_evaluation_datasets
from infrastudio.cli.mlflow_import.logged_models import import_logged_models
from infrastudio.cli.mlflow_import.registry import import_models
from infrastudio.cli.mlflow_import.runs import import_run
from infrastudio.cli.mlflow_import.traces import import_traces
from infrastudio.cli.mlflow_import.work import ImportWork, missing_tags
from infrastudio.contexts.tracking.rules import MAX_TAG_VALUE, cut

DEFAULT_ID: Final = "0"
DEFAULT_NAME: Final = "Default"


def import_everything(work: ImportWork) -> None:
    """Bring over experiments with logged models, runs and traces, then registry and datasets, which refer to them."""
    known = work.target.experiments()
    for experiment in work.source.experiments():
        with work.report.attempt("experiments", experiment.name):
            _experiment(work, experiment, known)
    import_models(work)
    import_evaluation_datasets(work)


def _experiment(work: ImportWork, experiment: Any, known: Mapping[str, dict[str, Any]]) -> None:
    name = DEFAULT_NAME if experiment.experiment_id == DEFAULT_ID else experiment.name
    tags = cut(experiment.tags, MAX_TAG_VALUE) | work.marks("experiment", experiment.experiment_id)
    tags |= work.facts(experiment.creation_time, experiment.last_update_time)
    found = known.get(name)
    missing = tags if found is None else missing_tags(found["tags"], tags)
    if found is None:
        found = {"id": "", "lifecycle": "active"}
        if not work.is_dry:
            found = work.target.create_experiment(name, tags, id=experiment.experiment_id)
        work.count("experiments", is_new=True)
    elif missing and found["lifecycle"] == "active":
        if not work.is_dry:
            work.target.tag_experiment(found["id"], missing)
        work.count("experiments", is_new=False)
    else:
        work.report.counts["experiments"].unchanged += 1
    work.experiment_ids[experiment.experiment_id] = found["id"]
    if found["id"] not in ("", experiment.experiment_id):
        work.report.mapped_ids[f"experiment {experiment.experiment_id}"] = found["id"]
    import_logged_models(work, experiment, found["id"])
    run_ids: list[str] = []
    for run in work.source.runs(experiment.experiment_id):
        run_ids.append(run.info.run_id)
        work.watch(f"{name}: run {run.info.run_name or run.info.run_id}")
        with work.report.attempt("runs", run.info.run_id):
            import_run(work, run, found["id"])
    import_traces(work, experiment, found["id"], run_ids)
    if experiment.lifecycle_stage == "deleted" and found["lifecycle"] == "active" and not work.is_dry:
        work.target.delete_experiment(found["id"])
