"""Query parameters that a route does not know: refused, or on some routes ignored by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from fastapi import Request
from fastapi.dependencies.models import Dependant

from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.filters.errors import closest

IGNORED_HEADER: Final = "x-ignored-fields"
MAX_IGNORED: Final = 50
MAX_IGNORED_LENGTH: Final = 100
AS_OF: Final = "as_of"
"""Is never ignored: what is asked about the past must not be answered from the present."""


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse query names that the route does not declare, naming those that it does.

    Raises:
        ValidationFailed: The query has such names.
    """
    known = _known(request)
    unknown = _unknown(request, known)
    if unknown:
        raise ValidationFailed([_problem(request, name, known) for name in unknown])


def ignore_unknown_parameters(request: Request) -> None:
    """Name the query names that the route does not declare in the header `X-Ignored-Fields` of the answer.

    Raises:
        ValidationFailed: `as_of` is one of them.
    """
    known = _known(request)
    unknown = _unknown(request, known)
    if AS_OF in unknown:
        raise ValidationFailed(_problem(request, AS_OF, known))
    name_ignored(request, unknown)


def name_ignored(request: Request, names: Iterable[str]) -> None:
    """Add names to the header that tells which parts of a request were ignored, as far as a header can hold them."""
    headers: dict[str, str] = request.scope["studio.answer_headers"]
    told = [headers[IGNORED_HEADER]] if IGNORED_HEADER in headers else []
    writable = [name for name in names if name.isascii() and name.isprintable() and len(name) <= MAX_IGNORED_LENGTH]
    if writable:
        headers[IGNORED_HEADER] = ", ".join([*told, *writable[:MAX_IGNORED]])


def _known(request: Request) -> frozenset[str]:
    return frozenset(_declared(request.scope["route"].dependant)) if request.scope["query_string"] else frozenset()


def _declared(dependant: Dependant) -> Iterator[str]:
    """Yield the query names that a route, or what it depends on, declares."""
    for parameter in dependant.query_params:
        yield parameter.alias
    for part in dependant.dependencies:
        yield from _declared(part)


def _unknown(request: Request, known: frozenset[str]) -> list[str]:
    return [name for name in dict.fromkeys(request.query_params.keys()) if name not in known]


def _problem(request: Request, name: str, known: frozenset[str]) -> Problem:
    if name == AS_OF:
        is_read = request.method in ("GET", "HEAD")
        why = "cannot be used here: only what is now is known" if is_read else "the past cannot be written to"
        return Problem(AS_OF, f"{why}; leave it out")
    names = f"known are {', '.join(sorted(known))}" if known else "there are none"
    return Problem(name, f"is not a parameter of this address; {names}", suggestion=closest(name, known))
