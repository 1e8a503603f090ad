"""Operations on evaluation datasets; tags, schema, profile and records travel as JSON in text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from pydantic import TypeAdapter

from infrastudio.contexts.data.queries import evaluation as queries
from infrastudio.contexts.data.queries.evaluation import DatasetSearch
from infrastudio.contexts.data.schemas import (
    EvaluationDataset,
    EvaluationDatasetIn,
    EvaluationRecord,
    EvaluationRecordIn,
    Merged,
)
from infrastudio.contexts.data.service import evaluation as service
from infrastudio.contexts.tracking.queries import experiments
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.filters import CONJUNCTIVE, parse_filter, parse_order_by
from infrastudio.protocols.mlflow.errors import invalid_parameter
from infrastudio.protocols.mlflow.experiments import known_ids
from infrastudio.protocols.mlflow.fields import ANY_JSON, COERCED_TEXT
from infrastudio.protocols.mlflow.messages import Json, message, millis
from infrastudio.protocols.mlflow.pages import cut_page, offset_of
from infrastudio.protocols.mlflow.services import Services
from infrastudio.stores.db import UnitOfWork

MAX_RECORDS: Final = 1000
"""Records in one request, and in one answer."""
SCHEMA_VERSION: Final = "1.0"

_RECORDS: Final = TypeAdapter(list[EvaluationRecordIn])


async def create(
    services: Services, actor: Actor, *, name: str, experiment_ids: Sequence[str], tags: str | None
) -> Json:
    """Make a dataset."""
    wanted = await known_ids(services, actor, experiment_ids)
    made = await services.db.write(actor, _create, name, wanted, _tags(tags))
    return {"dataset": _dataset_message(made)}


async def get(services: Services, actor: Actor, *, dataset_id: str) -> Json:
    """Return a dataset without its records."""
    return {"dataset": _dataset_message(await services.db.read(actor, queries.dataset, dataset_id))}


async def delete(services: Services, actor: Actor, *, dataset_id: str) -> Json:
    """Remove a dataset with its records."""
    await services.db.write(actor, service.delete, dataset_id)
    return {}


async def search(
    services: Services,
    actor: Actor,
    *,
    experiment_ids: Sequence[str],
    filter_string: str,
    max_results: int,
    order_by: Sequence[str],
    page_token: str | None,
) -> Json:
    """Return datasets, the newest first unless ordered otherwise."""
    offset = offset_of(page_token)
    wanted = DatasetSearch(
        await known_ids(services, actor, experiment_ids),
        parse_filter(filter_string, CONJUNCTIVE),
        [parse_order_by(term) for term in order_by],
        max_results + 1,
        offset,
    )
    page, token = cut_page(await services.db.read(actor, queries.search, wanted), offset, max_results)
    return message(datasets=[_dataset_message(each) for each in page], next_page_token=token)


async def set_tags(services: Services, actor: Actor, *, dataset_id: str, tags: str) -> Json:
    """Set tags; one without a value is removed."""
    changed = await services.db.write(actor, service.set_tags, dataset_id, _tags(tags))
    return {"dataset": _dataset_message(changed)}


async def delete_tag(services: Services, actor: Actor, *, dataset_id: str, key: str) -> Json:
    """Remove a tag, whether it is there or not."""
    await services.db.write(actor, service.set_tags, dataset_id, {key: None})
    return {}


async def upsert_records(
    services: Services, actor: Actor, *, dataset_id: str, records: str, updated_by: str | None
) -> Json:
    """Add records, or add to those whose inputs are known."""
    del updated_by  # records say in their tags who sends them
    given = _decoded(records, "records")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise invalid_parameter("Parameter 'records' must be the JSON of a list of objects.")
    if len(given) > MAX_RECORDS:
        raise invalid_parameter(f"A request can hold at most {MAX_RECORDS} records. Got {len(given)}.")
    known = EvaluationRecordIn.model_fields
    bodies = _RECORDS.validate_python(
        [{"inputs": {}} | {n: v for n, v in each.items() if n in known} for each in given]
    )
    merged: Merged = await services.db.write(actor, service.merge_records, dataset_id, bodies)
    return {"inserted_count": merged.inserted, "updated_count": merged.updated}


async def get_records(
    services: Services, actor: Actor, *, dataset_id: str, max_results: int, page_token: str | None
) -> Json:
    """Return a part of the records, the oldest first."""
    offset = offset_of(page_token)
    found = await services.db.read(actor, queries.records, dataset_id, limit=max_results + 1, offset=offset)
    page, token = cut_page(found, offset, max_results)
    return message(records=orjson.dumps([_record_message(each) for each in page]).decode(), next_page_token=token)


async def delete_records(
    services: Services, actor: Actor, *, dataset_id: str, dataset_record_ids: Sequence[str]
) -> Json:
    """Remove records; those that are not there are passed over."""
    return {"deleted_count": await services.db.write(actor, service.delete_records, dataset_id, dataset_record_ids)}


async def get_experiment_ids(services: Services, actor: Actor, *, dataset_id: str) -> Json:
    """Return the experiments in which a dataset is used."""
    found = await services.db.read(actor, queries.dataset, dataset_id)
    return message(experiment_ids=list(found.experiment_ids))


async def add_experiments(services: Services, actor: Actor, *, dataset_id: str, experiment_ids: Sequence[str]) -> Json:
    """Say that a dataset is used in more experiments."""
    wanted = await known_ids(services, actor, experiment_ids)
    return {"dataset": _dataset_message(await services.db.write(actor, _add_experiments, dataset_id, wanted))}


async def remove_experiments(
    services: Services, actor: Actor, *, dataset_id: str, experiment_ids: Sequence[str]
) -> Json:
    """Say that a dataset is not used in some experiments."""
    gone = set(await known_ids(services, actor, experiment_ids))
    return {"dataset": _dataset_message(await services.db.write(actor, _remove_experiments, dataset_id, gone))}


def _create(uow: UnitOfWork, name: str, experiment_ids: Sequence[str], tags: Mapping[str, str]) -> EvaluationDataset:
    """Make a dataset in the project of its experiments, which must be one; without any, in the actor's own."""
    found = {experiments.experiment(uow, id).project for id in experiment_ids}
    if len(found) > 1:
        raise invalid_parameter("The experiments of a dataset must belong to one project.")
    body = EvaluationDatasetIn(name=name, experiment_ids=tuple(experiment_ids), tags=dict(tags))
    return service.create(uow, body, project=next(iter(found), None))


