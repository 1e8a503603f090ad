"""What a route reads and writes through: the caller, with the right that the route asks for, and the database.

One dependency for all of it, because FastAPI spends more on each dependency than is done in most of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from fastapi import Request

from infrastudio.http.dependencies import caller, database
from infrastudio.http.query_names import ignore_unknown_parameters, refuse_unknown_parameters
from infrastudio.http.repeats import REPEAT_KEY, repeat_of
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import PermissionDenied
from infrastudio.stores.db import Database, Repeat, Snapshot, UnitOfWork

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Access:
    """Reads on behalf of a caller."""

    def __init__(self, actor: Actor, db: Database) -> None:
        self.actor = actor
        self.db = db

    async def read(
        self,
        query: Callable[Concatenate[Snapshot, Parameters], Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run a query in a snapshot of its own."""
        return await self.db.read(self.actor, query, *args, **kwargs)


class WriteAccess(Access):
    """Writes, too: what a request with an `Idempotency-Key` does is done once, however often it is sent."""

    def __init__(self, actor: Actor, db: Database, repeat: Repeat | None) -> None:
        super().__init__(actor, db)
        self.repeat = repeat

    async def write(
        self,
        verb: Callable[Concatenate[UnitOfWork, Parameters], Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run a service function; return when its commit is durable."""
        return await self.db.write_once(self.actor, self.repeat, verb, *args, **kwargs)


class Right:
    """A right that the caller must have in at least one project; stands in OpenAPI as `x-right`.

    Whether the actor has it in the entity's own project is decided by the service function or query. Query parameters
    that the route does not know are refused, or named in `X-Ignored-Fields` where `ignores_unknown`.
    """

    def __init__(self, right: str, *, ignores_unknown: bool = False) -> None:
        self.right = right
        self.openapi: dict[str, Any] = {"x-right": right}
        """What the right adds to the operation of a route."""
        self._check_parameters = ignore_unknown_parameters if ignores_unknown else refuse_unknown_parameters

    def check(self, request: Request) -> Actor:
        """Return who asks.

        Raises:
            NotAuthenticated: Nobody was recognised.
            PermissionDenied: The actor has the right nowhere.
            ValidationFailed: The query has names that the route refuses.
        """
        actor = caller(request)
        if not actor.may_anywhere(self.right):
            raise PermissionDenied(f"This needs the right {self.right!r}.", right=self.right)
        self._check_parameters(request)
        return actor


class reads(Right):  # noqa: N801  used as a function in Depends
    """Return an `Access` to a caller with the right."""

    async def __call__(self, request: Request) -> Access:
        return Access(self.check(request), database(request))


class appends(reads):  # noqa: N801  used as a function in Depends
    """As `reads`, for routes that add to the telemetry store: no unit of work keeps their `Idempotency-Key`."""


class writes(Right):  # noqa: N801  used as a function in Depends
    """Return a `WriteAccess` to a caller with the right."""

    def __init__(self, right: str, *, ignores_unknown: bool = False) -> None:
        super().__init__(right, ignores_unknown=ignores_unknown)
        self.openapi["parameters"] = [REPEAT_KEY]

    async def __call__(self, request: Request) -> WriteAccess:
        return WriteAccess(self.check(request), database(request), await repeat_of(request))
