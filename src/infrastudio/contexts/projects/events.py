"""Facts about projects."""

from __future__ import annotations

from infrastudio.stores.ledger import Event


class ProjectCreated(Event, kind="project.created"):
    """A project was made."""


class ProjectUpdated(Event, kind="project.updated"):
    """Some fields of a project changed."""
