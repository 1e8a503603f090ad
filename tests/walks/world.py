"""One entity of each kind in a project, made through the doors that clients use; each carries a word to be found by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from starlette.types import ASGIApp

from infrastudio.contexts.identity import service as identity
from infrastudio.contexts.identity.permissions import Role
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.identity.schemas import TokenKind
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.projects import service as projects_service
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.search.controller import SearchFollower
from infrastudio.contexts.timeline.controller import TimelineFollower
from infrastudio.server.wiring import Studio
from infrastudio.stores.ledger.tables import EventRow
from walks.asking import JSON_BODY, Answer, Asker, Question, in_process

MLFLOW = "/api/2.0/mlflow"
DATASETS = "/api/3.0/mlflow/datasets"
TRACES = "/api/3.0/mlflow/traces"
TIME = 1_700_000_000_000
SHORT = 6
"""Shorter ids are numbers, which stand in many answers for something else."""


@dataclass(frozen=True)
class World:
    """A project with something of everything in it.

    Attributes:
        slug: The project.
        mark: A word that stands in every name, text and value of it.
        ids: By kind of entity, what an address names it by; `run` also stands for its artifacts' folder.
    """

    project_id: str
    slug: str
    mark: str
    value: float
    ids: Mapping[str, str]

    def secrets(self, studio: Studio) -> frozenset[str]:
        """Return what no stranger may be told: the word, the value, the id of every entity the ledger knows here."""
        with studio.db.snapshot(SINGLE_USER) as snapshot:
            found = snapshot.execute(
                select(EventRow.entity_id).where(EventRow.project_id == self.project_id).distinct()
            )
            entities = {id for (id,) in found}
        return frozenset({self.mark, str(self.value), *(id for id in entities if len(id) >= SHORT)})

    def events(self, studio: Studio) -> int:
        """Return how many events the ledger tells of this project."""
        with studio.db.snapshot(SINGLE_USER) as snapshot:
            count = select(func.count()).select_from(EventRow).where(EventRow.project_id == self.project_id)
            return int(snapshot.execute(count).scalar_one())


def token_for(
    studio: Studio,
    slug: str,
    role: Role | None,
    *,
    kind: TokenKind = "personal",
    subject: str = "",
    scope: str = "",
) -> str:
    """Make a token for one project and return its secret."""
    with studio.db.begin(SINGLE_USER) as uow:
        project_id = projects.id_of(uow, slug)
        assert project_id is not None
        made = identity.issue_token(
            uow,
            project_id=project_id,
            project=slug,
            name=f"token of {slug}",
            kind=kind,
            role=role,
            subject=subject,
            scope=scope,
        )
    return made.secret


async def populate(app: ASGIApp, studio: Studio, slug: str, *, mark: str, value: float) -> World:
    """Put one of everything into a project of an application whose loops do not run."""
    world = await populate_by(in_process(app), studio, slug, mark=mark, value=value)
    await TimelineFollower(studio.db).catch_up()
    await SearchFollower(studio.db).catch_up()
    return world


async def populate_by(asker: Asker, studio: Studio, slug: str, *, mark: str, value: float) -> World:
    """Put one of everything into a project, which is made unless it is the default one."""
    if slug != projects_service.DEFAULT_SLUG:
        with studio.db.begin(SINGLE_USER) as uow:
            projects_service.create(uow, ProjectIn(slug=slug, name=f"Project {mark}"))
    with studio.db.snapshot(SINGLE_USER) as snapshot:
        project_id = projects.id_of(snapshot, slug)
    assert project_id is not None
    ids = await _Filler(asker, slug, mark, value).fill()
    subject, scope = f"job:{ids['job']}", f"run:{ids['job_run']}"
    ids["job_token"] = token_for(studio, slug, None, kind="job", subject=subject, scope=scope)
    with studio.db.begin(SINGLE_USER) as uow:
        person = identity.issue_token(
            uow, project_id=project_id, project=slug, name=f"{mark} laptop", kind="personal", role="viewer"
        )
    ids["actor"] = f"token:{person.token.id}"
    return World(project_id, slug, mark, value, ids | {"project": slug, "operation": f"ope_{mark[:6]}"})


class _Filler:
    """Fills a project over HTTP."""

    def __init__(self, asker: Asker, slug: str, mark: str, value: float) -> None:
        self._ask = asker
        self._mark = mark
        self._value = value
        self._project = {"x-studio-project": slug}

    async def fill(self) -> dict[str, str]:
        """Return the ids of what was made."""
        mark = self._mark
        ids = {"instance": await self._create("/api/instances", name=f"{mark} chat", model_name=mark, cluster_name=mark,
                                              image_tag=mark, description=mark)}  # fmt: skip
        history = await self._send("GET", f"/api/instances/{ids['instance']}/history", b"")
        ids["record"] = str(history.json["items"][0]["history_id"])
        ids["experiment"] = await self._create("/api/experiments", name=f"{mark} study", tags={mark: mark})
        ids["run"] = await self._run(ids["experiment"])
        ids["logged_model"] = await self._logged_model(ids["experiment"], ids["run"])
        ids |= await self._trace(ids["experiment"], ids["run"])
        ids["evaluation_dataset"] = await self._evaluation_dataset(ids["experiment"])
        ids["path"] = "notes.txt"
        await self._files(ids)
        ids |= await self._registered(ids["run"])
        job = {"argv": ["true"], "name": f"{mark} job", "experiment": f"{mark} study"}
        made = (await self._post("/api/training/jobs", job)).json
        ids |= {"job": made["id"], "job_run": made["run_id"]}
        ids["saved_view"] = await self._create(
            "/api/saved-views", name=mark, page="experiment", about=ids["experiment"], parameters={"filter": mark},
            visibility="shared",
        )  # fmt: skip
        deployment = {"name": mark, "model_name": ids["model_name"], "model_version": 1}
        ids["deployment"] = await self._create("/api/deployments", **deployment)
        return ids

    async def _files(self, ids: Mapping[str, str]) -> None:
        content = self._mark.encode()
        model_file = b"flavors: {python_function: {loader_module: nothing}}\n"
        of_run = {ids["path"]: content, f"{self._mark}.txt": content, "model/MLmodel": model_file}
        of_run |= {f"model/{ids['path']}": content, f"model/{self._mark}.txt": content}
        of_model = {ids["path"]: content, f"{self._mark}.txt": content}
        folders = {f"{ids['run']}/artifacts": of_run, f"models/{ids['logged_model']}/artifacts": of_model}
        folders[f"traces/{ids['trace']}/artifacts"] = {"traces.json": _json({"spans": [{"name": self._mark}]})}
        for folder, files in folders.items():
            for path, text in files.items():
                address = f"/api/2.0/mlflow-artifacts/artifacts/{ids['experiment']}/{folder}/{path}"
                await self._send("PUT", address, text)

    async def _run(self, experiment_id: str) -> str:
        mark = self._mark
        told = {"experiment_id": experiment_id, "run_name": f"{mark} run", "start_time": TIME}
        created = await self._post(f"{MLFLOW}/runs/create", told | {"tags": [{"key": mark, "value": mark}]})
        id: str = created.json["run"]["info"]["run_id"]
        point = {"key": mark, "value": self._value, "timestamp": TIME, "step": 1}
        param = {"key": mark, "value": mark}
        await self._post(f"{MLFLOW}/runs/log-batch", {"run_id": id, "metrics": [point], "params": [param]})
        dataset = {"name": mark, "digest": mark, "source_type": "local", "source": mark}
        await self._post(f"{MLFLOW}/runs/log-inputs", {"run_id": id, "datasets": [{"dataset": dataset}]})
        await self._post(f"/api/runs/{id}/logs", {"first": 1, "lines": [{"text": f"{mark} was here"}]})
        return id

    async def _logged_model(self, experiment_id: str, run_id: str) -> str:
        mark = self._mark
        told = {"experiment_id": experiment_id, "name": f"{mark} logged", "source_run_id": run_id}
        more = {"params": [{"key": mark, "value": mark}], "tags": [{"key": mark, "value": mark}]}
        made = await self._post(f"{MLFLOW}/logged-models", told | more)
        id: str = made.json["model"]["info"]["model_id"]
        return id

    async def _trace(self, experiment_id: str, run_id: str) -> dict[str, str]:
        mark = self._mark
        id = f"tr-{hashlib.md5(mark.encode()).hexdigest()}"
        where = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}}
        told = {"trace_id": id, "trace_location": where, "request_time": "2026-01-31T12:00:00Z"}
        more = {
            "tags": {mark: mark},
            "request_preview": mark,
            "trace_metadata": {mark: mark, "mlflow.sourceRun": run_id},
        }
        await self._post(TRACES, {"trace": {"trace_info": told | more}})
        said = {"assessment_name": mark, "feedback": {"value": mark}, "rationale": mark}
        made = await self._post(f"{TRACES}/{id}/assessments", {"assessment": said})
        return {"trace": id, "assessment": made.json["assessment"]["assessment_id"]}

    async def _evaluation_dataset(self, experiment_id: str) -> str:
        mark = self._mark
        told = {"name": mark, "experiment_ids": [experiment_id], "tags": json.dumps({mark: mark})}
        made = await self._post(f"{DATASETS}/create", told)
        id: str = made.json["dataset"]["dataset_id"]
        await self._post(f"{DATASETS}/{id}/records", {"records": json.dumps([{"inputs": {mark: mark}}])})
        return id

    async def _registered(self, run_id: str) -> dict[str, str]:
        mark = self._mark
        name = f"{mark}-model"
        model = await self._create("/api/registry/models", name=name, description=mark, tags={mark: mark})
        version = {"source": f"runs:/{run_id}/model", "run_id": run_id, "tags": {mark: mark}}
        for _ in range(2):
            await self._post(f"/api/registry/models/{model}/versions", version)
        await self._send("PUT", f"/api/registry/models/{model}/aliases/{mark}", _json({"version": 1}), JSON_BODY)
        wanted = {"stage": "staging", "reason": mark}
        approval = await self._create(f"/api/registry/models/{model}/versions/2/transition-requests", **wanted)
        return {"model": model, "model_name": name, "alias": mark, "number": "1", "approval": approval}

    async def _create(self, path: str, **body: Any) -> str:
        return str((await self._post(path, body)).json["id"])

    async def _post(self, path: str, body: Mapping[str, Any]) -> Answer:
        return await self._send("POST", path, _json(body), JSON_BODY)

    async def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        answer = await self._ask(Question(method, path, headers={**self._project, **(headers or {})}, body=body))
        assert answer.status < 300, (method, path, answer)
        return answer


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
