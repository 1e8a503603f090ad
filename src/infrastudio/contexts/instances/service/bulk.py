"""Many writes in one unit of work: all are checked, then all are done or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Row
from sqlalchemy import update as sql_update

from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.schemas import (
    BulkDelete,
    BulkIn,
    BulkItem,
    BulkOperation,
    BulkRestore,
    BulkResult,
    BulkUpdate,
    Instance,
    InstanceUpdate,
)
from infrastudio.contexts.instances.service.instances import (
    NameTaken,
    StaleVersion,
    bring_back,
    change,
    create,
    remove,
    stale,
)
from infrastudio.contexts.instances.service.restore import RESTORED
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.batches import batches
from infrastudio.kernel.errors import Conflict, NotFound, PreconditionFailed, Problem, ValidationFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork

WRITE: Final = "instances.write"
Target = BulkUpdate | BulkDelete | BulkRestore


class BulkConflict(Conflict):
    """Rows stand in each other's way, or in that of other instances; carries every problem of all rows."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            f"Nothing was done: {problems[0].path}: {problems[0].message}",
            problems=[problem.as_json() for problem in problems],
        )


class BulkStale(PreconditionFailed):
    """Instances changed since the client read them; `rows` tells by path what a single refused write tells."""

    def __init__(self, problems: Sequence[Problem], rows: dict[str, dict[str, Any]]) -> None:
        super().__init__(
            f"Nothing was done: {problems[0].path}: {problems[0].message}",
            problems=[problem.as_json() for problem in problems],
            rows=rows,
        )


def bulk(uow: UnitOfWork, body: BulkIn, *, project: str | None = None) -> BulkResult:
    """Do many writes, of which all are done or none: deletions first, then updates, restores and creations.

    A name that one row gives up is free for another one, so that names can be swapped.

    Raises:
        ValidationFailed: A row names an instance or a record that there is none of, or one that another row names.
        BulkConflict: A name is taken.
        BulkStale: An instance changed since the version that its row names.
        PermissionDenied: The actor may read one of the instances, and not change it.
    """
    plan = _Planner(uow).plan(body, project)
    return _Doer(uow, plan).do(body, project)


@dataclass
class _Planned:
    """One existing, or once existing, instance as a row of the request found it.

    Attributes:
        before: What it is now; None: it was deleted.
        version: Its last version, that of the deletion included.
        values: The fields that shall change; empty for a deletion.
        was: What a restored instance shall be again.
    """

    path: str
    before: Instance | None
    version: int
    project_id: str
    values: dict[str, Any]
    was: Instance | None = None


@dataclass
class _Plan:
    updates: list[_Planned] = field(default_factory=list)
    deletions: list[_Planned] = field(default_factory=list)
    restores: list[_Planned] = field(default_factory=list)
    set_aside: list[int] = field(default_factory=list)
    """Instances whose name another row gets before they have their own new one."""


class _Claim(NamedTuple):
    """A row wants a name; `id` None: for a new instance."""

    path: str
    project_id: str
    name: str
    id: int | None


