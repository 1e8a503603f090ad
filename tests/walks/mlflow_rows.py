"""Every row of the MLflow table as a request with valid values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from infrastudio.protocols.mlflow.fields import (
    AnyJson,
    Boolean,
    Double,
    Enumeration,
    Field,
    Int64,
    ListOf,
    Message,
    PositiveCount,
    Text,
    TextMap,
)
from infrastudio.protocols.mlflow.rows import ROWS
from infrastudio.protocols.mlflow.table import Row
from walks.asking import JSON_BODY, Question

_PARAMETER: Final = re.compile(r"<(?:path:)?(\w+)>")
_MODEL: Final = {"artifact_path": "model", "flavors": {}, "utc_time_created": "2026-01-31 12:00:00"}
NAMES: Final = (
    "experiment_id", "experiment_name", "model_id", "name", "request_id", "run_id", "run_ids", "run_uuid", "trace",
    "trace_id", "trace_ids", "dataset_id",
)  # fmt: skip
"""Required fields that name something that must exist."""
READS: Final = ("search", "search-datasets", "get-latest-versions", "batchGetInfos")
"""Ends of paths that read although they are asked by POST."""


@dataclass(frozen=True)
class Call:
    """One method of one row, under one of its paths."""

    row: Row
    method: str
    path: str

    @property
    def name(self) -> str:
        """How a person calls it."""
        return f"{self.method} {self.path}"

    @property
    def is_read(self) -> bool:
        """Does it change nothing?"""
        return self.method == "GET" or self.path.endswith(READS)

    @property
    def names_something(self) -> bool:
        """Is it about something that must exist?"""
        return "<" in self.path or any(field.required and field.name in NAMES for field in self.row.fields)

    @property
    def takes_query(self) -> bool:
        """Are the fields in the query?"""
        return self.method == "GET" or self.row.is_stream

    def arguments(self, ids: Mapping[str, str]) -> dict[str, Any]:
        """Return a valid value for every field, about the entities that `ids` names."""
        return {field.name: self._value(field, ids) for field in self.row.fields}

    def question(self, ids: Mapping[str, str], arguments: Mapping[str, Any] | None = None) -> Question:
        """Return the request."""
        found = self.arguments(ids) if arguments is None else arguments
        path = self.address(ids)
        if self.takes_query:
            body = b"content" if self.method in ("PUT", "POST") else b""
            return Question(self.method, path, query_of(found), {}, body)
        return Question(self.method, path, "", JSON_BODY, json.dumps(found).encode())

    def address(self, ids: Mapping[str, str], *, instead: Mapping[str, str] | None = None) -> str:
        """Return the path; `instead` gives encoded values for some of its parameters."""
        file = f"{ids['experiment']}/{ids['run']}/artifacts/{ids['path']}"
        values = {"path": quote(file), "model_id": quote(ids["logged_model"]), "key": quote(ids["alias"])}
        values |= {"trace_id": ids["trace"], "request_id": ids["trace"], "assessment_id": ids["assessment"]}
        values["dataset_id"] = ids["evaluation_dataset"]
        values |= instead or {}
        return _PARAMETER.sub(lambda match: values[match[1]], self.path)

    def _value(self, field: Field, ids: Mapping[str, str]) -> Any:
        known = {
            "experiment_id": ids["experiment"],
            "experiment_ids": [ids["experiment"]],
            "experiment_name": f"{ids['alias']} study",
            "run_id": ids["run"],
            "run_ids": [ids["run"]],
            "run_uuid": ids["run"],
            "source_run_id": ids["run"],
            "model_id": ids["logged_model"],
            "metric_key": ids["alias"],
            "key": ids["alias"],
            "alias": ids["alias"],
            "version": ids["number"],
            "stage": "Staging",
            "source": f"models:/{ids['logged_model']}",
            "trace_id": ids["trace"],
            "trace_ids": [ids["trace"]],
            "request_id": ids["trace"],
            "request_ids": [ids["trace"]],
            "max_timestamp_millis": None,
            "max_traces": None,
            "request_time": "2026-01-31T12:00:00Z",
            "execution_duration": "1.5s",
            "records": json.dumps([{"inputs": {ids["alias"]: 1}}]),
            "assessments": [],
            "assessment_name": ids["alias"],
            "expectation": None,
            "issue": None,
            "overrides": None,
            "update_mask": "feedback",
            "artifact_directory_path": "",
            "artifact_file_path": ids["path"],
            "path": ids["path"],
            "model_json": json.dumps(_MODEL | {"run_id": ids["run"]}),
            "filter": "",
            "filter_string": "",
            "page_token": "",
            "order_by": [],
            "stages": [],
        }
        if self.path.endswith("model-versions/create") and field.name in ("source", "model_id"):
            return f"runs:/{ids['run']}/model" if field.name == "source" else None
        if self.path.endswith("artifacts/list") and field.name == "path":
            return ""
        if field.name == "name" and "model" in self.path:
            return ids["model_name"]
        if field.name == "run_id" and isinstance(field.type, ListOf):
            return [ids["run"]]
        if field.name == "tags" and isinstance(field.type, Text):
            return json.dumps({ids["alias"]: "x"})
        is_text = not isinstance(field.type, Message) or known.get(field.name, "") is None
        return known[field.name] if field.name in known and is_text else _example(field, ids, self)


def calls() -> list[Call]:
    """Return every method of every row, each under its first path."""
    found = [Call(row, method, row.paths()[0]) for row in ROWS for method in row.methods]
    assert len(found) > 60
    return found


def query_of(arguments: Mapping[str, Any]) -> str:
    """Return arguments as a query, as the Python client writes it."""
    return urlencode([pair for name, value in arguments.items() for pair in _pairs(name, value)])


def _pairs(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    values = value if isinstance(value, list) else [value]
    yield from ((name, each) for each in values if each is not None)


def _example(field: Field, ids: Mapping[str, str], call: Call) -> Any:
    match field.type:
        case Message(fields=fields):
            return {part.name: call._value(part, ids) for part in fields}
        case ListOf(item=Message(fields=fields)):
            return [{part.name: call._value(part, ids) for part in fields}]
        case ListOf():
            return []
        case Int64() | PositiveCount():
            return 1
        case Double():
            return 1.0
        case Boolean():
            return False
        case TextMap():
            return {}
        case AnyJson():
            return 1
        case Enumeration(words=words):
            return next(iter(words))
        case _:
            return "x"
