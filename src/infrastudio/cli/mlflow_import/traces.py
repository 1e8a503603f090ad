"""Traces: what is known of them, their spans, what was said about them, and the runs that they belong to."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from infrastudio.cli.mlflow_import.target import DIGEST_TAG, ID_TAG, moment
from infrastudio.cli.mlflow_import.work import UPDATED_TAG, ImportWork, mark
from infrastudio.kernel.batches import batches

AT_ONCE: Final = 100
PREFIX: Final = "tr-"
RUN_METADATA: Final = "mlflow.sourceRun"
REQUEST_ID: Final = "mlflow.traceRequestId"
"""The attribute of a span that repeats the id of its trace."""
LOCATION_TAG: Final = "mlflow.artifactLocation"
"""Where files of a trace are kept; the server says it."""
SPANS_TAG: Final = "mlflow.trace.spansLocation"
SERVED: Final = "TRACKING_STORE"
"""What that tag says where clients ask the server for spans, wherever it keeps them."""
KINDS: Final = ("feedback", "expectation", "issue")


def import_traces(work: ImportWork, experiment: Any, experiment_id: str, run_ids: Sequence[str]) -> None:
    """Bring the traces of an experiment over; `experiment_id` is empty where that is not made yet."""
    runs_of: dict[str, list[str]] | None = None
    for part in batches(work.source.traces(experiment.experiment_id), AT_ONCE):
        if runs_of is None:
            runs_of = _runs_by_trace(work, experiment.experiment_id, run_ids)
        known = work.target.traces([each.trace_id for each in part])
        for info in part:
            work.watch(f"{experiment.name}: trace {info.trace_id}")
            with work.report.attempt("traces", info.trace_id):
                _trace(work, info, experiment_id, runs_of.get(info.trace_id, []), known)


def _runs_by_trace(work: ImportWork, experiment_id: str, run_ids: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for run_id in run_ids:
        for trace_id in work.source.traces_of_run(experiment_id, run_id):
            found.setdefault(trace_id, []).append(run_id)
    return found


def _trace(
    work: ImportWork, info: Any, experiment_id: str, runs: Sequence[str], known: Mapping[str, dict[str, Any]]
) -> None:
    id, found = _here(work, info.trace_id, known)
    digest = _digest(info, runs)
    if found is not None and found.get("tags", {}).get(DIGEST_TAG) == digest:
        work.report.counts["traces"].unchanged += 1
        return
    if not work.is_dry:
        kept = work.target.put_trace(_body(work, info, id, experiment_id))
        with work.source.span_file(info.trace_id, lambda span: _renamed(span, info.trace_id, id)) as path:
            work.target.put_spans(kept["tags"][LOCATION_TAG], path)
        _assessments(work, info, id, kept)
        for run_id in runs:
            work.target.link_trace(id, work.run_id(run_id))
        work.target.tag_trace(id, DIGEST_TAG, digest)
    work.count("traces", is_new=found is None)


def _here(work: ImportWork, id: str, known: Mapping[str, dict[str, Any]]) -> tuple[str, dict[str, Any] | None]:
    """Return what a trace is called here, and what is known of it; its own id where that is free or means the same."""
    found = known.get(id)
    is_ours = found is None or found.get("tags", {}).get(ID_TAG) == mark("trace", id)
    if is_ours and _can_keep(id):
        return id, found
    other = PREFIX + hashlib.sha256(f"{work.source.name} {id}".encode()).hexdigest()[:32]
    work.report.mapped_ids[f"trace {id}"] = other
    return other, work.target.traces([other]).get(other)


def _can_keep(id: str) -> bool:
    digits = id.removeprefix(PREFIX)
    return id.startswith(PREFIX) and len(digits) == 32 and set(digits) <= set("0123456789abcdef")


def _body(work: ImportWork, info: Any, id: str, experiment_id: str) -> dict[str, Any]:
    duration = info.execution_duration
    metadata = dict(info.trace_metadata)
    if run_id := metadata.get(RUN_METADATA):
        metadata[RUN_METADATA] = work.run_id(run_id)
    tags = {key: value for key, value in info.tags.items() if key != LOCATION_TAG} | {SPANS_TAG: SERVED}
    told = {
        "trace_id": id,
        "client_request_id": info.client_request_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}},
        "request_preview": info.request_preview,
        "response_preview": info.response_preview,
        "request_time": moment(info.request_time),
        "execution_duration": None if duration is None else f"{duration / 1000:.3f}s",
        "state": info.state.value,
        "trace_metadata": metadata,
        "tags": tags | work.marks("trace", info.trace_id),
    }
    return {name: value for name, value in told.items() if value is not None}


def _assessments(work: ImportWork, info: Any, id: str, kept: Mapping[str, Any]) -> None:
    """Bring over what was said about a trace, each once, what overrides something after it."""
    ours = {each.get("metadata", {}).get(ID_TAG): each for each in kept.get("assessments", ())}
    names: dict[str, str] = {}
    said = sorted(info.assessments, key=lambda each: (each.create_time_ms or 0, each.overrides is not None))
    for assessment in said:
        body = _assessment_body(work, assessment, names)
        found = ours.get(mark("assessment", assessment.assessment_id))
        if found is None:
            found = work.target.add_assessment(id, body)
        elif found.get("metadata", {}).get(UPDATED_TAG) != body["metadata"].get(UPDATED_TAG):
            work.target.change_assessment(id, found["assessment_id"], body)
        names[assessment.assessment_id] = found["assessment_id"]


def _assessment_body(work: ImportWork, assessment: Any, names: Mapping[str, str]) -> dict[str, Any]:
    told = assessment.to_dictionary()
    kept = ("assessment_name", "span_id", "source", "rationale", "valid", *KINDS)
    marks = work.marks("assessment", assessment.assessment_id)
    facts = work.facts(assessment.create_time_ms, assessment.last_update_time_ms)
    body = {name: told[name] for name in kept if name in told}
    overridden = names.get(assessment.overrides or "")
    return body | ({"overrides": overridden} if overridden else {}) | {
        "metadata": {key: str(value) for key, value in (assessment.metadata or {}).items()} | marks | facts
    }  # fmt: skip


def _renamed(span: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return a stored span of a trace that is called otherwise here."""
    if old == new:
        return span
    id = base64.b64encode(bytes.fromhex(new.removeprefix(PREFIX))).decode()
    return span | {"trace_id": id, "attributes": span["attributes"] | {REQUEST_ID: json.dumps(new)}}


def _digest(info: Any, runs: Sequence[str]) -> str:
    """Return a text that is another one as soon as anything of a trace is; spans never change, but that more come."""
    told = [
        [info.request_time, info.execution_duration, info.state.value, info.request_preview, info.response_preview],
        [info.client_request_id, info.trace_metadata, info.tags],
        sorted([each.assessment_id, each.last_update_time_ms, each.valid is not False] for each in info.assessments),
        sorted(runs),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
