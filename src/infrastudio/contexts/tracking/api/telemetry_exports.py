"""The routes that give a run's points and log lines away in open formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from infrastudio.contexts.tracking.api.runs import Reader, RunId, Telemetry
from infrastudio.contexts.tracking.queries import runs, telemetry_exports
from infrastudio.http import resource
from infrastudio.http.downloads import Download, Downloads, Headers
from infrastudio.kernel.tables import Column, Row, TableFormats

router = APIRouter(prefix="/api/runs/{id}", tags=["runs"])

Formats = Annotated[TableFormats, Depends(resource(TableFormats))]
Files = Annotated[Downloads, Depends(resource(Downloads))]
ExportFormat = Annotated[Literal["parquet", "csv"], Query(description="The format of the file.")]

_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {
            name: {"schema": {"type": "string", "format": "binary"}}
            for name in ("application/vnd.apache.parquet", "text/csv")
        },
    }
}


@router.get("/metrics/export", response_class=Response, responses=_FILE)
async def export_metrics(
    id: RunId,
    reader: Reader,
    telemetry: Telemetry,
    formats: Formats,
    files: Files,
    format: ExportFormat = "parquet",
) -> Response:
    """Return all points of a run as a file, in the order they were logged."""
    await reader.read(runs.row, id)
    rows = telemetry_exports.point_rows
    return _download(
        files, formats, format, telemetry_exports.POINT_COLUMNS, lambda: rows(telemetry, id), f"metrics-{id}"
    )


@router.get("/logs/export", response_class=Response, responses=_FILE)
async def export_logs(
    id: RunId,
    reader: Reader,
    telemetry: Telemetry,
    formats: Formats,
    files: Files,
    format: ExportFormat = "parquet",
) -> Response:
    """Return all log lines of a run as a file."""
    await reader.read(runs.row, id)
    rows = telemetry_exports.line_rows
    return _download(files, formats, format, telemetry_exports.LINE_COLUMNS, lambda: rows(telemetry, id), f"logs-{id}")


def _download(
    files: Downloads,
    formats: TableFormats,
    format: Literal["parquet", "csv"],
    columns: tuple[Column, ...],
    rows: Callable[[], Iterator[Row]],
    name: str,
) -> Response:
    table = formats.get(format)

    def produce(_headers: Headers) -> Iterator[bytes]:
        yield from table.write(columns, rows())

    return Download(files, produce, name=f"{name}.{format}", media_type=table.media_type)
