"""The part of the table about traces and assessments."""

from __future__ import annotations

from typing import Final

from infrastudio.protocols.mlflow import assessments, spans, traces
from infrastudio.protocols.mlflow.fields import (
    ANY_JSON,
    BOOLEAN,
    TEXT_MAP,
    Field,
    count,
    ids,
    integer,
    messages,
    one_message,
    text,
    texts,
    word,
)
from infrastudio.protocols.mlflow.names import at_most
from infrastudio.protocols.mlflow.table import Row, delete, get, patch, post
from infrastudio.protocols.mlflow.trace_messages import OLD_STATE_NUMBERS, SOURCE_NUMBERS, STATE_NUMBERS

BOTH: Final = ("2.0", "3.0")
NEW: Final = ("3.0",)
AJAX: Final = ("/ajax-api",)

_EXPERIMENT_ID: Final = text("experiment_id", required=True)
_FILTER: Final = text("filter", default="")
_PAGE_TOKEN: Final = text("page_token")
_COUNT: Final = count("max_results", limit=traces.MAX_SEARCHED, default=100)
_KEY: Final = text("key", required=True, check=at_most(250, "key"))
_VALUE: Final = text("value", default="")
_PAIR: Final = (text("key", default="", check=at_most(250, "key")), _VALUE)
_LOCATION: Final = (text("type"), one_message("mlflow_experiment", text("experiment_id")))
_ASSESSMENT: Final = (
    text("assessment_name", check=at_most(250, "assessment_name")),
    text("span_id", check=at_most(250, "span_id")),
    one_message("source", word("source_type", SOURCE_NUMBERS), text("source_id", check=at_most(250, "source_id"))),
    one_message(
        "feedback",
        Field("value", ANY_JSON),
        one_message("error", text("error_code"), text("error_message"), text("stack_trace")),
    ),
    one_message(
        "expectation",
        Field("value", ANY_JSON),
        one_message("serialized_value", text("serialization_format"), text("value")),
    ),
    one_message("issue", text("issue_name")),
    text("rationale"),
    Field("metadata", TEXT_MAP, default={}),
    text("overrides", check=at_most(250, "overrides")),
    Field("valid", BOOLEAN, default=True),
)
_INFO: Final = one_message(
    "trace_info",
    text("trace_id", required=True),
    text("client_request_id", check=at_most(250, "client_request_id")),
    one_message("trace_location", *_LOCATION, required=True),
    text("request"),
    text("response"),
    text("request_preview"),
    text("response_preview"),
    text("request_time", required=True),
    text("execution_duration"),
    word("state", STATE_NUMBERS, default="STATE_UNSPECIFIED"),
    Field("trace_metadata", TEXT_MAP, default={}),
    Field("tags", TEXT_MAP, default={}),
    messages("assessments", *_ASSESSMENT),
    required=True,
)

TRACES: Final[tuple[Row, ...]] = (
    post("traces", traces.start, one_message("trace", _INFO, required=True), versions=NEW),
    get(
        "traces/get",
        traces.get,
        text("trace_id", required=True),
        Field("allow_partial", BOOLEAN, default=False),
        versions=NEW,
    ),
    get("traces/batchGet", traces.batch_get, texts("trace_ids"), ids("experiment_ids"), versions=NEW),
    post("traces/batchGetInfos", traces.batch_get_infos, texts("trace_ids"), ids("experiment_ids"), versions=NEW),
    post(
        "traces/search",
        traces.search,
        messages("locations", *_LOCATION),
        _FILTER,
        _COUNT,
        texts("order_by"),
        _PAGE_TOKEN,
        versions=NEW,
    ),
    get("traces/<trace_id>", traces.get_info, versions=NEW),
    patch("traces/<trace_id>/tags", traces.set_tag, _KEY, _VALUE, versions=BOTH),
    delete("traces/<trace_id>/tags", traces.delete_tag, text("key", required=True), versions=BOTH),
    post(
        "traces/delete-traces",
        traces.delete,
        _EXPERIMENT_ID,
        integer("max_timestamp_millis"),
        integer("max_traces"),
        texts("request_ids"),
        versions=BOTH,
    ),
    post(
        "traces/link-to-run",
        traces.link_to_run,
        texts("trace_ids", required=True),
        text("run_id", required=True),
    ),
    post(
        "traces/link-prompts",
        traces.link_prompts,
        text("trace_id", required=True),
        messages("prompt_versions", text("name", required=True), text("version", required=True)),
    ),
    post(
        "traces/<trace_id>/assessments",
        assessments.create,
        one_message("assessment", *_ASSESSMENT, required=True),
        versions=NEW,
    ),
    get("traces/<trace_id>/assessments/<assessment_id>", assessments.get, versions=NEW),
    patch(
        "traces/<trace_id>/assessments/<assessment_id>",
        assessments.update,
        one_message("assessment", *_ASSESSMENT, required=True),
        text("update_mask", required=True),
        versions=NEW,
    ),
    delete("traces/<trace_id>/assessments/<assessment_id>", assessments.delete, versions=NEW),
    post(
        "traces",
        traces.start_old,
        _EXPERIMENT_ID,
        integer("timestamp_ms", required=True, default=0),
        messages("request_metadata", *_PAIR),
        messages("tags", *_PAIR),
    ),
    get("traces", traces.search_old, ids("experiment_ids"), _FILTER, _COUNT, texts("order_by"), _PAGE_TOKEN),
    patch(
        "traces/<request_id>",
        traces.end_old,
        integer("timestamp_ms", required=True, default=0),
        word("status", OLD_STATE_NUMBERS, default="TRACE_STATUS_UNSPECIFIED"),
        messages("request_metadata", *_PAIR),
        messages("tags", *_PAIR),
    ),
    get("traces/<request_id>/info", traces.get_info_old),
    get(
        "get-trace-artifact",
        spans.download,
        text("request_id", required=True),
        is_stream=True,
        versions=BOTH,
        prefixes=AJAX,
    ),
)
"""Clients since 3.0 tell of a trace when it has ended; older ones when it begins and when it ends."""
