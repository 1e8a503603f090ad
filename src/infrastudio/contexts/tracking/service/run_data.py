"""What runs are told while they go on: params, tags, datasets and models."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from infrastudio.contexts.tracking import rules
from infrastudio.contexts.tracking.events.runs import (
    RunInputsLogged,
    RunOutputsLogged,
    RunParamsLogged,
    RunTagged,
)
from infrastudio.contexts.tracking.queries import runs as queries
from infrastudio.contexts.tracking.schemas.runs import DatasetInput, LoggedDataset, Run
from infrastudio.contexts.tracking.service.run_writes import (
    active_row,
    derived_from_tags,
    insert_params,
    replace_tags,
    write_run,
)
from infrastudio.contexts.tracking.tables.runs import (
    RunDatasetRow,
    RunModelRow,
    TrackingTextRow,
    dataset_row,
    model_row,
)
from infrastudio.kernel.diff import Change, item_changes
from infrastudio.kernel.errors import Conflict, NotFound
from infrastudio.stores.db import Record, UnitOfWork
from infrastudio.stores.ledger import Event, Link


class ParamChanged(Conflict):
    """A param has a value already; params never change.

    `details["params"]` lists `{key, old_value, new_value}`, `details["run_id"]` names the run.
    """

    def __init__(self, run_id: str, changed: Sequence[dict[str, str]]) -> None:
        told = [{"key": c["key"], "old_value": c["old_value"], "new_value": c["new_value"]} for c in changed]
        super().__init__(
            f"Changing param values is not allowed. Params were already logged='{told}' for run ID='{run_id}'.",
            run_id=run_id,
            params=told,
        )


class UnknownRunTag(NotFound):
    """The run has no such tag."""

    def __init__(self, run_id: str, key: str) -> None:
        super().__init__(f"No tag with name: {key} in run with id {run_id}", id=run_id, key=key)


def log_params(uow: UnitOfWork, run_id: str, params: Mapping[str, str]) -> Run:
    """Add params to a run; the same value again changes nothing, a value that is too long is cut.

    Returns:
        The run without its collections.

    Raises:
        RunNotActive: It is deleted.
        ParamChanged: One of them has another value already; none is added.
    """
    row = active_row(uow, run_id)
    return _add_params(uow, row, queries.run_of(uow, row), params)


def set_tags(uow: UnitOfWork, run_id: str, tags: Mapping[str, str]) -> Run:
    """Set tags of a run; a value that is too long is cut. The tag of the name renames the run.

    Returns:
        The run with its collections.

    Raises:
        RunNotActive: It is deleted.
    """
    row = active_row(uow, run_id)
    return change_tags(uow, row, queries.run_of(uow, row), tags)


def delete_tag(uow: UnitOfWork, run_id: str, key: str) -> Run:
    """Take a tag of a run away; without the tag of its name the run keeps the name.

    Returns:
        The run with its collections.

    Raises:
        RunNotActive: It is deleted.
        UnknownRunTag: It has no such tag.
    """
    row = active_row(uow, run_id)
    if key not in queries.tags_of(uow, [run_id], [key])[run_id]:
        raise UnknownRunTag(run_id, key)
    return change_tags(uow, row, queries.run_of(uow, row), {key: None})


def log_batch_state(uow: UnitOfWork, run_id: str, params: Mapping[str, str], tags: Mapping[str, str]) -> Run:
    """Add params and set tags of a run, both or neither.

    Returns:
        The run without its collections.

    Raises:
        RunNotActive: It is deleted.
        ParamChanged: A param has another value already.
    """
    row = active_row(uow, run_id)
    after = _add_params(uow, row, queries.run_of(uow, row), params)
    return write_tags(uow, row, after, tags)


def log_inputs(uow: UnitOfWork, run_id: str, datasets: Sequence[DatasetInput] = (), models: Iterable[str] = ()) -> Run:
    """Say which datasets and logged models a run used; one that it has already stays as it was logged first.

    Returns:
        The run with its collections.

    Raises:
        RunNotActive: It is deleted.
    """
    models = tuple(models)
    rules.require_model_ids(models)
    row = active_row(uow, run_id)
    before = queries.with_collections(uow, [queries.run_of(uow, row)])[0]
    added: dict[str, LoggedDataset] = {}
    for dataset in datasets:
        key = queries.dataset_key(dataset.name, dataset.digest)
        if key not in before.datasets and key not in added:
            added[key] = _store_texts(uow, dataset)
    rows = [dataset_row(run_id, dataset.model_dump()) for dataset in added.values()]
    if rows:
        uow.change(insert(RunDatasetRow), rows)
    new_models = [model for model in dict.fromkeys(models) if model not in before.model_inputs]
    if new_models:
        uow.change(insert(RunModelRow), [model_row(run_id, "input", model, 0) for model in new_models])
    items = item_changes("datasets", {}, {key: dataset.model_dump(mode="json") for key, dataset in added.items()})
    items |= item_changes("model_inputs", {}, dict.fromkeys(new_models, True))
    links = [Link(relation="uses", to=f"logged_model:{model}") for model in new_models]
    return _write_items(uow, row, before, RunInputsLogged, items, links)


def log_outputs(uow: UnitOfWork, run_id: str, models: Mapping[str, int]) -> Run:
    """Say which logged models a run made, each with its step.

    Returns:
        The run with its collections.

    Raises:
        RunNotActive: It is deleted.
    """
    rules.require_model_ids(models)
    row = active_row(uow, run_id)
    before = queries.with_collections(uow, [queries.run_of(uow, row)])[0]
    old = {model: before.model_outputs[model] for model in models if model in before.model_outputs}
    items = item_changes("model_outputs", old, models)
    new = {model: step for model, step in models.items() if model not in old}
    if new:
        uow.change(insert(RunModelRow), [model_row(run_id, "output", model, step) for model, step in new.items()])
    for model, step in models.items():
        if model in old and old[model] != step:
            mine = (RunModelRow.run_id == run_id) & (RunModelRow.direction == "output")
            uow.change(update(RunModelRow).where(mine, RunModelRow.model_id == model).values(step=step))
    links = [Link(relation="produced", to=f"logged_model:{model}") for model in new]
    return _write_items(uow, row, before, RunOutputsLogged, items, links)


def change_tags(uow: UnitOfWork, row: Record, before: Run, tags: Mapping[str, str | None]) -> Run:
    """Set the tags that have a value, take the others away; return the run with its collections."""
    after = write_tags(uow, row, before, tags)
    return queries.with_collections(uow, [after])[0]


def write_tags(
    uow: UnitOfWork,
    row: Record,
    before: Run,
    tags: Mapping[str, str | None],
    *,
    fields: Mapping[str, Any] | None = None,
    event: type[Event] = RunTagged,
    occurred_at: datetime | None = None,
) -> Run:
    """Set the tags that have a value and take the others away, and store new values of fields, all in one event.

    Fields that follow tags, such as the name, do so unless `fields` says otherwise. Returns the run without its
    collections.
    """
    wanted = rules.cut({key: value for key, value in tags.items() if value is not None}, rules.MAX_TAG_VALUE)
    rules.require_items("tags", wanted)
    kept = queries.tags_of(uow, [before.id], tags)[before.id] if tags else {}
    items = item_changes("tags", kept, wanted)
    replace_tags(uow, before.id, kept, wanted)
    derived = derived_from_tags(wanted, [key for key in kept if key not in wanted])
    asked = {**derived, **(fields or {})}
    changed = {field: value for field, value in asked.items() if getattr(before, field) != value}
    if not items and not changed:
        return before
    return write_run(uow, row, before, changed, event, items=items, occurred_at=occurred_at)


def _add_params(uow: UnitOfWork, row: Record, before: Run, params: Mapping[str, str]) -> Run:
    wanted = rules.cut(params, rules.MAX_PARAM_VALUE)
    rules.require_items("params", wanted)
    kept = queries.params_of(uow, [before.id], wanted)[before.id] if wanted else {}
    changed = [
        {"key": key, "old_value": kept[key], "new_value": value}
        for key, value in wanted.items()
        if key in kept and kept[key] != value
    ]
    if changed:
        raise ParamChanged(before.id, changed)
    added = {key: value for key, value in wanted.items() if key not in kept}
    if not added:
        return before
    insert_params(uow, before.id, added)
    return write_run(uow, row, before, {}, RunParamsLogged, items=item_changes("params", {}, added))


def _write_items(
    uow: UnitOfWork,
    row: Record,
    before: Run,
    event: type[RunInputsLogged | RunOutputsLogged],
    items: Mapping[str, Change],
    links: Sequence[Link],
) -> Run:
    if not items:
        return before
    bare = before.model_copy(update={name: {} for name in Run.collections})
    after = write_run(uow, row, bare, {}, event, items=items, links=links)
    return queries.with_collections(uow, [after])[0]


def _store_texts(uow: UnitOfWork, dataset: DatasetInput) -> LoggedDataset:
    """Keep the long texts of a dataset under their digests."""
    texts = {
        _digest(text): text for text in (dataset.source, dataset.schema_text, dataset.profile_text) if text is not None
    }
    known = set(uow.execute(select(TrackingTextRow.sha256).where(TrackingTextRow.sha256.in_(sorted(texts)))).scalars())
    rows = [{"sha256": digest, "text": text} for digest, text in texts.items() if digest not in known]
    if rows:
        uow.change(insert(TrackingTextRow), rows)
    return LoggedDataset(
        name=dataset.name,
        digest=dataset.digest,
        source_type=dataset.source_type,
        source_sha256=_digest(dataset.source),
        schema_sha256=None if dataset.schema_text is None else _digest(dataset.schema_text),
        profile_sha256=None if dataset.profile_text is None else _digest(dataset.profile_text),
        tags=dict(dataset.tags),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
