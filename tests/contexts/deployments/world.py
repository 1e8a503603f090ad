"""A database, a clock that is moved, replicas that exist as records only, and the controller between them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from typing_extensions import override

from infrastudio.contexts.deployments.controller import DeploymentController
from infrastudio.contexts.deployments.queries import deployments as queries
from infrastudio.contexts.deployments.queries import parts
from infrastudio.contexts.deployments.rules import ENDED_STATES, LIVE_STATES
from infrastudio.contexts.deployments.schemas import (
    Deployment,
    DeploymentIn,
    DeploymentState,
    DeploymentUpdate,
    Replica,
    ReplicaSpec,
)
from infrastudio.contexts.deployments.service import deployments as service
from infrastudio.contexts.identity.queries import SINGLE_USER, controller
from infrastudio.contexts.registry.schemas import ModelIn, ModelState, ModelVersion, VersionIn
from infrastudio.contexts.registry.service import models, versions
from infrastudio.contexts.tracking import service as tracking
from infrastudio.contexts.tracking.schemas import ExperimentIn, RunCreate
from infrastudio.drivers.runtimes.memory import MemoryRuntime
from infrastudio.kernel.clock import ManualClock
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot, UnitOfWork
from infrastudio.stores.ledger import Entry

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

PATIENCE_S = 600.0
"""Seconds of the moved clock after which what is waited for does not come."""

_numbers = itertools.count(1)


def write(
    db: Database,
    verb: Callable[Concatenate[UnitOfWork, Parameters], Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Run a service function in a unit of work of its own."""
    with db.begin(SINGLE_USER) as uow:
        return verb(uow, *args, **kwargs)


def read(
    db: Database,
    query: Callable[Concatenate[Snapshot, Parameters], Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Run a query in a snapshot of its own."""
    with db.snapshot(SINGLE_USER) as snapshot:
        return query(snapshot, *args, **kwargs)


def a_model(db: Database, count: int = 1, *, project: str = "default") -> ModelState:
    """A new model with `count` versions, whose files a run of the same project has logged."""

    def make(uow: UnitOfWork) -> ModelState:
        number = next(_numbers)
        experiment = tracking.create_experiment(uow, ExperimentIn(name=f"experiment {number}"), project=project)
        run = tracking.create_run(uow, RunCreate(experiment_id=experiment.id))
        model = models.create(uow, ModelIn(name=f"Model {number}"), project=project)
        for _ in range(count):
            a_version_of(uow, model, run.id)
        return model

    return write(db, make)


def a_version_of(uow: UnitOfWork, model: ModelState, run_id: str) -> ModelVersion:
    """A further version of a model."""
    return versions.create(uow, model.id, VersionIn(source=f"runs:/{run_id}/model", run_id=run_id))


def a_deployment(model: ModelState, **fields: Any) -> DeploymentIn:
    """A request for a deployment of a model, with a new name each time."""
    values = {"name": f"service-{next(_numbers)}", "model_name": model.name, "model_version": 1}
    return DeploymentIn.model_validate(values | fields)


def history_of(db: Database, entity: str, id: str) -> list[Entry]:
    """The events of an entity, oldest first."""
    return read(db, ledger.history, entity, id)


class World:
    """Deployments that a controller looks after; time passes only when it is moved."""

    def __init__(self, db: Database, clock: ManualClock, *, start_s: float = 0.1, drain_s: float = 0.1) -> None:
        self.db = db
        self.clock = clock
        self.runtime = Recorder(clock, start_s=start_s, drain_s=drain_s)
        self.folders: list[tuple[str, str, int]] = []
        self.controller = self.a_controller()

    def a_controller(self) -> DeploymentController:
        """A further controller, as that of a server that was started again."""
        return DeploymentController(
            self.db, self.runtime, actor=controller("deployments"), clock=self.clock, model_folder=self.model_folder
        )

    async def model_folder(self, project: str, model_id: str, version: int) -> Path:
        """Bring the files of a version."""
        self.folders.append((project, model_id, version))
        return Path(f"/models/{model_id}/{version}")

    def restart(self) -> None:
        """Let a new server take over; what was only in the memory of the old one is gone."""
        self.controller = self.a_controller()

    def deploy(self, model: ModelState | None = None, **fields: Any) -> Deployment:
        """Ask for a deployment."""
        return write(self.db, service.create, a_deployment(model or a_model(self.db), **fields))

    def update(self, id: str, **fields: Any) -> Deployment:
        """Ask for a change."""
        return write(self.db, service.update, id, DeploymentUpdate.model_validate(fields))

    def stop(self, id: str) -> Deployment:
        """Ask for the end."""
        return write(self.db, service.stop, id)

    def deployment(self, id: str) -> Deployment:
        """The deployment as it is."""
        return read(self.db, queries.deployment, id)

    def replicas(self, id: str) -> list[Replica]:
        """The replicas that have not ended, oldest first."""
        return [replica for replica in self.all_replicas(id) if replica.state in LIVE_STATES]

    def all_replicas(self, id: str) -> list[Replica]:
        """All replicas there ever were, oldest first."""
        return read(self.db, parts.replicas, id).items[::-1]

    def ready(self, id: str, version: int | None = None) -> list[Replica]:
        """The replicas that answer, of one version or of all."""
        return [r for r in self.replicas(id) if r.state == "ready" and version in (None, r.model_version)]

    def replica(self, replica: Replica) -> Replica:
        """A replica as it is now."""
        return next(found for found in self.all_replicas(replica.deployment_id) if found.id == replica.id)

    def has_ended(self, replica: Replica) -> bool:
        """Is there nothing left of a replica but its row?"""
        return self.replica(replica).state in ENDED_STATES

    async def step(self, id: str) -> float | None:
        """Let the controller take one step, and time pass until the next."""
        pace_s = await self.controller.reconcile(id)
        self.clock.advance(pace_s or 0.0)
        return pace_s

    async def until(self, id: str, condition: Callable[[], object]) -> None:
        """Let the controller work until a condition holds."""
        waited_s = 0.0
        while not condition():
            waited_s += await self.step(id) or 0.1
            assert waited_s < PATIENCE_S, (self.deployment(id), self.all_replicas(id))

    async def until_state(self, id: str, state: DeploymentState) -> Deployment:
        """Let the controller work until the deployment is in a state."""
        await self.until(id, lambda: self.deployment(id).state == state)
        return self.deployment(id)

    async def ready_with(self, model: ModelState | None = None, **fields: Any) -> Deployment:
        """A new deployment that serves."""
        return await self.until_state(self.deploy(model, **fields).id, "ready")

    async def settle(self, id: str, seconds: float = 30.0) -> Deployment:
        """Let the controller work for some time."""
        passed_s = 0.0
        while passed_s < seconds:
            pace_s = await self.step(id)
            if pace_s is None:
                break
            passed_s += pace_s
        return self.deployment(id)


class Recorder(MemoryRuntime):
    """Remembers what it was told."""

    def __init__(self, clock: ManualClock, *, start_s: float, drain_s: float) -> None:
        super().__init__(clock, start_s=start_s, drain_s=drain_s)
        self.started: list[ReplicaSpec] = []
        self.refusal: Exception | None = None

    @override
    async def start(self, spec: ReplicaSpec) -> None:
        """Start a replica, or refuse to."""
        if self.refusal is not None:
            raise self.refusal
        self.started.append(spec)
        await super().start(spec)
