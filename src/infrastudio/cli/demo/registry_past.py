"""The weeks of the demo's registry: a model that is trained anew now and then, and what people do with its versions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from infrastudio.cli.demo import ticket_router
from infrastudio.cli.demo.fleet_plan import Author
from infrastudio.cli.demo.ticket_router import Recipe
from infrastudio.contexts.approvals import service as approvals
from infrastudio.contexts.approvals.ports import Verbs
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.schemas import ModelIn, ModelUpdate, Stage, TransitionRequestIn, VersionIn
from infrastudio.contexts.registry.service import files, models, transitions, versions
from infrastudio.contexts.tracking import service as tracking
from infrastudio.contexts.tracking.schemas import DatasetInput, ExperimentIn, RunCreate
from infrastudio.contexts.tracking.service import artifacts
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock, to_micros
from infrastudio.stores.blobs import BlobStore
from infrastudio.stores.db import Database, UnitOfWork
from infrastudio.stores.telemetry import PointBatch, StreamOwner, TelemetryStore

MODEL: Final = "ticket-router"
EXPERIMENT: Final = "ticket-routing"
PROJECT: Final = "default"
README: Final = """\
Routes support tickets to one of four queues: billing, refunds, technical, account.

Input: 8 features of a ticket. Output: the number of its queue. Trained now and then on tickets that people have routed.
Known weakness: billing and refunds are taken for each other.

