"""Traces and assessments: by the real client, and request by request."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.protocols.mlflow import spans, traces
from infrastudio.server.wiring import Studio
from infrastudio.stores.ledger import verify_tables
from protocols.mlflow.requests import Door, by_key

if TYPE_CHECKING:
    from mlflow import MlflowClient

pytestmark = pytest.mark.filterwarnings("ignore")

V3 = "/api/3.0/mlflow"
_numbers = itertools.count(1)


@pytest.fixture
def traced(mlflow: Any) -> Iterator[Any]:
    """The `mlflow` module, whose traces are stored before a traced call returns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
        mlflow.tracing.reset()
        yield mlflow
    mlflow.tracing.reset()


def test_a_traced_function_is_stored_searched_and_read_back_with_its_spans(traced: Any) -> None:
    def answer(question: str) -> dict[str, Any]:
        with traced.start_span("retrieve") as span:
            span.set_inputs({"question": question})
            span.set_outputs(["a", 1, 2.5, None, True])
        traced.update_current_trace(tags={"team": "ü"})
        return {"text": "42"}

    answer_traced = traced.trace(answer, name="answer", span_type="LLM", attributes={"model": "small"})
    with traced.start_run() as run:
        answer_traced("why?")
    found = traced.search_traces(run_id=run.info.run_id, return_type="list")
    assert len(found) == 1
    trace = traced.get_trace(found[0].info.trace_id)
    assert (trace.info.state, trace.info.tags["mlflow.traceName"], trace.info.tags["team"]) == ("OK", "answer", "ü")
    assert (trace.info.request_preview, trace.info.response_preview) == ('{"question": "why?"}', '{"text": "42"}')
    assert trace.info.request_metadata["mlflow.sourceRun"] == run.info.run_id
    root, child = trace.data.spans
    assert (root.name, root.span_type, root.inputs, root.outputs, root.attributes["model"]) == (
        "answer", "LLM", {"question": "why?"}, {"text": "42"}, "small",
    )  # fmt: skip
    assert (child.parent_id, child.outputs) == (root.span_id, ["a", 1, 2.5, None, True])
    assert found[0].to_dict() == trace.to_dict()


def test_a_failing_function_leaves_a_trace_that_says_so(traced: Any) -> None:
    def fail() -> None:
        raise ValueError("on purpose")

    fail_traced = traced.trace(fail)
    with pytest.raises(ValueError, match="on purpose"):
        fail_traced()
    (trace,) = traced.search_traces(filter_string="status = 'ERROR' AND name = 'fail'", return_type="list")
    assert trace.info.state == "ERROR"
    assert [event.name for event in trace.data.spans[0].events] == ["exception"]


def test_traces_are_filtered_ordered_paged_tagged_and_deleted(traced: Any, tracking: MlflowClient) -> None:
    def step(number: int) -> int:
        traced.update_current_trace(tags={"parity": "even" if number % 2 == 0 else "odd"}, metadata={"n": str(number)})
        return number

    step_traced = traced.trace(step)
    for number in range(5):
        step_traced(number)
    experiment = traced.search_experiments(max_results=1)[0].experiment_id

    def numbers(filter_string: str = "", **more: Any) -> list[str]:
        found = tracking.search_traces([experiment], filter_string=filter_string, **more)
        return [trace.info.request_metadata["n"] for trace in found]

    assert numbers() == ["4", "3", "2", "1", "0"]
    assert numbers("tags.parity = 'odd'", order_by=["timestamp ASC"]) == ["1", "3"]
    assert numbers("request_metadata.n != '3' and tag.parity LIKE 'o%'") == ["1"]
    assert numbers("trace.status = 'OK' and execution_time_ms >= 0 and timestamp_ms > 0") == ["4", "3", "2", "1", "0"]
    assert numbers("tags.nothing IS NULL", max_results=2) == ["4", "3"]
    first = tracking.search_traces([experiment], max_results=3)
    second = tracking.search_traces([experiment], max_results=3, page_token=first.token)
    assert (len(first), len(second), second.token) == (3, 2, None)
    id = first[0].info.trace_id
    tracking.set_trace_tag(id, "reviewed", "yes")
    assert traced.get_trace(id).info.tags["reviewed"] == "yes"
    tracking.delete_trace_tag(id, "reviewed")
    with pytest.raises(traced.MlflowException, match="No trace tag with key 'reviewed'"):
        tracking.delete_trace_tag(id, "reviewed")
    assert tracking.delete_traces(experiment, trace_ids=[id]) == 1
    assert traced.get_trace(id) is None
    last = second[0].info.timestamp_ms
    assert tracking.delete_traces(experiment, max_timestamp_millis=last, max_traces=1) == 1
    assert numbers() == ["3", "2", "1"]


