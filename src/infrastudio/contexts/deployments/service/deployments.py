"""What people ask of deployments, and what the controller notes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Row, insert
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update

from infrastudio.contexts.deployments import rules
from infrastudio.contexts.deployments.events import (
    DeploymentCreated,
    DeploymentDeleted,
    DeploymentStateChanged,
    DeploymentStopRequested,
    DeploymentUpdated,
    TrafficMoved,
)
from infrastudio.contexts.deployments.queries.deployments import WRITE, deployment_row, value_of
from infrastudio.contexts.deployments.schemas import (
    Deployment,
    DeploymentIn,
    DeploymentState,
    DeploymentUpdate,
    Split,
)
from infrastudio.contexts.deployments.service import endpoints
from infrastudio.contexts.deployments.tables import DeploymentRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.queries.models import UnknownModel
from infrastudio.contexts.registry.queries.serving import LATEST, Servable, servable
from infrastudio.contexts.registry.queries.versions import version_id
from infrastudio.kernel.diff import diff, state_json
from infrastudio.kernel.errors import Conflict, NotFound, PreconditionFailed, ValidationFailed
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.ledger import Event, Link

_HINT: Final = "see GET /api/registry/models"


class NameTaken(Conflict):
    """Another deployment of the project already has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A deployment named {name!r} already exists. Change it, or stop and delete it first.",
            field="name",
            value=name,
        )


class StaleVersion(PreconditionFailed):
    """The deployment changed since the client read it."""

    def __init__(self, expected: int, current: Deployment, changes_since: list[dict[str, Any]]) -> None:
        super().__init__(
            f"Deployment {current.id} is at version {current.version}, not {expected}.",
            expected_version=expected,
            current_version=current.version,
            current=state_json(current),
            changes_since=changes_since,
        )


class StillRunning(Conflict):
    """Only a deployment that has stopped can be deleted."""

    def __init__(self, found: Deployment) -> None:
        super().__init__(f"Deployment {found.name!r} is {found.state}. Stop it first.", state=found.state)


class Stopped(Conflict):
    """A deployment that was stopped does not change any more."""

    def __init__(self, found: Deployment) -> None:
        super().__init__(f"Deployment {found.name!r} was stopped. Delete it and deploy anew.", state=found.state)


def create(uow: UnitOfWork, body: DeploymentIn, *, project: str | None = None) -> Deployment:
    """Ask for a model version to be served; the controller starts its replicas.

    Raises:
        NameTaken: The project has a deployment of this name.
        ValidationFailed: There is no such model, version or alias.
    """
    project_id = projects.require(uow, project, WRITE)
    slug = projects.slug_of(uow, project_id)
    found = _servable(uow, slug, body.model_name, body.model_version, body.model_alias)
    deployment = Deployment(
        id=uow.ids.prefixed("dep"),
        project=slug,
        name=body.name,
        environment=body.environment,
        runtime=body.runtime,
        model_id=found.model_id,
        model_name=found.model,
        model_version=found.version,
        replicas=body.replicas,
        split=(Split(version=found.version, weight=1.0),),
        state="pending",
        reason=None,
        stop_requested=False,
        created_at=uow.now,
        revised_at=uow.now,
        ready_at=None,
        updated_at=uow.now,
        version=1,
    )
    row = _columns(deployment) | {"project_id": project_id}
    uow.change(insert(DeploymentRow).values(row), on_conflict=NameTaken(body.name))
    event = DeploymentCreated(after=deployment, changes=diff(None, deployment), links=_serves(deployment))
    ledger.append(uow, event, project_id=project_id)
    endpoints.create(uow, deployment, project_id)
    return deployment


def update(uow: UnitOfWork, id: str, body: DeploymentUpdate, *, expected: int | None = None) -> Deployment:
    """Serve another version, or by another number of replicas; the traffic moves once the new ones are ready.

    Asking again for what a deployment that failed already wants makes it try again.

    Raises:
        StaleVersion: It changed since `expected`.
        Stopped: It was stopped.
        ValidationFailed: There is no such version or alias.
    """
    row, before = _for_writing(uow, id, expected)
    if before.stop_requested:
        raise Stopped(before)
    asked = body.provided()
    wanted: dict[str, Any] = {field: asked[field] for field in ("replicas",) if field in asked}
    if len(asked) > len(wanted):
        number, alias = body.model_version, body.model_alias
        found = _servable(
            uow,
            before.project,
            before.model_id,
            number if "model_version" in asked else None,
            alias if "model_alias" in asked else None,
        )
        wanted["model_version"] = found.version
    if wanted.get("model_version", before.model_version) != before.model_version:
        wanted["ready_at"] = None
    if _differs(before, wanted) or (wanted and before.state in ("failed", "degraded")):
        wanted["revised_at"] = uow.now
    return _save(uow, row, before, wanted, DeploymentUpdated)


