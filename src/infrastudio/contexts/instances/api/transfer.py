"""The routes of tables in files: exports of the list and of histories, and the import."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.requests import ClientDisconnect

from infrastudio.contexts.instances import queries
from infrastudio.contexts.instances.api.parameters import (
    InstanceId,
    ListFilter,
    NamePart,
    Order,
    Reader,
    RecordFilter,
    Word,
    Writer,
)
from infrastudio.contexts.instances.schemas.imports import ImportOptions, OnConflict, SourceName
from infrastudio.contexts.instances.service.importer import Importer, Upload
from infrastudio.contexts.realtime.schemas import Operation
from infrastudio.http import Access, AsOf, ProjectParameter, resource, set_location
from infrastudio.http.downloads import Download, Downloads, Headers
from infrastudio.http.envelope import EnvelopeRoute
from infrastudio.kernel.errors import Malformed, Problem, UnsupportedMediaType, ValidationFailed
from infrastudio.kernel.tables import Column, FormatName, ReadOptions, Row, TableFormats
from infrastudio.kernel.text import Text
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment

IMPORT_PATH: Final = "/api/instances/import"
MAX_IMPORT_BYTES: Final = 64 * 1024 * 1024
ANY_BYTES: Final = "application/octet-stream"
MEDIA_TYPES: Final[dict[str, FormatName]] = {
    "text/csv": "csv",
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.apache.parquet": "parquet",
}

router = APIRouter(prefix="/api/instances", tags=["instances"])

Formats = Annotated[TableFormats, Depends(resource(TableFormats))]
Files = Annotated[Downloads, Depends(resource(Downloads))]
Imports = Annotated[Importer, Depends(resource(Importer))]
FormatParameter = Annotated[FormatName, Query(description="The format of the file.")]
ColumnNames = Annotated[Text | None, Query(max_length=4000, description="Names with commas between; all by default.")]
Flag = Literal["0", "1"]

_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES},
    }
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The file; at most 64 MB and 10,000 rows. CSV that is not UTF-8 names its charset.",
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in [*MEDIA_TYPES, ANY_BYTES]},
    }
}


@router.get("/export", response_class=Response, responses=_FILE)
async def export_instances(
    reader: Reader,
    at: AsOf,
    wanted: ListFilter,
    formats: Formats,
    files: Files,
    format: FormatParameter = "csv",
    sort: Word = None,
    order: Order = "asc",
    columns: ColumnNames = None,
    project: ProjectParameter = None,
) -> Response:
    """Return the whole list as a file, as it was at one moment: that of `X-As-Of-Seq`."""

    def rows(snapshot: Snapshot) -> Iterator[Row]:
        descending = order == "desc"
        return queries.list_rows(snapshot, wanted, project=project, sort=sort or "id", descending=descending, at=at)

    chosen = queries.choose(queries.LIST_COLUMNS, columns)
    return _download(files, formats, format, reader, chosen, rows, name="instances", at=at)


@router.get("/history/export", response_class=Response, responses=_FILE)
async def export_fleet_history(
    reader: Reader,
    at: AsOf,
    wanted: RecordFilter,
    formats: Formats,
    files: Files,
    name: NamePart = None,
    format: FormatParameter = "csv",
    order: Order = "desc",
    columns: ColumnNames = None,
    project: ProjectParameter = None,
) -> Response:
    """Return what happened to all instances as a file, as far as it had happened at `X-As-Of-Seq`."""
    named = wanted.model_copy(update={"name": name})

    def rows(snapshot: Snapshot) -> Iterator[Row]:
        return queries.history_rows(snapshot, None, named, project=project, descending=order == "desc", at=at)

    chosen = queries.choose(queries.HISTORY_COLUMNS, columns)
    return _download(files, formats, format, reader, chosen, rows, name="instances-history", at=at)


@router.get("/{id}/history/export", response_class=Response, responses=_FILE)
async def export_history(
    id: InstanceId,
    reader: Reader,
    at: AsOf,
    wanted: RecordFilter,
    formats: Formats,
    files: Files,
    format: FormatParameter = "csv",
    order: Order = "desc",
    columns: ColumnNames = None,
) -> Response:
    """Return what happened to an instance as a file, as far as it had happened at `X-As-Of-Seq`."""

    def rows(snapshot: Snapshot) -> Iterator[Row]:
        return queries.history_rows(snapshot, id, wanted, descending=order == "desc", at=at)

    chosen = queries.choose(queries.HISTORY_COLUMNS, columns)
    return _download(files, formats, format, reader, chosen, rows, name=f"instance-{id}-history", at=at)


imports = APIRouter(prefix="/api/instances", tags=["instances"], route_class=EnvelopeRoute)


@imports.post("/import", status_code=202, openapi_extra=_BODY)
async def import_file(
    request: Request,
    response: Response,
    writer: Writer,
    formats: Formats,
    importer: Imports,
    format: Annotated[FormatName | None, Query(description="By default what the Content-Type says.")] = None,
    dry_run: Annotated[Flag, Query(description="`1`: report only, change nothing.")] = "0",
    on_conflict: Annotated[OnConflict, Query(description="For instances of the same name that differ.")] = "update",
    keep_ids: Annotated[Flag, Query(description="`1`: keep the ids of the file that were never in use.")] = "0",
    source: Annotated[SourceName | None, Query(description="Where it comes from; by default the format.")] = None,
    project: ProjectParameter = None,
) -> Operation:
    """Create and update instances from a file, by their names: all or nothing, as a long operation.

    Its result reports each row. The file is read and checked, then written in one go. A second time nothing changes.
    """
    media_type, encoding = _content_type(request)
    name = _format_of(format, media_type)
    table = formats.get(name)
    options = ImportOptions(
        dry_run=dry_run == "1", on_conflict=on_conflict, keep_ids=keep_ids == "1", source=source or name
    )
    upload = Upload(await _received(request), table, ReadOptions(encoding=encoding or "utf-8"))
    operation = await importer.start(writer.actor, upload, options, project=project, once=writer.repeat)
    set_location(request, response, f"/api/operations/{operation.id}")
    return operation


def _download(
    files: Downloads,
    formats: TableFormats,
    format: FormatName,
    reader: Access,
    columns: tuple[Column, ...],
    rows: Callable[[Snapshot], Iterator[Row]],
    *,
    name: str,
    at: Moment | None,
) -> Response:
    table = formats.get(format)

    def produce(headers: Headers) -> Iterator[bytes]:
        with reader.db.snapshot(reader.actor) as snapshot:
            if at is None:
                headers["x-as-of-seq"] = str(ledger.head(snapshot))
            yield from table.write(columns, rows(snapshot))

    return Download(files, produce, name=f"{name}.{format}", media_type=table.media_type)


def _content_type(request: Request) -> tuple[str, str | None]:
    """Return the media type of the body, and the encoding that it names."""
    media_type, *parameters = request.headers.get("content-type", "").split(";")
    named = dict(part.strip().lower().partition("=")[::2] for part in parameters)
    return media_type.strip().lower(), named.get("charset", "").strip('"') or None


def _format_of(asked: FormatName | None, media_type: str) -> FormatName:
    said = MEDIA_TYPES.get(media_type)
    if said is None and media_type not in ("", ANY_BYTES):
        raise UnsupportedMediaType(Problem("Content-Type", f"must be one of {', '.join([*MEDIA_TYPES, ANY_BYTES])}"))
    if said is not None and asked is not None and said != asked:
        raise UnsupportedMediaType(Problem("Content-Type", f"says {said}, but format says {asked}"))
    found = asked or said
    if found is None:
        raise ValidationFailed.of("format", f"is required; known are {', '.join(MEDIA_TYPES.values())}")
    return found


async def _received(request: Request) -> Any:
    """Return the body as a temporary file at its beginning."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the operation closes it
    try:
        async for chunk in request.stream():
            file.write(chunk)
        file.seek(0)
    except ClientDisconnect as error:
        file.close()
        raise Malformed(Problem("body", "ended before it was whole")) from error
    except BaseException:
        file.close()
        raise
    return file
