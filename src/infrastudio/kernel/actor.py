"""Who acts, on whose behalf, why and with which rights; made once per request or by a controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

ALL_PROJECTS: Final = "*"


@dataclass(frozen=True)
class Actor:
    """One acting party of one request. Travels through the writer thread, so it carries all that the ledger wants.

    Attributes:
        ref: Who, by reference only: `user:usr_…`, `token:tok_…`, `job:job_…`, `controller:jobs`, `import:mlflow`.
        grants: The rights by project id; the key `*` holds for every project.
        project: Slug of the project that is meant when a request names none.
        scope: All that the actor may change beside what it made itself, such as `run:<id>`; empty: no such limit.
    """

    ref: str
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    project: str = "default"
    scope: str = ""
    reason: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    cause: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)

    def may(self, right: str, project_id: str) -> bool:
        """Has the actor `right` in this project?"""
        return right in self.grants.get(ALL_PROJECTS, ()) or right in self.grants.get(project_id, ())

    def may_anywhere(self, right: str) -> bool:
        """Has the actor `right` in at least one project?"""
        return any(right in rights for rights in self.grants.values())

    def projects_with(self, right: str) -> frozenset[str] | None:
        """Return the ids of the projects where the actor has `right`; None: in every project."""
        if right in self.grants.get(ALL_PROJECTS, ()):
            return None
        return frozenset(project_id for project_id, rights in self.grants.items() if right in rights)

    def because(self, reason: str | None = None, *, cause: str | None = None) -> Actor:
        """Return the same actor with a reason, or with the event that caused what it does."""
        return replace(self, reason=reason if reason is not None else self.reason, cause=cause or self.cause)
