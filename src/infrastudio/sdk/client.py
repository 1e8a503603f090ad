"""Clients of the native API: one that waits for its answers, one that is awaited."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from infrastudio.kernel.retry import RetryPolicy
from infrastudio.sdk.async_operations_gen import AsyncApi
from infrastudio.sdk.errors import ServerFailure, ServerUnreachable
from infrastudio.sdk.operations_gen import Api
from infrastudio.sdk.transport import RETRIES, TIMEOUT_S, AsyncTransport, Transport

DEFAULT_URL: Final = "http://127.0.0.1:8000"
PAGE: Final = 200
LOOK_PAUSE_S: Final = 0.1
NOT_FOUND: Final = 404
JSON: Any = Any
"""Answers that are taken as they come."""


def server_url(given: str | None = None) -> str:
    """Return the address of the server: the given one, that of STUDIO_URL, or the default."""
    return (given or os.environ.get("STUDIO_URL") or DEFAULT_URL).rstrip("/")


class Client(Api):
    """Asks one server. What it writes carries an Idempotency-Key, so that a repeat after a lost answer changes nothing.

    The groups of operations are its attributes: `client.runs.get_run(id)`, `client.instances.iterate_instances()`.
    Paths that they lack are reached by `get`, `post`, `upload`, `download` and `items`.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        project: str | None = None,
        retries: RetryPolicy = RETRIES,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Make a client; what is not given is read from STUDIO_URL and STUDIO_TOKEN."""
        own_token = token or os.environ.get("STUDIO_TOKEN")
        self._transport = Transport(
            server_url(url), token=own_token, project=project, retries=retries, timeout_s=timeout_s
        )
        self.url = self._transport.url
        super().__init__(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    def get(self, path: str, /, **query: Any) -> Any:
        """Return what is at a path as JSON values; query values of None are left out."""
        return self._transport.ask(JSON, "GET", path, query=query, is_repeatable=True)

    def post(self, path: str, body: Any = None) -> Any:
        """Send a JSON object and return the answer."""
        return self.send("POST", path, {} if body is None else body)

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Send a JSON object by any method and return the answer; None where it has no content."""
        key = key or uuid.uuid4().hex
        return self._transport.ask(JSON, method, path, body=body, key=key, is_repeatable=True)

    def put_file(self, path: str, source: Path) -> None:
        """Send a file as it is read.

        Raises:
            OSError: The file cannot be read.
        """
        with source.open("rb") as file:
            self._transport.ask(JSON, "PUT", path, content=file, media_type="application/octet-stream")

    def upload(self, path: str, content: bytes, media_type: str, /, **query: Any) -> Any:
        """Send a file and return the answer; query values of None are left out."""
        parts = {"query": query, "content": content, "media_type": media_type, "key": uuid.uuid4().hex}
        return self._transport.ask(JSON, "POST", path, **parts, is_repeatable=True)

    def download(self, path: str, into: BinaryIO, /, **query: Any) -> int:
        """Write what is at a path into a file, as it comes, and return how many bytes it was."""
        return self._transport.save(into, "GET", path, query=query)

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

    def items(self, path: str, /, **query: Any) -> Iterator[Any]:
        """Yield all items of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, limit=PAGE, **query)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return


class AsyncClient(AsyncApi):
    """As `Client`, its operations to be awaited: `await client.runs.get_run(id)`."""

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        project: str | None = None,
        retries: RetryPolicy = RETRIES,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Make a client; what is not given is read from STUDIO_URL and STUDIO_TOKEN."""
        own_token = token or os.environ.get("STUDIO_TOKEN")
        self._transport = AsyncTransport(
            server_url(url), token=own_token, project=project, retries=retries, timeout_s=timeout_s
        )
        self.url = self._transport.url
        super().__init__(self._transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._transport.close()