def test_feedback_and_expectations_are_logged_changed_and_searched(traced: Any) -> None:
    from mlflow.entities import AssessmentSource, Feedback

    def answer() -> str:
        return "42"

    answer_traced = traced.trace(answer)
    answer_traced()
    id = traced.get_last_active_trace_id()
    person = AssessmentSource("HUMAN", "ada")
    first = traced.log_feedback(trace_id=id, name="correct", value=False, rationale="no", source=person)
    traced.log_expectation(trace_id=id, name="expected", value={"text": ["42"]})
    second = traced.override_feedback(trace_id=id, assessment_id=first.assessment_id, value=True, source=person)
    traced.log_feedback(trace_id=id, name="style", value="good", metadata={"by": "rule"})
    said = {each.assessment_id: each for each in traced.get_trace(id).info.assessments}
    assert (said[first.assessment_id].valid, said[second.assessment_id].valid) == (False, True)
    assert said[second.assessment_id].overrides == first.assessment_id
    assert {each.name: each.value for each in said.values() if each.valid is not False} == {
        "correct": True, "expected": {"text": ["42"]}, "style": "good",
    }  # fmt: skip
    (found,) = traced.search_traces(filter_string="feedback.style = 'good'", return_type="list")
    assert found.info.trace_id == id
    assert traced.search_traces(filter_string="feedback.style = 'bad'", return_type="list") == []
    changed = Feedback(name="correct", value=False, rationale="on second thought")
    traced.update_assessment(trace_id=id, assessment_id=second.assessment_id, assessment=changed)
    got = traced.get_assessment(trace_id=id, assessment_id=second.assessment_id)
    assert (got.value, got.rationale, got.source.source_id) == (False, "on second thought", "ada")
    traced.delete_assessment(trace_id=id, assessment_id=second.assessment_id)
    with pytest.raises(traced.MlflowException, match="not found"):
        traced.get_assessment(trace_id=id, assessment_id=second.assessment_id)
    assert traced.get_assessment(trace_id=id, assessment_id=first.assessment_id).valid


def test_traces_are_linked_to_runs_and_prompts(traced: Any, tracking: MlflowClient) -> None:
    def answer() -> str:
        return "42"

    answer_traced = traced.trace(answer)
    answer_traced()
    id = traced.get_last_active_trace_id()
    with traced.start_run() as run:
        tracking.link_traces_to_run([id], run.info.run_id)
    (found,) = traced.search_traces(run_id=run.info.run_id, return_type="list")
    assert found.info.trace_id == id
    prompt = traced.genai.register_prompt("linked-greeting", "Hello {{name}}")
    tracking.link_prompt_versions_to_trace([prompt], id)
    (found,) = traced.search_traces(filter_string="prompt = 'linked-greeting/1'", return_type="list")
    assert found.info.trace_id == id
    assert traced.search_traces(filter_string="prompt = 'linked-greeting/2'", return_type="list") == []


