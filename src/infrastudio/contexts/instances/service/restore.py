"""Going back: an instance as it was at a record of its history, or without one change of it."""

from __future__ import annotations

from typing import Final

from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.schemas import HistoryItem, Instance, InstanceIn
from infrastudio.contexts.instances.service.instances import bring_back, change, remove, require_version, stale
from infrastudio.kernel.errors import Conflict, Problem
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.ledger import Entry

RESTORED: Final = tuple(InstanceIn.model_fields)
"""The fields that go back; the others tell of the instance's own life."""


class ChangedSince(Conflict):
    """What is to be undone was changed by somebody else meanwhile; carries a problem for each field."""

    def __init__(self, history_id: int, problems: list[Problem]) -> None:
        super().__init__(
            f"Record {history_id} cannot be undone: {problems[0].path} {problems[0].message}.",
            history_id=history_id,
            problems=[problem.as_json() for problem in problems],
        )


class NotToBeUndone(Conflict):
    """The instance was deleted since, or exists again."""

    def __init__(self, history_id: int, message: str) -> None:
        problem = Problem("history_id", message)
        super().__init__(
            f"Record {history_id} cannot be undone: {message}.", history_id=history_id, problems=[problem.as_json()]
        )


def restore(uow: UnitOfWork, id: int, history_id: int, *, expected: int | None = None) -> Instance:
    """Bring an instance back to what it was at a record of its history, a deletion included: what it was before.

    It is an update; a deleted instance is created again under its id, and goes on counting its versions.

    Raises:
        UnknownRecord: The record is not one of its history.
        StaleVersion: It changed since `expected`.
        NameTaken: Another instance has its name meanwhile.
    """
    last = queries.last_entry(uow, id, right="instances.write")
    was = queries.state_of(queries.entry(uow, id, history_id))
    labels = {"restored_from": history_id}
    row = queries.row_or_none(uow, id)
    if row is None:
        if expected is not None and expected != last.version:
            raise stale(uow, id, expected, last.version, None)
        return bring_back(uow, was, version=last.version, project_id=last.project_id, labels=labels)
    before = queries.instance_of(uow, row)
    require_version(uow, before, expected)
    values = {field: getattr(was, field) for field in RESTORED}
    return change(uow, before, values, project_id=row.project_id, labels=labels)


def undo(uow: UnitOfWork, id: int, history_id: int, *, expected: int | None = None) -> Instance | None:
    """Take one change of an instance back; None when that was its creation, so that it is gone again.

    Raises:
        UnknownRecord: The record is not one of its history.
        StaleVersion: It changed since `expected`.
        ChangedSince: Somebody changed the same fields since.
        NotToBeUndone: It was deleted since; or the deletion to undo was undone already.
        NameTaken: Another instance has the old name meanwhile.
    """
    last = queries.last_entry(uow, id, right="instances.write")
    record = queries.entry(uow, id, history_id)
    labels = {"undo_of": history_id}
    row = queries.row_or_none(uow, id)
    if row is None:
        if expected is not None and expected != last.version:
            raise stale(uow, id, expected, last.version, None)
        if record.version != last.version:
            raise NotToBeUndone(history_id, "the instance was deleted since; restore it first")
        was = queries.state_of(record)
        return bring_back(uow, was, version=last.version, project_id=last.project_id, labels=labels)
    before = queries.instance_of(uow, row)
    require_version(uow, before, expected)
    if record.operation_type == "delete":
        raise NotToBeUndone(history_id, "the instance exists again")
    _require_unchanged(uow, before, record)
    if record.operation_type == "create":
        remove(uow, before, project_id=row.project_id, labels=labels)
        return None
    values = {field: record.changes[field].old for field in RESTORED if field in record.changes}
    return change(uow, before, values, project_id=row.project_id, labels=labels)


def _require_unchanged(uow: UnitOfWork, current: Instance, record: HistoryItem) -> None:
    """Refuse to take back a change whose fields have other values by now."""
    changed = [
        field for field in RESTORED if field in record.changes and getattr(current, field) != record.changes[field].new
    ]
    if not changed:
        return
    last: dict[str, Entry] = {}
    for entry in ledger.history(uow, "instance", str(current.id), after_version=record.version):
        last |= dict.fromkeys(entry.changes or {}, entry)
    problems = [
        Problem(
            field,
            f"was changed since, by {last[field].actor} in record {last[field].seq}",
            value=getattr(current, field),
            has_value=True,
        )
        for field in changed
    ]
    raise ChangedSince(record.history_id, problems)
