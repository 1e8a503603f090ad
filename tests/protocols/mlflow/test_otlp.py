"""Spans by OTLP: from the exporter of OpenTelemetry and the `mlflow` client, and request by request."""

from __future__ import annotations

import gzip
import json
import uuid
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import mlflow.version
import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, Status, StatusCode, Tracer

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.identity.service import issue_token
from infrastudio.contexts.projects import queries as projects
from infrastudio.protocols.mlflow import RELEASE
from infrastudio.protocols.otlp import wire
from infrastudio.server.wiring import Studio
from protocols.mlflow.requests import Door
from running_server import Server

pytestmark = pytest.mark.filterwarnings("ignore")

TRACES = "/v1/traces"
V3 = "/api/3.0/mlflow"
START = 1_790_000_000_000_000_000
SECOND = 1_000_000_000
REFUSED = bytes(range(16))
"""A trace of which nothing is ever kept."""


@pytest.fixture
def traced(mlflow: Any, server: Server) -> Iterator[Any]:
    """The `mlflow` module, whose traces are stored before a traced call returns.

    It asks for the release that is spoken once, and goes on without OTLP where it has no answer within three seconds.
    """
    from mlflow.store.tracking.rest_store import RestStore

    assert httpx.get(f"{server.url}/version", timeout=60).is_success
    RestStore._get_server_version.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
        mlflow.tracing.reset()
        yield mlflow
    mlflow.tracing.reset()


@pytest.fixture
def experiment(mlflow: Any) -> str:
    id: str = mlflow.search_experiments(max_results=1)[0].experiment_id
    return id


@pytest.fixture(params=[Compression.NoCompression, Compression.Gzip, Compression.Deflate])
def tracer(request: pytest.FixtureRequest, server: Server, experiment: str) -> Iterator[Tracer]:
    """A tracer of OpenTelemetry, whose spans go to the server by its own exporter."""
    headers = {"x-mlflow-experiment-id": experiment}
    exporter = OTLPSpanExporter(f"{server.url}{TRACES}", headers=headers, compression=request.param)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider.get_tracer("tests")
    provider.shutdown()


def test_what_an_exporter_of_opentelemetry_sends_is_read_back_by_the_mlflow_client(traced: Any, tracer: Tracer) -> None:
    with tracer.start_as_current_span("answer", attributes={"user.id": "ada", "n": 3, "list": ["a", "b"]}) as root:
        with tracer.start_as_current_span("fetch", links=[Link(root.get_span_context())]) as child:
            child.add_event("asked", {"rows": 2})
            child.set_status(Status(StatusCode.ERROR, "no rows"))
        id = f"tr-{root.get_span_context().trace_id:032x}"
    trace = traced.get_trace(id)
    assert (trace.info.state, trace.info.tags["mlflow.traceName"]) == ("OK", "answer")
    assert trace.info.trace_metadata["mlflow.trace.user"] == "ada"
    answer, fetch = trace.data.spans
    assert {key: answer.attributes[key] for key in ("user.id", "n", "list")} == {
        "user.id": "ada", "n": 3, "list": ["a", "b"],
    }  # fmt: skip
    assert (fetch.parent_id, fetch.status.status_code.value, fetch.status.description) == (
        answer.span_id, "ERROR", "no rows",
    )  # fmt: skip
    assert [(event.name, event.attributes) for event in fetch.events] == [("asked", {"rows": 2})]
    assert [(link.trace_id, link.span_id) for link in fetch.links] == [(id, answer.span_id)]
    assert trace.info.execution_duration >= (answer.end_time_ns - answer.start_time_ns) // 1_000_000
    (found,) = traced.search_traces(filter_string="span.name = 'fetch' AND span.status = 'ERROR'", return_type="list")
    assert found.to_dict() == trace.to_dict()


def test_the_mlflow_client_stores_its_spans_by_otlp_and_no_file(traced: Any) -> None:
    assert mlflow.version.VERSION == RELEASE

    def answer(question: str) -> str:
        return f"{question}!"

    traced.trace(answer, span_type="LLM")("why")
    trace = traced.get_trace(traced.get_last_active_trace_id())
    assert trace.info.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE"
    (span,) = trace.data.spans
    assert (span.span_type, span.inputs, span.outputs) == ("LLM", {"question": "why"}, "why!")
    location = trace.info.tags["mlflow.artifactLocation"].removeprefix("mlflow-artifacts:/")
    proxy = f"{traced.get_tracking_uri()}/api/2.0/mlflow-artifacts/artifacts"
    assert httpx.get(proxy, params={"path": location}).json() == {}
    page = httpx.get(f"{traced.get_tracking_uri()}/ajax-api/3.0/mlflow/get-trace-artifact",
                     params={"request_id": trace.info.trace_id})  # fmt: skip
    assert [each["name"] for each in page.json()["spans"]] == ["answer"]


@pytest.fixture
def trace_id() -> bytes:
    """The id of a trace that no other test knows."""
    return uuid.uuid4().bytes


