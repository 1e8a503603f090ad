"""What can be done with logged models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import insert
from sqlalchemy import update as sql_update

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.registry.events import (
    LoggedModelCreated,
    LoggedModelDeleted,
    LoggedModelFinalized,
    LoggedModelParamsLogged,
    LoggedModelTagged,
)
from infrastudio.contexts.registry.queries import logged_models as queries
from infrastudio.contexts.registry.queries.models import READ, WRITE
from infrastudio.contexts.registry.schemas import LoggedModel, LoggedModelIn, LoggedModelStatus
from infrastudio.contexts.registry.service.changes import changed_columns, changes_of
from infrastudio.contexts.registry.service.items import write_items
from infrastudio.contexts.registry.tables import LoggedModelParamRow, LoggedModelRow, LoggedModelTagRow
from infrastudio.contexts.tracking import rules as tracking_rules
from infrastudio.contexts.tracking.queries.experiments import UnknownExperiment
from infrastudio.contexts.tracking.queries.experiments import experiment as read_experiment
from infrastudio.contexts.tracking.service.experiments import ExperimentNotActive
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import Conflict, NotFound
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.ledger import Event, Link

VERSIONS_TAG: Final = "mlflow.modelVersions"
"""The tag of a logged model that lists the versions made of it."""


class ParamChanged(Conflict):
    """A param of a logged model has another value already; params never change."""

    def __init__(self, id: str, key: str, old: str, new: str) -> None:
        super().__init__(
            f"Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' for "
            f"model ID='{id}'. Attempted logging new value '{new}'.",
            field=f"params.{key}",
        )


class UnknownTag(NotFound):
    """The logged model has no such tag."""

    def __init__(self, id: str, key: str) -> None:
        super().__init__(f"No tag with key '{key}' found for model with ID '{id}'.", id=id, key=key)


def create(uow: UnitOfWork, body: LoggedModelIn) -> LoggedModel:
    """Begin a logged model in an experiment; its files come next.

    Raises:
        UnknownExperiment: There is no such experiment for the actor.
        ExperimentNotActive: It was deleted.
    """
    experiment = read_experiment(uow, body.experiment_id)
    project_id = projects.id_of(uow, experiment.project) or ""
    unknown = UnknownExperiment(body.experiment_id)
    projects.require_right(uow, project_id, WRITE, unknown=unknown, read_right=READ)
    if experiment.lifecycle != "active":
        raise ExperimentNotActive(experiment.id, experiment.lifecycle)
    id = f"m-{uow.ids.hex32()}"
    model = LoggedModel(
        id=id,
        project=experiment.project,
        experiment_id=experiment.id,
        name=body.name or tracking_rules.made_up_name(uow.ids.token_bytes(4)),
        model_type=body.model_type,
        source_run_id=body.source_run_id,
        status="pending",
        status_message=None,
        lifecycle="active",
        location=f"{experiment.artifact_location}/models/{id}/artifacts",
        created_at=uow.now,
        updated_at=uow.now,
        revised_at=uow.now,
        params=body.params,
        tags=body.tags,
        version=1,
    )
    stored = model.model_dump(exclude={"project", *LoggedModel.collections})
    uow.change(insert(LoggedModelRow).values(stored | _folded(model) | {"project_id": project_id}))
    write_items(uow, LoggedModelParamRow, "logged_model_id", id, {}, model.params)
    write_items(uow, LoggedModelTagRow, "logged_model_id", id, {}, model.tags)
    links = (Link(relation="trained_from", to=f"run:{model.source_run_id}"),) if model.source_run_id else ()
    event = LoggedModelCreated(after=model, changes=diff(None, model), links=links)
    ledger.append(uow, event, project_id=project_id)
    return model


def finalize(uow: UnitOfWork, id: str, status: LoggedModelStatus, message: str | None = None) -> LoggedModel:
    """Say whether the files of a logged model have come."""
    changed = {"status": status, "status_message": message, "revised_at": uow.now}
    return _store(uow, _writable(uow, id), changed, LoggedModelFinalized)


def set_tags(uow: UnitOfWork, id: str, tags: Mapping[str, str]) -> LoggedModel:
    """Set tags of a logged model."""
    before = _writable(uow, id)
    after = {**before.tags, **tags}
    return before if after == before.tags else _store(uow, before, {"tags": after}, LoggedModelTagged)


def note_version(uow: UnitOfWork, id: str, name: str, number: int) -> LoggedModel:
    """Tell on a logged model that a version was made of it, as clients read it."""
    row = queries.logged_model_row(uow, id, right=WRITE, only_adds=True)
    before = queries.logged_models_of(uow, [row])[0]
    known = _listed(before.tags.get(VERSIONS_TAG))
    value = orjson.dumps([*known, {"name": name, "version": number}]).decode()
    return _store(uow, before, {"tags": {**before.tags, VERSIONS_TAG: value}}, LoggedModelTagged)


def delete_tag(uow: UnitOfWork, id: str, key: str) -> LoggedModel:
    """Remove a tag of a logged model.

    Raises:
        UnknownTag: There is none.
    """
    before = _writable(uow, id)
    if key not in before.tags:
        raise UnknownTag(id, key)
    left = {name: value for name, value in before.tags.items() if name != key}
    return _store(uow, before, {"tags": left}, LoggedModelTagged)


def log_params(uow: UnitOfWork, id: str, params: Mapping[str, str]) -> LoggedModel:
    """Add params to a logged model; the same value again is fine.

    Raises:
        ParamChanged: One has another value already.
    """
    before = _writable(uow, id)
    for key, value in params.items():
        if before.params.get(key, value) != value:
            raise ParamChanged(id, key, before.params[key], value)
    after = {**before.params, **params}
    return before if after == before.params else _store(uow, before, {"params": after}, LoggedModelParamsLogged)


def delete(uow: UnitOfWork, id: str) -> None:
    """Mark a logged model as deleted, whether it is already or not; its files stay until they are collected.

    Raises:
        UnknownLoggedModel: There never was one.
    """
    row = queries.logged_model_row(uow, id, right=WRITE, with_deleted=True)
    before = queries.logged_models_of(uow, [row])[0]
    if before.lifecycle != "deleted":
        _store(uow, before, {"lifecycle": "deleted"}, LoggedModelDeleted)


def _writable(uow: UnitOfWork, id: str) -> LoggedModel:
    return queries.logged_models_of(uow, [queries.logged_model_row(uow, id, right=WRITE)])[0]


def _store(uow: UnitOfWork, before: LoggedModel, changed: Mapping[str, Any], event: type[Event]) -> LoggedModel:
    after = before.model_copy(update={**changed, "updated_at": uow.now, "version": before.version + 1})
    uow.change(
        sql_update(LoggedModelRow).where(LoggedModelRow.id == after.id).values(dict(changed_columns(before, after)))
    )
    write_items(uow, LoggedModelParamRow, "logged_model_id", after.id, before.params, after.params)
    write_items(uow, LoggedModelTagRow, "logged_model_id", after.id, before.tags, after.tags)
    project_id = projects.id_of(uow, after.project) or ""
    ledger.append(uow, event(after=after, changes=changes_of(before, after)), project_id=project_id)
    return after


def _folded(model: LoggedModel) -> dict[str, str]:
    return {"name_folded": casefold(model.name), "model_type_folded": casefold(model.model_type or "")}


def _listed(text: str | None) -> list[Any]:
    try:
        value = orjson.loads(text or "[]")
    except orjson.JSONDecodeError:
        return []
    return value if isinstance(value, list) else []
