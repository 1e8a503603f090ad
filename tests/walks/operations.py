"""Every operation of the OpenAPI document as a request with valid values, so that only what a test changes is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

from infrastudio.server.app import create_api
from infrastudio.server.wiring import Studio
from walks.asking import JSON_BODY, Question

_PARAMETER: Final = re.compile(r"\{(\w+)\}")

NOUNS: Final = {
    "approvals/id": "approval",
    "artifacts/path": "path",
    "deployments/id": "deployment",
    "experiments/id": "experiment",
    "history/history_id": "record",
    "instances/id": "instance",
    "jobs/id": "job",
    "logged-models/id": "logged_model",
    "aliases/alias": "alias",
    "models/model": "model",
    "operations/id": "operation",
    "projects/slug": "project",
    "runs/id": "run",
    "saved-views/id": "saved_view",
    "versions/number": "number",
}
"""Which entity a parameter of a path names, by the word before it."""

VALUES: Final[Mapping[str, Any]] = {
    "BulkIn.update": [{"id": "{instance:int}"}],
    "DeploymentIn.model_name": "{model_name}",
    "DeploymentIn.model_version": 1,
    "LogLinesIn.lines": [{"text": "a line"}],
    "MetricPointsIn.points": [{"name": "loss", "value": 1.0, "step": 1}],
    "RecordIn.history_id": "{record:int}",
    "RunComparisonIn.run_ids": ["{run}", "{job_run}"],
    "RunRequest.argv": ["true"],
    "RunRequest.experiment": "{experiment}",
    "VersionIn.run_id": "{run}",
    "VersionIn.source": "runs:/{run}/model",
}
"""Values of bodies that their schema alone does not tell; braces stand for what a world's ids name, as text or as
numbers."""

QUERIES: Final[Mapping[str, Mapping[str, str]]] = {"GET /api/changes": {"from": "seq:0"}}
"""Query parameters without which an operation answers nothing."""


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    right: str | None
    parameters: tuple[str, ...]
    """Of the path."""
    query: Mapping[str, Any]
    """Schemas by name."""
    required: frozenset[str]
    """Of the query."""
    body: Mapping[str, Any] | None
    """A valid body; None: it takes none."""
    fields: tuple[str, ...] = ()
    """All that a body may have, at its top."""

    @property
    def name(self) -> str:
        """How a person calls it."""
        return f"{self.method} {self.path}"

    @property
    def is_read(self) -> bool:
        """Does it change nothing? A POST that only reads asks for no more than the right to do so."""
        return self.method == "GET" or (self.right or "").endswith(".read")

    @property
    def names_something(self) -> bool:
        """Is it about something that must exist?"""
        return bool(self.parameters)

    def question(self, ids: Mapping[str, str], *, more: Mapping[str, str] | None = None) -> Question:
        """Return the request about the entities that `ids` names.

        Args:
            ids: By kind of entity, as in `World.ids`.
            more: Further query parameters.
        """
        return Question(self.method, self.address(ids), self.query_of(ids, more), *self.content(ids))

    def query_of(self, ids: Mapping[str, str], more: Mapping[str, str] | None = None) -> str:
        """Return the query that is needed, with `more` over it."""
        query = {name: _query_value(name, ids) for name in sorted(self.required)}
        return urlencode({**query, **QUERIES.get(self.name, {}), **(more or {})})

    def content(self, ids: Mapping[str, str]) -> tuple[Mapping[str, str], bytes]:
        """Return the headers and the bytes of a valid body."""
        if self.body is None:
            return {}, b""
        return JSON_BODY, json.dumps(_filled(self.body, ids)).encode()

    def address(self, ids: Mapping[str, str], *, instead: Mapping[str, str] | None = None) -> str:
        """Return the path; `instead` gives encoded values for some of its parameters."""
        values = {name: quote(ids[self._noun(name)], safe="") for name in self.parameters}
        values |= instead or {}
        return _PARAMETER.sub(lambda match: values[match[1]], self.path)

    def _noun(self, parameter: str) -> str:
        before = self.path.partition(f"/{{{parameter}}}")[0].rpartition("/")[2]
        return NOUNS[f"{before}/{parameter}"]


_found: list[Operation] = []


def operations(studio: Studio) -> list[Operation]:
    """Return every operation of the document, as the composition root makes it; the same for every server."""
    if not _found:
        _found.extend(_operations(create_api(studio).openapi()))
        assert len(_found) > 50
    return _found


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, told in item.items():
            parameters = told.get("parameters", [])
            query = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
            required = frozenset(each["name"] for each in parameters if each["in"] == "query" and each["required"])
            operation = Operation(
                method.upper(), path, told.get("x-right"), tuple(_PARAMETER.findall(path)), query, required, None
            )
            if "requestBody" in told:
                schema = told["requestBody"]["content"]["application/json"]["schema"]
                resolved = _resolved(document, schema)
                fields = tuple(resolved.get("properties", {}))
                operation = replace(operation, body=_example(document, schema, ""), fields=fields)
            yield operation


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references, and the first of several possibilities."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema:
            schema = schema["anyOf"][0]
        else:
            return schema


def _example(document: Mapping[str, Any], schema: Mapping[str, Any], name: str) -> Any:
    """Return a small valid value: required fields only, and those that `VALUES` names."""
    if name in VALUES:
        return VALUES[name]
    schema = _resolved(document, schema)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            title = schema.get("title", "")
            needed = {
                *schema.get("required", ()),
                *(key.partition(".")[2] for key in VALUES if key.startswith(f"{title}.")),
            }
            return {
                field: _example(document, part, f"{title}.{field}")
                for field, part in schema.get("properties", {}).items()
                if field in needed
            }
        case "array":
            items = range(schema.get("minItems", 0))
            return [_example(document, schema.get("items", {}), f"{name}.{at}") for at in items]
        case "string":
            return (
                "2026-01-31T12:00:00Z"
                if schema.get("format") == "date-time"
                else "x" * max(1, schema.get("minLength", 1))
            )
        case "boolean":
            return False
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case _:
            return None


def _filled(value: Any, ids: Mapping[str, str]) -> Any:
    """Return a body with the ids that it speaks of."""
    if isinstance(value, str) and value.endswith(":int}"):
        return int(ids[value.removeprefix("{").removesuffix(":int}")])
    if isinstance(value, str):
        return value.format_map(ids) if "{" in value else value
    if isinstance(value, dict):
        return {name: _filled(part, ids) for name, part in value.items()}
    return [_filled(part, ids) for part in value] if isinstance(value, list) else value


def _query_value(name: str, ids: Mapping[str, str]) -> str:
    """Return a value for a required query parameter."""
    values = {
        "q": ids["alias"][:5],
        "name": ids["alias"],
        "a": ids["record"],
        "b": ids["record"],
        "ids": ids["actor"],
        "by": "name",
        "versions": "1,2",
        "path": ids["path"],
    }
    return values[name]
