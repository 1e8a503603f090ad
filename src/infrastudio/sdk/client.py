"""A client of the native API."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx

from infrastudio.kernel.errors import ExternalServiceFailed

TIMEOUT_S: Final = 30.0
PAGE: Final = 200


class ServerFailure(ExternalServiceFailed):
    """The server refused a request; carries its own words."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(error.get("message") or f"The server answered {status}.", **(error.get("details") or {}))
        self.status = status


class ServerUnreachable(ExternalServiceFailed):
    """Nothing answers at the address."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"No AI Infra Studio answers at {url}. Start one with `studio up`, or name its address by --server."
        )


class StudioClient:
    """Asks one server. Writes carry an Idempotency-Key, so that a repeat after a lost answer changes nothing."""

    def __init__(self, url: str, *, token: str | None = None, project: str | None = None) -> None:
        headers = {"User-Agent": "infrastudio-sdk"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if project:
            headers["X-Studio-Project"] = project
        self.url = url.rstrip("/")
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Return what is at a path; query values of None are left out."""
        return self._ask("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, body: Any = None) -> Any:
        """Send a JSON object and return the answer."""
        return self._ask("POST", path, json={} if body is None else body, headers={"Idempotency-Key": uuid.uuid4().hex})

    def items(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield all items of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, limit=PAGE, **query)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _ask(self, method: str, path: str, **arguments: Any) -> Any:
        try:
            answer = self._http.request(method, path, **arguments)
        except httpx.TransportError as error:
            raise ServerUnreachable(self.url) from error
        if answer.is_error:
            raise ServerFailure(answer.status_code, _error_of(answer))
        return answer.json() if answer.content else None


def _error_of(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {"message": f"The server answered {answer.status_code}: {answer.text[:200]}"}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {"message": str(error or body)}
