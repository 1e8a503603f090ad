"""Operations on traces."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from infrastudio.contexts.tracing.queries import traces as queries
from infrastudio.contexts.tracing.queries.fields import PROMPTS_TAG, WIRE_PREFIX
from infrastudio.contexts.tracing.queries.traces import TraceSearch
from infrastudio.contexts.tracing.schemas import MAX_TAG_VALUE, SpanIn, Trace, TraceIn
from infrastudio.contexts.tracing.service import assessments as assessment_service
from infrastudio.contexts.tracing.service import spans as span_service
from infrastudio.contexts.tracing.service import traces as service
from infrastudio.contexts.tracing.service.spans import LOCATION_TAG
from infrastudio.contexts.tracking.queries import experiments as experiment_queries
from infrastudio.contexts.tracking.queries import runs as run_queries
from infrastudio.contexts.tracking.schemas.artifacts import location_of
from infrastudio.contexts.tracking.schemas.experiments import Experiment
from infrastudio.contexts.tracking.service import artifacts as artifact_service
from infrastudio.contexts.tracking.service.experiments import ExperimentNotActive
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.batches import batches
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.filters import (
    CONJUNCTIVE,
    parse_filter,
)
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.protocols.mlflow.assessments import assessment_in
from infrastudio.protocols.mlflow.errors import invalid_parameter, invalid_value, missing_value
from infrastudio.protocols.mlflow.experiments import known_id, known_ids
from infrastudio.protocols.mlflow.messages import Json, mapping, message, moment_of
from infrastudio.protocols.mlflow.pages import cut_page, offset_of
from infrastudio.protocols.mlflow.services import Services
from infrastudio.protocols.mlflow.spans import stored_spans
from infrastudio.protocols.mlflow.trace_filters import meant, ordering
from infrastudio.protocols.mlflow.trace_messages import (
    OLD_STATES,
    STATES,
    duration_of,
    old_trace_message,
    time_of,
    trace_message,
)
from infrastudio.stores.db import UnitOfWork

MAX_IDS: Final = 100
MAX_SEARCHED: Final = 500
DELETED_AT_ONCE: Final = 100
"""Traces in one transaction: others may write between two of them."""
SPANS_AT_ONCE: Final = 500
"""Spans in one transaction."""
HEX_DIGITS: Final = 32


async def start(services: Services, actor: Actor, *, trace: Json) -> Json:
    """Keep a trace that has ended, or what is now known of one."""
    info = trace["trace_info"] or {}
    experiment = ((info["trace_location"] or {}).get("mlflow_experiment") or {}).get("experiment_id")
    if not experiment:
        raise missing_value("trace.trace_info.trace_location.mlflow_experiment.experiment_id")
    fields = {
        "id": checked_id(info["trace_id"], "trace.trace_info.trace_id"),
        "experiment_id": await known_id(services, actor, experiment),
        "client_request_id": info["client_request_id"],
        "request_preview": info["request_preview"] or info["request"],
        "response_preview": info["response_preview"] or info["response"],
        "started_at": time_of(info["request_time"], "trace.trace_info.request_time"),
        "duration_us": info["execution_duration"]
        and duration_of(info["execution_duration"], "trace.trace_info.execution_duration"),
        "state": STATES[info["state"]],
        "metadata": info["trace_metadata"],
        "tags": info["tags"],
    }
    said = [assessment_in(each) for each in info["assessments"]]
    found = await services.db.write(actor, _record, fields, said)
    return {"trace": {"trace_info": trace_message(found)}}


async def start_old(
    services: Services,
    actor: Actor,
    *,
    experiment_id: str,
    timestamp_ms: int,
    request_metadata: Sequence[Json],
    tags: Sequence[Json],
) -> Json:
    """Begin a trace of a client before 3.0, which does not name it itself."""
    fields = {
        "experiment_id": await known_id(services, actor, experiment_id),
        "started_at": moment_of(timestamp_ms, "timestamp_ms"),
        "state": "in_progress",
        "metadata": mapping(request_metadata),
        "tags": mapping(tags),
    }
    return {"trace_info": old_trace_message(await services.db.write(actor, _record, fields, ()))}


async def end_old(
    services: Services,
    actor: Actor,
    *,
    request_id: str,
    timestamp_ms: int,
    status: str,
    request_metadata: Sequence[Json],
    tags: Sequence[Json],
) -> Json:
    """End a trace of a client before 3.0."""
    ended = moment_of(timestamp_ms, "timestamp_ms")
    changed = {"state": OLD_STATES[status], "metadata": mapping(request_metadata), "tags": mapping(tags)}
    return {"trace_info": old_trace_message(await services.db.write(actor, _end, request_id, ended, changed))}


async def get_info(services: Services, actor: Actor, *, trace_id: str) -> Json:
    """Return a trace without its spans."""
    return {"trace": {"trace_info": trace_message(await services.db.read(actor, queries.trace, trace_id))}}


async def get_info_old(services: Services, actor: Actor, *, request_id: str) -> Json:
    """Return a trace as clients before 3.0 read it."""
    return {"trace_info": old_trace_message(await services.db.read(actor, queries.trace, request_id))}


async def get(services: Services, actor: Actor, *, trace_id: str, allow_partial: bool) -> Json:
    """Return a trace with its spans; a part of it is never returned, so that nothing has to be allowed."""
    del allow_partial
    (found,) = await _with_spans(services, actor, [await services.db.read(actor, queries.trace, trace_id)])
    return {"trace": found}


async def batch_get(
    services: Services, actor: Actor, *, trace_ids: Sequence[str], experiment_ids: Sequence[str]
) -> Json:
    """Return traces with their spans; those that are not there are left out."""
    found = await _known(services, actor, trace_ids, experiment_ids)
    return message(traces=await _with_spans(services, actor, found))


async def batch_get_infos(
    services: Services, actor: Actor, *, trace_ids: Sequence[str], experiment_ids: Sequence[str]
) -> Json:
    """Return traces without their spans; those that are not there are left out."""
    found = await _known(services, actor, trace_ids, experiment_ids)
    return message(trace_infos=[trace_message(each) for each in found])


async def search(
    services: Services,
    actor: Actor,
    *,
    locations: Sequence[Json],
    filter: str,
    max_results: int,
    order_by: Sequence[str],
    page_token: str | None,
) -> Json:
    """Return traces of some experiments, the latest first unless ordered otherwise."""
    named = [(each["mlflow_experiment"] or {}).get("experiment_id") for each in locations]
    found, token = await _search(services, actor, [id for id in named if id], filter, max_results, order_by, page_token)
    return message(traces=[trace_message(each) for each in found], next_page_token=token)


async def search_old(
    services: Services,
    actor: Actor,
    *,
    experiment_ids: Sequence[str],
    filter: str,
    max_results: int,
    order_by: Sequence[str],
    page_token: str | None,
) -> Json:
    """Return traces as clients before 3.0 read them."""
    found, token = await _search(services, actor, experiment_ids, filter, max_results, order_by, page_token)
    return message(traces=[old_trace_message(each) for each in found], next_page_token=token)


async def set_tag(services: Services, actor: Actor, *, trace_id: str, key: str, value: str) -> Json:
    """Set a tag."""
    await services.db.write(actor, service.set_tags, trace_id, {key: value})
    return {}


async def delete_tag(services: Services, actor: Actor, *, trace_id: str, key: str) -> Json:
    """Remove a tag."""
    await services.db.write(actor, service.delete_tag, trace_id, key)
    return {}


async def delete(
    services: Services,
    actor: Actor,
    *,
    experiment_id: str,
    max_timestamp_millis: int | None,
    max_traces: int | None,
    request_ids: Sequence[str],
) -> Json:
    """Remove traces of an experiment: those named, or the oldest up to a moment."""
    if (max_timestamp_millis is None) == (not request_ids):
        raise invalid_parameter("Either `max_timestamp_millis` or `trace_ids` must be specified, but not both.")
    if request_ids and max_traces is not None:
        raise invalid_parameter("`max_traces` can't be specified if `trace_ids` is specified.")
    if max_traces is not None and max_traces < 1:
        raise invalid_parameter(f"`max_traces` must be a positive integer, received {max_traces}.")
    id = await known_id(services, actor, experiment_id)
    before = None if max_timestamp_millis is None else moment_of(max_timestamp_millis, "max_timestamp_millis")
    deleted = 0
    if before is None:
        for ids in batches(request_ids, DELETED_AT_ONCE):
            deleted += await services.db.write(actor, _delete, id, ids)
        return {"traces_deleted": deleted}
    wanted = MAX_INTEGER if max_traces is None else max_traces
    while part := min(wanted - deleted, DELETED_AT_ONCE):
        done = await services.db.write(actor, _delete_oldest, id, before, part)
        deleted += done
        if done < part:
            break
    return {"traces_deleted": deleted}


async def record_spans(
    services: Services, actor: Actor, experiment_id: str, spans: Sequence[SpanIn], *, run_id: str | None
) -> None:
    """Keep spans that came without their traces, which belong to an experiment and may belong to a run."""
    id = await known_id(services, actor, experiment_id)
    for part in batches(spans, SPANS_AT_ONCE):
        await services.db.write(actor, _record_spans, id, part, run_id)


async def link_to_run(services: Services, actor: Actor, *, trace_ids: Sequence[str], run_id: str) -> Json:
    """Let traces belong to a run too."""
    if len(trace_ids) > MAX_IDS:
        raise invalid_parameter(f"Cannot link more than {MAX_IDS} traces to a run in a single request.")
    await services.db.write(actor, _link_to_run, trace_ids, run_id)
    return {}


async def link_prompts(services: Services, actor: Actor, *, trace_id: str, prompt_versions: Sequence[Json]) -> Json:
    """Say which versions of prompts a trace used."""
    await services.db.write(actor, _link_prompts, trace_id, prompt_versions)
    return {}


def checked_id(id: str, path: str) -> str:
    """Return the id of a trace as it is kept.

    Raises:
        MlflowError: It is none.
    """
    digits = queries.stored_id(id)
    if len(digits) != HEX_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise invalid_value(path, id, f"Must be '{WIRE_PREFIX}' and {HEX_DIGITS} hexadecimal digits.")
    return digits


async def _search(
    services: Services,
    actor: Actor,
    experiment_ids: Sequence[str],
    filter: str,
    max_results: int,
    order_by: Sequence[str],
    page_token: str | None,
) -> tuple[list[Trace], str | None]:
    offset = offset_of(page_token)
    if max_results > MAX_SEARCHED:
        raise invalid_value("max_results", max_results, f"It must be at most {MAX_SEARCHED}.")
    wanted = TraceSearch(
        await known_ids(services, actor, experiment_ids),
        meant(parse_filter(filter, CONJUNCTIVE)),
        [ordering(term) for term in order_by],
        max_results + 1,
        offset,
    )
    return cut_page(await services.db.read(actor, queries.search, wanted), offset, max_results)


async def _known(services: Services, actor: Actor, ids: Sequence[str], experiment_ids: Sequence[str]) -> list[Trace]:
    if len(ids) > MAX_SEARCHED:
        raise invalid_parameter(f"A request can name at most {MAX_SEARCHED} traces. Got {len(ids)}.")
    found = await services.db.read(actor, queries.known, ids)
    return [each for each in found if not experiment_ids or each.experiment_id in experiment_ids]


async def _with_spans(services: Services, actor: Actor, traces: Sequence[Trace]) -> list[Json]:
    spans = await stored_spans(services, actor, traces)
    return [message(trace_info=trace_message(trace), spans=own) for trace, own in zip(traces, spans, strict=True)]


def _record(uow: UnitOfWork, fields: Json, said: Sequence[Any]) -> Trace:
    """Keep a trace in its experiment, which must be there and active."""
    experiment = _active_experiment(uow, fields["experiment_id"])
    id = fields.get("id") or uow.ids.hex32()
    location = _location(experiment, id)
    tags = {**fields["tags"], LOCATION_TAG: location}
    trace = service.record(uow, experiment.project, TraceIn(**{**fields, "id": id, "tags": tags, "location": location}))
    known = {(each.name, each.source_id, each.value_text) for each in trace.assessments}
    for each in said:
        if (each.name, each.source_id, assessment_service.text_of(each.content)) not in known:
            assessment_service.create(uow, id, each)
    return queries.trace(uow, id)


def _record_spans(uow: UnitOfWork, experiment_id: str, spans: Sequence[SpanIn], run_id: str | None) -> None:
    experiment = _active_experiment(uow, experiment_id)
    span_service.record(uow, experiment.project, experiment.id, spans, lambda id: _location(experiment, id))
    if run_id:
        _link_to_run(uow, sorted({span.trace_id for span in spans}), run_id)


def _active_experiment(uow: UnitOfWork, id: str) -> Experiment:
    experiment = experiment_queries.experiment(uow, id)
    if experiment.lifecycle != "active":
        raise ExperimentNotActive(experiment.id, experiment.lifecycle)
    return experiment


def _location(experiment: Experiment, trace_id: str) -> str:
    return f"{experiment.artifact_location}/traces/{WIRE_PREFIX}{trace_id}/artifacts"


def _end(uow: UnitOfWork, id: str, ended: Any, changed: Json) -> Trace:
    found = queries.trace(uow, id)
    known = found.model_dump(include=set(TraceIn.model_fields))
    duration = max(0, to_micros(ended) - to_micros(found.started_at))
    merged = {key: {**known[key], **changed[key]} for key in ("metadata", "tags")}
    body = TraceIn(**{**known, **merged, "state": changed["state"], "duration_us": duration})
    return service.record(uow, found.project, body)


def _delete_oldest(uow: UnitOfWork, experiment_id: str, before: datetime, count: int) -> int:
    return _delete(uow, experiment_id, queries.oldest(uow, experiment_id, before, count))


def _delete(uow: UnitOfWork, experiment_id: str, ids: Sequence[str]) -> int:
    experiment_queries.experiment(uow, experiment_id)
    deleted = service.delete_traces(uow, experiment_id, ids)
    for trace in deleted:
        if (location := location_of(trace.location)) is not None:
            artifact_service.delete(uow, location)
    return len(deleted)


def _link_to_run(uow: UnitOfWork, ids: Sequence[str], run_id: str) -> None:
    run = run_queries.run(uow, run_id)
    for each in queries.known(uow, ids):
        if each.project != run.project:
            raise queries.UnknownTrace(each.id)
    service.link_to_run(uow, ids, run_id)


def _link_prompts(uow: UnitOfWork, id: str, prompts: Sequence[Json]) -> None:
    known = _listed(queries.trace(uow, id).tags.get(PROMPTS_TAG))
    wanted = [{"name": each["name"], "version": each["version"]} for each in prompts]
    linked = [*known, *(each for each in wanted if each not in known)]
    text = json.dumps(linked)
    if len(text) > MAX_TAG_VALUE:
        raise invalid_parameter(f"The list of a trace's prompts can have at most {MAX_TAG_VALUE} characters.")
    service.set_tags(uow, id, {PROMPTS_TAG: text})


def _listed(text: str | None) -> list[Any]:
    try:
        value = json.loads(text or "[]")
    except ValueError:
        return []
    return value if isinstance(value, list) else []
