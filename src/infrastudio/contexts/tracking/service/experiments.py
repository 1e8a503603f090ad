"""What can be done with experiments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import delete, insert, select, text, update

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.projects.service import DEFAULT_SLUG
from infrastudio.contexts.tracking import rules
from infrastudio.contexts.tracking.events.experiments import (
    ExperimentCreated,
    ExperimentDeleted,
    ExperimentRestored,
    ExperimentTagged,
    ExperimentUpdated,
)
from infrastudio.contexts.tracking.queries import experiments as queries
from infrastudio.contexts.tracking.queries.experiments import WRITE
from infrastudio.contexts.tracking.schemas.experiments import (
    DEFAULT_NAME,
    Experiment,
    ExperimentIn,
    ExperimentUpdate,
)
from infrastudio.contexts.tracking.service import lifecycles
from infrastudio.contexts.tracking.service.versions import require_version
from infrastudio.contexts.tracking.tables.experiments import ExperimentRow, ExperimentTagRow
from infrastudio.kernel.diff import Change, diff, item_changes
from infrastudio.kernel.errors import Conflict, NotFound
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import Record, UnitOfWork
from infrastudio.stores.db.item_rows import item_rows, value_columns
from infrastudio.stores.ledger import Event

DEFAULT_ID: Final = 0
"""The id of the default experiment of the default project."""
LOCATION_SCHEME: Final = "mlflow-artifacts:/"
_COUNT_ON: Final = text(
    "select setval(pg_get_serial_sequence('experiment', 'id'),"
    " greatest(:id, (select last_value from experiment_id_seq)))"
)
"""PostgreSQL counts on by itself only behind ids that it gave."""
_REVISIONS: Final = frozenset({"name", "owner", "description", "lifecycle"})


class NameTaken(Conflict):
    """Another experiment of the project already has this name, deleted or not."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Experiment '{name}' already exists.", field="name", value=name)


class IdTaken(Conflict):
    """An experiment of this id exists or existed already, here or in another project."""

    def __init__(self, id: str) -> None:
        super().__init__(f"An experiment with id {id} already exists.", field="id", value=id)


class ExperimentNotActive(Conflict):
    """A deleted experiment cannot be written to."""

    def __init__(self, id: str, lifecycle: str) -> None:
        super().__init__(
            f"The experiment {id} must be in the 'active' state. Current state is {lifecycle}.", id=id, state=lifecycle
        )


class ExperimentNotDeleted(Conflict):
    """Only a deleted experiment can be restored."""

    def __init__(self, id: str) -> None:
        super().__init__(f"The experiment {id} is not deleted.", id=id, state="active")


class UnknownExperimentTag(NotFound):
    """The experiment has no such tag."""

    def __init__(self, id: str, key: str) -> None:
        super().__init__(f"No tag with name: {key} in experiment with id {id}", id=id, key=key)


def create_experiment(uow: UnitOfWork, body: ExperimentIn, *, project: str | None = None) -> Experiment:
    """Make an experiment.

    Raises:
        NameTaken: The project has one of this name, deleted or not.
        IdTaken: Some experiment has the id that is asked for.
    """
    project_id = projects.require(uow, project, WRITE)
    if body.id is None:
        return _create(uow, body, project_id)
    number = int(body.id)
    if uow.execute(select(ExperimentRow.id).where(ExperimentRow.id == number)).one_or_none() is not None:
        raise IdTaken(body.id)
    made = _create(uow, body, project_id, id=number)
    if uow.dialect == "postgresql":
        uow.change(_COUNT_ON, {"id": number})
    return made


def ensure_default(uow: UnitOfWork, *, project: str | None = None) -> Experiment:
    """Return the default experiment of a project, made if it is not there; id 0 in the default project."""
    project_id = projects.require(uow, project, WRITE)
    found = uow.execute(
        select(ExperimentRow.__table__).where(
            ExperimentRow.project_id == project_id, ExperimentRow.name == DEFAULT_NAME
        )
    ).one_or_none()
    if found is not None:
        return queries.experiment_of(uow, found, queries.tags_of(uow, [found.id])[found.id])
    id = DEFAULT_ID if projects.slug_of(uow, project_id) == DEFAULT_SLUG else None
    return _create(uow, ExperimentIn(name=DEFAULT_NAME), project_id, id=id)


