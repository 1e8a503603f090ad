"""The rows of the protocol: method, path, fields and handler of every operation, and how a path finds its row."""

from __future__ import annotations

import re
from asyncio import Future
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infrastudio.kernel.actor import Actor
from infrastudio.protocols.mlflow.errors import MlflowError
from infrastudio.protocols.mlflow.fields import Field
from infrastudio.protocols.mlflow.services import Services

Handler = Callable[..., Awaitable[Any]]
"""Takes the services, the actor and the arguments by name; returns an object or encoded JSON."""

FastHandler = Callable[[Services, Actor, bytes], Awaitable[bytes | None]]

ShortHandler = Callable[[Services, Actor, bytes], Future[Any] | None]

PREFIXES: Final = ("/api", "/ajax-api")
"""Every route exists under both; browsers use the second."""

_PARAMETER: Final = re.compile(r"<(?P<rest>path:)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Row:
    """One operation.

    Attributes:
        methods: The HTTP methods.
        path: Below `/api/<version>/mlflow/`; with a slash in front, the whole path below `/api`. `<name>` is one
            segment, `<path:name>` all that is left.
        handler: What is done.
        fields: What is read from the query or the JSON body.
        versions: The protocol versions under which the path exists.
        fast: Tried first, with the body as it came: the answer, or None where it needs a closer look.
        at_once: The same without waiting for anything but the commit, for the shortcut past the application; its answer
            is an empty object.
        from_ledger: Its answers depend on nothing but ledgered tables, the caller and the request: they are remembered
            while nothing is committed.
        is_stream: The handler reads the request and sends the answer itself.
        prefixes: Where the path exists; `("",)` is the root of the server.
        refusal: What every request is answered; None: the operation is offered.
    """

    methods: tuple[str, ...]
    path: str
    handler: Handler
    fields: tuple[Field, ...] = ()
    versions: tuple[str, ...] = ("2.0",)
    fast: FastHandler | None = None
    at_once: ShortHandler | None = None
    from_ledger: bool = False
    is_stream: bool = False
    prefixes: tuple[str, ...] = PREFIXES
    refusal: MlflowError | None = None

    def paths(self) -> list[str]:
        """Return every path template of the operation."""
        if self.path.startswith("/"):
            return [f"{prefix}{self.path}" for prefix in self.prefixes]
        return [
            f"{prefix}/{version}/mlflow/{self.path}" if self.path else f"{prefix}/{version}/mlflow"
            for prefix in self.prefixes
            for version in self.versions
        ]


def get(path: str, handler: Handler, *fields: Field, **more: Any) -> Row:
    """Return a row that reads."""
    return Row(("GET",), path, handler, fields, **more)


def post(path: str, handler: Handler, *fields: Field, **more: Any) -> Row:
    """Return a row that writes."""
    return Row(("POST",), path, handler, fields, **more)


def post_or_get(path: str, handler: Handler, *fields: Field, **more: Any) -> Row:
    """Return a row that reads, by a query or by a body."""
    return Row(("POST", "GET"), path, handler, fields, **more)


def patch(path: str, handler: Handler, *fields: Field, **more: Any) -> Row:
    """Return a row that changes."""
    return Row(("PATCH",), path, handler, fields, **more)


def put(path: str, handler: Handler, *fields: Field, **more: Any) -> Row:
    """Return a row that puts a file."""
    return Row(("PUT",), path, handler, fields, **more)


def delete(path: str, handler: Handler, *fields: Field, **more: Any) -> Row:
    """Return a row that removes; its arguments stand in a JSON body."""
    return Row(("DELETE",), path, handler, fields, **more)


@dataclass(frozen=True)
class Match:
    """The rows of a path by method, and what stands in the place of its parameters."""

    rows: Mapping[str, Row]
    parameters: Mapping[str, str]


class RouteTable:
    """Finds the rows of a path."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._plain: dict[str, dict[str, Row]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Row]]] = {}
        for row in rows:
            for path in row.paths():
                self._add(path, row)

    def find(self, path: str) -> Match | None:
        """Return what stands at a path; None for an unknown one."""
        if (rows := self._plain.get(path)) is not None:
            return Match(rows, {})
        for pattern, rows in self._patterns.values():
            if (match := pattern.fullmatch(path)) is not None:
                return Match(rows, match.groupdict())
        return None

    def _add(self, path: str, row: Row) -> None:
        if "<" in path:
            _, rows = self._patterns.setdefault(path, (_pattern(path), {}))
        else:
            rows = self._plain.setdefault(path, {})
        for method in row.methods:
            if method in rows:
                raise ValueError(f"{method} {path} stands in the table twice")
            rows[method] = row


def _pattern(template: str) -> re.Pattern[str]:
    parts: list[str] = []
    end = 0
    for match in _PARAMETER.finditer(template):
        parts.append(re.escape(template[end : match.start()]))
        parts.append(f"(?P<{match['name']}>{'.+' if match['rest'] else '[^/]+'})")
        end = match.end()
    return re.compile("".join([*parts, re.escape(template[end:])]), re.DOTALL)


def path_parameters(row: Row) -> Sequence[str]:
    """Return the names of the parameters in a row's path."""
    return [match["name"] for match in _PARAMETER.finditer(row.path)]
