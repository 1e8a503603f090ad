"""The training programs that ship with the product, and the hyperparameters that each of them takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Field

from infrastudio.kernel.text import Integer, Number
from infrastudio.kernel.versioned import Value

INTERPRETER: Final = "python3"
"""Executors see to it that this is a Python which has the recipes."""


class DigitsParameters(Value):
    """What the digits recipe takes."""

    epochs: Annotated[Integer, Field(ge=1, le=10_000)] | None = None
    learning_rate: Annotated[Number, Field(gt=0)] | None = None
    batch_size: Annotated[Integer, Field(ge=1, le=100_000)] | None = None
    pace_s: Annotated[Number, Field(ge=0, le=3600)] | None = None


@dataclass(frozen=True)
class Recipe:
    """A named training program: its module, and its parameters, each an option of its command line."""

    module: str
    parameters: type[Value]


RECIPES: Final[Mapping[str, Recipe]] = MappingProxyType(
    {"digits": Recipe("infrastudio.recipes.digits", DigitsParameters)}
)


def arguments(recipe: Recipe, parameters: Value, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the command line that starts a recipe.

    Args:
        recipe: Which one.
        parameters: Its hyperparameters; those that were not given are left to the program.
        options: Further options by name; None is left out.
    """
    given = parameters.model_dump(exclude_none=True) | {k: v for k, v in options.items() if v is not None}
    pairs = ((f"--{name.replace('_', '-')}", str(value)) for name, value in given.items())
    return (INTERPRETER, "-m", recipe.module, *(part for pair in pairs for part in pair))