def update_experiment(uow: UnitOfWork, id: str, body: ExperimentUpdate, *, expected: int | None = None) -> Experiment:
    """Change the given fields and tags of an experiment; those not sent stay as they are.

    Raises:
        ExperimentNotActive: It is deleted.
        NameTaken: Another experiment has the new name.
        StaleVersion: It changed since `expected`, other than by its tags.
    """
    row, before = _active(uow, id)
    require_version(uow, "experiment", id, before, expected, commuting=Experiment.collections)
    asked = {field: value for field, value in body.provided().items() if getattr(before, field) != value}
    after = _write(uow, row, before, asked, {}, ExperimentUpdated)[0] if asked else before
    if not body.tags:
        return _whole(uow, after)
    return _change_tags(uow, row, after, body.tags)


def delete_experiment(uow: UnitOfWork, id: str, *, expected: int | None = None) -> Experiment:
    """Put an experiment and all its runs aside; it keeps its name and can be restored.

    Raises:
        ExperimentNotActive: It is deleted already.
        StaleVersion: It changed since `expected`, other than by its tags.
    """
    row, before = _active(uow, id)
    projects.require_unlimited(uow)
    require_version(uow, "experiment", id, before, expected, commuting=Experiment.collections)
    after, cause = _write(uow, row, before, {"lifecycle": "deleted"}, {}, ExperimentDeleted)
    lifecycles.delete_runs_of(uow, row.id, cause=cause)
    return _whole(uow, after)


def restore_experiment(uow: UnitOfWork, id: str, *, expected: int | None = None) -> Experiment:
    """Bring a deleted experiment back, and all its runs, also those that were deleted before it.

    Raises:
        ExperimentNotDeleted: It is active.
        StaleVersion: It changed since `expected`.
    """
    row = queries.row(uow, id, right=WRITE)
    projects.require_unlimited(uow)
    before = queries.experiment_of(uow, row)
    require_version(uow, "experiment", id, before, expected, commuting=Experiment.collections)
    if before.lifecycle == "active":
        raise ExperimentNotDeleted(id)
    after, cause = _write(uow, row, before, {"lifecycle": "active"}, {}, ExperimentRestored)
    lifecycles.restore_runs_of(uow, row.id, cause=cause)
    return _whole(uow, after)


def set_experiment_tags(uow: UnitOfWork, id: str, tags: Mapping[str, str]) -> Experiment:
    """Set tags of an experiment; values that are too long are cut.

    Raises:
        ExperimentNotActive: It is deleted.
    """
    row, before = _active(uow, id)
    return _change_tags(uow, row, before, tags)


def delete_experiment_tag(uow: UnitOfWork, id: str, key: str) -> Experiment:
    """Take a tag of an experiment away.

    Raises:
        ExperimentNotActive: It is deleted.
        UnknownExperimentTag: It has no such tag.
    """
    row, before = _active(uow, id)
    if key not in queries.tags_of(uow, [row.id])[row.id]:
        raise UnknownExperimentTag(id, key)
    return _change_tags(uow, row, before, {key: None})


def require_active(uow: UnitOfWork, id: str, *, right: str) -> Record:
    """Return the row of an active experiment on which the actor has `right`.

    Raises:
        UnknownExperiment: It does not exist, or the actor may not read it.
        ExperimentNotActive: It is deleted.
    """
    row = queries.row(uow, id, right=right)
    if row.lifecycle != "active":
        raise ExperimentNotActive(id, row.lifecycle)
    return row