def info(experiment: str = "0", **fields: Any) -> dict[str, Any]:
    """What a client says of a trace; the id is a new one."""
    return {
        "trace_info": {
            "trace_id": f"tr-{next(_numbers):032x}",
            "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}},
            "request_time": "2026-01-02T03:04:05.678901234Z",
            "execution_duration": "1.500s",
            "state": "OK",
        }
        | fields
    }


async def a_trace(door: Door, **fields: Any) -> Any:
    """What the server keeps of a new trace."""
    return (await door.post(f"{V3}/traces", trace=info(**fields)))["trace"]["trace_info"]


async def test_what_is_known_of_a_trace_comes_back(door: Door) -> None:
    experiment = await door.an_experiment()
    kept = await a_trace(door, experiment=experiment, trace_metadata={"a": "b"}, tags={"t": "x"}, client_request_id="c")
    assert kept["tags"].pop("mlflow.artifactLocation").endswith(f"/{experiment}/traces/{kept['trace_id']}/artifacts")
    assert {name: kept[name] for name in ("request_time", "execution_duration", "state", "client_request_id")} == {
        "request_time": "2026-01-02T03:04:05.678901Z",
        "execution_duration": "1.500000s",
        "state": "OK",
        "client_request_id": "c",
    }
    assert (kept["trace_metadata"], kept["tags"]) == ({"a": "b"}, {"t": "x"})
    again = info(trace_id=kept["trace_id"], experiment=experiment, state="ERROR", tags={"u": "y"})
    changed = (await door.post(f"{V3}/traces", trace=again))["trace"]["trace_info"]
    assert (changed["state"], changed["tags"]["t"], changed["tags"]["u"]) == ("ERROR", "x", "y")
    got = await door.get(f"{V3}/traces/{kept['trace_id']}")
    assert got == {"trace": {"trace_info": changed}}


async def test_values_are_cut_and_keys_are_not(door: Door) -> None:
    kept = await a_trace(door, tags={"long": "x" * 5000}, trace_metadata={"long": "x" * 300})
    assert (len(kept["tags"]["long"]), len(kept["trace_metadata"]["long"])) == (4096, 250)
    refused = await door.refused("PATCH", f"{V3}/traces/{kept['trace_id']}/tags", {"key": "k" * 251, "value": ""})
    assert (refused.status, refused.code) == (400, "INVALID_PARAMETER_VALUE")
    refused = await door.refused("POST", f"{V3}/traces", {"trace": info(tags={"k" * 251: ""})})
    assert refused.status == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("trace_id", "tr-1"),
        ("trace_id", "tr-" + "G" * 32),
        ("request_time", "yesterday"),
        ("execution_duration", "1.5"),
        ("tags", ["a"]),
        ("trace_location", {"type": "INFERENCE_TABLE"}),
        ("assessments", [{"feedback": {"value": 1}}]),
        ("assessments", [{"assessment_name": "a"}]),
        ("assessments", [{"assessment_name": "a", "feedback": {"value": 1}, "expectation": {"value": 1}}]),
    ],
)
async def test_a_trace_that_is_none_is_refused(door: Door, field: str, value: Any) -> None:
    refused = await door.refused("POST", f"{V3}/traces", {"trace": info(**{field: value})})
    assert (refused.status, refused.code) == (400, "INVALID_PARAMETER_VALUE")


async def test_what_nobody_knows_is_not_found(door: Door) -> None:
    unknown = f"{V3}/traces/tr-{'f' * 32}"
    assert await door.refused("GET", unknown) == (
        404, "RESOURCE_DOES_NOT_EXIST", f"Trace with ID 'tr-{'f' * 32}' not found.",
    )  # fmt: skip
    assert (await door.refused("GET", f"{unknown}/assessments/a-1")).status == 404
    kept = await a_trace(door)
    at = f"{V3}/traces/{kept['trace_id']}"
    assert (await door.refused("GET", f"{at}/assessments/a-1")).code == "RESOURCE_DOES_NOT_EXIST"
    assert await door.delete(f"{at}/assessments/a-1") == {}
    assert await door.post(f"{V3}/traces/batchGetInfos", trace_ids=[f"tr-{'f' * 32}"]) == {}


