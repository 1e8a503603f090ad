"""How a change of a run is stored and told; every function that changes runs goes through here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, update

from infrastudio.contexts.tracking import rules
from infrastudio.contexts.tracking.queries import runs as queries
from infrastudio.contexts.tracking.queries.active_runs import RunNotActive
from infrastudio.contexts.tracking.schemas.runs import Run
from infrastudio.contexts.tracking.tables.items import table_of
from infrastudio.contexts.tracking.tables.runs import RunParamRow, RunRow, RunTagRow
from infrastudio.kernel.diff import Change, diff
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import PreparedInsert, PreparedUpdate, Record, UnitOfWork
from infrastudio.stores.db.item_rows import item_rows, value_columns
from infrastudio.stores.ledger import Event, Link

WRITE: Final = "runs.write"
_FOLDED: Final = Run.folded
_SCALARS: Final = tuple(name for name in Run.model_fields if name not in (*Run.collections, "project"))

_runs, _params, _tags = table_of(RunRow), table_of(RunParamRow), table_of(RunTagRow)
_INSERT_RUN: Final = PreparedInsert(_runs)
_INSERT_PARAMS: Final = PreparedInsert(_params)
_INSERT_TAGS: Final = PreparedInsert(_tags)
_UPDATE_TAG: Final = (
    update(_tags)
    .where(_tags.c.run_id == bindparam("owner"), _tags.c.key == bindparam("name"))
    .values(value=bindparam("new_value"), value_folded=bindparam("new_folded"))
)
_DELETE_TAGS: Final = delete(_tags).where(
    _tags.c.run_id == bindparam("owner"), _tags.c.key.in_(bindparam("names", expanding=True))
)


def active_row(uow: UnitOfWork, id: str) -> Record:
    """Return the row of an active run that the actor may write to.

    Raises:
        UnknownRun: It does not exist, or the actor may not read it.
        RunNotActive: It is deleted.
    """
    row = queries.row(uow, id, right=WRITE)
    if row.lifecycle != "active":
        raise RunNotActive(id, row.lifecycle)
    return row


def write_run(
    uow: UnitOfWork,
    row: Record,
    before: Run,
    fields: Mapping[str, Any],
    event: type[Event],
    *,
    items: Mapping[str, Change] | None = None,
    links: Sequence[Link] = (),
    occurred_at: datetime | None = None,
) -> Run:
    """Store new values of some fields and append the event of the change; return the state without collections.

    Rows of collections are written before, so that the event of a full version can tell all of them.

    Args:
        uow: The transaction.
        row: The run's row, for what the state does not say.
        before: The state without collections.
        fields: The new values.
        event: What is told.
        items: The changes inside collections.
        links: What the event ties together.
        occurred_at: When it happened in the world, if not now.
    """
    changed = {**fields, "updated_at": uow.now, "version": before.version + 1}
    after = before.model_copy(update=changed)
    stored = {**changed, **folded(changed)}
    _update(tuple(stored)).run(uow.connection, {**stored, "run": before.id})
    told = queries.with_collections(uow, [after])[0] if ledger.is_full_version(after.version) else after
    changes = {**diff(before, after), **(items or {})}
    ledger.append(
        uow, event(after=told, changes=changes, links=tuple(links)), project_id=row.project_id, occurred_at=occurred_at
    )
    return after


def folded(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the folded columns of those fields among `values` that have one."""
    return {f"{name}_folded": casefold(values[name]) for name in _FOLDED if name in values}


def insert_run(uow: UnitOfWork, run: Run, *, project_id: str, on_conflict: Exception) -> None:
    """Store the row of a new run, and its params and tags.

    Raises:
        on_conflict: The id is in use.
    """
    values = {name: getattr(run, name) for name in _SCALARS}
    row = {**values, **folded(values), "project_id": project_id, "experiment_id": int(run.experiment_id)}
    _INSERT_RUN.run(uow.connection, [row], on_conflict=on_conflict)
    insert_params(uow, run.id, run.params)
    replace_tags(uow, run.id, {}, run.tags)


def insert_params(uow: UnitOfWork, run_id: str, params: Mapping[str, str]) -> None:
    """Store params that the run does not have yet."""
    if params:
        _INSERT_PARAMS.run(uow.connection, item_rows("run_id", run_id, params))


def replace_tags(uow: UnitOfWork, run_id: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Turn the stored tags `old` of a run into `new`; tags of other keys are left alone."""
    added = {key: value for key, value in new.items() if key not in old}
    if added:
        _INSERT_TAGS.run(uow.connection, item_rows("run_id", run_id, added))
    changed = [
        {"owner": run_id, "name": key, "new_value": columns["value"], "new_folded": columns["value_folded"]}
        for key, value in new.items()
        if key in old and old[key] != value
        for columns in [value_columns(value)]
    ]
    if changed:
        uow.change(_UPDATE_TAG, changed)
    removed = [key for key in old if key not in new]
    if removed:
        uow.change(_DELETE_TAGS, {"owner": run_id, "names": removed})


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> PreparedUpdate:
    """Return the statement that changes these columns of one run."""
    return PreparedUpdate(update(_runs).where(_runs.c.id == bindparam("run")), columns)


def derived_from_tags(changed: Mapping[str, str], removed: Iterable[str] = ()) -> dict[str, Any]:
    """Return the fields of a run that follow its tags: name and parent. Taking the name's tag away leaves the name."""
    fields: dict[str, Any] = {}
    if changed.get(rules.NAME_TAG):
        fields["name"] = changed[rules.NAME_TAG]
    if rules.PARENT_TAG in changed or rules.PARENT_TAG in removed:
        fields["parent_id"] = rules.parent_of(changed)
    return fields
