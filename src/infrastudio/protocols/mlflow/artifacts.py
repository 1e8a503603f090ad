"""Operations on artifacts: the proxy that clients use, and what user interfaces read and write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from starlette.requests import ClientDisconnect

from infrastudio.contexts.registry.queries import logged_models, versions
from infrastudio.contexts.tracking.queries import artifacts as queries
from infrastudio.contexts.tracking.schemas.artifacts import (
    Artifact,
    ArtifactEntry,
    join,
    location_of,
    safe_path,
)
from infrastudio.contexts.tracking.service import artifacts as service
from infrastudio.http.asgi import header, respond
from infrastudio.http.files import ByteRange, File, respond_file
from infrastudio.kernel.actor import Actor
from infrastudio.protocols.mlflow.errors import MlflowError, bad_request, invalid_parameter
from infrastudio.protocols.mlflow.exchange import Exchange, read_body
from infrastudio.protocols.mlflow.messages import Json, message
from infrastudio.protocols.mlflow.models import number_of
from infrastudio.protocols.mlflow.services import Services
from infrastudio.protocols.mlflow.span_index import index_spans
from infrastudio.stores.db import Snapshot

MAX_PAGE_UPLOAD: Final = 10 * 1024 * 1024
"""Bytes that a page may upload at once."""


async def upload(services: Services, exchange: Exchange, *, path: str) -> None:
    """Store a file; its bytes are streamed to the blobs, then it is recorded."""
    location = safe_path(path)
    await services.db.read(exchange.actor, queries.locate, location, right=queries.WRITE)
    stored = await _store(services, exchange, location, exchange.chunks())
    await index_spans(services, exchange.actor, stored)
    await respond(exchange.send, 200, b"{}")


async def download(services: Services, exchange: Exchange, *, path: str) -> None:
    """Send a file, or the part of it that is asked for."""
    await send_file(services, exchange, safe_path(path))


async def list_directory(services: Services, actor: Actor, *, path: str | None) -> Json:
    """Return what lies in a directory, relative to it; nothing for what is not there."""
    entries = await services.db.read(actor, queries.directory, safe_path(path or ""))
    return message(files=[_entry(entry) for entry in entries])


async def remove(services: Services, actor: Actor, *, path: str = "") -> Json:
    """Remove a file or a directory; missing is fine."""
    await services.db.write(actor, service.delete, safe_path(path))
    return {}


async def list_of_run(
    services: Services, actor: Actor, *, run_id: str, path: str | None, page_token: str | None
) -> Json:
    """Return what lies in a directory of a run, relative to the run's root."""
    del page_token  # everything stands on the first page
    root = await services.db.read(actor, queries.run_root, run_id)
    files = await _listed(services, replace(actor, project=root.project), root.uri, path)
    return message(root_uri=root.uri, files=files)


async def list_of_logged_model(
    services: Services,
    actor: Actor,
    *,
    model_id: str,
    artifact_directory_path: str | None,
    page_token: str | None,
) -> Json:
    """Return what lies in a directory of a logged model, relative to the model's root."""
    del page_token  # everything stands on the first page
    model = await services.db.read(actor, logged_models.logged_model, model_id)
    owner = replace(actor, project=model.project)
    files = await _listed(services, owner, model.location, artifact_directory_path)
    return message(root_uri=model.location, files=files)


async def download_of_run(services: Services, exchange: Exchange, *, run_id: str, path: str) -> None:
    """Send a file of a run."""
    root = await services.db.read(exchange.actor, queries.run_root, run_id)
    await _send_below(services, exchange.within(root.project), root.uri, path)


async def download_of_version(services: Services, exchange: Exchange, *, name: str, version: str, path: str) -> None:
    """Send a file of a version of a registered model."""
    found = await services.db.read(exchange.actor, versions.version, name, number_of(version))
    await _send_below(services, exchange.within(found.project), found.location, path)


