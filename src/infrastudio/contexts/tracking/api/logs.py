"""The routes of a run's log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from infrastudio.contexts.tracking.api.metrics import Active
from infrastudio.contexts.tracking.api.runs import Appender, Reader, RunId, Telemetry
from infrastudio.contexts.tracking.queries import logs
from infrastudio.contexts.tracking.queries.logs import LogQuestion
from infrastudio.contexts.tracking.schemas.logs import (
    Direction,
    LevelWord,
    LinesLogged,
    LogHistogram,
    LogHits,
    LogLinesIn,
    LogPage,
    LogStream,
)
from infrastudio.contexts.tracking.service import telemetry as ingest
from infrastudio.http import AsOf
from infrastudio.kernel.clock import parse_time
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import MAX_INTEGER, Text

router = APIRouter(prefix="/api/runs/{id}/logs", tags=["runs"])

TimeText = Annotated[Text | None, Query(max_length=64, description="An RFC 3339 time.")]
LineNumber = Annotated[int | None, Query(ge=1, le=MAX_INTEGER)]


def log_question(
    level: Annotated[list[LevelWord] | None, Query()] = None,
    stream: Annotated[list[LogStream] | None, Query()] = None,
    attempt: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    source: Annotated[Text | None, Query(max_length=100)] = None,
    from_: Annotated[TimeText, Query(alias="from")] = None,
    to: Annotated[TimeText, Query(description="An RFC 3339 time, excluded.")] = None,
    q: Annotated[Text | None, Query(max_length=4000)] = None,
    regex: Annotated[bool, Query(description="Is `q` a regular expression (RE2)?")] = False,
    match_case: bool = False,
) -> LogQuestion:
    """Return which lines are wanted."""
    return LogQuestion(
        levels=level or (),
        streams=stream or (),
        attempt=attempt,
        source=source,
        start=_moment("from", from_),
        end=_moment("to", to),
        q=q,
        regex=regex,
        match_case=match_case,
    )


Wanted = Annotated[LogQuestion, Depends(log_question)]


@router.get("", response_model=LogPage)
async def get_logs(
    id: RunId,
    wanted: Wanted,
    reader: Reader,
    telemetry: Telemetry,
    at: AsOf,
    cursor: Annotated[Text | None, Query(max_length=4000)] = None,
    from_line: LineNumber = None,
    direction: Direction = "forward",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
) -> Response:
    """Return lines of a run in ascending order, from a line on or, backward, up to one."""
    if cursor is not None and from_line is not None:
        raise ValidationFailed.of("from_line", "cannot be used together with cursor; leave one of them out")
    body = await reader.read(
        logs.page_json,
        telemetry,
        id,
        wanted,
        cursor=cursor,
        from_line=from_line,
        direction=direction,
        limit=limit,
        at=at,
    )
    return Response(body, media_type="application/json")


@router.get("/hits")
async def find_log_lines(
    id: RunId, wanted: Wanted, reader: Reader, telemetry: Telemetry, at: AsOf, from_line: LineNumber = None
) -> LogHits:
    """Return the numbers of matching lines in one slice of the log, the newest slice first."""
    return await reader.read(logs.hits, telemetry, id, wanted, from_line=from_line, at=at)


@router.get("/histogram")
async def get_log_histogram(
    id: RunId,
    reader: Reader,
    telemetry: Telemetry,
    at: AsOf,
    from_: Annotated[TimeText, Query(alias="from")] = None,
    to: TimeText = None,
    buckets: Annotated[int, Query(ge=1, le=10_000)] = 100,
) -> LogHistogram:
    """Count the lines of a run over time, by level."""
    start, end = _moment("from", from_), _moment("to", to)
    return await reader.read(logs.histogram, telemetry, id, start=start, end=end, buckets=buckets, at=at)


@router.post("", status_code=201)
async def log_lines(
    id: RunId, body: LogLinesIn, appender: Appender, telemetry: Telemetry, active: Active
) -> LinesLogged:
    """Store log lines of a run; the sender numbers them, so that to send them again changes nothing."""
    return await ingest.log_lines(telemetry, active, appender.db.clock, appender.actor, id, body)


def _moment(parameter: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except (ValueError, OverflowError) as error:
        raise ValidationFailed.of(parameter, "must be an RFC 3339 time", "2026-01-31T12:00:00Z") from error
