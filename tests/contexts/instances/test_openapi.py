"""Requests made from the OpenAPI document: nothing fails, and every answer is one that the document promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import Receive, Scope, Send

from conftest import studio_on
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.schemas import InstanceUpdate
from infrastudio.server.app import create_app
from make import an_instance

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
PATHS = r"^/api/(instances|history)(/|$)"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    """The document of a server with a few instances in it, so that ids from 1 on name something."""
    with studio_on(tmp_path_factory.mktemp("openapi")) as studio:
        with studio.db.begin(SINGLE_USER) as uow:
            for made in [service.create(uow, an_instance()) for _ in range(5)]:
                service.update(uow, made.id, InstanceUpdate(replicas=2))
        app = create_app(studio)

        async def local(scope: Scope, receive: Receive, send: Send) -> None:
            headers = [(name, value) for name, value in scope.get("headers", []) if name != b"host"]
            if scope["type"] == "http":
                await app({**scope, "headers": [*headers, (b"host", b"127.0.0.1")]}, receive, send)

        yield schemathesis.openapi.from_asgi("/openapi.json", local).include(path_regex=PATHS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_no_answer_is_undocumented(document: BaseSchema, mode: GenerationMode) -> None:
    """Asked with what the document allows, then with what it forbids."""
    operations = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) >= 14
    for operation in operations:
        try:
            ask_all(operation.as_strategy(generation_mode=mode))
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, operation.label  # nothing that it takes can be wrong


def ask_all(cases: st.SearchStrategy[Case[Any]]) -> None:
    @given(case=cases)
    @settings(max_examples=6, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()