async def download_of_logged_model(
    services: Services, exchange: Exchange, *, model_id: str, artifact_file_path: str | None
) -> None:
    """Send a file of a logged model."""
    if not artifact_file_path:
        raise bad_request('Request must include the "artifact_file_path" query parameter.')
    model = await services.db.read(exchange.actor, logged_models.logged_model, model_id)
    await _send_below(services, exchange.within(model.project), model.location, artifact_file_path)


async def upload_of_page(services: Services, exchange: Exchange, *, run_uuid: str | None, path: str | None) -> None:
    """Store a small file of a run that a page sends whole."""
    if not run_uuid:
        raise invalid_parameter("Request must specify run_uuid.")
    if not path:
        raise invalid_parameter("Request must specify path.")
    relative = safe_path(path)
    length = header(exchange.scope, b"content-length") or ""
    if length.isdecimal() and int(length) > MAX_PAGE_UPLOAD:
        raise _too_large_for_page()
    data = await read_body(exchange.receive)
    if not data:
        raise invalid_parameter("Request must specify data.")
    if len(data) > MAX_PAGE_UPLOAD:
        raise _too_large_for_page()
    root = await services.db.read(exchange.actor, queries.run_root, run_uuid)
    location = join(_kept_here(root.uri), relative)
    owner = exchange.within(root.project)
    await services.db.read(owner.actor, queries.locate, location, right=queries.WRITE)
    await _store(services, owner, location, data)
    await respond(exchange.send, 200, b"{}")


async def _store(
    services: Services, exchange: Exchange, location: str, chunks: bytes | AsyncIterator[bytes]
) -> Artifact:
    try:
        blob = await services.blobs.put(chunks, limit_bytes=services.max_artifact_bytes)
    except ClientDisconnect as error:
        raise bad_request("The upload ended before its end.") from error
    try:
        return await services.db.write(exchange.actor, service.write, location, blob)
    except service.PlaceTaken as error:
        raise invalid_parameter(f"Invalid path: {error.message}") from error


async def _send_below(services: Services, exchange: Exchange, uri: str, path: str) -> None:
    await send_file(services, exchange, join(_kept_here(uri), safe_path(path)))


async def send_file(services: Services, exchange: Exchange, location: str) -> None:
    """Send the file at a location, or the part of it that is asked for."""
    found = await services.db.read(exchange.actor, _find, location)

    def read(part: ByteRange) -> AsyncIterator[bytes]:
        return services.blobs.read(found.sha256, start=part.start, end=part.end)

    name = location.rpartition("/")[2]
    await respond_file(exchange.scope, exchange.send, File(name, found.size_bytes, found.sha256, read))


def _find(snapshot: Snapshot, location: str) -> Artifact:
    """Return the file at a location.

    Raises:
        UnknownArtifact: Nothing is there.
        MlflowError: A directory is there.
    """
    place = queries.locate(snapshot, location, right=queries.READ)
    found = queries.row_at(snapshot, place)
    if found is not None:
        return found
    if not place.location or queries.is_directory(snapshot, place):
        raise invalid_parameter(f"Invalid path: '{location}' is a directory.")
    raise queries.UnknownArtifact(location)


async def _listed(services: Services, actor: Actor, uri: str, path: str | None) -> list[Json]:
    root = _kept_here(uri)
    entries = await services.db.read(actor, queries.directory, join(root, safe_path(path or "")), relative_to=root)
    return [_entry(entry) for entry in entries]


def _entry(entry: ArtifactEntry) -> Json:
    return message(path=entry.path, is_dir=entry.is_directory, file_size=entry.size_bytes or None)


def _kept_here(uri: str) -> str:
    location = location_of(uri)
    if location is None:
        raise invalid_parameter(f"The artifacts are kept at {uri!r}, not by this server; read them there.")
    return location


def _too_large_for_page() -> MlflowError:
    return invalid_parameter("Artifact size is too large. Max size is 10MB.")
