"""The routes that give a run's points and log lines away in open formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from infrastudio.contexts.tracking.api.runs import Reader, RunId, Telemetry
from infrastudio.contexts.tracking.queries import runs, telemetry_exports
from infrastudio.http import resource
from infrastudio.http.downloads import Download, Downloads, Headers
from infrastudio.kernel.tables import Column, ColumnBatch, TableFormat, TableFormats

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
    """Return all points of a run as a file, in the order they were logged, repeats included."""
    await reader.read(runs.row, id)
    batches = telemetry_exports.point_columns(telemetry, id)
    return _download(files, formats.get(format), telemetry_exports.POINT_COLUMNS, batches, f"metrics-{id}")


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
    batches = telemetry_exports.line_columns(telemetry, id)
    return _download(files, formats.get(format), telemetry_exports.LINE_COLUMNS, batches, f"logs-{id}")


def _download(
    files: Downloads, table: TableFormat, columns: tuple[Column, ...], batches: Iterator[ColumnBatch], name: str
) -> Response:
    """Answer with a file that is made while it is sent, of what the generator `batches` reads by and by."""

    def produce(_headers: Headers) -> Iterator[bytes]:
        return table.write_columns(columns, batches)

    return Download(files, produce, name=f"{name}.{table.name}", media_type=table.media_type)