async def test_spans_are_read_in_the_form_of_otlp(door: Door) -> None:
    kept = await a_trace(door, experiment=await door.an_experiment())
    assert await door.get(f"{V3}/traces/get", trace_id=kept["trace_id"]) == {"trace": {"trace_info": kept}}
    span = (
        b'{"spans": [{"trace_id": "AAA=", "span_id": "BBB=", "parent_span_id": null, "name": "f",'
        b' "start_time_unix_nano": 1, "end_time_unix_nano": 2, "status": {"code": "STATUS_CODE_OK", "message": ""},'
        b' "events": [{"name": "e", "time_unix_nano": 1, "attributes": {"k": "v"}}],'
        b' "attributes": {"n": "1", "f": "2.5", "s": "\\"x\\"", "l": "[true, null]", "m": "{\\"a\\": 1}"}}]}'
    )
    location = kept["tags"]["mlflow.artifactLocation"].removeprefix("mlflow-artifacts:/")
    await door.put_file(f"{location}/traces.json", span)
    (found,) = (await door.get(f"{V3}/traces/batchGet", trace_ids=[kept["trace_id"]]))["traces"]
    (read,) = found["spans"]
    assert by_key(read.pop("attributes")) == {
        "n": {"int_value": 1},
        "f": {"double_value": 2.5},
        "s": {"string_value": "x"},
        "l": {"array_value": {"values": [{"bool_value": True}, {}]}},
        "m": {"kvlist_value": {"values": [{"key": "a", "value": {"int_value": 1}}]}},
    }
    assert read == {
        "trace_id": "AAA=", "span_id": "BBB=", "name": "f", "start_time_unix_nano": 1, "end_time_unix_nano": 2,
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "events": [{"name": "e", "time_unix_nano": 1, "attributes": [{"key": "k", "value": {"string_value": "v"}}]}],
    }  # fmt: skip
    page = await door.send("GET", "/ajax-api/3.0/mlflow/get-trace-artifact", request_id=kept["trace_id"])
    assert page.content == span
    assert await door.post("traces/delete-traces", experiment_id=kept["trace_location"]["mlflow_experiment"]
                           ["experiment_id"], request_ids=[kept["trace_id"]]) == {"traces_deleted": 1}  # fmt: skip
    gone = await door.send("GET", f"/api/2.0/mlflow-artifacts/artifacts/{location}/traces.json")
    assert gone.status_code == 404


async def stored(door: Door, kept: Any, content: bytes) -> None:
    """Put the spans of a trace where its program does."""
    location = kept["tags"]["mlflow.artifactLocation"].removeprefix("mlflow-artifacts:/")
    await door.put_file(f"{location}/traces.json", content)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"spans": 1}', b'{"spans": [1]}', b'{"spans": [{"attributes": [1]}]}', b"\xff"]
)
async def test_a_file_that_holds_no_spans_is_told_so(door: Door, content: bytes) -> None:
    kept = await a_trace(door, experiment=await door.an_experiment())
    await stored(door, kept, content)
    refused = await door.refused("GET", f"{V3}/traces/get?trace_id={kept['trace_id']}")
    assert (refused.code, "holds no spans" in refused.message) == ("INVALID_STATE", True)


async def test_attributes_too_deep_to_tell_are_told_so(door: Door) -> None:
    kept = await a_trace(door, experiment=await door.an_experiment())
    deep = "[" * 900 + "]" * 900
    await stored(door, kept, json.dumps({"spans": [{"attributes": {"deep": deep}}]}).encode())
    refused = await door.refused("GET", f"{V3}/traces/get?trace_id={kept['trace_id']}")
    assert (refused.code, "holds no spans" in refused.message) == ("INVALID_STATE", True)


