"""Traces found by their text and by their spans."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest

from protocols.mlflow.requests import Door

V3 = "/api/3.0/mlflow"


def span(name: str, kind: str | None = None, status: str = "UNSET", **attributes: Any) -> dict[str, Any]:
    """A span as clients store it in a file."""
    kinds = {} if kind is None else {"mlflow.spanType": kind}
    return {
        "name": name,
        "status": {"code": f"STATUS_CODE_{status}", "message": ""},
        "attributes": {key.replace("__", "."): json.dumps(value) for key, value in {**kinds, **attributes}.items()},
    }


class Traces:
    """Traces in one experiment, by a letter each."""

    def __init__(self, door: Door, experiment: str) -> None:
        self._door = door
        self._experiment = experiment
        self.ids: dict[str, str] = {}
        self._where = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}

    async def add(self, letter: str, *spans: dict[str, Any]) -> None:
        """Store a trace as clients do that know no OTLP: what is known of it first, then a file of spans."""
        digits = self.ids.setdefault(letter, uuid.uuid4().hex)
        info = {"trace_id": f"tr-{digits}", "trace_location": self._where, "request_time": "2026-01-02T03:04:05Z"}
        kept = (await self._door.post(f"{V3}/traces", trace={"trace_info": info}))["trace"]["trace_info"]
        whole = [
            {
                "trace_id": base64.b64encode(bytes.fromhex(digits)).decode(),
                "span_id": base64.b64encode(number.to_bytes(8, "big")).decode(),
                "parent_span_id": None,
                "start_time_unix_nano": number,
                "end_time_unix_nano": number,
                **each,
            }
            for number, each in enumerate(spans, 1)
        ]
        location = kept["tags"]["mlflow.artifactLocation"].removeprefix("mlflow-artifacts:/")
        await self._door.put_file(f"{location}/traces.json", json.dumps({"spans": whole}).encode())

    async def found(self, filter: str) -> str:
        """The letters of the traces that a filter finds, in alphabetical order."""
        answer = await self._door.post(f"{V3}/traces/search", locations=[self._where], filter=filter)
        ids = {each["trace_id"].removeprefix("tr-") for each in answer.get("traces", ())}
        return "".join(letter for letter, id in sorted(self.ids.items()) if id in ids)


@pytest.fixture
async def traces(door: Door) -> Traces:
    made = Traces(door, await door.an_experiment())
    await made.add("a", span("fetch", "RETRIEVER", "OK", rows=3), span("answer", "LLM", "ERROR", model="small"))
    await made.add("b", span("fetch", "LLM", "OK", model="Large", mlflow__spanInputs={"question": "Wie groß?"}))
    await made.add("c", span("other", model="large-2", mlflow__spanOutputs="100% sure"))
    await made.add("d")
    return made


@pytest.mark.parametrize(
    ("filter", "letters"),
    [
        ("span.name = 'fetch'", "ab"),
        ("span.name != 'fetch'", "ac"),
        ("span.name IN ('answer', 'other')", "ac"),
        ("span.name ILIKE 'FET%'", "ab"),
        ("span.type = 'UNKNOWN'", "c"),
        ("span.type NOT IN ('LLM', 'UNKNOWN')", "a"),
        ("span.status = 'ERROR'", "a"),
        ("span.status ILIKE 'o_'", "ab"),
        ("span.attributes.model = 'small'", "a"),
        ("span.attributes.model LIKE 'L%'", "b"),
        ("span.attributes.model ILIKE 'large%'", "bc"),
        ("span.attributes.rows = '3'", "a"),
        ('span.attributes.mlflow.spanInputs LIKE \'%"question": "Wie%\'', "b"),
        ("span.`attributes.mlflow.spanOutputs` LIKE '%sure'", "c"),
        ("span.attributes.nothing != 'x'", ""),
        ("text LIKE '%groß%'", "b"),
        ("trace.text ILIKE '%GROSS%'", "b"),
        ("span.content LIKE '%answer%'", "a"),
        ("text LIKE '%nowhere%'", ""),
        ("span.name = 'fetch' AND span.type = 'LLM'", "b"),
        ("span.name = 'answer' AND span.attributes.rows = '3'", ""),
        ("text LIKE '%small%' AND span.name = 'answer' AND status = 'STATE_UNSPECIFIED'", "a"),
        ("timestamp_ms > 0", "abcd"),
    ],
)
async def test_a_trace_is_found_by_one_span_of_which_all_is_true_that_is_asked(
    traces: Traces, filter: str, letters: str
) -> None:
    assert await traces.found(filter) == letters


@pytest.mark.parametrize(
    ("filter", "told"),
    [
        ("span.color = 'red'", "Invalid attribute key 'color' specified. Valid keys are 'name, type, status'"),
        ("span.name > 'a'", "Invalid comparator '>'"),
        ("span.name = 3", "Expected a quoted string value"),
        ("text = 'whole'", "Invalid comparator '=' not one of 'LIKE, ILIKE'"),
        ("span.attributes = 'x'", "Invalid attribute key 'attributes'"),
    ],
)
async def test_what_spans_do_not_have_is_refused(door: Door, filter: str, told: str) -> None:
    where = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]
    refused = await door.refused("POST", f"{V3}/traces/search", {"locations": where, "filter": filter})
    assert (refused.status, told in refused.message) == (400, True), refused.message


async def test_a_file_that_is_stored_again_takes_the_place_of_the_first(traces: Traces) -> None:
    await traces.add("c", span("renamed", model="none"))
    assert (await traces.found("span.name = 'renamed'"), await traces.found("span.name = 'other'")) == ("c", "")
    assert await traces.found("span.attributes.model LIKE 'large%'") == ""


async def test_traces_are_found_by_the_issue_that_somebody_saw_in_them(door: Door, traces: Traces) -> None:
    body = {"assessment_name": "iss-1", "issue": {"issue_name": "wrong answer"}}
    await door.post(f"{V3}/traces/tr-{traces.ids['b']}/assessments", assessment=body)
    assert (await traces.found("issue.id = 'iss-1'"), await traces.found("issue.id = 'iss-2'")) == ("b", "")
