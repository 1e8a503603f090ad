"""Single requests of the protocol, and what comes back."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

API = "/api/2.0/mlflow"
PROXY = "/api/2.0/mlflow-artifacts/artifacts"

_numbers = itertools.count(1)


class Failure(NamedTuple):
    """A refusal: status, error code, text."""

    status: int
    code: str
    message: str


class Door:
    """Sends requests as clients do; paths are those below `/api/2.0/mlflow/`."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def send(
        self, method: str, path: str, body: Any = None, /, *, headers: Mapping[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        """Send a request; the answer may be anything."""
        url = path if path.startswith("/") else f"{API}/{path}"
        return await self.http.request(method, url, json=body, params=query or None, headers=headers)

    async def post(self, path: str, /, **body: Any) -> Any:
        """The object that a POST answers."""
        return _object(await self.send("POST", path, body))

    async def patch(self, path: str, /, **body: Any) -> Any:
        """The object that a PATCH answers."""
        return _object(await self.send("PATCH", path, body))

    async def delete(self, path: str, /, **body: Any) -> Any:
        """The object that a DELETE answers."""
        return _object(await self.send("DELETE", path, body))

    async def get(self, path: str, /, **query: Any) -> Any:
        """The object that a GET answers."""
        return _object(await self.send("GET", path, **query))

    async def refused(self, method: str, path: str, body: Any = None, /, **query: Any) -> Failure:
        """How a request is refused."""
        answer = await self.send(method, path, body, **query)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-type"] == "application/json"
        return Failure(answer.status_code, answer.json()["error_code"], answer.json()["message"])

    async def put_file(self, location: str, content: bytes) -> None:
        """Store a file by the proxy."""
        answer = await self.http.put(f"{PROXY}/{location}", content=content)
        assert (answer.status_code, answer.json()) == (200, {})

    async def an_experiment(self, **fields: Any) -> str:
        """The id of a new experiment."""
        made = await self.post("experiments/create", **({"name": f"experiment-{next(_numbers)}"} | fields))
        id: str = made["experiment_id"]
        return id

    async def a_run(self, experiment_id: str = "0", **fields: Any) -> str:
        """The id of a new run."""
        made = await self.post("runs/create", experiment_id=experiment_id, **fields)
        id: str = made["run"]["info"]["run_id"]
        return id

    async def a_model(self, **fields: Any) -> str:
        """The name of a new registered model."""
        made = await self.post("registered-models/create", **({"name": f"model-{next(_numbers)}"} | fields))
        name: str = made["registered_model"]["name"]
        return name

    async def run(self, id: str) -> Any:
        """A run as it is now."""
        return (await self.get("runs/get", run_id=id))["run"]


def by_key(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The values of a list of key and value."""
    return {item["key"]: item["value"] for item in items}


def _object(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert isinstance(found, dict)
    return found