def _create(uow: UnitOfWork, body: ExperimentIn, project_id: str, *, id: int | None = None) -> Experiment:
    tags = rules.cut(body.tags, rules.MAX_TAG_VALUE)
    rules.require_items("tags", tags)
    values = {
        "name": body.name,
        "owner": body.owner,
        "description": body.description,
        "artifact_location": body.artifact_location or LOCATION_SCHEME,
        "lifecycle": "active",
        **dict.fromkeys(("created_at", "updated_at", "revised_at"), uow.now),
        "version": 1,
    }
    stored = values | _folded(values) | {"project_id": project_id} | ({} if id is None else {"id": id})
    number = uow.insert(insert(ExperimentRow).values(stored), on_conflict=NameTaken(body.name))
    if body.artifact_location is None:
        values["artifact_location"] = f"{LOCATION_SCHEME}{number}"
        folded = {name: value for name, value in _folded(values).items() if name.startswith("artifact")}
        uow.change(
            update(ExperimentRow)
            .where(ExperimentRow.id == number)
            .values(artifact_location=values["artifact_location"], **folded)
        )
    if tags:
        uow.change(insert(ExperimentTagRow), item_rows("experiment_id", number, tags))
    project = projects.slug_of(uow, project_id)
    experiment = Experiment.model_validate(values | {"id": str(number), "project": project, "tags": tags})
    ledger.append(uow, ExperimentCreated(after=experiment, changes=diff(None, experiment)), project_id=project_id)
    return experiment


def _active(uow: UnitOfWork, id: str) -> tuple[Record, Experiment]:
    row = require_active(uow, id, right=WRITE)
    return row, queries.experiment_of(uow, row)


def _change_tags(uow: UnitOfWork, row: Record, before: Experiment, tags: Mapping[str, str | None]) -> Experiment:
    wanted = rules.cut({key: value for key, value in tags.items() if value is not None}, rules.MAX_TAG_VALUE)
    rules.require_items("tags", wanted)
    kept = queries.tags_of(uow, [row.id])[row.id]
    old = {key: kept[key] for key in tags if key in kept}
    changes = item_changes("tags", old, wanted)
    if not changes:
        return _whole(uow, before)
    for key in [key for key in old if wanted.get(key) != old[key]]:
        mine = (ExperimentTagRow.experiment_id == row.id) & (ExperimentTagRow.key == key)
        if key in wanted:
            uow.change(update(ExperimentTagRow).where(mine).values(value_columns(wanted[key])))
        else:
            uow.change(delete(ExperimentTagRow).where(mine))
    added = {key: value for key, value in wanted.items() if key not in old}
    if added:
        uow.change(insert(ExperimentTagRow), item_rows("experiment_id", row.id, added))
    return _whole(uow, _write(uow, row, before, {}, changes, ExperimentTagged)[0])


def _write(
    uow: UnitOfWork,
    row: Record,
    before: Experiment,
    fields: Mapping[str, Any],
    items: Mapping[str, Change],
    event: type[Event],
) -> tuple[Experiment, str]:
    """Store new values of some fields; return the state without its tags, and the id of the event of the change."""
    more = {"updated_at": uow.now} | ({"revised_at": uow.now} if _REVISIONS & fields.keys() else {})
    after = before.model_copy(update={**fields, **more, "version": before.version + 1})
    values = {**fields, **more, "version": after.version}
    uow.change(
        update(ExperimentRow).where(ExperimentRow.id == row.id).values(values | _folded(values)),
        on_conflict=NameTaken(after.name),
    )
    told = _whole(uow, after) if ledger.is_full_version(after.version) else after
    change = event(after=told, changes={**diff(before, after), **items})
    return after, ledger.append(uow, change, project_id=row.project_id)


def _whole(uow: UnitOfWork, experiment: Experiment) -> Experiment:
    number = queries.number_of(experiment.id)
    return experiment.model_copy(update={"tags": queries.tags_of(uow, [number])[number]})


def _folded(values: Mapping[str, Any]) -> dict[str, str]:
    names = ("name", "owner", "artifact_location")
    return {f"{name}_folded": casefold(values[name] or "") for name in names if name in values}