async def test_only_so_many_spans_are_in_one_answer(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [await a_trace(door, experiment=await door.an_experiment()) for _ in range(2)]
    for each in kept:
        await stored(door, each, b'{"spans": []}')
    monkeypatch.setattr(spans, "MAX_BYTES", 13)
    one, both = ("&".join(f"trace_ids={each['trace_id']}" for each in part) for part in (kept[:1], kept))
    assert len((await door.get(f"{V3}/traces/batchGet?{one}"))["traces"]) == 1
    refused = await door.refused("GET", f"{V3}/traces/batchGet?{both}")
    assert (refused.status, "26 bytes" in refused.message) == (400, True)


async def test_prompts_are_found_by_their_whole_name(door: Door) -> None:
    experiment = await door.an_experiment()
    names = ("my_prompt", "my-prompt", "my_prompt%", 'say "hi"', ":", "groß")
    linked = {}
    for name in names:
        linked[name] = (await a_trace(door, experiment=experiment))["trace_id"]
        versions = [{"name": "first", "version": "1"}, {"name": name, "version": "12"}]
        for version in versions:
            await door.post("traces/link-prompts", trace_id=linked[name], prompt_versions=[version])
    where = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}]

    async def found(prompt: str) -> set[str]:
        answer = await door.post(f"{V3}/traces/search", locations=where, filter=f"prompt = '{prompt}'")
        return {each["trace_id"] for each in answer.get("traces", [])}

    for name, id in linked.items():
        assert await found(f"{name}/12") == {id}, name
        assert await found(f"{name}/1") == set(), name
    assert await found("first/1") == set(linked.values())


async def test_more_prompts_than_a_tag_holds_are_refused_and_none_is_lost(door: Door) -> None:
    kept = await a_trace(door)
    at = "traces/link-prompts"
    await door.post(at, trace_id=kept["trace_id"], prompt_versions=[{"name": "p", "version": "1"}])
    many = [{"name": "n" * 100, "version": str(number)} for number in range(40)]
    refused = await door.refused("POST", at, {"trace_id": kept["trace_id"], "prompt_versions": many})
    assert (refused.status, "4096" in refused.message) == (400, True)
    tags = (await door.get(f"{V3}/traces/{kept['trace_id']}"))["trace"]["trace_info"]["tags"]
    assert json.loads(tags["mlflow.linkedPrompts"]) == [{"name": "p", "version": "1"}]


@pytest.mark.parametrize(("limit", "deleted"), [(None, 5), (4, 4), (9, 5)])
async def test_the_oldest_are_deleted_some_at_a_time(
    door: Door, monkeypatch: pytest.MonkeyPatch, limit: int | None, deleted: int
) -> None:
    monkeypatch.setattr(traces, "DELETED_AT_ONCE", 2)
    experiment = await door.an_experiment()
    for second in range(6):
        await a_trace(door, experiment=experiment, request_time=f"2026-01-02T03:04:0{second}Z")
    until = 1_767_323_044_000  # 03:04:04
    body = {"experiment_id": experiment, "max_timestamp_millis": until}
    more = {} if limit is None else {"max_traces": limit}
    assert await door.post("traces/delete-traces", **body, **more) == {"traces_deleted": deleted}
    left = (await door.get("traces", experiment_ids=[experiment])).get("traces", [])
    assert len(left) == 6 - deleted
    assert min(each["timestamp_ms"] for each in left) == until + 1000 * (deleted - 4)


async def test_traces_to_delete_are_named_in_one_way(door: Door) -> None:
    experiment = await door.an_experiment()
    for body in ({}, {"request_ids": ["tr-1"], "max_timestamp_millis": 1}, {"request_ids": ["tr-1"], "max_traces": 1}):
        assert (await door.refused("POST", "traces/delete-traces", {"experiment_id": experiment, **body})).status == 400
    kept = await a_trace(door, experiment=experiment)
    elsewhere = await door.an_experiment()
    wrong = {"experiment_id": elsewhere, "request_ids": [kept["trace_id"]]}
    assert await door.post("traces/delete-traces", **wrong) == {"traces_deleted": 0}


