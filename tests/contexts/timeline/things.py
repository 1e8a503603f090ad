"""Entities of any kind with a name and links, written as a context would: for tests of those who read the ledger."""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from pydantic import Field

from infrastudio.contexts.identity.permissions import Role, rights_of
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import Project, ProjectIn
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.diff import diff, item_changes
from infrastudio.kernel.versioned import Versioned
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, UnitOfWork
from infrastudio.stores.ledger import Event, Link

_numbers = itertools.count(1)


class Thing(Versioned):
    """The state of a thing."""

    folded: ClassVar[tuple[str, ...]] = ("name",)
    collections: ClassVar[tuple[str, ...]] = ("tags",)

    id: str
    name: str
    size: int = 0
    status: str | None = None
    lifecycle: str | None = None
    deployment_id: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)


@cache
def event_class(kind: str, *, partial: bool = False) -> type[Event]:
    """Return the class of events of a kind."""
    arguments = {"kind": kind, "partial": partial}
    return types.new_class("Sampled", (Event,), arguments, lambda space: space.update(__module__=__name__))


@dataclass
class Things:
    """Writes things into a database; remembers what they are."""

    db: Database
    states: dict[tuple[str, str], Thing] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    _uow: UnitOfWork | None = None
    _start: int = 0

    @contextmanager
    def in_one_transaction(self) -> Iterator[None]:
        """Write all things of the block in one unit of work: one commit for many events."""
        with self.db.begin(SINGLE_USER) as uow:
            self._start, self._uow = ledger.head(uow), uow
            try:
                yield
            finally:
                self._uow = None

    def project(self) -> Project:
        """Make a project, in a unit of work of its own."""
        with self.db.begin(SINGLE_USER) as uow:
            return projects.create(uow, ProjectIn(slug=f"project-{next(_numbers)}", name="A project"))

    def put(
        self,
        entity: str,
        id: str,
        *,
        project_id: str,
        links: Sequence[tuple[str, str]] = (),
        occurred_at: datetime | None = None,
        actor: Actor = SINGLE_USER,
        fields: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> int:
        """Make a thing, or change it, and return the number of the event."""
        return self._write(actor, self._put(entity, id, project_id, links, occurred_at, {**(fields or {}), **more}))

    def tag(self, entity: str, id: str, tags: Mapping[str, str], *, project_id: str) -> int:
        """Change tags by a partial event, which leaves them out of its recorded state."""

        def verb(uow: UnitOfWork) -> None:
            old = self.states[entity, id]
            version = self._next_version(entity, id)
            new = old.model_copy(update={"tags": {**old.tags, **tags}, "version": version})
            self.states[entity, id] = new
            kind = event_class(f"{entity}.sample_tagged", partial=True)
            ledger.append(uow, kind(after=new, changes=item_changes("tags", old.tags, new.tags)), project_id=project_id)

        return self._write(SINGLE_USER, verb)

    def remove(self, entity: str, id: str, *, project_id: str) -> int:
        """Delete a thing."""

        def verb(uow: UnitOfWork) -> None:
            old, version = self.states.pop((entity, id)), self._next_version(entity, id)
            kind = event_class(f"{entity}.sample_removed")
            event = kind(after=None, changes=diff(old, None), entity_id=id, version=version)
            ledger.append(uow, event, project_id=project_id)

        return self._write(SINGLE_USER, verb)

    def head(self) -> int:
        """Return the number of the last event."""
        if self._uow is not None:
            return self._start + len(self._uow.events)
        with self.db.snapshot(SINGLE_USER) as snapshot:
            return ledger.head(snapshot)

    def _put(
        self,
        entity: str,
        id: str,
        project_id: str,
        links: Sequence[tuple[str, str]],
        occurred_at: datetime | None,
        fields: Mapping[str, Any],
    ) -> Callable[[UnitOfWork], None]:
        def verb(uow: UnitOfWork) -> None:
            old, version = self.states.get((entity, id)), self._next_version(entity, id)
            known = {"name": f"{entity} {id}"} if old is None else old.model_dump()
            new = Thing.model_validate({**known, **fields, "id": id, "version": version})
            self.states[entity, id] = new
            kind = event_class(f"{entity}.{'sampled' if old is None else 'sample_changed'}")
            made = [Link(relation=relation, to=to) for relation, to in links]
            event = kind(after=new, changes=diff(old, new), links=tuple(made))
            ledger.append(uow, event, project_id=project_id, occurred_at=occurred_at)

        return verb

    def _write(self, actor: Actor, verb: Callable[[UnitOfWork], None]) -> int:
        if self._uow is not None:
            verb(self._uow)
            return self.head()
        with self.db.begin(actor) as uow:
            verb(uow)
        return self.head()

    def _next_version(self, entity: str, id: str) -> int:
        self.versions[entity, id] = self.versions.get((entity, id), 0) + 1
        return self.versions[entity, id]


def a_reader(project: Project, role: Role = "viewer") -> Actor:
    """Return somebody who has a role in one project only."""
    return Actor(ref="user:reader", grants={project.id: rights_of(role)}, project=project.slug)


def an_id() -> str:
    """Return an id that no test had before."""
    return f"{next(_numbers):032x}"
