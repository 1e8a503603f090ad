"""Everything lies under a sub-path, whether a proxy takes it off or not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.types import Message

from conftest import studio_on
from infrastudio.server.app import create_app

PREFIXES = ["/studio", ""]


@pytest.fixture
async def below(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    with studio_on(tmp_path, root_path="/studio") as studio:
        transport = httpx.ASGITransport(create_app(studio), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            yield http


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_the_api_the_protocols_and_the_aliases_answer(below: httpx.AsyncClient, prefix: str) -> None:
    created = await below.post(f"{prefix}/api/experiments", json={"name": f"below{prefix}"})
    assert created.status_code == 201
    assert created.headers["location"] == f"/studio/api/experiments/{created.json()['id']}"
    assert (await below.get(f"{prefix}/experiments", headers={"accept": "application/json"})).json()["total"] >= 1
    started = await below.post(f"{prefix}/api/training/jobs", json={"argv": ["true"]})
    assert started.headers["location"] == f"/studio/api/training/jobs/{started.json()['id']}"
    named = {"experiment_name": f"below{prefix}"}
    found = await below.get(f"{prefix}/api/2.0/mlflow/experiments/get-by-name", params=named)
    assert found.json()["experiment"]["name"] == f"below{prefix}"
    assert (await below.get(f"{prefix}/health")).status_code == 200


async def test_a_path_that_only_begins_alike_is_another(below: httpx.AsyncClient) -> None:
    assert (await below.get("/studios/api/experiments")).status_code == 404


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_sockets_open(tmp_path: Path, prefix: str) -> None:
    sent: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[Message] = asyncio.Queue()
    scope = {
        "type": "websocket",
        "path": f"{prefix}/ws",
        "headers": [(b"host", b"127.0.0.1")],
        "query_string": b"",
        "subprotocols": [],
        "client": ("127.0.0.1", 1),
    }
    with studio_on(tmp_path, root_path="/studio") as studio:
        heard.put_nowait({"type": "websocket.connect"})
        session = asyncio.ensure_future(create_app(studio)(scope, heard.get, sent.put))
        assert (await sent.get())["type"] == "websocket.accept"
        assert json.loads((await sent.get())["text"])["type"] == "hello"
        heard.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await session
