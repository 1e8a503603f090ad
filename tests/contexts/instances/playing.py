"""Random work on a fleet, and everything that can be asked about it, now and later as of then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson
from hypothesis import strategies as st

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import (
    BulkIn,
    HistoryFilter,
    InstanceFilter,
    InstanceIn,
    InstanceUpdate,
)
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.kernel.errors import Conflict, NotFound
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot, UnitOfWork
from infrastudio.stores.ledger import Moment

Json = Any
NAMES: Final = ("alpha", "Ärger", "b_%", "beta", "ﬀ", "😀")
WORDS: Final = ("llama", "Llama", "eu-1", "größe")
SORTS: Final = ("id", "name", "cluster_name", "replicas", "status", "updated_at", "created_at", "version")


@dataclass(frozen=True)
class Step:
    """One thing that somebody does; `nth` and `record` choose among what there is at the time."""

    verb: str
    who: int
    nth: int
    record: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Question:
    """How lists and histories are asked."""

    wanted: dict[str, Any] = field(default_factory=dict)
    sort: str = "id"
    descending: bool = False
    skip: int = 0
    limit: int = 100
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """What was answered to a question at a moment."""

    seq: int
    at: str
    project: str
    ids: tuple[int, ...]
    question: Question
    answers: Json


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


FIELDS: Final = {
    "name": some(*NAMES),
    "model_name": some(*WORDS),
    "cluster_name": some(*WORDS),
    "replicas": some(1, 2, 10, 100),
    "status": some("active", "error"),
    "priority": some("low", "critical"),
    "description": some("", *WORDS),
}
STEPS: Final = st.builds(
    Step,
    verb=some("create", "create", "update", "update", "delete", "restore", "undo", "bulk"),
    who=st.integers(0, 2),
    nth=st.integers(0, 5),
    record=st.integers(0, 7),
    values=st.fixed_dictionaries({}, optional=FIELDS),
)
QUESTIONS: Final = st.builds(
    Question,
    wanted=st.fixed_dictionaries(
        {},
        optional={
            "name": some("A", "ff", "_%", "😀"), "q": some("GRÖSSE", "llama", "eu"), "model_name": some(*WORDS),
            "cluster_name": some(*WORDS), "status": some("active", "error"), "priority": some("low", "medium"),
        },
    ),
    sort=some(*SORTS),
    descending=st.booleans(),
    skip=st.integers(0, 2),
    limit=some(1, 3, 100),
    record=st.fixed_dictionaries(
        {},
        optional={
            "operation_type": some("create", "update", "delete"), "field": some("replicas", "name", "description"),
            "actor": some("user:0", "user:1"), "name": some("A", "😀"), "q": some("GRÖSSE", "eu"),
        },
    ),
)  # fmt: skip


class Player:
    """Works in a project of its own, and asks after each step."""

    def __init__(self, db: Database, project: str) -> None:
        self._db = db
        self._project = project
        self.ids: list[int] = []
        with db.begin(SINGLE_USER) as uow:
            projects.create(uow, ProjectIn(slug=project, name=project))

    def do(self, step: Step) -> str | None:
        """Do what a step says, if it can be done; return the time of what was done."""
        actor = replace(SINGLE_USER, ref=f"user:{step.who}", project=self._project)
        try:
            with self._db.begin(actor) as uow:
                getattr(self, f"_{step.verb}")(uow, step)
                return ledger_time(uow)
        except (Conflict, NotFound):
            return None

    def ask(self, question: Question, at: str) -> Answered:
        """Ask everything, live."""
        with self._db.snapshot(SINGLE_USER) as snapshot:
            ids = tuple(self.ids)
            answers = everything(snapshot, self._project, ids, question, None)
            return Answered(ledger.head(snapshot), at, self._project, ids, question, answers)

    def _create(self, uow: UnitOfWork, step: Step) -> None:
        self.ids.append(service.create(uow, self._new(step)).id)

    def _update(self, uow: UnitOfWork, step: Step) -> None:
        service.update(uow, self._id(step), InstanceUpdate.model_validate(step.values))

    def _delete(self, uow: UnitOfWork, step: Step) -> None:
        service.delete(uow, self._id(step))

    def _restore(self, uow: UnitOfWork, step: Step) -> None:
        service.restore(uow, self._id(step), self._record(uow, step))

    def _undo(self, uow: UnitOfWork, step: Step) -> None:
        service.undo(uow, self._id(step), self._record(uow, step))

    def _bulk(self, uow: UnitOfWork, step: Step) -> None:
        """Create one, change one and delete the next one, those that there are."""
        alive = [id for id in self.ids if queries.row_or_none(uow, id) is not None]
        first, *others = alive[step.nth % len(alive) :] if alive else [0]
        groups = {
            "create": [self._new(step).model_dump()],
            "update": [{"id": first, **step.values}] if first else [],
            "delete": [{"id": id} for id in others[:1]],
        }
        body = BulkIn.model_validate(groups)
        done = service.bulk(uow, body)
        self.ids.extend(item.id for item in done.items if item.operation == "create")

    def _new(self, step: Step) -> InstanceIn:
        values = {"name": f"new-{len(self.ids)}", "model_name": "llama", "cluster_name": "eu-1", "image_tag": "v1"}
        return InstanceIn.model_validate(values | step.values)

    def _id(self, step: Step) -> int:
        return self.ids[step.nth % len(self.ids)] if self.ids else 10**12

    def _record(self, uow: UnitOfWork, step: Step) -> int:
        records = queries.history(uow, self._id(step), HistoryFilter()).items
        return records[step.record % len(records)].history_id


def ledger_time(uow: UnitOfWork) -> str:
    """Return the moment that the events of a unit of work share."""
    return uow.now.isoformat()


def everything(snapshot: Snapshot, project: str, ids: tuple[int, ...], question: Question, at: Moment | None) -> Json:
    """Return, as JSON, what every read answers about a project."""
    wanted, record = InstanceFilter(**question.wanted), HistoryFilter(**question.record)
    order: dict[str, Any] = {"sort": question.sort, "descending": question.descending}
    page = queries.page(snapshot, wanted, project=project, skip=question.skip, limit=question.limit, at=at, **order)
    part: dict[str, Any] = {"limit": question.limit, "offset": question.skip, "at": at}
    part["descending"] = question.descending
    answers = {
        "page": [orjson.loads(page.body), page.total],
        "items": list(queries.stream(snapshot, wanted, project=project, at=at, **order)),
        "batches": list(in_batches(snapshot, wanted, project, at)),
        "summary": queries.summary(snapshot, wanted, project=project, at=at),
        "fleet": queries.fleet_history(snapshot, record, project=project, **part),
        "whole fleet": queries.fleet_history(snapshot, HistoryFilter(), project=project, **part),
    }
    for id in ids:
        try:
            answers[f"{id}"] = queries.instance(snapshot, id, at=at)
        except NotFound as error:
            answers[f"{id}"] = error.message
        answers[f"{id}, some history"] = queries.history(snapshot, id, record, **part)
        answers[f"{id}, history"] = queries.history(snapshot, id, HistoryFilter(), **part)
    return json.loads(json.dumps(answers, default=lambda value: value.model_dump(mode="json")))


def in_batches(snapshot: Snapshot, wanted: InstanceFilter, project: str, at: Moment | None) -> Iterator[Json]:
    """Yield all that match, two at a time."""
    behind = 0
    while found := queries.batch(snapshot, wanted, project=project, at=at, behind=behind, size=2):
        yield from found
        behind = found[-1].id


def asked_again(db: Database, earlier: Answered) -> Json:
    """Return what is answered to the same question as of its moment, whatever the process remembers."""
    moment = ledger.resolve_as_of(db, SINGLE_USER, f"seq:{earlier.seq}")
    with db.snapshot(SINGLE_USER) as snapshot:
        asked = (earlier.project, earlier.ids, earlier.question, moment)
        read = everything(Snapshot(snapshot.connection, SINGLE_USER, {}), *asked)
        for _ in range(2):
            assert everything(snapshot, *asked) == read
        return read
