"""What somebody who serves a model must know of a version."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from infrastudio.contexts.registry.queries import versions
from infrastudio.contexts.registry.schemas import ModelVersion, Stage
from infrastudio.contexts.tracking.schemas.artifacts import location_of
from infrastudio.kernel.errors import Conflict
from infrastudio.stores.db import Snapshot

LATEST: Final = "latest"
_STAGES: Final[dict[str, Stage]] = {
    "none": "draft",
    "draft": "draft",
    "staging": "staging",
    "production": "production",
    "archived": "archived",
}
_NUMBER: Final = re.compile(r"v?(\d{1,18})", re.ASCII | re.IGNORECASE)


class NotKeptHere(Conflict):
    """The files of a version lie in a storage that we cannot read."""

    def __init__(self, version: ModelVersion) -> None:
        super().__init__(
            f"The files of {version.model!r} version {version.number} are at {version.location!r}, not in this server. "
            "Log the model with this server as its tracking server, then register it again.",
            location=version.location,
        )


class Servable(NamedTuple):
    """A version that can be served.

    Attributes:
        model_id: Stable id of the model.
        version: Number of the version.
        root: The artifact location of the folder that holds its MLmodel file.
        flavors: What the MLmodel file says, as far as it was known at registration.
        signature: Inputs and outputs, None where they were not given.
    """

    model_id: str
    model: str
    version: int
    project: str
    root: str
    run_id: str | None
    logged_model_id: str | None
    flavors: dict[str, Any]
    signature: dict[str, Any] | None


def servable(snapshot: Snapshot, project: str | None, model: str, version_or_alias: str | int) -> Servable:
    """Return what serving a version needs, addressed by number, alias, stage or `latest`.

    Raises:
        UnknownModel, UnknownVersion, UnknownAlias: There is no such thing for the actor.
        NotKeptHere: Its files are not ours.
    """
    version = resolve(snapshot, model, version_or_alias, project=project)
    root = location_of(version.location)
    if root is None:
        raise NotKeptHere(version)
    return Servable(
        version.model_id,
        version.model,
        version.number,
        version.project,
        root,
        version.run_id,
        version.logged_model_id,
        version.flavors,
        version.signature,
    )


def resolve(snapshot: Snapshot, model: str, version_or_alias: str | int, *, project: str | None = None) -> ModelVersion:
    """Return the version that a number, an alias, a stage or `latest` means now."""
    wanted = str(version_or_alias)
    if (match := _NUMBER.fullmatch(wanted)) is not None:
        return versions.version(snapshot, model, int(match[1]), project=project)
    if wanted.lower() == LATEST:
        found = versions.latest(snapshot, model, project=project)
    elif wanted.lower() in _STAGES and not _is_alias(snapshot, model, wanted, project):
        found = versions.latest(snapshot, model, [_STAGES[wanted.lower()]], project=project)
    else:
        return versions.by_alias(snapshot, model, wanted, project=project)
    if not found:
        raise versions.UnknownAlias(model, wanted)
    return max(found, key=lambda version: version.number)


def _is_alias(snapshot: Snapshot, model: str, alias: str, project: str | None) -> bool:
    try:
        versions.by_alias(snapshot, model, alias, project=project)
    except versions.UnknownAlias:
        return False
    return True
