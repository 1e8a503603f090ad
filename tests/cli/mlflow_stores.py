"""An MLflow store with something of everything in it, and what a client reads back from one.

`python -m cli.mlflow_stores URI FOLDER` fills one, says so, and serves it by MLflow's own server until it is ended: one
process, for to import MLflow is most of the work.
"""

from __future__ import annotations

import math
import os
import socket
import sys
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
    fill_traces(uri, "vision", [parent, id])
    fill_genai(uri, vision)


def fill_traces(uri: str, experiment: str, runs: list[str]) -> None:
    """Make traces: one in a run, said to be good and then better, and one that failed and was linked to another run."""
    import mlflow
    from mlflow.entities import AssessmentSource

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment)
    with mlflow.start_run(runs[0]), mlflow.start_span("answer", span_type="CHAT_MODEL") as root:
        root.set_inputs({"question": "why?"})
        with mlflow.start_span("fetch", attributes={"rows": 3}) as fetch:
            fetch.set_outputs(["a", 1, None])
        root.set_outputs("42")
        mlflow.update_current_trace(tags={"team": "ü"}, client_request_id="request 1")
    person = AssessmentSource("HUMAN", "ada")
    good = mlflow.log_feedback(trace_id=root.trace_id, name="right", value=False, source=person, rationale="no")
    mlflow.override_feedback(trace_id=root.trace_id, assessment_id=good.assessment_id, value=True, source=person)
    mlflow.log_expectation(trace_id=root.trace_id, name="expected", value={"text": ["42"]}, metadata={"by": "hand"})
    with mlflow.start_span("failing") as failing:
        failing.set_status("ERROR")
    mlflow.MlflowClient(uri).link_traces_to_run([failing.trace_id], runs[1])


def fill_genai(uri: str, experiment_id: str) -> None:
    """Make a prompt of two versions, and an evaluation dataset."""
    import mlflow
    from mlflow.genai import datasets

    mlflow.set_tracking_uri(uri)
    for text in ("Hi {{name}}", "Hello {{name}}"):
        mlflow.genai.register_prompt("greeting", text, commit_message=text, tags={"tone": "warm"})
    mlflow.genai.set_prompt_alias("greeting", "best", 2)
    questions = datasets.create_dataset("questions", [experiment_id], tags={"a": "b"})
    questions.merge_records(
        [
            {"inputs": {"question": text}, "expectations": {"answer": len(text)}, "tags": {"n": str(len(text))}}
            for text in ("why?", "wie groß?", "how")
        ]
    )


def serve(uri: str, folder: Path) -> None:
    """Serve a store at a free port, whose address is told first."""
    names = {"_MLFLOW_SERVER_FILE_STORE": uri, "_MLFLOW_SERVER_ARTIFACT_ROOT": str(folder)}
    os.environ.update({**names, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"})
    import uvicorn
    from mlflow.server.fastapi_app import app

    door = socket.create_server(("127.0.0.1", 0))
    tell(f"http://127.0.0.1:{door.getsockname()[1]}")
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([door])


def tell(line: str) -> None:
    """Write a line for who started this process."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


PROMPTS: Final = "tag.`mlflow.prompt.is_prompt` = 'true'"
HERE_ONLY: Final = (
    "studio.import.",
    "mlflow.modelVersions",
    "mlflow.artifactLocation",
    "mlflow.trace.spansLocation",
    "_mlflow_experiment_ids",
)
"""What begins tags that are others in every store: marks of an import, places of files, and lists of ids."""


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
            "traces": _traces(client, experiment.experiment_id, runs),
        }
    for dataset in client.search_datasets() if "mlruns" not in client.tracking_uri else ():
        kept = client._tracking_client.store  # a dataset itself would ask the store of the process
        records = kept._load_dataset_records(dataset.dataset_id, max_results=None)[0]
        used_in = kept.get_dataset_experiment_ids(dataset.dataset_id)
        found[f"dataset {dataset.name}"] = {
            "tags": _kept(dataset.tags),
            "experiments": sorted(client.get_experiment(id).name for id in used_in),
            "records": sorted([repr(each.inputs), each.expectations, each.tags, each.outputs] for each in records),
        }
    for model in (*client.search_registered_models(), *client.search_registered_models(PROMPTS)):
        named = f"name='{model.name}'"
        versions = [
            version for filter in (named, f"{named} AND {PROMPTS}") for version in client.search_model_versions(filter)
        ]
        found[f"model {model.name}"] = {
            "tags": _kept(model.tags),
            "description": model.description or None,
            "aliases": {alias: int(number) for alias, number in model.aliases.items()},
            "versions": {
                int(version.version): [version.description or None, version.run_id or None, version.current_stage,
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


def _traces(client: Any, experiment_id: str, runs: Any) -> dict[str, Any]:
    if "mlruns" in client.tracking_uri:
        return {}
    traces = {each.info.trace_id: each for each in client.search_traces(locations=[experiment_id])}
    if not traces:
        return {}
    linked = {
        run.info.run_id: sorted(
            each.info.trace_id
            for each in client.search_traces(locations=[experiment_id], run_id=run.info.run_id, include_spans=False)
        )
        for run in runs
    }
    return {"linked": linked} | {id: _trace(trace) for id, trace in traces.items()}


def _trace(trace: Any) -> dict[str, Any]:
    info = trace.info
    return {
        "info": [info.state.value, info.request_time, info.execution_duration, info.client_request_id,
                 info.request_preview, info.response_preview],
        "tags": _kept(info.tags),
        "metadata": info.trace_metadata,
        "assessments": sorted(
            [each.name, repr(each.value), each.valid is not False, each.rationale or "", each.source.source_id,
             sorted(_kept(each.metadata).items()), each.overrides is None]
            for each in info.assessments
        ),
        "spans": [span.to_dict() for span in trace.data.spans],
    }  # fmt: skip


def _kept(tags: dict[str, str] | None) -> dict[str, str]:
    return {key: value for key, value in (tags or {}).items() if not key.startswith(HERE_ONLY)}


if __name__ == "__main__":
    fill(sys.argv[1], Path(sys.argv[2]))
    tell("filled")
    serve(sys.argv[1], Path(sys.argv[2]))
