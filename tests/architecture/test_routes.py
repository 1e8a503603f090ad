"""Every route of the API says who may call it, and its document can be read by machines and people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from infrastudio.contexts.identity.permissions import PERMISSIONS
from infrastudio.server import wiring
from infrastudio.server.app import PUBLIC, create_api, is_api_path
from infrastudio.server.settings import Settings

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


class Operation(NamedTuple):
    """One method of one path, as the OpenAPI document tells it."""

    method: str
    path: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        """How a person calls it."""
        return f"{self.method.upper()} {self.path}"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The OpenAPI document of the application as the composition root makes it."""
    folder: Path = tmp_path_factory.mktemp("data")
    studio = wiring.build(Settings(data=folder))
    yield create_api(studio).openapi()
    studio.close()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    """Every operation of the document."""
    found = [
        Operation(method, path, told)
        for path, item in document["paths"].items()
        for method, told in item.items()
        if method in METHODS
    ]
    assert found
    return found


def test_every_route_names_its_right_or_is_public_on_purpose(operations: list[Operation]) -> None:
    open_doors = [each.name for each in operations if "x-right" not in each.told and each.path not in PUBLIC]
    assert open_doors == []


def test_no_public_path_asks_for_a_right(operations: list[Operation]) -> None:
    assert [each.name for each in operations if "x-right" in each.told and each.path in PUBLIC] == []


def test_every_right_that_a_route_names_stands_in_the_one_table(operations: list[Operation]) -> None:
    assert {each.told["x-right"] for each in operations if "x-right" in each.told} - set(PERMISSIONS) == set()


def test_a_route_that_only_reads_asks_for_no_more_than_to_read(operations: list[Operation]) -> None:
    reading = [each for each in operations if each.method == "get" and "x-right" in each.told]
    assert [each.name for each in reading if not each.told["x-right"].endswith((".read", ".call"))] == []


def test_a_route_that_writes_does_not_ask_for_a_right_to_read(operations: list[Operation]) -> None:
    """A POST that only reads, such as a comparison, says so in its description."""
    writing = [each for each in operations if each.method != "get" and each.told.get("x-right", "").endswith(".read")]
    assert [each.name for each in writing if "only reads" not in each.told.get("description", "").lower()] == []


def test_every_route_says_what_it_is_for(operations: list[Operation]) -> None:
    assert [each.name for each in operations if len(each.told.get("description", "")) < 15] == []


def test_no_two_routes_have_the_same_operation_id(operations: list[Operation]) -> None:
    counts = Counter(each.told["operationId"] for each in operations)
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_path_is_one_that_the_dispatcher_gives_to_the_api(operations: list[Operation]) -> None:
    """Else a page of the UI would answer in its place."""
    assert [each.name for each in operations if not is_api_path(each.path)] == []


def test_the_names_of_the_documents_types_are_readable(document: dict[str, Any]) -> None:
    """`Page_Run_` becomes such a type in the web too: generics have named subclasses."""
    assert [name for name in document["components"]["schemas"] if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name)] == []


def test_names_in_paths_and_queries_are_snake_case(operations: list[Operation]) -> None:
    names = {
        f"{each.name}: {parameter['name']}"
        for each in operations
        for parameter in each.told.get("parameters", [])
        if parameter["in"] in {"path", "query"} and not re.fullmatch(r"[a-z][a-z0-9_]*", parameter["name"])
    }
    assert names == set()


APPENDING = {"POST /api/runs/{id}/logs", "POST /api/runs/{id}/metrics"}
"""What goes to the telemetry store, which has no unit of work to keep a key in."""


def test_a_write_that_is_sent_twice_can_be_done_once(operations: list[Operation]) -> None:
    asking = [each for each in operations if each.method != "get" and "x-right" in each.told]
    writing = [each for each in asking if not each.told["x-right"].endswith(".read")]
    assert {each.name for each in writing if not takes(each, "idempotency-key")} == APPENDING


def test_a_write_to_what_exists_can_say_which_version_it_has_seen(operations: list[Operation]) -> None:
    changing = [each for each in operations if each.method in {"put", "patch", "delete"}]
    assert [each.name for each in changing if not takes(each, "if-match")] == []


def takes(operation: Operation, header: str) -> bool:
    """Does the operation declare this header?"""
    declared = operation.told.get("parameters", [])
    return any(each["in"] == "header" and each["name"].lower() == header for each in declared)
