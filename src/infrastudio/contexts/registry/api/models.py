"""The routes of models and their aliases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Concatenate, ParamSpec

from fastapi import APIRouter, Depends, Query, Request, Response

from infrastudio.contexts.registry.api.parameters import PREFIX, Force, ModelKey, Reader, Writer
from infrastudio.contexts.registry.queries import alias_moves, comparisons, models, summaries
from infrastudio.contexts.registry.schemas import (
    Alias,
    AliasIn,
    AliasMovePage,
    Model,
    ModelIn,
    ModelPage,
    ModelState,
    ModelUpdate,
    ModelVersion,
    VersionComparison,
)
from infrastudio.contexts.registry.service import models as service
from infrastudio.http import (
    AsOf,
    IfMatch,
    PageParameters,
    ProjectParameter,
    resource,
    set_etag,
    set_location,
)
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.pages import MAX_LIMIT, MAX_OFFSET
from infrastudio.kernel.text import Text
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.telemetry import TelemetryStore

router = APIRouter(prefix=PREFIX, tags=["registry"])

Parameters = ParamSpec("Parameters")


def _answering(
    verb: Callable[Concatenate[UnitOfWork, Parameters], ModelState],
) -> Callable[Concatenate[UnitOfWork, Parameters], Model]:
    """Return a verb that answers a model as clients see it; the verbs themselves know only what the ledger keeps."""

    def run(uow: UnitOfWork, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Model:
        return summaries.shown(uow, [verb(uow, *args, **kwargs)])[0]

    return run


_create = _answering(service.create)
_update = _answering(service.update)
_set_alias = _answering(service.set_alias)


@router.post("", status_code=201)
async def create_model(
    body: ModelIn, request: Request, response: Response, writer: Writer, project: ProjectParameter = None
) -> Model:
    """Register a model."""
    model = await writer.write(_create, body, project=project)
    set_location(request, response, f"{PREFIX}/{model.id}")
    set_etag(response, model.version)
    return model


@router.get("")
async def list_models(reader: Reader, page: PageParameters, at: AsOf, project: ProjectParameter = None) -> ModelPage:
    """Return a page of models, the newest first."""
    return await reader.read(models.page, page, project=project, at=at)


@router.get("/{model}")
async def get_model(
    model: ModelKey, response: Response, reader: Reader, at: AsOf, project: ProjectParameter = None
) -> Model:
    """Return one model, with what its versions and their users say: more than its ETag counts."""
    found = await reader.read(models.summary, model, project=project, at=at)
    set_etag(response, found.version)
    return found


@router.patch("/{model}")
async def update_model(
    model: ModelKey,
    body: ModelUpdate,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    project: ProjectParameter = None,
) -> Model:
    """Change any subset of a model's fields."""
    found = await writer.write(_update, model, body, expected=seen, project=project)
    set_etag(response, found.version)
    return found


@router.delete("/{model}", status_code=204)
async def delete_model(
    model: ModelKey, writer: Writer, seen: IfMatch, force: Force = False, project: ProjectParameter = None
) -> None:
    """Remove a model with all its versions; what is served only by `force`."""
    await writer.write(service.delete, model, expected=seen, project=project, force=force)


@router.get("/{model}/compare")
async def compare_versions(
    model: ModelKey,
    reader: Reader,
    telemetry: Annotated[TelemetryStore, Depends(resource(TelemetryStore))],
    at: AsOf,
    versions: Annotated[Text, Query(max_length=200, description="Two to five numbers, separated by commas.")],
    project: ProjectParameter = None,
) -> VersionComparison:
    """Return how versions of a model differ: params and metrics of their runs, evaluation, signature, files."""
    return await reader.read(comparisons.compare, telemetry, model, _numbers(versions), project=project, at=at)


@router.get("/{model}/alias-moves")
async def list_alias_moves(
    model: ModelKey,
    reader: Reader,
    at: AsOf,
    alias: Annotated[Text | None, Query(max_length=255, description="One alias; left out: all.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    cursor: Annotated[Text | None, Query(max_length=4000)] = None,
    project: ProjectParameter = None,
) -> AliasMovePage:
    """Return what aliases meant when, the last move first; those of versions that are gone too."""
    return await reader.read(
        alias_moves.page, model, alias=alias, limit=limit, offset=offset, cursor=cursor, project=project, at=at
    )


@router.get("/{model}/aliases/{alias}")
async def get_alias(
    model: ModelKey, alias: Alias, response: Response, reader: Reader, at: AsOf, project: ProjectParameter = None
) -> ModelVersion:
    """Return the version that an alias means, or meant at a moment."""
    found = await reader.read(alias_moves.by_alias_at, model, alias, project=project, at=at)
    set_etag(response, found.version)
    return found


@router.put("/{model}/aliases/{alias}")
async def set_alias(
    model: ModelKey,
    alias: Alias,
    body: AliasIn,
    response: Response,
    writer: Writer,
    seen: IfMatch,
    project: ProjectParameter = None,
) -> Model:
    """Let an alias mean a version; it moves from where it was."""
    found = await writer.write(_set_alias, model, alias, body.version, expected=seen, project=project)
    set_etag(response, found.version)
    return found


@router.delete("/{model}/aliases/{alias}", status_code=204)
async def delete_alias(
    model: ModelKey, alias: Alias, writer: Writer, seen: IfMatch, project: ProjectParameter = None
) -> None:
    """Remove an alias."""
    await writer.write(service.delete_alias, model, alias, expected=seen, project=project)


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        raise ValidationFailed.of("versions", "must be numbers of versions, separated by commas", "1,2")
    return [int(part) for part in parts]
