"""Operations on versions of registered models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from infrastudio.contexts.registry.queries import logged_models
from infrastudio.contexts.registry.queries import versions as queries
from infrastudio.contexts.registry.queries.fields import CLIENT_VERSION_FIELDS
from infrastudio.contexts.registry.queries.models import UnknownModel
from infrastudio.contexts.registry.queries.search import Search
from infrastudio.contexts.registry.schemas import VersionIn
from infrastudio.contexts.registry.service import files, transitions
from infrastudio.contexts.registry.service import versions as service
from infrastudio.contexts.registry.service.origins import Origin, resolve_origin, stated_origin
from infrastudio.contexts.tracking.schemas.artifacts import location_of
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.filters import CONJUNCTIVE, parse_filter
from infrastudio.protocols.mlflow.errors import invalid_parameter
from infrastudio.protocols.mlflow.messages import Json, mapping, message, version_message
from infrastudio.protocols.mlflow.models import number_of, parse_orderings, stage_of
from infrastudio.protocols.mlflow.pages import cut_page, offset_of
from infrastudio.protocols.mlflow.prompts import hide_prompts, is_prompt
from infrastudio.protocols.mlflow.services import Services


async def create(
    services: Services,
    actor: Actor,
    *,
    name: str,
    source: str,
    run_id: str | None,
    model_id: str | None,
    tags: Sequence[Json],
    run_link: str | None,
    description: str,
) -> Json:
    """Register a version."""
    body = VersionIn.model_construct(
        source=source,
        run_id=run_id or None,
        logged_model_id=model_id or None,
        notes=description,
        run_link=run_link or None,
        tags=mapping(tags),
        evaluation={},
    )
    origin = await _origin(services, actor, body)
    root = location_of(origin.location) if not is_prompt(body.tags) else None
    folder = await files.read_model_folder(services.db, services.blobs, actor, root) if root is not None else None
    version = await services.db.write(actor, service.create, name, body, origin=origin, folder=folder)
    return {"model_version": version_message(version)}


async def get(services: Services, actor: Actor, *, name: str, version: str) -> Json:
    """Return a version."""
    with _naming(name, version) as number:
        found = await services.db.read(actor, queries.version, name, number)
    return {"model_version": version_message(found)}


async def search(
    services: Services,
    actor: Actor,
    *,
    filter: str,
    max_results: int,
    order_by: Sequence[str],
    page_token: str | None,
) -> Json:
    """Return versions, the last updated first unless ordered otherwise; prompts only if the filter names them."""
    offset = offset_of(page_token)
    expression = hide_prompts(parse_filter(filter, CONJUNCTIVE))
    wanted = Search(
        CLIENT_VERSION_FIELDS, expression, parse_orderings(order_by), max_results + 1, offset, is_counted=False
    )
    found = await services.db.read(actor, queries.versions, wanted)
    page, token = cut_page(found.items, offset, max_results)
    return message(model_versions=[version_message(version) for version in page], next_page_token=token)


async def get_download_uri(services: Services, actor: Actor, *, name: str, version: str) -> Json:
    """Return where the files of a version lie."""
    with _naming(name, version) as number:
        found = await services.db.read(actor, queries.version, name, number)
    return {"artifact_uri": found.location}


async def update(services: Services, actor: Actor, *, name: str, version: str, description: str | None) -> Json:
    """Set the description; none clears it."""
    fields = {"description": description}
    with _naming(name, version) as number:
        found = await services.db.write(actor, service.update, name, number, fields)
    return {"model_version": version_message(found)}


async def transition_stage(
    services: Services, actor: Actor, *, name: str, version: str, stage: str, archive_existing_versions: bool
) -> Json:
    """Move a version to a stage."""
    wanted = stage_of(stage)
    if archive_existing_versions and wanted not in ("staging", "production"):
        raise invalid_parameter(
            "Model version transition cannot archive existing model versions because "
            f"'{stage}' is not an Active stage. Valid stages are Staging, Production"
        )
    with _naming(name, version) as number:
        found = await services.db.write(
            actor, transitions.transition, name, number, wanted, archive_existing=archive_existing_versions
        )
    return {"model_version": version_message(found)}


async def delete(services: Services, actor: Actor, *, name: str, version: str) -> Json:
    """Remove a version and its aliases."""
    with _naming(name, version) as number:
        await services.db.write(actor, service.delete, name, number)
    return {}


async def set_tag(services: Services, actor: Actor, *, name: str, version: str, key: str, value: str) -> Json:
    """Set a tag."""
    with _naming(name, version) as number:
        await services.db.write(actor, service.set_tags, name, number, {key: value})
    return {}


async def delete_tag(services: Services, actor: Actor, *, name: str, version: str, key: str) -> Json:
    """Remove a tag, whether it is there or not."""
    with _naming(name, version) as number:
        await services.db.write(actor, service.set_tags, name, number, {key: None})
    return {}


@contextmanager
def _naming(name: str, version: str) -> Iterator[int]:
    """Yield the number of a version; to clients an unknown model is an unknown version."""
    number = number_of(version)
    try:
        yield number
    except UnknownModel as error:
        raise queries.UnknownVersion(name, number) from error


async def _origin(services: Services, actor: Actor, body: VersionIn) -> Origin:
    """Return where the files of a new version lie; prompts have none, their source is any text."""
    if is_prompt(body.tags):
        return Origin(body.source or "", body.source or "", body.run_id, None)
    try:
        stated = stated_origin(body)
        return stated if stated is not None else await services.db.read(actor, resolve_origin, body)
    except logged_models.UnknownLoggedModel as error:
        raise _invalid_source(body) from error
    except ValidationFailed as error:
        text = error.problems[0].message
        if text.startswith("Invalid model version source"):
            raise invalid_parameter(text) from error
        raise invalid_parameter(f"Invalid model version source: '{body.source}'. It {text}.") from error


def _invalid_source(body: VersionIn) -> Exception:
    return invalid_parameter(
        f"Invalid model version source: '{body.source}'. The model_id request parameter must identify the resource "
        "that contains the source."
    )
