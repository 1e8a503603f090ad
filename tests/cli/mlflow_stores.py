"""An MLflow store with something of everything in it, and what a client reads back from one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

ALL: Final = 3
"""MLflow's ViewType.ALL."""
POINTS: Final = 40


def fill(uri: str, files: Path) -> None:
    """Make experiments, runs, logged models, registered models and a prompt by MLflow's own client."""
    from mlflow import MlflowClient
    from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, Metric, Param

    client = MlflowClient(uri, uri)
    vision = client.create_experiment("vision", artifact_location=(files / "vision").as_uri(), tags={"team": "a"})
    gone = client.create_experiment("gone", artifact_location=(files / "gone").as_uri())
    parent = client.create_run(vision, run_name="parent", tags={"quote": 'it\'s "so"'}).info.run_id
    (files / "notes.txt").write_text("hello")
    id = ""
    for number in range(4):
        run = client.create_run(vision, run_name=f"run {number}", start_time=1_700_000_000_000 + number)
        id = run.info.run_id
        client.set_tag(id, "mlflow.parentRunId", parent)
        points = [Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(POINTS)]
        odd = [Metric("odd", value, 1_700_000_000_000, step) for step, value in enumerate((math.nan, math.inf))]
        client.log_batch(id, metrics=[*points, *odd], params=[Param("lr", str(0.1 * number)), Param("text", "ü" * 50)])
        client.log_artifact(id, str(files / "notes.txt"), f"sub/a b {number}")
        dataset = Dataset("train", f"digest{number}", "local", "{}", schema='{"a": 1}', profile=None)
        client.log_inputs(id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
        client.set_terminated(id, ("FINISHED", "FAILED", "KILLED", "FINISHED")[number], 1_700_000_100_000)
    model = client.create_logged_model(vision, name="net", source_run_id=id, params={"depth": "3"}, tags={"a": "b"})
    client.log_model_artifact(model.model_id, str(files / "notes.txt"))
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(id, [LoggedModelOutput(model.model_id, 3)])
    client.log_inputs(parent, models=[LoggedModelInput(model.model_id)])
    client.log_metric(id, "accuracy", 0.9, model_id=model.model_id)
    client.set_terminated(client.create_run(gone, run_name="lost").info.run_id)
    client.delete_run(client.create_run(vision, run_name="thrown away").info.run_id)
    client.delete_experiment(gone)
    client.create_registered_model("classifier", tags={"x": "y"}, description="what it is")
    for description in ("first", "second", "third"):
        client.create_model_version(
            "classifier", f"runs:/{id}/sub", run_id=id, description=description, tags={"v": description}
        )
    client.delete_model_version("classifier", "2")
    client.set_registered_model_alias("classifier", "champion", "3")
    client.create_registered_model("of a logged model")
    client.create_model_version("of a logged model", f"models:/{model.model_id}", run_id=id, model_id=model.model_id)


def contents(client: Any) -> dict[str, Any]:
    """Return everything in a store, without ids that an import may change and the marks that it leaves."""
    found: dict[str, Any] = {}
    for experiment in client.search_experiments(view_type=ALL):
        if experiment.name == "Default":
            continue
        runs = client.search_runs([experiment.experiment_id], run_view_type=ALL)
        models = client.search_logged_models([experiment.experiment_id])
        found[experiment.name] = {
            "tags": _kept(experiment.tags),
            "lifecycle": experiment.lifecycle_stage,
            "runs": {run.info.run_id: _run(client, run) for run in runs},
            "logged models": {model.name: _logged_model(client, model) for model in models},
        }
    for model in client.search_registered_models():
        versions = client.search_model_versions(f"name='{model.name}'")
        found[f"model {model.name}"] = {
            "tags": _kept(model.tags),
            "description": model.description or None,
            "aliases": {alias: int(number) for alias, number in model.aliases.items()},
            "versions": {
                int(version.version): [version.description or None, version.run_id, version.current_stage,
                                       _kept(version.tags)]
                for version in versions
            },
        }  # fmt: skip
    return found


def _run(client: Any, run: Any) -> dict[str, Any]:
    info, id = run.info, run.info.run_id
    return {
        "info": [info.run_name, info.status, info.start_time, info.end_time, info.lifecycle_stage],
        "params": run.data.params,
        "tags": _kept(run.data.tags),
        "metrics": {
            key: [(point.step, point.timestamp, repr(point.value)) for point in client.get_metric_history(id, key)]
            for key in sorted(run.data.metrics)
        },
        "datasets": [
            [each.dataset.name, each.dataset.digest, each.dataset.schema, [(tag.key, tag.value) for tag in each.tags]]
            for each in run.inputs.dataset_inputs
        ],
        "models": [len(run.inputs.model_inputs or ()), [each.step for each in run.outputs.model_outputs or ()]],
        "files": _files(client, id),
    }


def _logged_model(client: Any, model: Any) -> list[Any]:
    metrics = [[metric.key, metric.value, metric.run_id] for metric in model.metrics or ()]
    return [model.source_run_id, str(model.status), model.params, _kept(model.tags), metrics]


def _files(client: Any, run_id: str, path: str | None = None) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in client.list_artifacts(run_id, path):
        found |= _files(client, run_id, entry.path) if entry.is_dir else {entry.path: entry.file_size}
    return found


def _kept(tags: dict[str, str]) -> dict[str, str]:
    ours = ("studio.import.", "mlflow.modelVersions")  # the Studio keeps the second one itself
    return {key: value for key, value in (tags or {}).items() if not key.startswith(ours)}
