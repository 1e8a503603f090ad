"""Operations on registered models and their aliases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from infrastudio.contexts.registry.queries import models as queries
from infrastudio.contexts.registry.queries import versions as version_queries
from infrastudio.contexts.registry.queries.fields import CLIENT_MODEL_FIELDS
from infrastudio.contexts.registry.queries.search import Search
from infrastudio.contexts.registry.schemas import ModelIn, ModelState, Stage
from infrastudio.contexts.registry.service import models as service
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.filters import CONJUNCTIVE, Ordering, parse_filter, parse_order_by
from infrastudio.protocols.mlflow.errors import invalid_parameter, missing_value
from infrastudio.protocols.mlflow.messages import Json, mapping, message, model_message, version_message
from infrastudio.protocols.mlflow.pages import cut_page, offset_of
from infrastudio.protocols.mlflow.prompts import hide_prompts
from infrastudio.protocols.mlflow.services import Services
from infrastudio.stores.db import Snapshot, UnitOfWork

STAGES: Final[Mapping[str, Stage]] = {
    "none": "draft",
    "staging": "staging",
    "production": "production",
    "archived": "archived",
}
_ALIAS: Final = re.compile(r"[\w-]*", re.ASCII)
_VERSION_ALIAS: Final = re.compile(r"[vV]\d+", re.ASCII)
_NUMBER: Final = re.compile(r"\s*[+-]?\d{1,18}\s*", re.ASCII)


async def create(services: Services, actor: Actor, *, name: str, tags: Sequence[Json], description: str | None) -> Json:
    """Register a model."""
    check_name(name)
    body = ModelIn(name=name, description=description or None, tags=mapping(tags))
    model = await services.db.write(actor, service.create, body)
    return {"registered_model": model_message(model, ())}


async def get(services: Services, actor: Actor, *, name: str) -> Json:
    """Return a model with its newest versions by stage."""
    return {"registered_model": await services.db.read(actor, _model, name)}


async def search(
    services: Services,
    actor: Actor,
    *,
    filter: str,
    max_results: int,
    order_by: Sequence[str],
    page_token: str | None,
) -> Json:
    """Return models, by name unless ordered otherwise; prompts only if the filter names them."""
    offset = offset_of(page_token)
    expression = hide_prompts(parse_filter(filter, CONJUNCTIVE))
    orderings = parse_orderings(order_by)
    wanted = Search(CLIENT_MODEL_FIELDS, expression, orderings, max_results + 1, offset, is_counted=False)
    found = await services.db.read(actor, _search, wanted)
    page, token = cut_page(found, offset, max_results)
    return message(registered_models=page, next_page_token=token)


async def update(services: Services, actor: Actor, *, name: str, description: str | None) -> Json:
    """Set the description; none clears it."""
    model = await services.db.write(actor, _touch, name, {"description": description or None})
    return {"registered_model": model}


async def rename(services: Services, actor: Actor, *, name: str, new_name: str) -> Json:
    """Rename a model; aliases stay."""
    check_name(new_name)
    model = await services.db.write(actor, _touch, name, {"name": new_name})
    return {"registered_model": model}


async def delete(services: Services, actor: Actor, *, name: str) -> Json:
    """Remove a model with all its versions."""
    await services.db.write(actor, service.delete, name)
    return {}


async def get_latest_versions(services: Services, actor: Actor, *, name: str, stages: Sequence[str]) -> Json:
    """Return the newest version of each of the stages, or of every stage."""
    wanted = [stage_of(stage) for stage in stages] or None
    found = await services.db.read(actor, version_queries.latest, name, wanted)
    return message(model_versions=[version_message(version, with_aliases=False) for version in found])


async def set_tag(services: Services, actor: Actor, *, name: str, key: str, value: str) -> Json:
    """Set a tag."""
    await services.db.write(actor, service.set_tags, name, {key: value})
    return {}


async def delete_tag(services: Services, actor: Actor, *, name: str, key: str) -> Json:
    """Remove a tag, whether it is there or not."""
    await services.db.write(actor, service.set_tags, name, {key: None})
    return {}


async def set_alias(services: Services, actor: Actor, *, name: str, alias: str, version: str) -> Json:
    """Let an alias mean a version."""
    check_alias(alias)
    if alias.lower() == "latest":
        raise invalid_parameter("'latest' alias name (case insensitive) is reserved.")
    if _VERSION_ALIAS.fullmatch(alias):
        raise invalid_parameter(f"Version alias name '{alias}' is reserved.")
    await services.db.write(actor, service.set_alias, name, alias, number_of(version))
    return {}


async def get_alias(services: Services, actor: Actor, *, name: str, alias: str) -> Json:
    """Return the version that an alias means."""
    check_alias(alias)
    version = await services.db.read(actor, version_queries.by_alias, name, alias)
    return {"model_version": version_message(version)}


async def delete_alias(services: Services, actor: Actor, *, name: str, alias: str) -> Json:
    """Remove an alias, whether it is there or not."""
    check_alias(alias)
    await services.db.write(actor, service.delete_alias, name, alias)
    return {}


def check_name(name: str) -> None:
    """Refuse names that clients could not put into a URI."""
    if not name.strip():
        raise missing_value("name", see_docs=False)
    if "/" in name or ":" in name:
        raise invalid_parameter(f"Invalid model name '{name}'. Names cannot contain '/' or ':'.")


def check_alias(alias: str) -> None:
    """Refuse aliases with other characters."""
    if not _ALIAS.fullmatch(alias):
        raise invalid_parameter(
            f"Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
        )


def stage_of(stage: str) -> Stage:
    """Return our word for a stage, whatever its case."""
    found = STAGES.get(stage.lower())
    if found is None:
        raise invalid_parameter(
            f"Invalid Model Version stage: {stage}. Value must be one of None, Staging, Production, Archived."
        )
    return found


def number_of(version: str) -> int:
    """Return the number of a version."""
    if not _NUMBER.fullmatch(version):
        raise invalid_parameter(f"Parameter 'version' must be an integer, got '{version}'.")
    return int(version)


def parse_orderings(order_by: Sequence[str]) -> tuple[Ordering, ...]:
    """Return the terms of an order; a key may stand in it once."""
    orderings = tuple(parse_order_by(term) for term in order_by)
    keys = [ordering.identifier.key for ordering in orderings]
    alike = ["timestamp" if key == "last_updated_timestamp" else key for key in keys]
    if len(set(alike)) < len(alike):
        raise invalid_parameter(f"`order_by` contains duplicate fields: {keys}")
    return orderings


def _model(snapshot: Snapshot, name: str) -> Json:
    return _with_versions(snapshot, [queries.model(snapshot, name)])[0]


def _search(snapshot: Snapshot, wanted: Search) -> list[Json]:
    return _with_versions(snapshot, queries.models(snapshot, wanted).items)


def _touch(uow: UnitOfWork, model: str, fields: Mapping[str, str | None]) -> Json:
    return _with_versions(uow, [service.touch(uow, model, **fields)])[0]


def _with_versions(snapshot: Snapshot, models: Sequence[ModelState]) -> list[Json]:
    latest = version_queries.latest_of_models(snapshot, {model.id: model.name for model in models})
    return [model_message(model, latest[model.id]) for model in models]