def _add_experiments(uow: UnitOfWork, id: str, experiment_ids: Sequence[str]) -> EvaluationDataset:
    known = queries.dataset(uow, id)
    if any(experiments.experiment(uow, each).project != known.project for each in experiment_ids):
        raise invalid_parameter("The experiments of a dataset must belong to its project.")
    return service.set_experiments(uow, id, [*known.experiment_ids, *experiment_ids])


def _remove_experiments(uow: UnitOfWork, id: str, gone: set[str]) -> EvaluationDataset:
    known = queries.dataset(uow, id)
    return service.set_experiments(uow, id, [each for each in known.experiment_ids if each not in gone])


def _dataset_message(dataset: EvaluationDataset) -> Json:
    profile = {"num_records": dataset.record_count} if dataset.record_count else None
    return message(
        dataset_id=dataset.id,
        name=dataset.name,
        tags=orjson.dumps(dataset.tags).decode() if dataset.tags else None,
        schema=orjson.dumps(dataset.fields | {"version": SCHEMA_VERSION}).decode() if dataset.fields else None,
        profile=None if profile is None else orjson.dumps(profile).decode(),
        digest=dataset.digest,
        created_time=millis(dataset.created_at),
        last_update_time=millis(dataset.updated_at),
        created_by=dataset.created_by,
        last_updated_by=dataset.updated_by,
        experiment_ids=list(dataset.experiment_ids),
    )


def _record_message(record: EvaluationRecord) -> Json:
    source = record.content.get("source") or {}
    return {
        **record.content,
        **message(
            dataset_record_id=record.id,
            dataset_id=record.dataset_id,
            source_type=source.get("source_type"),
            created_time=millis(record.created_at),
            last_update_time=millis(record.updated_at),
            created_by=record.created_by,
            last_updated_by=record.updated_by,
        ),
    }


def _tags(text: str | None) -> dict[str, Any]:
    value = _decoded(text, "tags") if text else {}
    if not isinstance(value, dict):
        raise invalid_parameter("Parameter 'tags' must be the JSON of an object.")
    return {key: each if each is None else COERCED_TEXT.decode(each, f"tags.{key}") for key, each in value.items()}


def _decoded(text: str, path: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise invalid_parameter(f"Parameter '{path}' must be JSON: {error}") from error
    return ANY_JSON.decode(value, path)
