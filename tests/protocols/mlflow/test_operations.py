"""Every operation of the installed `mlflow` stands in our table: offered, or refused in words that a client sees."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from infrastudio.protocols.mlflow import REFUSALS, ROWS
from infrastudio.protocols.mlflow.app import takes
from infrastudio.protocols.mlflow.table import RouteTable, Row
from protocols.mlflow.requests import Door

LISTING = """
from mlflow.server import app
from mlflow.server.fastapi_app import app as outer

def tell(routes, prefix=""):
    for route in routes:
        if hasattr(route, "original_router"):
            tell(route.original_router.routes, prefix + (route.include_context.prefix or ""))
        elif hasattr(route, "methods"):
            print("\\n".join(f"{method} {prefix}{route.path}" for method in route.methods))

for rule in app.url_map.iter_rules():
    print("\\n".join(f"{method} {rule.rule}" for method in rule.methods))
tell(outer.routes)
"""
MISSPELT = "2.0mlflow"
"""One path of the release lacks a slash, so that no client can mean it."""
ONLY_OURS = {
    "GET /api/2.0/mlflow-artifacts/artifacts/",
    "DELETE /api/2.0/mlflow-artifacts/artifacts/",
}
"""What the release answers by a redirect, or for an empty path."""
PARAMETER = re.compile(r"<[^>]+>|\{[^}]+\}")


@pytest.fixture(scope="module")
def operations() -> set[str]:
    """Method and path of what the installed release answers, `x` in the place of every parameter."""
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LISTING], env=environment, capture_output=True, text=True, check=True
    )
    found = {PARAMETER.sub("x", line) for line in done.stdout.splitlines()}
    return {each for each in found if takes(each.partition(" ")[2]) and MISSPELT not in each}


def of_row(row: Row) -> Iterator[str]:
    for path in row.paths():
        yield from (f"{method} {PARAMETER.sub('x', path)}" for method in row.methods)


def test_every_operation_of_the_installed_release_is_offered_or_refused(operations: set[str]) -> None:
    table = RouteTable((*ROWS, *REFUSALS))
    assert len(operations) > 300
    missing = [
        each
        for each in sorted(operations)
        if (method := each.partition(" ")[0]) not in ("HEAD", "OPTIONS")
        and ((match := table.find(each.partition(" ")[2])) is None or method not in match.rows)
    ]
    assert missing == []


def test_the_table_offers_nothing_that_the_installed_release_does_not_know(operations: set[str]) -> None:
    ours = {each for row in ROWS for each in of_row(row)}
    assert {each for each in ours - operations if not each.startswith(tuple(ONLY_OURS | twins(ONLY_OURS)))} == set()


def twins(operations: set[str]) -> set[str]:
    """The same operations under the address that browsers use."""
    return {each.replace(" /api/", " /ajax-api/") for each in operations}


async def test_what_is_refused_says_why_at_once(door: Door) -> None:
    """A status that clients do not repeat for minutes, and words that name what there is instead."""
    assert len(REFUSALS) > 90
    for row in REFUSALS:
        assert row.refusal is not None
        for method in row.methods:
            answer = await door.send(method, PARAMETER.sub("x", row.paths()[0]), {} if method == "POST" else None)
            assert (answer.status_code, answer.json()) == (
                row.refusal.status, {"error_code": row.refusal.code, "message": row.refusal.message},
            ), row.path  # fmt: skip
            assert answer.status_code in (400, 501)


async def test_what_is_refused_is_told_only_to_who_may_ask(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/3.0/mlflow/scorers/list", headers={"Authorization": "Bearer nobody"})
    assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHENTICATED")
