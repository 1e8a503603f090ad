"""The condition under which an event exists for an actor."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from infrastudio.contexts.identity.permissions import EVENTS_READ
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.errors import NotFound
from infrastudio.stores.db import Snapshot


class UnknownEntity(NotFound):
    """No such entity exists for the actor at this moment."""

    def __init__(self, entity: str, id: str) -> None:
        super().__init__(f"There is no {entity} {id!r}.", entity=entity, id=id)


def readable(snapshot: Snapshot, event: Any, project: str | None) -> ColumnElement[bool]:
    """Return the condition on the rows of `event` (EventRow or an alias of it) that the actor may read.

    Args:
        snapshot: Carries the actor.
        event: What has the columns `project_id` and `entity`.
        project: The slug of one project; None: the actor's own; `*`: all that the actor may read.
    """
    return projects.visible_entities(snapshot, event, project, EVENTS_READ)