def a_span(trace_id: bytes, number: int = 1, *, parent: int | None = None, seconds: int = 1, **more: Any) -> Span:
    """A span that starts with its number in seconds."""
    start = START + number * SECOND
    return Span(
        trace_id=trace_id,
        span_id=number.to_bytes(8, "big"),
        parent_span_id=b"" if parent is None else parent.to_bytes(8, "big"),
        start_time_unix_nano=start,
        end_time_unix_nano=start + seconds * SECOND,
        **{"name": f"span {number}", **more},
    )


def export(*spans: Span) -> bytes:
    """The body of a request."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(spans)
    return request.SerializeToString()


async def send(door: Door, body: bytes, experiment: str | None = "0", **headers: str) -> httpx.Response:
    named = {} if experiment is None else {"x-mlflow-experiment-id": experiment}
    sent = {"content-type": "application/x-protobuf", **named, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return await door.http.post(TRACES, content=body, headers=sent)


async def read(door: Door, trace_id: bytes) -> tuple[Any, list[str]]:
    """What is known of the trace, and the names of its spans."""
    trace = (await door.get(f"{V3}/traces/get", trace_id=f"tr-{trace_id.hex()}"))["trace"]
    return trace["trace_info"], [span["name"] for span in trace.get("spans", ())]


async def test_a_trace_grows_with_its_spans_in_whatever_order_they_come(door: Door, trace_id: bytes) -> None:
    experiment = await door.an_experiment()
    answer = await send(door, export(a_span(trace_id, 3, parent=1, seconds=5)), experiment)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/x-protobuf"
    info, names = await read(door, trace_id)
    assert (info["state"], info["execution_duration"], names) == ("IN_PROGRESS", "5s", ["span 3"])
    for _ in range(2):
        assert (
            await send(door, export(a_span(trace_id, 1, seconds=4), a_span(trace_id, 2, parent=1)), experiment)
        ).status_code == 200
    info, names = await read(door, trace_id)
    assert (info["state"], info["execution_duration"], names) == ("OK", "7s", ["span 1", "span 2", "span 3"])
    await send(door, export(a_span(trace_id, 4, parent=1)), experiment)
    info, names = await read(door, trace_id)
    assert (info["state"], info["execution_duration"], names[-1]) == ("OK", "7s", "span 4")
    assert info["trace_location"]["mlflow_experiment"]["experiment_id"] == experiment
    assert info["tags"]["mlflow.traceName"] == "span 1"


async def test_what_a_program_says_of_its_trace_counts_for_more_than_what_its_spans_say(
    door: Door, trace_id: bytes
) -> None:
    told = {
        "trace_id": f"tr-{trace_id.hex()}", "state": "ERROR", "request_time": "2026-01-02T03:04:05Z",
        "execution_duration": "2s",
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}},
    }  # fmt: skip
    await door.post(f"{V3}/traces", trace={"trace_info": told})
    await send(door, export(a_span(trace_id, 1, seconds=9)))
    info, names = await read(door, trace_id)
    assert (info["state"], info["execution_duration"], names) == ("ERROR", "2s", ["span 1"])


async def test_traces_by_otlp_belong_to_the_run_that_a_header_names(door: Door, trace_id: bytes) -> None:
    run = await door.a_run()
    assert (await send(door, export(a_span(trace_id)), x_mlflow_run_id=run)).status_code == 200
    where = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]
    found = await door.post(f"{V3}/traces/search", locations=where, filter=f"run_id = '{run}'")
    assert [each["trace_id"] for each in found["traces"]] == [f"tr-{trace_id.hex()}"]


async def test_spans_come_as_json_too(door: Door, trace_id: bytes) -> None:
    span = {
        "traceId": trace_id.hex(), "spanId": "00000000000000aa", "name": "as json", "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(START + 1), "status": {"code": 2},
        "attributes": [
            {"key": "odd", "value": {"doubleValue": "NaN"}},
            {"key": "raw", "value": {"bytesValue": "AAE="}},
        ],
    }  # fmt: skip
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    answer = await send(door, body, content_type="application/json; charset=utf-8")
    assert (answer.status_code, answer.json()) == (200, {})
    trace = (await door.get(f"{V3}/traces/get", trace_id=f"tr-{trace_id.hex()}"))["trace"]
    assert trace["trace_info"]["state"] == "ERROR"
    assert trace["spans"][0]["attributes"] == [
        {"key": "odd", "value": {"double_value": "NaN"}},
        {"key": "raw", "value": {"string_value": "AAE="}},
    ]


async def test_spans_that_are_none_are_told_and_the_others_are_kept(door: Door, trace_id: bytes) -> None:
    broken = (Span(trace_id=trace_id, name="without an id"), Span(trace_id=b"\0" * 16, span_id=b"12345678"),
              a_span(trace_id, 4, parent=1, trace_state="", seconds=2**33))  # fmt: skip
    answer = await send(door, export(a_span(trace_id), *broken))
    told = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, told.rejected_spans) == (200, 3)
    assert "'without an id'" in told.error_message
    assert (await read(door, trace_id))[1] == ["span 1"]


async def test_who_only_reads_sends_no_spans(door: Door, studio: Studio, trace_id: bytes) -> None:
    with studio.db.begin(SINGLE_USER) as uow:
        project = projects.require(uow, "default", "projects.read")
        viewer = issue_token(uow, project_id=project, project="default", name="v", kind="personal", role="viewer")
    refused = await send(door, export(a_span(trace_id)), authorization=f"Bearer {viewer.secret}")
    assert (refused.status_code, b"traces.write" in refused.content) == (403, True)
    assert (await door.refused("GET", f"{V3}/traces/tr-{trace_id.hex()}")).status == 404


async def test_the_program_of_a_job_adds_spans_to_a_trace_of_no_run_and_changes_none_that_is_there(
    door: Door, studio: Studio, trace_id: bytes
) -> None:
    run = await door.a_run()
    with studio.db.begin(SINGLE_USER) as uow:
        project = projects.require(uow, "default", "projects.read")
        job = issue_token(
            uow, project_id=project, project="default", name="j", kind="job", subject="job:j", scope=f"run:{run}"
        )
    by_job = {"authorization": f"Bearer {job.secret}"}
    assert (await send(door, export(a_span(trace_id, 1)), **by_job)).status_code == 200
    for _ in range(2):
        other = a_span(trace_id, 1, name="forged")
        assert (await send(door, export(other, a_span(trace_id, 2, parent=1)), **by_job)).status_code == 200
    assert (await read(door, trace_id))[1] == ["span 1", "span 2"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "told"),
    [
        (export(a_span(REFUSED)), {"content_type": "text/plain"}, 400, "Invalid Content-Type: text/plain"),
        (b"", {}, 400, "holds no spans"),
        (b"\xff\xff", {}, 400, "no ExportTraceServiceRequest"),
        (b"[]", {"content_type": "application/json"}, 400, "no ExportTraceServiceRequest"),
        (b"{", {"content_type": "application/json"}, 400, "no ExportTraceServiceRequest"),
        (b"plain", {"content_encoding": "gzip"}, 400, "not gzip"),
        (gzip.compress(export(a_span(REFUSED)))[:-3], {"content_encoding": "gzip"}, 400, "one whole piece"),
        (export(a_span(REFUSED)), {"content_encoding": "br"}, 400, "use gzip or deflate"),
        (gzip.compress(bytes(wire.MAX_BYTES + 1)), {"content_encoding": "gzip"}, 413, "when it is unpacked"),
        (export(a_span(REFUSED)), {"x_mlflow_experiment_id": "404"}, 404, "No Experiment with id=404"),
        (export(a_span(REFUSED)), {"x_mlflow_experiment_id": "abc"}, 400, "Invalid experiment ID"),
        (export(a_span(REFUSED)), {"x_mlflow_run_id": "f" * 32}, 404, "not found"),
        (export(a_span(REFUSED)), {"authorization": "Bearer nobody"}, 401, "token"),
    ],
)  # fmt: skip
async def test_a_request_that_cannot_be_taken_says_why_and_keeps_nothing(
    door: Door, body: bytes, headers: dict[str, str], status: int, told: str
) -> None:
    answer = await send(door, body, **headers)
    assert answer.status_code == status, answer.content
    assert told in answer.content.decode("utf-8", "replace")
    assert (await door.refused("GET", f"{V3}/traces/tr-{REFUSED.hex()}")).status == 404


async def test_spans_of_no_named_experiment_belong_to_the_default_one_of_the_callers_project(
    door: Door, trace_id: bytes
) -> None:
    assert (await send(door, export(a_span(trace_id)), experiment=None)).status_code == 200
    info, _ = await read(door, trace_id)
    assert info["trace_location"]["mlflow_experiment"] == {"experiment_id": "0"}


async def test_a_body_is_unpacked_as_it_says(door: Door, trace_id: bytes) -> None:
    for number, encoding in enumerate(("gzip", "deflate"), 1):
        body = export(a_span(trace_id, number))
        packed = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
        assert (await send(door, packed, content_encoding=encoding)).status_code == 200
    assert len((await read(door, trace_id))[1]) == 2


async def test_the_spans_of_a_deleted_trace_are_gone(door: Door, trace_id: bytes) -> None:
    await send(door, export(a_span(trace_id)))
    id = f"tr-{trace_id.hex()}"
    assert await door.post("traces/delete-traces", experiment_id="0", request_ids=[id]) == {"traces_deleted": 1}
    await send(door, export(a_span(trace_id, 2)))
    assert (await read(door, trace_id))[1] == ["span 2"]


async def test_only_post_is_taken(door: Door) -> None:
    answer = await door.http.get(TRACES)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_clients_are_told_the_release_that_is_spoken(door: Door) -> None:
    answer = await door.http.get("/version")
    assert (answer.status_code, answer.text) == (200, RELEASE)
    assert answer.headers["content-type"].startswith("text/plain")
