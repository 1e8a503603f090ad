"""Metrics logged past the application: nobody can tell by the answer, and nothing that is refused gets in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from running_server import Server

API = "/api/2.0/mlflow/"
LONG_WAY = {"X-Studio-Project": "default"}
"""A header that asks for what only the application knows, and changes nothing here."""
METRIC = {"key": "loss", "value": 0.5, "timestamp": 1, "step": 1}


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    """A client of a server process."""
    with httpx.Client(base_url=server.url + API, timeout=60) as http:
        yield http


def a_run(http: httpx.Client) -> str:
    """A new run, which memory knows since it was made."""
    run_id: str = http.post("runs/create", json={"experiment_id": "0"}).json()["run"]["info"]["run_id"]
    return run_id


@pytest.mark.parametrize(
    ("operation", "more"),
    [("runs/log-metric", METRIC), ("runs/log-batch", {"metrics": [METRIC, METRIC | {"step": 2}]})],
)
def test_both_ways_give_the_same_answer(http: httpx.Client, operation: str, more: dict[str, Any]) -> None:
    body = {"run_id": a_run(http)} | more
    short, long = (http.post(operation, json=body, headers=headers) for headers in ({}, LONG_WAY))
    assert (short.status_code, short.content) == (long.status_code, long.content) == (200, b"{}")
    varying = {"date", "x-request-id"}
    told, known = ({k: v for k, v in each.headers.items() if k not in varying} for each in (short, long))
    assert told == known
    assert varying <= set(short.headers)


@pytest.mark.parametrize("value", ["NaN", "Infinity", 1, -2.5])
def test_what_is_logged_is_read_back(http: httpx.Client, value: float | str) -> None:
    run_id = a_run(http)
    assert http.post("runs/log-metric", json={"run_id": run_id} | METRIC | {"value": value}).status_code == 200
    (metric,) = http.get("runs/get", params={"run_id": run_id}).json()["run"]["data"]["metrics"]
    assert metric["value"] == {"Infinity": 1.7976931348623157e308}.get(str(value), value)


@pytest.mark.parametrize(
    "wrong", [{"key": ""}, {"key": "../x"}, {"timestamp": -1}, {"value": "x"}, {"run_id": "0" * 32}, {"step": "x"}]
)
def test_both_ways_refuse_alike(http: httpx.Client, wrong: dict[str, Any]) -> None:
    body = {"run_id": a_run(http)} | METRIC | wrong
    short, long = (http.post("runs/log-metric", json=body, headers=headers) for headers in ({}, LONG_WAY))
    assert short.status_code >= 400
    assert (short.status_code, short.json()) == (long.status_code, long.json())


def test_a_deleted_run_is_refused_at_once(http: httpx.Client) -> None:
    run_id = a_run(http)
    body = {"run_id": run_id} | METRIC
    assert http.post("runs/log-metric", json=body).status_code == 200
    http.post("runs/delete", json={"run_id": run_id})
    assert "must be in the 'active' state" in http.post("runs/log-metric", json=body).json()["message"]
    http.post("runs/restore", json={"run_id": run_id})
    assert http.post("runs/log-metric", json=body).status_code == 200


def test_the_id_of_a_request_comes_back(http: httpx.Client) -> None:
    answer = http.post("runs/log-metric", json={"run_id": a_run(http)} | METRIC, headers={"X-Request-Id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
