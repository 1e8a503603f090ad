"""A client of the native API."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import httpx

from infrastudio.kernel.errors import ExternalServiceFailed

TIMEOUT_S: Final = 30.0
UPLOAD_TIMEOUT_S: Final = 300.0
PAGE: Final = 200
LOOK_PAUSE_S: Final = 0.1
NOT_FOUND: Final = 404


class ServerFailure(ExternalServiceFailed):
    """The server refused a request; carries its own words."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(error.get("message") or f"The server answered {status}.", **(error.get("details") or {}))
        self.status = status


class ServerUnreachable(ExternalServiceFailed):
    """Nothing answers at the address."""

    def __init__(self, url: str, why: str | None = None) -> None:
        super().__init__(
            f"The AI Infra Studio at {url} was lost: {why}."
            if why
            else f"No AI Infra Studio answers at {url}. Start one with `studio up`, or name its address by --server."
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

    def upload(self, path: str, content: bytes, media_type: str, **query: Any) -> Any:
        """Send a file and return the answer; query values of None are left out."""
        params = {name: value for name, value in query.items() if value is not None}
        headers = {"Content-Type": media_type, "Idempotency-Key": uuid.uuid4().hex}
        return self._ask("POST", path, content=content, params=params, headers=headers, timeout=UPLOAD_TIMEOUT_S)

    def download(self, path: str, into: BinaryIO, **query: Any) -> int:
        """Write what is at a path into a file, as it comes, and return how many bytes it was."""
        params = {name: value for name, value in query.items() if value is not None}
        try:
            with self._http.stream("GET", path, params=params) as answer:
                if answer.is_error:
                    answer.read()
                    raise ServerFailure(answer.status_code, _error_of(answer))
                return sum(into.write(chunk) for chunk in answer.iter_bytes())
        except httpx.RemoteProtocolError as error:
            raise ServerUnreachable(self.url, "it ended in the middle of the file") from error
        except httpx.TransportError as error:
            raise ServerUnreachable(self.url) from error

    def wait_for(self, operation: Mapping[str, Any], watch: Callable[[Mapping[str, Any]], object]) -> dict[str, Any]:
        """Return long work once it has ended, having shown each of its states to `watch`.

        Raises:
            ServerUnreachable: The server ended before it did.
        """
        found = dict(operation)
        while found["status"] == "running":
            time.sleep(LOOK_PAUSE_S)  # between two looks at the server
            try:
                found = self.get(f"/api/operations/{found['id']}")
            except ServerFailure as error:
                if error.status == NOT_FOUND:
                    raise ServerUnreachable(self.url, "it was started again meanwhile, and nothing was done") from error
                raise
            watch(found)
        return found

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
