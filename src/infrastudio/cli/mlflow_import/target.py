"""Where an import goes: a running server, by HTTP, so that everything is an event of its ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from infrastudio.kernel.batches import batches
from infrastudio.kernel.clock import format_time, from_millis
from infrastudio.sdk import Client
from infrastudio.sdk.errors import ResourceConflict, ResourceNotFound
from infrastudio.sdk.transport import quoted

MLFLOW: Final = "/api/2.0/mlflow"
MLFLOW_3: Final = "/api/3.0/mlflow"
CHANGEABLE: Final = ("assessment_name", "rationale", "metadata", "valid", "feedback", "expectation", "issue")
"""What may be changed of an assessment."""
SOURCE_TAG: Final = "studio.import.source"
"""Where something was imported from."""
ID_TAG: Final = "studio.import.id"
"""What it is called there: how a second import finds it, also one that reads the same store by another way."""
DIGEST_TAG: Final = "studio.import.digest"
"""What a run was like when the last of it was imported."""
MAX_POINTS: Final = 1000
MAX_PARAMS: Final = 100
_SHORT_ID: Final = re.compile(r"[1-9][0-9]{0,8}")
"""Ids of experiments that the server takes over."""


class ImportTarget:
    """Reads what is there and writes what is not. Every write may be repeated: the second one changes nothing."""

    def __init__(self, client: Client, project: str | None) -> None:
        self._client = client
        self._project = project
        self.name = client.url

    def experiments(self) -> dict[str, dict[str, Any]]:
        """Return all experiments of the project by name, deleted ones too."""
        query = {"project": self._project, "lifecycle": "all"}
        return {item["name"]: item for item in self._client.items("/api/experiments", **query)}

    def create_experiment(self, name: str, tags: Mapping[str, str], *, id: str = "") -> dict[str, Any]:
        """Make an experiment; with its id where that is free and short enough, else with the next one."""
        path = "/api/experiments" + (f"?project={quoted(self._project)}" if self._project else "")
        body = {"name": name, "tags": dict(tags)}
        if _SHORT_ID.fullmatch(id):
            try:
                return dict(self._client.post(path, {"id": id, **body}))
            except ResourceConflict as error:
                if error.details.get("field") != "id":
                    raise
        return dict(self._client.post(path, body))

    def tag_experiment(self, id: str, tags: Mapping[str, str]) -> None:
        """Set tags of an experiment."""
        self._client.send("PATCH", f"/api/experiments/{id}", {"tags": dict(tags)})

    def delete_experiment(self, id: str) -> None:
        """Put an experiment aside."""
        self._client.send("DELETE", f"/api/experiments/{id}")

    def run(self, id: str) -> dict[str, Any] | None:
        """Return a run; None: there is none."""
        try:
            return dict(self._client.get(f"/api/runs/{id}"))
        except ResourceNotFound:
            return None

    def create_run(self, experiment_id: str, body: Mapping[str, Any]) -> None:
        """Make a run of a given id."""
        self._client.post(f"/api/experiments/{experiment_id}/runs", dict(body))

    def update_run(self, id: str, body: Mapping[str, Any]) -> None:
        """Change fields and tags of a run."""
        self._client.send("PATCH", f"/api/runs/{id}", dict(body))

    def delete_run(self, id: str) -> None:
        """Put a run aside."""
        self._client.send("DELETE", f"/api/runs/{id}")

    def restore_run(self, id: str) -> None:
        """Bring a run back that was put aside, for it cannot be written to otherwise."""
        self._client.post(f"/api/runs/{id}/restore")

    def log_points(self, id: str, points: Sequence[Any]) -> None:
        """Log points of a run."""
        for part in batches(points, MAX_POINTS):
            self._client.post(f"{MLFLOW}/runs/log-batch", {"run_id": id, "metrics": part})

    def log_params(self, id: str, params: Mapping[str, str]) -> None:
        """Log params of a run."""
        for part in batches(pairs(params), MAX_PARAMS):
            self._client.post(f"{MLFLOW}/runs/log-batch", {"run_id": id, "params": part})

    def log_inputs(self, id: str, datasets: Sequence[Any], models: Sequence[str]) -> None:
        """Say which datasets and models a run used."""
        if datasets or models:
            body = {"run_id": id, "datasets": list(datasets), "models": [{"model_id": each} for each in models]}
            self._client.post(f"{MLFLOW}/runs/log-inputs", body)

    def log_outputs(self, id: str, models: Mapping[str, int]) -> None:
        """Say which models a run made, each with its step."""
        if models:
            body = {"run_id": id, "models": [{"model_id": each, "step": step} for each, step in models.items()]}
            self._client.post(f"{MLFLOW}/runs/outputs", body)

    def files(self, root: str) -> dict[str, int]:
        """Return the sizes of all files under a root of artifacts, by path."""
        found: dict[str, int] = {}
        folders = [""]
        while folders:
            folder = folders.pop()
            at = f"{root}/{folder}" if folder else root
            for entry in self._client.get("/api/2.0/mlflow-artifacts/artifacts", path=at).get("files", ()):
                path = f"{folder}/{entry['path']}" if folder else str(entry["path"])
                if entry.get("is_dir"):
                    folders.append(path)
                else:
                    found[path] = int(entry.get("file_size") or 0)
        return found

    def put_file(self, root: str, path: str, source: Path) -> None:
        """Store a file under a root of artifacts."""
        place = "/".join(map(quoted, f"{root}/{path}".split("/")))
        self._client.put_file(f"/api/2.0/mlflow-artifacts/artifacts/{place}", source)

    def logged_models(self, experiment_id: str) -> Iterator[dict[str, Any]]:
        """Yield the logged models of an experiment."""
        token: str | None = None
        while True:
            body = {"experiment_ids": [experiment_id], "max_results": 50, "page_token": token}
            page = self._client.post(f"{MLFLOW}/logged-models/search", {k: v for k, v in body.items() if v is not None})
            yield from page.get("models", ())
            if not (token := page.get("next_page_token")):
                return

    def create_logged_model(self, body: Mapping[str, Any]) -> str:
        """Begin a logged model; return its id."""
        return str(self._client.post(f"{MLFLOW}/logged-models", dict(body))["model"]["info"]["model_id"])

    def finalize_logged_model(self, id: str, status: str) -> None:
        """Say whether the files of a logged model have come."""
        body = {"model_id": id, "status": status}
        self._client.send("PATCH", f"{MLFLOW}/logged-models/{quoted(id)}", body)

    def traces(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return what is known of some traces by id; those that are not there are left out."""
        answer = self._client.post(f"{MLFLOW_3}/traces/batchGetInfos", {"trace_ids": list(ids)})
        return {info["trace_id"]: info for info in answer.get("trace_infos", ())}

    def put_trace(self, info: Mapping[str, Any]) -> dict[str, Any]:
        """Say what is known of a trace; return what is kept of it."""
        answer = self._client.post(f"{MLFLOW_3}/traces", {"trace": {"trace_info": dict(info)}})
        return dict(answer["trace"]["trace_info"])

    def put_spans(self, location: str, source: Path) -> None:
        """Store the spans of a trace where it says."""
        self.put_file(location.removeprefix("mlflow-artifacts:/"), "traces.json", source)

    def tag_trace(self, id: str, key: str, value: str) -> None:
        """Set a tag of a trace."""
        self._client.send("PATCH", f"{MLFLOW_3}/traces/{id}/tags", {"key": key, "value": value})

    def link_trace(self, id: str, run_id: str) -> None:
        """Let a trace belong to a run."""
        self._client.post(f"{MLFLOW}/traces/link-to-run", {"trace_ids": [id], "run_id": run_id})

    def add_assessment(self, trace_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Say something about a trace."""
        answer = self._client.post(f"{MLFLOW_3}/traces/{trace_id}/assessments", {"assessment": dict(body)})
        return dict(answer["assessment"])

    def change_assessment(self, trace_id: str, id: str, body: Mapping[str, Any]) -> None:
        """Say something else about a trace."""
        mask = ",".join(name for name in body if name in CHANGEABLE)
        path = f"{MLFLOW_3}/traces/{trace_id}/assessments/{id}"
        self._client.send("PATCH", path, {"assessment": dict(body), "update_mask": mask})

    def evaluation_datasets(self) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
        """Yield all evaluation datasets of the project with their tags."""
        token: str | None = None
        while True:
            body = {"max_results": 1000} | ({"page_token": token} if token else {})
            page = self._client.post(f"{MLFLOW_3}/datasets/search", body)
            yield from ((each, json.loads(each.get("tags", "{}"))) for each in page.get("datasets", ()))
            if not (token := page.get("next_page_token")):
                return

    def create_evaluation_dataset(self, name: str, experiment_ids: Sequence[str], tags: Mapping[str, str]) -> str:
        """Make an evaluation dataset; return its id."""
        body = {"name": name, "experiment_ids": list(experiment_ids), "tags": json.dumps(dict(tags))}
        return str(self._client.post(f"{MLFLOW_3}/datasets/create", body)["dataset"]["dataset_id"])

    def tag_evaluation_dataset(self, id: str, tags: Mapping[str, str]) -> None:
        """Set tags of an evaluation dataset."""
        self._client.send("PATCH", f"{MLFLOW_3}/datasets/{id}/tags", {"tags": json.dumps(dict(tags))})

    def add_experiments(self, id: str, experiment_ids: Sequence[str]) -> None:
        """Say in which further experiments an evaluation dataset is used."""
        body = {"experiment_ids": list(experiment_ids)}
        self._client.post(f"{MLFLOW_3}/datasets/{id}/add-experiments", body)

    def merge_records(self, id: str, records: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        """Add records to an evaluation dataset; return how many were new and how many were known."""
        return dict(self._client.post(f"{MLFLOW_3}/datasets/{id}/records", {"records": json.dumps(list(records))}))

    def models(self) -> dict[str, dict[str, Any]]:
        """Return the registered models of the project by name."""
        return {item["name"]: item for item in self._client.items("/api/registry/models", project=self._project)}

    def create_model(self, name: str, description: str | None, tags: Mapping[str, str]) -> None:
        """Make a registered model."""
        body = {"name": name, "description": description or "", "tags": pairs(tags)}
        self._client.post(f"{MLFLOW}/registered-models/create", body)

    def tag_model(self, name: str, tags: Mapping[str, str]) -> None:
        """Set tags of a registered model."""
        for key, value in tags.items():
            self._client.post(f"{MLFLOW}/registered-models/set-tag", {"name": name, "key": key, "value": value})

    def tag_version(self, name: str, number: int, tags: Mapping[str, str]) -> None:
        """Set tags of a version."""
        for key, value in tags.items():
            body = {"name": name, "version": str(number), "key": key, "value": value}
            self._client.post(f"{MLFLOW}/model-versions/set-tag", body)

    def versions(self, name: str) -> list[dict[str, Any]]:
        """Return the versions of a model."""
        path = f"/api/registry/models/{quoted(name)}/versions"
        return list(self._client.items(path, project=self._project))

    def create_version(self, body: Mapping[str, Any]) -> int:
        """Register a version; return its number."""
        return int(self._client.post(f"{MLFLOW}/model-versions/create", dict(body))["model_version"]["version"])

    def delete_version(self, name: str, number: int) -> None:
        """Delete a version; its number is not used again."""
        self._client.send("DELETE", f"{MLFLOW}/model-versions/delete", {"name": name, "version": str(number)})

    def set_stage(self, name: str, number: int, stage: str) -> None:
        """Move a version to a stage."""
        body = {"name": name, "version": str(number), "stage": stage, "archive_existing_versions": False}
        self._client.post(f"{MLFLOW}/model-versions/transition-stage", body)

    def set_alias(self, name: str, alias: str, number: int) -> None:
        """Let an alias mean a version."""
        body = {"name": name, "alias": alias, "version": str(number)}
        self._client.post(f"{MLFLOW}/registered-models/alias", body)


def pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a mapping as MLflow's wire has it."""
    return [{"key": key, "value": value} for key, value in values.items()]


def moment(millis: int | None) -> str | None:
    """Return a time of MLflow's as ours."""
    return None if millis is None else format_time(from_millis(millis))
