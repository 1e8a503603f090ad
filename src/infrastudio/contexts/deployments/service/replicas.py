"""What the controller decides about replicas, and what it saw of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy import update as sql_update

from infrastudio.contexts.deployments import rules
from infrastudio.contexts.deployments.events import ReplicaChanged, ReplicaStarted
from infrastudio.contexts.deployments.queries.work import Place
from infrastudio.contexts.deployments.schemas import Deployment, Replica
from infrastudio.contexts.deployments.service.deployments import require_unchanged
from infrastudio.contexts.deployments.tables import ReplicaRow
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import Conflict
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.ledger import Link

_row: Final = ReplicaRow.__table__.c


class Overtaken(Conflict):
    """Somebody else acted on the replica, or filled the place, since the controller looked."""


def start(uow: UnitOfWork, seen: Deployment, place: Place, *, restarts: int) -> Replica:
    """Note the decision to start a replica.

    Args:
        seen: The deployment that the decision is about.
        place: Where it shall stand.
        restarts: How many failed there, one after the other, before it.
    Raises:
        StaleVersion: The deployment changed since the controller looked.
        Overtaken: A replica stands there.
    """
    project_id = require_unchanged(uow, seen)
    taken = select(_row.id).where(
        _row.deployment_id == seen.id,
        _row.place == place.number,
        _row.model_version == place.model_version,
        _row.state.in_(sorted(rules.OCCUPYING_STATES)),
    )
    if uow.execute(taken.limit(1)).first() is not None:
        raise Overtaken(f"Deployment {seen.id} has a replica in place {place.number} of version {place.model_version}.")
    replica = Replica(
        id=uow.ids.prefixed("rep"),
        project=seen.project,
        deployment_id=seen.id,
        model_version=place.model_version,
        place=place.number,
        restarts=restarts,
        state="starting",
        reason=None,
        address=None,
        pid=None,
        created_at=uow.now,
        ready_at=None,
        ended_at=None,
        updated_at=uow.now,
        version=1,
    )
    uow.change(insert(ReplicaRow).values(replica.model_dump(exclude={"project"}) | {"project_id": project_id}))
    links = (Link(relation="uses", to=f"deployment:{seen.id}"),)
    event = ReplicaStarted(after=replica, changes=diff(None, replica), links=links)
    ledger.append(uow, event, project_id=project_id)
    return replica


def drain(uow: UnitOfWork, seen: Deployment, before: Replica, reason: str) -> Replica:
    """Note the decision to end a replica that nobody wants any more; routing tables drop it from now on.

    Raises:
        StaleVersion: The deployment changed since the controller looked.
        Overtaken: The replica did.
    """
    require_unchanged(uow, seen)
    return record(uow, before, {"state": "draining", "reason": reason, "address": None})


def record(uow: UnitOfWork, before: Replica, noted: Mapping[str, Any]) -> Replica:
    """Note fields of a replica that the controller saw.

    Raises:
        Overtaken: Somebody else noted something since.
    """
    row = uow.execute(select(_row.version, _row.project_id).where(_row.id == before.id)).one()
    if row.version != before.version:
        raise Overtaken(f"Replica {before.id} is at version {row.version}, not {before.version}.")
    changed = {field: value for field, value in noted.items() if getattr(before, field) != value}
    if not changed:
        return before
    if changed.get("state") == "ready" and before.ready_at is None:
        changed["ready_at"] = uow.now
    if changed.get("state") in rules.ENDED_STATES:
        changed |= {"ended_at": uow.now, "address": None, "pid": None}
    changed |= {"updated_at": uow.now, "version": before.version + 1}
    after = before.model_copy(update=changed)
    uow.change(sql_update(ReplicaRow).where(_row.id == before.id).values(changed))
    ledger.append(uow, ReplicaChanged(after=after, changes=diff(before, after)), project_id=row.project_id)
    return after
