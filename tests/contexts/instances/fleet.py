"""Works on a fleet over HTTP, as clients do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from make import an_instance

Json = dict[str, Any]


@dataclass
class Fleet:
    """One project's instances and whoever asks for them."""

    http: httpx.AsyncClient
    project: str

    async def create(self, **fields: Any) -> Json:
        """Add an instance with a new name."""
        answer = await self.http.post("/api/instances", json=an_instance(**fields).model_dump())
        made: Json = self.taken(answer, 201)
        return made

    async def update(self, id: int, *, actor: str | None = None, **fields: Any) -> Json:
        """Change an instance; `actor` is the secret of a token."""
        headers = {"Authorization": f"Bearer {actor}"} if actor else {}
        changed: Json = self.taken(await self.http.put(f"/api/instances/{id}", json=fields, headers=headers))
        return changed

    async def delete(self, id: int) -> None:
        """Delete an instance."""
        self.taken(await self.http.delete(f"/api/instances/{id}"))

    async def get(self, path: str, **query: Any) -> Any:
        """Return what an address below `/api` answers."""
        return self.taken(await self.http.get(f"/api/{path}", params=query))

    async def history(self, id: int, **query: Any) -> list[Json]:
        """Return the records of an instance, newest first."""
        items: list[Json] = (await self.get(f"instances/{id}/history", **query))["items"]
        return items

    async def post(self, path: str, body: Json, **headers: str) -> httpx.Response:
        """Send a body to an address below `/api/instances/`."""
        return await self.http.post(f"/api/instances/{path}", json=body, headers=headers)

    async def bulk(self, **groups: list[Json]) -> httpx.Response:
        """Send many writes at once."""
        return await self.post("bulk", groups)

    async def names(self, **query: Any) -> list[str]:
        """Return the names in a list."""
        return [item["name"] for item in await self.get("instances", **query)]

    def taken(self, answer: httpx.Response, status: int = 200) -> Any:
        """Return the body of an answer that must be a success."""
        assert answer.status_code == status, (answer.request.url, answer.text)
        return answer.json()


def problems(answer: httpx.Response, status: int) -> dict[str, str]:
    """Return the messages of a refusal by path."""
    assert answer.status_code == status, answer.text
    return {problem["path"]: problem["message"] for problem in answer.json()["error"]["details"]["problems"]}
