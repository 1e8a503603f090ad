"""What can be done with instances."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import insert
from sqlalchemy import update as sql_update

from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.events import InstanceCreated, InstanceDeleted, InstanceUpdated
from infrastudio.contexts.instances.schemas import Instance, InstanceIn, InstanceUpdate
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.diff import diff, state_json
from infrastudio.kernel.errors import Conflict, PreconditionFailed
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork


class NameTaken(Conflict):
    """Another instance of the project already has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"An instance named {name!r} already exists.", field="name", value=name)


class StaleVersion(PreconditionFailed):
    """The instance changed since the client read it; carries what it is now and what happened since."""

    def __init__(self, expected: int, current: Instance, changes_since: list[dict[str, Any]]) -> None:
        super().__init__(
            f"Instance {current.id} is at version {current.version}, not {expected}.",
            expected_version=expected,
            current_version=current.version,
            current=state_json(current),
            changes_since=changes_since,
        )


def create(uow: UnitOfWork, body: InstanceIn, *, project: str | None = None) -> Instance:
    """Add an instance to the fleet.

    Raises:
        NameTaken: The project has one of this name.
    """
    project_id = projects.require(uow, project, "instances.write")
    values = body.values() | {"created_at": uow.now, "updated_at": uow.now, "version": 1}
    stored = values | {"project_id": project_id, "name_folded": casefold(body.name)}
    id = uow.insert(insert(InstanceRow).values(stored), on_conflict=NameTaken(body.name))
    instance = Instance(**values, id=id, project=projects.slug_of(uow, project_id))
    ledger.append(uow, InstanceCreated(after=instance, changes=diff(None, instance)), project_id=project_id)
    return instance


def update(uow: UnitOfWork, id: int, body: InstanceUpdate, *, expected: int | None = None) -> Instance:
    """Change the given fields of an instance; fields not sent stay as they are.

    Raises:
        StaleVersion: It changed since `expected`; carries the current state.
        NameTaken: Another instance has the new name.
    """
    row = queries.row(uow, id, right="instances.write")
    before = queries.instance_of(uow, row)
    _require_version(uow, before, expected)
    asked = {field: value for field, value in body.provided().items() if getattr(before, field) != value}
    if not asked:
        return before
    after = before.model_copy(update=asked | {"version": before.version + 1, "updated_at": uow.now})
    stored = asked | {"version": after.version, "updated_at": uow.now, "name_folded": casefold(after.name)}
    uow.change(sql_update(InstanceRow).where(InstanceRow.id == id).values(stored), on_conflict=NameTaken(after.name))
    ledger.append(uow, InstanceUpdated(after=after, changes=diff(before, after)), project_id=row.project_id)
    return after


def delete(uow: UnitOfWork, id: int, *, expected: int | None = None) -> None:
    """Take an instance out of the fleet; its name is free again, its history stays.

    Raises:
        StaleVersion: It changed since `expected`.
    """
    row = queries.row(uow, id, right="instances.write")
    before = queries.instance_of(uow, row)
    _require_version(uow, before, expected)
    uow.change(sql_delete(InstanceRow).where(InstanceRow.id == id))
    event = InstanceDeleted(after=None, changes=diff(before, None), entity_id=str(id), version=before.version + 1)
    ledger.append(uow, event, project_id=row.project_id)


def _require_version(uow: UnitOfWork, current: Instance, expected: int | None) -> None:
    if expected is not None and expected != current.version:
        since = ledger.changes_since(uow, "instance", str(current.id), expected)
        raise StaleVersion(expected, current, since)
