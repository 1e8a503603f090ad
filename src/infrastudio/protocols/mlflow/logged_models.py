"""Operations on logged models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from infrastudio.contexts.registry.queries import logged_models as queries
from infrastudio.contexts.registry.queries.columns import Dataset
from infrastudio.contexts.registry.queries.fields import CLIENT_LOGGED_MODEL_FIELDS
from infrastudio.contexts.registry.queries.logged_models import LoggedModelSearch
from infrastudio.contexts.registry.queries.search import Search
from infrastudio.contexts.registry.schemas import LoggedModel, LoggedModelIn
from infrastudio.contexts.registry.service import logged_models as service
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.filters import CONJUNCTIVE, Identifier, Ordering, parse_filter, parse_order_by
from infrastudio.protocols.mlflow.errors import invalid_parameter
from infrastudio.protocols.mlflow.experiments import known_id, known_ids
from infrastudio.protocols.mlflow.messages import (
    LOGGED_MODEL_STATUSES,
    Json,
    logged_model_message,
    mapping,
    message,
    model_metric,
)
from infrastudio.protocols.mlflow.pages import cut_page, offset_of
from infrastudio.protocols.mlflow.services import Services
from infrastudio.stores.db import Snapshot
from infrastudio.stores.telemetry import TelemetryReader

BAD_CHARACTERS: Final = ("/", ":", ".", "%", '"', "'")
METRIC_ENTITIES: Final = ("metric", "metrics")


async def create(
    services: Services,
    actor: Actor,
    *,
    experiment_id: str,
    name: str | None,
    model_type: str | None,
    source_run_id: str | None,
    params: Sequence[Json],
    tags: Sequence[Json],
) -> Json:
    """Begin a logged model; its files come next."""
    if name and any(character in name for character in BAD_CHARACTERS):
        raise invalid_parameter(
            f"Invalid model name ({name!r}) provided. Model name must be a non-empty string and cannot contain the "
            f"following characters: {BAD_CHARACTERS}"
        )
    body = LoggedModelIn(
        experiment_id=await known_id(services, actor, experiment_id),
        name=name or "",
        model_type=model_type or None,
        source_run_id=source_run_id or None,
        params=mapping(params),
        tags=mapping(tags),
    )
    model = await services.db.write(actor, service.create, body)
    return {"model": logged_model_message(model, ())}


async def get(services: Services, actor: Actor, *, model_id: str, allow_deleted: bool) -> Json:
    """Return a logged model."""
    found = await services.db.read(actor, queries.logged_model, model_id, with_deleted=allow_deleted)
    return {"model": await _with_metrics(services, actor, found)}


async def finalize(services: Services, actor: Actor, *, model_id: str, status: str) -> Json:
    """Say whether the files have come."""
    found = await services.db.write(actor, service.finalize, model_id, LOGGED_MODEL_STATUSES[status])
    return {"model": await _with_metrics(services, actor, found)}


async def delete(services: Services, actor: Actor, *, model_id: str) -> Json:
    """Mark a logged model as deleted."""
    await services.db.write(actor, service.delete, model_id)
    return {}


async def set_tags(services: Services, actor: Actor, *, model_id: str, tags: Sequence[Json]) -> Json:
    """Set tags."""
    await services.db.write(actor, service.set_tags, model_id, mapping(tags))
    return {}


async def delete_tag(services: Services, actor: Actor, *, model_id: str, key: str) -> Json:
    """Remove a tag."""
    await services.db.write(actor, service.delete_tag, model_id, key)
    return {}


async def log_params(services: Services, actor: Actor, *, model_id: str, params: Sequence[Json]) -> Json:
    """Add params."""
    await services.db.write(actor, service.log_params, model_id, mapping(params))
    return {}


async def search(
    services: Services,
    actor: Actor,
    *,
    experiment_ids: Sequence[str],
    filter: str,
    datasets: Sequence[Json],
    max_results: int,
    order_by: Sequence[Json],
    page_token: str | None,
) -> Json:
    """Return logged models of some experiments, the newest first unless ordered otherwise."""
    offset = offset_of(page_token)
    wanted = LoggedModelSearch(
        Search(
            CLIENT_LOGGED_MODEL_FIELDS,
            parse_filter(filter, CONJUNCTIVE),
            tuple(_ordering(each) for each in order_by),
            max_results + 1,
            offset,
        ),
        await known_ids(services, actor, experiment_ids),
        _datasets(datasets) or _datasets(order_by),
    )
    found = await services.db.read(actor, _search, services.telemetry, wanted)
    page, token = cut_page(found, offset, max_results)
    return message(models=page, next_page_token=token)


def require_datasets(datasets: Sequence[Json], _path: str) -> None:
    """Refuse a dataset without a name."""
    if not all(dataset["dataset_name"] for dataset in datasets):
        raise invalid_parameter("`dataset_name` in the `datasets` clause must be specified.")


def require_order(order_by: Sequence[Json], _path: str) -> None:
    """Refuse orders by anything but attributes and metrics."""
    for term in order_by:
        name = term["field_name"]
        entity, dot, _ = name.partition(".")
        if not name:
            raise invalid_parameter("`field_name` in the `order_by` clause must be specified.")
        if dot and entity not in (*METRIC_ENTITIES, "attributes", "attribute"):
            raise invalid_parameter(f"Invalid order by field name: {name}. Only metrics are supported.")


def _ordering(term: Json) -> Ordering:
    name = term["field_name"]
    entity, dot, key = name.partition(".")
    if dot and entity in METRIC_ENTITIES and key:
        return Ordering(Identifier(entity, key.strip('`"')), descending=not term["ascending"])
    return Ordering(parse_order_by(name).identifier, descending=not term["ascending"])


def _datasets(given: Sequence[Json]) -> list[Dataset]:
    return [(each["dataset_name"], each["dataset_digest"] or None) for each in given if each.get("dataset_name")]


async def _with_metrics(services: Services, actor: Actor, model: LoggedModel) -> Json:
    return (await services.db.read(actor, _messages, services.telemetry, [model]))[0]


def _search(snapshot: Snapshot, telemetry: TelemetryReader, wanted: LoggedModelSearch) -> list[Json]:
    return _messages(snapshot, telemetry, queries.logged_models(snapshot, wanted).items)


def _messages(_snapshot: Snapshot, telemetry: TelemetryReader, models: Sequence[LoggedModel]) -> list[Json]:
    """Return logged models with the latest metrics that name them."""
    latest = telemetry.latest_of_models([model.id for model in models])
    return [
        logged_model_message(
            model, [model_metric(stream.id, series, point) for stream, series, point in latest.get(model.id, [])]
        )
        for model in models
    ]