async def test_clients_before_3_begin_and_end_a_trace(door: Door) -> None:
    experiment = await door.an_experiment()
    begun = await door.post(
        "traces", experiment_id=experiment, timestamp_ms=1000, request_metadata=[{"key": "a", "value": "b"}],
        tags=[{"key": "mlflow.traceName", "value": "f"}],
    )  # fmt: skip
    id = begun["trace_info"]["request_id"]
    assert begun["trace_info"]["status"] == "IN_PROGRESS"
    ended = await door.patch(f"traces/{id}", timestamp_ms=1750, status="OK", tags=[{"key": "t", "value": "x"}])
    got = (await door.get(f"traces/{id}/info"))["trace_info"]
    assert got == ended["trace_info"]
    assert {name: got[name] for name in ("timestamp_ms", "execution_time_ms", "status", "experiment_id")} == {
        "timestamp_ms": 1000, "execution_time_ms": 750, "status": "OK", "experiment_id": experiment,
    }  # fmt: skip
    assert by_key(got["tags"])["t"] == "x"
    found = await door.get("traces", experiment_ids=[experiment], filter="name = 'f'")
    assert [each["request_id"] for each in found["traces"]] == [id]


async def test_an_assessment_is_a_fact_of_the_ledger_and_a_trace_is_none(door: Door, client: httpx.AsyncClient) -> None:
    kept = await a_trace(door)
    body = {"assessment_name": "ok", "feedback": {"value": True}, "source": {"source_type": "HUMAN"}}
    made = await door.post(f"{V3}/traces/{kept['trace_id']}/assessments", assessment=body)
    await door.delete(f"{V3}/traces/{kept['trace_id']}/assessments/{made['assessment']['assessment_id']}")
    events = (await client.get("/api/events", params={"entity": "assessment", "limit": 2})).json()["items"]
    assert {event["kind"] for event in events} == {"assessment.created", "assessment.deleted"}
    assert (await client.get("/api/events", params={"entity": "trace"})).json()["items"] == []


async def test_tables_of_assessments_are_what_the_events_say(door: Door, studio: Studio) -> None:
    kept = await a_trace(door, assessments=[{"assessment_name": "a", "feedback": {"value": [1.5, {"x": None}]}}])
    at = f"{V3}/traces/{kept['trace_id']}/assessments"
    first = kept["assessments"][0]["assessment_id"]
    body = {"assessment_name": "a", "expectation": {"value": "x"}, "metadata": {"k": "v"}, "overrides": first}
    second = (await door.post(at, assessment=body))["assessment"]["assessment_id"]
    await door.patch(f"{at}/{second}", assessment={"rationale": "r"}, update_mask="rationale")
    await door.delete(f"{at}/{first}")
    with studio.db.snapshot(SINGLE_USER) as snapshot:
        assert [str(finding) for finding in verify_tables(snapshot)] == []


async def test_masks_change_only_what_they_name(door: Door) -> None:
    kept = await a_trace(door)
    at = f"{V3}/traces/{kept['trace_id']}/assessments"
    body = {"assessment_name": "ok", "feedback": {"value": 1}, "rationale": "r", "metadata": {"a": "b"}}
    made = (await door.post(at, assessment=body))["assessment"]
    one = f"{at}/{made['assessment_id']}"
    changed = await door.patch(one, assessment={"feedback": {"value": 2}, "rationale": "s"}, update_mask="feedback")
    assert (changed["assessment"]["feedback"], changed["assessment"]["rationale"]) == ({"value": 2}, "r")
    refused = await door.refused("PATCH", one, {"assessment": {}, "update_mask": "createTime"})
    assert (refused.status, "create_time" in refused.message) == (400, True)
