"""The same requests with two hundred difficult texts get the same answers, whatever the database."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from conftest import NOON, SERVER_FIXTURES, SYNCHRONOUS, server_of
from infrastudio.kernel.clock import ManualClock
from infrastudio.kernel.ids import SeededIds
from infrastudio.server import wiring
from infrastudio.server.app import create_app
from infrastudio.server.settings import load_settings
from unicode_edge_cases import unicode_edge_cases

TEXTS = unicode_edge_cases()
MLFLOW = "/api/2.0/mlflow"
PAST = f"seq:{2 * len(TEXTS)}"
"""When the experiments of `names` were there, about."""


class Ask(NamedTuple):
    """One request."""

    method: str
    path: str
    json: Any = None
    headers: dict[str, str] | None = None


def names() -> Iterator[Ask]:
    for text in TEXTS:
        instance = {"name": text, "model_name": text, "cluster_name": "c", "image_tag": "i", "description": text}
        yield Ask("POST", "/api/instances", instance)
        yield Ask("POST", "/api/experiments", {"name": text, "tags": {"text": text}})
    yield Ask("GET", "/api/instances?limit=1000&sort=name")
    yield Ask("GET", "/api/experiments?limit=1000&sort=name")


def params_and_tags() -> Iterator[Ask]:
    for number, text in enumerate(TEXTS):
        run = {"experiment_id": "0", "run_name": text, "start_time": number, "tags": [{"key": "text", "value": text}]}
        yield Ask("POST", f"{MLFLOW}/runs/create", run)
        yield Ask(
            "POST", f"{MLFLOW}/experiments/set-experiment-tag", {"experiment_id": "0", "key": text, "value": text}
        )
        yield Ask("POST", f"{MLFLOW}/runs/log-parameter", {"run_id": "RUN", "key": text, "value": text})
        yield Ask("POST", f"{MLFLOW}/runs/log-parameter", {"run_id": "RUN", "key": "text", "value": text})
    yield Ask("GET", f"{MLFLOW}/experiments/get?experiment_id=0")


def filters() -> Iterator[Ask]:
    for text in TEXTS:
        quoted = text.replace("'", "")
        conditions = (
            f"params.text = '{quoted}'",
            f"tags.text ILIKE '%{quoted}%'",
            f"attributes.run_name LIKE '{quoted}%'",
        )
        for condition in conditions:
            yield Ask("POST", f"{MLFLOW}/runs/search", {"experiment_ids": ["0"], "filter": condition, "max_results": 9})
        yield Ask("GET", f"/api/instances?limit=9&name={quote(text)}")
        yield Ask("GET", f"/api/experiments?limit=9&q={quote(text)}")
        past = quote(f"name = '{quoted}'")
        yield Ask("GET", f"/api/experiments?limit=9&sort=name&as_of={PAST}&filter={past}")
    yield Ask("GET", f"/api/experiments?limit=1000&sort=name&as_of={PAST}")


def headers() -> Iterator[Ask]:
    instance = {"model_name": "m", "cluster_name": "c", "image_tag": "i"}
    for number, text in enumerate(TEXTS):
        reason = {"X-Studio-Reason": quote(text)}
        yield Ask("POST", "/api/instances", instance | {"name": f"reason-{number}"}, reason)
        key = {"Idempotency-Key": quote(text)}
        yield Ask("POST", "/api/instances", instance | {"name": f"key-{number}"}, key)
        yield Ask(
            "GET", "/api/instances?limit=1", headers={"X-Studio-Project": quote(text), "If-None-Match": quote(text)}
        )
    yield Ask("GET", "/api/events?limit=200&entity=instance")


SETS = {"names": names, "params and tags": params_and_tags, "filters": filters, "headers": headers}


Answers = dict[str, list[tuple[int, str]]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What the server on SQLite answers to each set, in order."""
    return answered(tmp_path_factory.mktemp("sqlite"), None)


@pytest.fixture(scope="module", params=sorted(SERVER_FIXTURES))
def other_answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What a server on each other database answers to the same."""
    return answered(tmp_path_factory.mktemp(request.param), server_of(request.param, request).new_migrated_database())


def answered(folder: Path, url: str | None) -> Answers:
    """Ask a new server everything; its clock stands and its ids are the same each time."""
    given = {"data": folder, "database_url": url, "db_synchronous": SYNCHRONOUS}
    settings = load_settings(given, environment={}, working_directory=folder).settings
    studio = wiring.build(settings, clock=ManualClock(NOON), ids=SeededIds(1))

    async def ask_all() -> Answers:
        transport = httpx.ASGITransport(create_app(studio), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return {name: await ask(http, list(make())) for name, make in SETS.items()}

    try:
        return asyncio.run(ask_all())
    finally:
        studio.close()


async def ask(http: httpx.AsyncClient, asked: list[Ask]) -> list[tuple[int, str]]:
    """Return status and body of each, without what names the request; RUN stands for the run made last."""
    answers, run = [], "none"
    for method, path, body, more in asked:
        content = None if body is None else json.dumps(body).replace('"RUN"', json.dumps(run))
        sent = {"content-type": "application/json"} | (more or {})
        answer = await http.request(method, path, content=content, headers=sent)
        made = re.search(r'"run_id": ?"([0-9a-f]{32})"', answer.text)
        run = made[1] if made and path.endswith("create") else run
        answers.append((answer.status_code, re.sub(r'"(request_id|trace_id)": ?"[^"]*"', "", answer.text)))
    return answers


@pytest.mark.parametrize("name", SETS)
def test_no_text_is_a_crash_and_most_are_taken(answers: Answers, name: str) -> None:
    statuses = [status for status, _ in answers[name]]
    assert max(statuses) < 500
    assert sum(status < 300 for status in statuses) > len(statuses) / 2


@pytest.mark.parametrize("name", SETS)
def test_every_database_answers_alike(answers: Answers, other_answers: Answers, name: str) -> None:
    for question, here, there in zip(SETS[name](), answers[name], other_answers[name], strict=True):
        assert here == there, question
