"""The life of one instance: created, updated, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, text
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update

from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.events import InstanceCreated, InstanceDeleted, InstanceUpdated
from infrastudio.contexts.instances.schemas import Instance, InstanceIn, InstanceUpdate
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.diff import diff, state_json
from infrastudio.kernel.errors import Conflict, PreconditionFailed
from infrastudio.kernel.text import casefold, folded_together
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedInsert, PreparedUpdate, UnitOfWork

_TABLE: Final = cast("Table", InstanceRow.__table__)
_INSERT: Final = PreparedInsert(_TABLE)
_INSERT_COUNTED: Final = PreparedInsert(_TABLE, counted="id")
_COUNT_ON: Final = text(
    "select setval(pg_get_serial_sequence('instance', 'id'), greatest(:id, (select last_value from instance_id_seq)))"
)
"""PostgreSQL counts on by itself only behind ids that it gave."""
KEY: Final = "key"
"""The id of the row that a statement changes; the names of columns are taken by their new values."""
_SEARCHED: Final = frozenset(Instance.searched)


class NameTaken(Conflict):
    """Another instance of the project already has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"An instance named {name!r} already exists.", field="name", value=name)


class StaleVersion(PreconditionFailed):
    """The instance changed since the client read it; carries what it is now and what happened since.

    `current` is None when it was deleted.
    """

    def __init__(
        self, id: int, expected: int, version: int, current: Instance | None, changes_since: list[dict[str, Any]]
    ) -> None:
        super().__init__(
            f"Instance {id} is at version {version}, not {expected}.",
            expected_version=expected,
            current_version=version,
            current=None if current is None else state_json(current),
            changes_since=changes_since,
        )


def create(uow: UnitOfWork, body: InstanceIn, *, project: str | None = None) -> Instance:
    """Add an instance to the fleet.

    Raises:
        NameTaken: The project has one of this name.
    """
    project_id = projects.require(uow, project, "instances.write")
    values = body.values() | {"created_at": uow.now, "updated_at": uow.now, "version": 1}
    stored = _stored(values, project_id)
    id = _INSERT_COUNTED.id(uow.connection, stored, on_conflict=NameTaken(body.name))
    instance = Instance(**values, id=id, project=projects.slug_of(uow, project_id))
    ledger.append(uow, InstanceCreated(after=instance, changes=diff(None, instance)), project_id=project_id)
    return instance


def add_all(uow: UnitOfWork, instances: Sequence[Instance], *, project_id: str) -> None:
    """Add instances to a project in which the actor has the right, in the order of their ids.

    Their ids lie behind all that were ever given, and nobody has their names. Each happened in the world when it was
    updated. One statement for all: a tenth of the time of as many calls of `create`.
    """
    rows = [_stored(instance.model_dump(exclude={"project"}), project_id) for instance in instances]
    _INSERT.run(uow.connection, rows)
    for instance in instances:
        event = InstanceCreated(after=instance, changes=diff(None, instance))
        ledger.append(uow, event, project_id=project_id, occurred_at=_past(uow, instance))
    if uow.dialect == "postgresql":
        uow.change(_COUNT_ON, {"id": instances[-1].id})


def update(uow: UnitOfWork, id: int, body: InstanceUpdate, *, expected: int | None = None) -> Instance:
    """Change the given fields of an instance; fields not sent stay as they are.

    Raises:
        StaleVersion: It changed since `expected`; carries the current state.
        NameTaken: Another instance has the new name.
    """
    row = queries.row(uow, id, right="instances.write")
    before = queries.instance_of(uow, row)
    require_version(uow, before, expected)
    return change(uow, before, body.provided(), project_id=row.project_id)


def delete(uow: UnitOfWork, id: int, *, expected: int | None = None) -> None:
    """Take an instance out of the fleet; its name is free again, its history stays.

    Raises:
        StaleVersion: It changed since `expected`.
    """
    row = queries.row(uow, id, right="instances.write")
    before = queries.instance_of(uow, row)
    require_version(uow, before, expected)
    remove(uow, before, project_id=row.project_id)


def change(
    uow: UnitOfWork,
    before: Instance,
    values: dict[str, Any],
    *,
    project_id: str,
    labels: dict[str, Any] | None = None,
    updated_at: datetime | None = None,
) -> Instance:
    """Give fields of an instance new values, on which the actor has the right; nothing happens where all are the same.

    `updated_at` is when it happened in the world, if not now.

    Raises:
        NameTaken: Another instance has the new name.
    """
    asked = {field: value for field, value in values.items() if getattr(before, field) != value}
    if not asked:
        return before
    after = before.model_copy(update=asked | {"version": before.version + 1, "updated_at": updated_at or uow.now})
    folded = _folded(after.__dict__) if asked.keys() & _SEARCHED else {}
    stored = asked | folded | {"version": after.version, "updated_at": after.updated_at}
    _update(tuple(stored)).run(uow.connection, stored | {KEY: before.id}, on_conflict=NameTaken(after.name))
    event = InstanceUpdated(after=after, changes=diff(before, after), labels=labels or {})
    ledger.append(uow, event, project_id=project_id, occurred_at=_past(uow, after))
    return after


def remove(uow: UnitOfWork, before: Instance, *, project_id: str, labels: dict[str, Any] | None = None) -> None:
    """Delete an instance, on which the actor has the right."""
    uow.change(sql_delete(InstanceRow).where(InstanceRow.id == before.id))
    event = InstanceDeleted(
        after=None,
        changes=diff(before, None),
        entity_id=str(before.id),
        version=before.version + 1,
        labels=labels or {},
    )
    ledger.append(uow, event, project_id=project_id)


def bring_back(
    uow: UnitOfWork,
    was: Instance,
    *,
    version: int,
    project_id: str,
    labels: dict[str, Any] | None = None,
) -> Instance:
    """Create a deleted instance again as it was, under its own id; `version` is that of its deletion.

    Raises:
        NameTaken: Another instance has its name meanwhile.
    """
    instance = was.model_copy(update={"version": version + 1, "updated_at": uow.now})
    stored = _stored(instance.model_dump(exclude={"project"}), project_id)
    _INSERT.run(uow.connection, [stored], on_conflict=NameTaken(was.name))
    event = InstanceCreated(after=instance, changes=diff(None, instance), labels=labels or {})
    ledger.append(uow, event, project_id=project_id)
    return instance


def require_version(uow: UnitOfWork, current: Instance, expected: int | None) -> None:
    """Refuse a write of a client that has seen another version.

    Raises:
        StaleVersion: It has.
    """
    if expected is not None and expected != current.version:
        raise stale(uow, current.id, expected, current.version, current)


def stale(uow: UnitOfWork, id: int, expected: int, version: int, current: Instance | None) -> StaleVersion:
    """Return the refusal of a write of a client that has seen another version."""
    since = ledger.changes_since(uow, "instance", str(id), expected)
    return StaleVersion(id, expected, version, current, since)


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> PreparedUpdate:
    """Return the statement that changes these columns of one row."""
    return PreparedUpdate(sql_update(_TABLE).where(_TABLE.c.id == bindparam(KEY)), columns)


def _past(uow: UnitOfWork, instance: Instance) -> datetime | None:
    """Return when a change happened in the world; None: now."""
    return None if instance.updated_at == uow.now else instance.updated_at


def _stored(values: dict[str, Any], project_id: str) -> dict[str, Any]:
    return values | _folded(values) | {"project_id": project_id}


def _folded(values: Mapping[str, Any]) -> dict[str, str]:
    searched = folded_together(values[field] for field in Instance.searched)
    return {"name_folded": casefold(values["name"]), "search_folded": searched}
