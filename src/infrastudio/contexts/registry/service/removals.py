"""What keeps versions from being removed: stages that are protected, and deployments that serve them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries import users
from infrastudio.contexts.registry.queries.models import UnknownModel
from infrastudio.contexts.registry.queries.users import ServedBy
from infrastudio.contexts.registry.schemas import ModelState, VersionState
from infrastudio.kernel.errors import Conflict
from infrastudio.stores.db import UnitOfWork

FORCE: Final = "deployments.write"
"""Who may stop what is served may remove what it serves."""


class InUse(Conflict):
    """Deployments serve what shall be removed."""

    def __init__(self, found: Sequence[ServedBy], hidden: int) -> None:
        names = ", ".join(repr(user.name) for user in found) or "deployments of other projects"
        super().__init__(
            f"It is served by {names}. Stop what serves it first, or repeat with force=1.",
            used_by=[{"entity": "deployment", "entity_id": user.id, "name": user.name} for user in found],
            hidden=hidden,
        )


class InProtectedStage(Conflict):
    """A version in a protected stage leaves it by an approved request first."""

    def __init__(self, owner: ModelState, version: VersionState) -> None:
        super().__init__(
            f"Version {version.number} is in {version.stage}, which model {owner.name!r} protects. "
            "Request its transition to another stage first.",
            protected_stages=list(owner.protected_stages),
            version=version.number,
        )


def require_removable(
    uow: UnitOfWork, owner: ModelState, removed: Sequence[VersionState], *, force: bool = False
) -> None:
    """Refuse to remove versions that are protected or served.

    Args:
        uow: The transaction.
        owner: Their model.
        removed: The versions.
        force: Remove also what is served; needs the right to stop what serves it.

    Raises:
        InProtectedStage, InUse: Something keeps one of them.
        PermissionDenied: The actor may not force it.
    """
    for version in removed:
        if version.stage in owner.protected_stages:
            raise InProtectedStage(owner, version)
    served = users.serving(uow, [version.id for version in removed])
    if not served:
        return
    if not force:
        shown = [user for user in served if user.is_visible]
        raise InUse(shown, len(served) - len(shown))
    project_id = projects.id_of(uow, owner.project) or ""
    projects.require_right(uow, project_id, FORCE, unknown=UnknownModel(owner.name))