class _Planner:
    """Looks at all rows before any is done, and remembers every problem."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._invalid: list[Problem] = []
        self._conflicts: list[Problem] = []
        self._stale: list[Problem] = []
        self._refusals: dict[str, dict[str, Any]] = {}

    def plan(self, body: BulkIn, project: str | None) -> _Plan:
        """Return what is to be done; refuse all if one row cannot be done."""
        by_id = [*body.update, *body.delete, *body.restore]
        is_for_project = project is not None or bool(body.create) or not by_id
        own = projects.require(self._uow, project, WRITE) if is_for_project else ""
        rows = self._rows(body)
        plan = _Plan()
        for path, target in self._named_once(_targets(body)):
            if isinstance(target, BulkRestore):
                self._keep(plan.restores, path, target, rows, self._restored)
            elif isinstance(target, BulkUpdate):
                self._keep(plan.updates, path, target, rows, self._changed)
            else:
                self._keep(plan.deletions, path, target, rows, self._changed)
        self._check_names(plan, [_Claim(f"create.{n}", own, new.name, None) for n, new in enumerate(body.create)])
        self._refuse()
        return plan

    def _rows(self, body: BulkIn) -> dict[int, Row[Any]]:
        ids = [target.id for _, target in _targets(body)]
        return {row.id: row for part in batches(ids) for row in queries.rows(self._uow, InstanceRow.id.in_(part))}

    def _named_once(self, targets: Iterable[tuple[str, Target]]) -> Iterator[tuple[str, Target]]:
        first: dict[int, str] = {}
        for path, target in targets:
            if target.id in first:
                self._invalid.append(Problem(f"{path}.id", f"is named by {first[target.id]} already", target.id, True))
            else:
                first[target.id] = path
                yield path, target

    def _keep(
        self,
        found: list[_Planned],
        path: str,
        target: Any,
        rows: dict[int, Row[Any]],
        planned: Callable[[str, Any, Row[Any] | None], _Planned],
    ) -> None:
        """Add what `planned` makes of a row of the request, unless it has a problem."""
        try:
            found.append(planned(path, target, rows.get(target.id)))
        except NotFound as error:
            name = error.details.get("field", "id")
            self._invalid.append(Problem(f"{path}.{name}", error.message, getattr(target, name), True))
        except StaleVersion as error:
            self._stale.append(Problem(f"{path}.version", error.message, target.version, True))
            self._refusals[path] = error.details

    def _changed(self, path: str, target: BulkUpdate | BulkDelete, row: Row[Any] | None) -> _Planned:
        if row is None:
            raise queries.UnknownInstance(target.id)
        projects.require_right(self._uow, row.project_id, WRITE, unknown=queries.UnknownInstance(target.id))
        before = queries.instance_of(self._uow, row)
        self._require_version(target, before.version, before)
        values = _values(target) if isinstance(target, BulkUpdate) else {}
        return _Planned(path, before, before.version, row.project_id, values)

    def _restored(self, path: str, target: BulkRestore, row: Row[Any] | None) -> _Planned:
        last = queries.last_entry(self._uow, target.id, right=WRITE)
        was = queries.state_of(queries.entry(self._uow, target.id, target.history_id))
        before = None if row is None else queries.instance_of(self._uow, row)
        self._require_version(target, last.version, before)
        values = {name: getattr(was, name) for name in RESTORED}
        return _Planned(path, before, last.version, last.project_id, values, was)

    def _require_version(self, target: Target, version: int, current: Instance | None) -> None:
        if target.version is not None and target.version != version:
            raise stale(self._uow, target.id, target.version, version, current)

    def _check_names(self, plan: _Plan, new: list[_Claim]) -> None:
        """Find names that two rows want, and those that instances hold which keep them."""
        renamed = [
            _Claim(each.path, each.project_id, each.values["name"], None if each.before is None else each.before.id)
            for each in [*plan.updates, *plan.restores]
            if "name" in each.values and (each.before is None or each.before.name != each.values["name"])
        ]
        wanted: dict[tuple[str, str], _Claim] = {}
        for claim in [*renamed, *new]:
            other = wanted.setdefault((claim.project_id, claim.name), claim)
            if other is not claim:
                self._conflicts.append(
                    Problem(f"{claim.path}.name", f"is wanted by {other.path} too", claim.name, True)
                )
        given_up = {claim.id for claim in renamed} | {each.before.id for each in plan.deletions if each.before}
        deleted = {each.before.id for each in plan.deletions if each.before}
        for holder in self._holders([claim.name for claim in wanted.values()]):
            claimed = wanted.get((holder.project_id, holder.name))
            if claimed is None:
                continue
            if holder.id not in given_up:
                message = NameTaken(holder.name).message
                self._conflicts.append(Problem(f"{claimed.path}.name", message, holder.name, True))
            elif holder.id not in deleted:
                plan.set_aside.append(holder.id)

    def _holders(self, names: list[str]) -> Iterator[Row[Any]]:
        for part in batches(names):
            yield from queries.rows(self._uow, InstanceRow.name.in_(part))

    def _refuse(self) -> None:
        if self._invalid:
            raise ValidationFailed([*self._invalid, *self._conflicts, *self._stale])
        if self._conflicts:
            raise BulkConflict([*self._conflicts, *self._stale])
        if self._stale:
            raise BulkStale(self._stale, self._refusals)


class _Doer:
    """Does what was planned, and notes what became of each row."""

    def __init__(self, uow: UnitOfWork, plan: _Plan) -> None:
        self._uow = uow
        self._plan = plan
        self._base = ledger.next_seq(uow) - len(uow.events)
        self._known = len(uow.events)

    def do(self, body: BulkIn, project: str | None) -> BulkResult:
        uow, plan = self._uow, self._plan
        deleted = [self._delete(each) for each in plan.deletions]
        for id in plan.set_aside:
            uow.change(sql_update(InstanceRow).where(InstanceRow.id == id).values(name=uow.ids.hex32()))
        updated = [self._update("update", each, None) for each in plan.updates]
        restored = [
            self._update("restore", each, {"restored_from": target.history_id})
            for each, target in zip(plan.restores, body.restore, strict=True)
        ]
        created = [self._item("create", create(uow, new, project=project)) for new in body.create]
        return BulkResult(items=[*created, *updated, *deleted, *restored])

    def _delete(self, each: _Planned) -> BulkItem:
        if each.before is None:
            raise AssertionError("only what exists is planned to be deleted")
        remove(self._uow, each.before, project_id=each.project_id)
        return self._item("delete", None, id=each.before.id)

    def _update(self, operation: BulkOperation, each: _Planned, labels: dict[str, Any] | None) -> BulkItem:
        if each.before is not None:
            after = change(self._uow, each.before, each.values, project_id=each.project_id, labels=labels)
        elif each.was is not None:
            after = bring_back(self._uow, each.was, version=each.version, project_id=each.project_id, labels=labels)
        else:
            raise AssertionError("what is deleted is planned to be restored only")
        return self._item(operation, after)

    def _item(self, operation: BulkOperation, instance: Instance | None, *, id: int = 0) -> BulkItem:
        """Return what became of a row, and the number that its event will have if there is one."""
        count = len(self._uow.events)
        history_id = self._base + count - 1 if count > self._known else None
        self._known = count
        found = id if instance is None else instance.id
        return BulkItem(operation=operation, id=found, history_id=history_id, instance=instance)


def _targets(body: BulkIn) -> Iterator[tuple[str, Target]]:
    yield from ((f"update.{n}", row) for n, row in enumerate(body.update))
    yield from ((f"delete.{n}", row) for n, row in enumerate(body.delete))
    yield from ((f"restore.{n}", row) for n, row in enumerate(body.restore))


def _values(target: BulkUpdate) -> dict[str, Any]:
    return {name: value for name, value in target.provided().items() if name in InstanceUpdate.model_fields}