def stop(uow: UnitOfWork, id: str, *, expected: int | None = None) -> Deployment:
    """Ask for the deployment to end: its replicas answer what is under way, then stop. Safe to repeat."""
    row, before = _for_writing(uow, id, expected)
    return _save(uow, row, before, {"stop_requested": True}, DeploymentStopRequested)


def delete(uow: UnitOfWork, id: str, *, expected: int | None = None) -> None:
    """Remove a deployment that has stopped; its history stays and its name is free again.

    Raises:
        StillRunning: It has not stopped.
    """
    row, before = _for_writing(uow, id, expected)
    if before.state != "stopped":
        raise StillRunning(before)
    endpoints.delete(uow, before, row.project_id)
    uow.change(sql_delete(DeploymentRow).where(DeploymentRow.id == id))
    event = DeploymentDeleted(after=None, changes=diff(before, None), entity_id=id, version=before.version + 1)
    ledger.append(uow, event, project_id=row.project_id)


def record_state(uow: UnitOfWork, seen: Deployment, state: DeploymentState, reason: str | None) -> Deployment:
    """Note the state that the controller derived from what it saw.

    Raises:
        StaleVersion: The deployment changed since the controller looked.
    """
    row, before = _for_writing(uow, seen.id, seen.version)
    noted: dict[str, Any] = {"state": state, "reason": reason}
    is_complete = state == "ready" and before.serving_versions == (before.model_version,)
    if is_complete and before.ready_at is None:
        noted["ready_at"] = uow.now
    return _save(uow, row, before, noted, DeploymentStateChanged)


def move_traffic(uow: UnitOfWork, seen: Deployment) -> Deployment:
    """Send all traffic to the version that is wanted.

    Raises:
        StaleVersion: The deployment changed since the controller looked.
    """
    row, before = _for_writing(uow, seen.id, seen.version)
    return _save(uow, row, before, {"split": (Split(version=before.model_version, weight=1.0),)}, TrafficMoved)


def require_unchanged(uow: UnitOfWork, seen: Deployment) -> str:
    """Return the project id of a deployment that is still as the controller saw it.

    Raises:
        StaleVersion: It changed since.
    """
    row, _ = _for_writing(uow, seen.id, seen.version)
    project_id: str = row.project_id
    return project_id


def _servable(uow: UnitOfWork, project: str, model: str, version: int | None, alias: str | None) -> Servable:
    if version is not None and alias is not None:
        raise ValidationFailed.of("model_alias", "cannot be given together with model_version; leave one of them out")
    try:
        return servable(uow, project, model, version if version is not None else alias or LATEST)
    except UnknownModel as error:
        raise ValidationFailed.of("model_name", error.message, _HINT) from error
    except NotFound as error:
        path = "model_version" if version is not None else "model_alias" if alias is not None else "model_name"
        raise ValidationFailed.of(path, error.message, _HINT) from error


def _for_writing(uow: UnitOfWork, id: str, expected: int | None) -> tuple[Row[Any], Deployment]:
    row = deployment_row(uow, id, right=WRITE)
    found = value_of(uow, Deployment, row)
    if expected is not None and expected != found.version:
        raise StaleVersion(expected, found, ledger.changes_since(uow, "deployment", id, expected))
    return row, found


def _save(
    uow: UnitOfWork, row: Row[Any], before: Deployment, asked: Mapping[str, Any], kind: type[Event]
) -> Deployment:
    changed = _differs(before, asked)
    if not changed:
        return before
    after = before.model_copy(update=changed | {"updated_at": uow.now, "version": before.version + 1})
    columns = _columns(after)
    values = {field: columns[field] for field in (*changed, "updated_at", "version")}
    uow.change(sql_update(DeploymentRow).where(DeploymentRow.id == before.id).values(values))
    links = () if _served(before) == _served(after) else _serves(after)
    ledger.append(uow, kind(after=after, changes=diff(before, after), links=links), project_id=row.project_id)
    return after


def _differs(before: Deployment, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in asked.items() if getattr(before, field) != value}


def _columns(deployment: Deployment) -> dict[str, Any]:
    """Return the row of a deployment, without its project."""
    values = deployment.model_dump(exclude={"project", "split"})
    folded = {f"{field}_folded": casefold(values[field]) for field in Deployment.folded}
    return values | folded | {"split": [part.model_dump() for part in deployment.split]}


def _served(deployment: Deployment) -> Iterable[int]:
    return () if deployment.state == "stopped" else rules.kept_versions(deployment)


def _serves(deployment: Deployment) -> tuple[Link, ...]:
    """Return the links to all versions that are served from now on; one that leads nowhere ends those before."""
    numbers = _served(deployment)
    versions = [f"model_version:{version_id(deployment.model_id, number)}" for number in numbers]
    return tuple(Link(relation="serves", to=to) for to in versions or [""])