@champion is what the ticket system loads. Ask support-platform before you move it."""

TRAINING: Final = timedelta(minutes=3)


class Deed(NamedTuple):
    """One thing that somebody does at some moment."""

    at: datetime
    author: Author
    reason: str
    do: Callable[[Actor], None]


@dataclass(frozen=True)
class Training:
    """A version that is trained `days` before the end of the past."""

    days: int
    name: str
    recipe: Recipe
    notes: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


TRAININGS: Final = (
    Training(35, "first-try", Recipe(30, 2, 0.05), "The first one, on a day's tickets. Good enough to begin with."),
    Training(27, "a-week-of-tickets", Recipe(100, 4, 0.05)),
    Training(
        19,
        "imported-labels",
        Recipe(300, 4, 0.05, mislabelled=0.6),
        "Trained on labels that were imported from the old system. Most of them are wrong: do not use.",
        {"labels": "imported"},
    ),
    Training(12, "a-month-of-tickets", Recipe(400, 6, 0.02), "Back to the labels of our own people."),
    Training(3, "reviewed-labels", Recipe(1000, 8, 0.02), "", {"labels": "reviewed"}),
)


class RegistryPast:
    """Plans and does what happens to the demo's model."""

    def __init__(
        self, db: Database, blobs: BlobStore, telemetry: TelemetryStore, clock: Clock, runner: asyncio.Runner, seed: int
    ) -> None:
        self._db = db
        self._blobs = blobs
        self._telemetry = telemetry
        self._clock = clock
        self._runner = runner
        self._seed = seed
        self._experiment = ""
        self._asked = ""

    def deeds(self, end: datetime) -> list[Deed]:
        """Return all that happens before `end`, in order."""

        def at(days: int, hour: int, minute: int = 0) -> datetime:
            return end - timedelta(days=days) + timedelta(hours=hour, minutes=minute)

        trained = [
            Deed(at(t.days, 9, 4), "platform-team", "Weekly training", partial(self._train, t)) for t in TRAININGS
        ]
        made = Deed(at(36, 9, 12), "platform-team", "A router for support tickets", self._begin)
        protected = Deed(at(24, 16, 5), "local", "After the outage: two pairs of eyes", self._protect)
        rejected = self._decision(
            at(18, 14, 20), "on-call", "Worse on every queue: the imported labels are wrong", False
        )
        approved = self._decision(at(11, 13, 37), "on-call", "Checked on last week's tickets", True)
        return [
            made,
            trained[0],
            self._move(at(34, 10), "release-bot", "The first router goes live", 1, "production"),
            self._alias(at(34, 10, 1), "release-bot", "The first router goes live", "champion", 1),
            trained[1],
            self._move(at(27, 9, 30), "release-bot", "Weekly training", 2, "staging"),
            self._move(at(26, 11), "release-bot", "A week of tickets beats a day of them", 2, "production"),
            self._alias(at(26, 11, 1), "release-bot", "A week of tickets beats a day of them", "champion", 2),
            protected,
            trained[2],
            self._request(at(19, 10), "release-bot", "Weekly training", 3, "production"),
            rejected,
            self._move(at(18, 14, 25), "on-call", "Nobody shall use it", 3, "archived"),
            trained[3],
            self._move(at(12, 9, 30), "release-bot", "Weekly training", 4, "staging"),
            self._request(
                at(11, 10, 2), "release-bot", "A month of tickets, labels of our own people", 4, "production"
            ),
            approved,
            self._alias(at(11, 13, 40), "release-bot", "Approved by on-call", "champion", 4),
            self._alias(at(9, 7, 51), "on-call", "Refunds land in billing since this morning", "champion", 2),
            self._alias(at(9, 15, 3), "on-call", "It was a rule of the ticket system, not the model", "champion", 4),
            trained[4],
            self._move(at(3, 9, 30), "release-bot", "Weekly training", 5, "staging"),
            self._alias(at(3, 9, 31), "release-bot", "Weekly training", "candidate", 5),
            self._request(
                at(1, 10, 14), "release-bot", "Reviewed labels, and more than twice the tickets", 5, "production"
            ),
        ]

    def _begin(self, actor: Actor) -> None:
        with self._db.begin(actor) as uow:
            body = ExperimentIn(
                name=EXPERIMENT, owner="support-platform", description="Which queue does a ticket go to?"
            )
            self._experiment = tracking.create_experiment(uow, body).id
            models.create(
                uow, ModelIn(name=MODEL, description=README, framework="sklearn", tags={"team": "support-platform"})
            )

    def _train(self, training: Training, actor: Actor) -> None:
        """Train, measure, log and register one version."""
        recipe = training.recipe
        tickets = ticket_router.Tickets(self._seed)
        held_back = tickets.draw(ticket_router.MEASURED_ON)
        rows = tickets.draw(recipe.rows, mislabelled=recipe.mislabelled)
        trained = ticket_router.train(rows, recipe)
        evaluation = ticket_router.evaluate(trained.weights, held_back, tickets.shaken(held_back))
        began = self._clock.now()
        with self._db.begin(actor) as uow:
            run = tracking.create_run(
                uow,
                RunCreate(
                    experiment_id=self._experiment,
                    name=training.name,
                    status="succeeded",
                    user="support-platform",
                    started_at=began - TRAINING,
                    ended_at=began,
                    params={
                        "rows": str(recipe.rows),
                        "epochs": str(recipe.epochs),
                        "learning_rate": str(recipe.learning_rate),
                    },
                ),
            )
            digest = f"{began:%Y%m%d}"
            tracking.log_inputs(uow, run.id, [DatasetInput(name="tickets", digest=digest, source_type="local")])
            root = f"{self._experiment}/{run.id}/artifacts/model"
            for path, content in ticket_router.files_of(trained.weights, recipe, evaluation):
                artifacts.write(uow, f"{root}/{path}", self._blobs.put_bytes(content))
            owner = StreamOwner(projects.id_of(uow, PROJECT) or "", "run", run.id)
        self._runner.run(self._log(owner, trained.course, began))
        folder = self._runner.run(files.read_model_folder(self._db, self._blobs, actor, root))
        body = VersionIn(
            source=f"runs:/{run.id}/model",
            run_id=run.id,
            notes=training.notes or None,
            tags=dict(training.tags),
            evaluation=evaluation,
        )
        with self._db.begin(actor) as uow:
            versions.create(uow, MODEL, body, folder=folder)

    async def _log(self, owner: StreamOwner, course: list[float], ended: datetime) -> None:
        steps = list(range(1, len(course) + 1))
        times = [to_micros(ended - TRAINING + TRAINING * step / len(steps)) for step in steps]
        batch = PointBatch.from_columns(["train/accuracy"] * len(steps), steps, times, course, attempt=1)
        await self._telemetry.append_points(owner, batch)

    def _protect(self, actor: Actor) -> None:
        with self._db.begin(actor) as uow:
            models.update(uow, MODEL, ModelUpdate(protected_stages=("production",)))

    def _move(self, at: datetime, author: Author, reason: str, number: int, stage: Stage) -> Deed:
        def do(uow: UnitOfWork) -> None:
            transitions.transition(uow, MODEL, number, stage, archive_existing=stage == "production")

        return self._deed(at, author, reason, do)

    def _alias(self, at: datetime, author: Author, reason: str, alias: str, number: int) -> Deed:
        def do(uow: UnitOfWork) -> None:
            models.set_alias(uow, MODEL, alias, number)

        return self._deed(at, author, reason, do)

    def _request(self, at: datetime, author: Author, reason: str, number: int, stage: Stage) -> Deed:
        def do(uow: UnitOfWork) -> None:
            body = TransitionRequestIn(stage=stage, archive_existing=True, reason=reason)
            self._asked = transitions.request_transition(uow, MODEL, number, body).id

        return self._deed(at, author, reason, do)

    def _decision(self, at: datetime, author: Author, reason: str, agrees: bool) -> Deed:
        def do(uow: UnitOfWork) -> None:
            if agrees:
                verbs = Verbs({transitions.TRANSITION: transitions.carry_out})
                approvals.approve(uow, self._asked, verbs=verbs, reason=reason)
            else:
                approvals.reject(uow, self._asked, reason=reason)

        return self._deed(at, author, reason, do)

    def _deed(self, at: datetime, author: Author, reason: str, do: Callable[[UnitOfWork], None]) -> Deed:
        def act(actor: Actor) -> None:
            with self._db.begin(actor) as uow:
                do(uow)

        return Deed(at, author, reason, act)
