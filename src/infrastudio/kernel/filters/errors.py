"""A filter or an order that cannot be understood: what is wrong, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.filters.tree import Position


class InvalidFilter(ValidationFailed):
    """The text does not follow the grammar, or names what cannot be searched.

    `problems[0].message` is the text without the parameter's name, as other protocols send it.
    """

    def __init__(
        self, message: str, position: Position, *, suggestion: str | None = None, parameter: str = "filter"
    ) -> None:
        problem = Problem(parameter, message, line=position.line, column=position.column, suggestion=suggestion)
        super().__init__(problem)
        self.position = position


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like `word`, to suggest it."""
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), by_folded, n=1)
    return by_folded[found[0]] if found else None
