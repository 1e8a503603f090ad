"""The condition under which an event exists for an actor."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.timeline.rules.rights import EVENTS_READ, OWN_RIGHTS
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
    conditions = [projects.visible(snapshot, event.project_id, project, EVENTS_READ)]
    allowed = snapshot.actor.projects_with(EVENTS_READ)
    for entity, right in OWN_RIGHTS.items():
        narrower = snapshot.actor.projects_with(right)
        if narrower is not None and (allowed is None or not allowed <= narrower):
            conditions.append(or_(event.entity != entity, event.project_id.in_(sorted(narrower))))
    return and_(*conditions)


def slug_or_none(snapshot: Snapshot, project_id: str) -> str | None:
    """Return the slug of a project; None for events that belong to none."""
    try:
        return projects.slug_of(snapshot, project_id)
    except projects.UnknownProject:
        return None
